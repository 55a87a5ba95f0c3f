"""The multiscale IoU written out slowly and plainly; see `tests/naive.py` for the conventions."""

from __future__ import annotations

import numpy as np

from tests import naive

CELL_SIZES = [2**k for k in range(10)]


def edges(mask: np.ndarray) -> np.ndarray:
    """Pixels with a 3x3 Sobel gradient that is not 0, zeros outside the image."""
    b = np.pad(mask.astype(int), 1)
    height, width = mask.shape

    def seen(dy: int, dx: int) -> np.ndarray:
        """The neighbour of every pixel dy rows below and dx columns to the right."""
        return b[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]

    above = seen(-1, -1) + 2 * seen(-1, 0) + seen(-1, 1)
    under = seen(1, -1) + 2 * seen(1, 0) + seen(1, 1)
    left = seen(-1, -1) + 2 * seen(0, -1) + seen(1, -1)
    right = seen(-1, 1) + 2 * seen(0, 1) + seen(1, 1)
    return np.hypot(under - above, right - left) > 0


def marked(edge: np.ndarray, size: int) -> np.ndarray:
    """Cells of size x size pixels that hold an edge, after zeros at the top and on the left."""
    height, width = edge.shape
    padded = np.pad(edge, ((-height % size, 0), (-width % size, 0)))
    rows, columns = padded.shape[0] // size, padded.shape[1] // size
    return padded.reshape(rows, size, columns, size).any(axis=(1, 3))


def ratio(pred_cells: np.ndarray, gt_cells: np.ndarray, rule: str) -> float:
    """(cells marked in both + 1) / (cells marked in the ground truth + 1).

    "float16": the cells of the ground truth are counted, and the 1 added, in half precision.
    """
    both = np.count_nonzero(pred_cells & gt_cells)
    n = np.count_nonzero(gt_cells)
    if rule == "exact":
        return (both + 1) / (n + 1)
    if n >= 65520:  # rounds to infinity in half precision
        return 0.0
    denominator = np.float16(float(np.float16(n)) + 1) if n < 65504 else np.float16(65504)
    return (both + 1) / float(denominator)


def score(f: np.ndarray, g: np.ndarray, rule: str) -> float:
    """(r1 / 2 + r2 + ... + r9 + r10 / 2) / 9 of one binary map (Ahmadzadeh et al., ICIP 2021)."""
    return score_of(f, [marked(edges(g), size) for size in CELL_SIZES], rule)


def score_of(f: np.ndarray, gt_cells: list[np.ndarray], rule: str) -> float:
    """The same from the marked cells of the ground truth."""
    edge = edges(f)
    pairs = zip(CELL_SIZES, gt_cells, strict=True)
    r = [ratio(marked(edge, size), cells, rule) for size, cells in pairs]
    return (r[0] / 2 + sum(r[1:-1]) + r[-1] / 2) / 9


def curve(p: np.ndarray, g: np.ndarray, rule: str) -> np.ndarray:
    """The score of floor(255 p) >= t for t = 0 to 256; masks that do not differ share theirs."""
    q = naive.quantise(p)
    gt_cells = [marked(edges(g), size) for size in CELL_SIZES]
    scores: dict[bytes, float] = {}
    line = []
    for t in range(257):
        f = q >= t
        if f.tobytes() not in scores:
            scores[f.tobytes()] = score_of(f, gt_cells, rule)
        line.append(scores[f.tobytes()])
    return np.array(line)


def scores(
    pred: np.ndarray, gt: np.ndarray, scale: naive.Scale, rule: str
) -> tuple[dict[str, float], np.ndarray, float]:
    """The three columns of one pair of 8-bit maps, its curve, and the score of p > 0.5."""
    p, g = naive.prepare(pred, gt, scale)
    line = curve(p, g, rule)
    row = {
        "max_msiou": float(line.max()),
        "mean_msiou": float(line.sum() / 257),
        "adp_msiou": score(p >= naive.adaptive_threshold(p), g, rule),
    }
    return row, line, score(p > 0.5, g, rule)
