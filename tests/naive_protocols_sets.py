"""What the slow transcriptions of the scoring protocols share: sets, and variants of S and wF.

How a set is made, unless a protocol says otherwise: figures of an image are averaged over the
images that define them; a curve is averaged over images level by level before its maximum and mean
are taken; a tool that averages precision and recall takes F of those averages.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from tests import naive

Row = dict[str, float | None]
Lines = dict[str, np.ndarray | None]  # curves; the order of the levels is the tool's own
Image = tuple[Row, Lines]

BETA2 = naive.BETA2


def mean_defined(values: Sequence[float | None]) -> float | None:
    """The mean of the values that are not None."""
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None


def mean_lines(images: Sequence[Image], *names: str) -> list[np.ndarray | None]:
    """Curves averaged level by level over the images that define all of those named."""
    defined = [lines for _, lines in images if all(lines[name] is not None for name in names)]
    return [
        np.mean([lines[name] for lines in defined], axis=0) if defined else None for name in names
    ]


def best_and_mean(curve: np.ndarray | None) -> tuple[float | None, float | None]:
    """Maximum and mean of a curve."""
    return (None, None) if curve is None else (float(curve.max()), float(curve.mean()))


def fbeta_of(precision: np.ndarray, recall: np.ndarray, extra: float = 0.0) -> np.ndarray:
    """F = (1 + b2) P R / (b2 P + R + extra), 0 where P R = 0, level by level."""
    product = precision * recall
    below = BETA2 * precision + recall + extra
    return np.where(product == 0, 0.0, (1 + BETA2) * product / np.where(product == 0, 1.0, below))


def scalars(images: Sequence[Image], *names: str) -> Row:
    """Figures of images, averaged where they are defined."""
    return {name: mean_defined([row[name] for row, _ in images]) for name in names}


def curve_averaged(images: Sequence[Image], *names: str) -> Row:
    """Maximum and mean of curves averaged over the images."""
    result: Row = {}
    for name in names:
        result[f"max_{name}"], result[f"mean_{name}"] = best_and_mean(mean_lines(images, name)[0])
    return result


def averaged_pr(images: Sequence[Image], extra: float = 0.0) -> Row:
    """Maximum and mean F of precision and recall averaged over the images."""
    precision, recall = mean_lines(images, "precision", "recall")
    curve = None if precision is None or recall is None else fbeta_of(precision, recall, extra)
    best, mean = best_and_mean(curve)
    return {"max_fbeta": best, "mean_fbeta": mean}


def structure(p: np.ndarray, g: np.ndarray, y: int, x: int) -> float | None:
    """S of a mask that is neither empty nor full, the top left block y rows by x columns.

    Not clamped at 0. None where a block has no pixels: its mean is 0/0.
    """
    height, width = g.shape
    if y in (0, height) or x in (0, width):
        return None
    area = height * width
    left_top, right_top = y * x / area, y * (width - x) / area
    left_bottom = (height - y) * x / area
    right_bottom = 1 - left_top - right_top - left_bottom
    region = (
        left_top * naive._block(p[:y, :x], g[:y, :x])
        + right_top * naive._block(p[:y, x:], g[:y, x:])
        + left_bottom * naive._block(p[y:, :x], g[y:, :x])
        + right_bottom * naive._block(p[y:, x:], g[y:, x:])
    )
    return naive.ALPHA * naive.object_similarity(p, g) + (1 - naive.ALPHA) * region


@cache  # several protocols make the same mask of a ground truth
def _nearest(shape: tuple[int, ...], mask: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return naive.nearest_foreground(np.frombuffer(mask, bool).reshape(shape))


def weighted(p: np.ndarray, g: np.ndarray, beta2: float) -> float:
    """Weighted F of a mask that is not empty, as `naive.weighted_fbeta` but for beta^2."""
    squared, near_row, near_column = _nearest(g.shape, g.tobytes())
    error = np.abs(p - g)
    propagated = np.where(g, error, error[near_row, near_column])
    smoothed = naive.convolve_7x7(propagated, naive.gaussian_7x7())
    dependency = np.where(g, np.minimum(error, smoothed), error)
    loss = dependency * np.where(g, 1.0, 2 - np.exp(np.log(0.5) / 5 * np.sqrt(squared)))
    true_positive = np.count_nonzero(g) - np.sum(loss[g])
    recall = 1 - np.mean(loss[g])
    precision = true_positive / (true_positive + np.sum(loss[~g]) + naive.EPS)
    return float((1 + beta2) * recall * precision / (recall + beta2 * precision + naive.EPS))
