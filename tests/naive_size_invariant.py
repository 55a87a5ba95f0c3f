"""The size-invariant metrics written out slowly; see `tests/naive.py` for the conventions."""

from __future__ import annotations

import numpy as np

from tests import naive


def components(g: np.ndarray) -> list[np.ndarray]:
    """The 4-connected components of a mask, each a mask of its own."""
    left = g.copy()
    found = []
    for start in zip(*np.nonzero(g), strict=True):
        if not left[start]:
            continue
        component = np.zeros(g.shape, bool)
        ahead = [start]
        left[start] = False
        while ahead:
            y, x = ahead.pop()
            component[y, x] = True
            for r, c in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if 0 <= r < g.shape[0] and 0 <= c < g.shape[1] and left[r, c]:
                    left[r, c] = False
                    ahead.append((r, c))
        found.append(component)
    return found


def boxes(g: np.ndarray) -> list[np.ndarray]:
    """The bounding box of each target as a mask.

    Targets are the components of 50 pixels or more, or else those of the largest area; without
    foreground there is one, the whole image. From the top, then from the left.
    """
    if not g.any():
        return [np.ones(g.shape, bool)]
    found = components(g)
    kept = [c for c in found if np.count_nonzero(c) >= 50]
    if not kept:
        largest = max(np.count_nonzero(c) for c in found)
        kept = [c for c in found if np.count_nonzero(c) == largest]
    corners = []
    for component in kept:
        rows, columns = np.nonzero(component)
        corners.append((rows.min(), columns.min(), rows.max(), columns.max()))
    result = []
    for top, left, bottom, right in sorted(corners):
        box = np.zeros(g.shape, bool)
        box[top : bottom + 1, left : right + 1] = True
        result.append(box)
    return result


def alone(p: np.ndarray, g: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each target a map and a mask of full size, both zero outside its box."""
    return [(p * box, g & box) for box in boxes(g)]


def fbeta_curves(p: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Float64 (targets, 256): the F-measure of each target at each level."""
    return np.array([naive.fbeta_curves(*pair)[2] for pair in alone(p, g)])


def si_mae(p: np.ndarray, g: np.ndarray) -> float | None:
    """(r m + m1 + ... + mK) / (K + r) (Li et al., ICML 2024).

    mk is the mean of |p - g| in box k and m that of the pixels in no box; r is how many those are,
    over how many are in some box. Without such pixels m is 0/0, unless the whole image is the one
    target.
    """
    areas = boxes(g)
    outside = ~np.any(areas, axis=0)
    total = sum(naive.mae(p[box], g[box]) for box in areas)
    if not outside.any():
        return total / len(areas) if not g.any() or g.all() else None
    r = np.count_nonzero(outside) / np.count_nonzero(~outside)
    return float((r * naive.mae(p[outside], g[outside]) + total) / (len(areas) + r))


def scores(
    pred: np.ndarray, gt: np.ndarray, scale: naive.Scale = "minmax"
) -> dict[str, float | None]:
    """The three columns of one pair of 8-bit maps."""
    p, g = naive.prepare(pred, gt, scale)
    curves = fbeta_curves(p, g)
    return {
        "si_mae": si_mae(p, g),
        "si_max_fbeta": float(curves.max(axis=1).mean()),
        "si_mean_fbeta": float(curves.mean(axis=1).mean()),
    }
