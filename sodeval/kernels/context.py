"""The two sums over pixels that the context-measure needs of every prediction."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def relevant_total(pred: NDArray[np.float64], relevance: NDArray[np.float32]) -> float:
    """Sum of ``pred * relevance``, both (H, W): what of the prediction the object explains."""
    height, width = pred.shape
    # one sum a column: rows add up as vectors, and the rounding does not grow with the image
    sums = np.zeros(width)
    for r in range(height):
        p = pred[r]
        w = relevance[r]
        for x in range(sums.size):
            sums[x] += p[x] * np.float64(w[x])
    total = 0.0
    for x in range(width):
        total += sums[x]
    return total


@kernel
def completed_total(
    smooth: NDArray[np.float64],
    weights: NDArray[np.float64],
    top: int,
    left: int,
    rows: int,
    columns: int,
    series: NDArray[np.float64],
) -> float:
    """Sum of ``weights * (1 - exp(-smooth))`` over one tile.

    Args:
        smooth: float64 (h, w), the smoothed prediction, in [0, 1] but for roundings; its first
            ``rows`` and ``columns`` are those of the tile.
        weights: float64 (H, W).
        top: first row of the tile in ``weights``.
        left: likewise its first column.
        rows: rows of the tile.
        columns: its columns.
        series: float64 (n,), coefficients of exp(-x) as a polynomial in 1/2 - x, the highest
            power first: with loops along rows this takes a quarter of a call of exp per pixel.
    """
    sums = np.zeros(columns)
    decayed = np.empty(columns)
    for r in range(rows):
        s = smooth[r, :columns]
        w = weights[top + r, left : left + columns]
        for x in range(sums.size):
            decayed[x] = series[0]
        for k in range(1, series.size, 2):  # two at a time: fewer trips through memory
            a, b = series[k], series[k + 1]
            for x in range(sums.size):
                t = 0.5 - s[x]
                decayed[x] = (decayed[x] * t + a) * t + b
        for x in range(sums.size):
            sums[x] += w[x] * (1.0 - decayed[x])
    total = 0.0
    for x in range(columns):
        total += sums[x]
    return total
