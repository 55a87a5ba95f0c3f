"""The two sums over pixels that the weighted F-measure needs (Margolin et al., CVPR 2014)."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Row = NDArray[np.float64]

kernel = njit(cache=True, nogil=True)


@kernel
def decayed_error(
    pred: NDArray[np.uint8],
    distance_sq: NDArray[np.uint16],
    error: NDArray[np.float64],
    decay: NDArray[np.float64],
) -> float:
    """Sum of ``error[pred] * decay[distance_sq]`` over all pixels.

    Args:
        pred: (H, W) codes of the prediction, bytes as a rule.
        distance_sq: uint16 (H, W).
        error: float64 (K,), the error of a background pixel of each code.
        decay: float64 (65536,), how much a wrong pixel is forgiven at a squared distance;
            zero at 0, so that foreground adds nothing.
    """
    height, width = pred.shape
    # four running sums: one would wait for each addition to end before the next begins
    s0 = s1 = s2 = s3 = 0.0
    for r in range(height):
        p = pred[r]
        d = distance_sq[r]
        body = np.uint32(width & ~3)
        for x in range(np.uint32(0), body, np.uint32(4)):
            s0 += error[p[x]] * decay[d[x]]
            s1 += error[p[x + np.uint32(1)]] * decay[d[x + np.uint32(1)]]
            s2 += error[p[x + np.uint32(2)]] * decay[d[x + np.uint32(2)]]
            s3 += error[p[x + np.uint32(3)]] * decay[d[x + np.uint32(3)]]
        for x in range(body, np.uint32(width)):
            s0 += error[p[x]] * decay[d[x]]
    return (s0 + s1) + (s2 + s3)


@kernel
def smoothed_error(
    pred: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    box: NDArray[np.int64],
    error: NDArray[np.float64],
    columns: NDArray[np.int32],
    sources: NDArray[np.int32],
    rows: NDArray[np.int64],
    gauss: NDArray[np.float64],
) -> float:
    """Sum over the foreground of min(E, A), A being the error E smoothed by a 7x7 Gaussian.

    Background pixels near the foreground take the error of their nearest foreground pixel
    before smoothing; outside the image the error is zero. Only the rows and columns of the
    foreground's bounding box, and three more on each side, are visited.

    Args:
        pred: (H, W) codes of the prediction, bytes as a rule.
        mask: uint8 (H, W) of 0 and 1.
        box: int64 (4,), first row, last row, first column, last column of the foreground.
        error: float64 (K,), the error of a foreground pixel of each code.
        columns: int32 (n,), as :func:`sodeval.kernels.distance.nearby_sources` gives them.
        sources: int32 (n,), likewise.
        rows: int64 (H + 1,), likewise.
        gauss: float64 (4,), weights of the separable kernel at offsets 0, 1, 2 and 3.
    """
    height, width = pred.shape
    top, bottom = box[0], box[1]
    left, right = max(box[2] - 3, 0), min(box[3] + 3, width - 1)
    span = right - left + 1
    flat = pred.ravel()
    shift = np.uint64(8)
    while error.size > (1 << int(shift)):
        shift += np.uint64(1)
    ones = 1 << int(shift)
    both = np.zeros(2 * ones)  # E by (mask, code); the background's is filled in from its source
    for v in range(error.size):  # an array assignment would add seconds of compilation
        both[ones + v] = error[v]
    raw = np.zeros((7, span + 6))  # E of the last seven rows, three zeros on each side
    smooth = np.zeros((7, span))  # the same, smoothed along the row
    column_sums = np.zeros(span)  # one sum a column, so that rows add up as vectors

    for r in range(max(top - 3, 0), bottom + 4):
        line = raw[r % 7]
        along = smooth[r % 7]
        if r < height:
            p = pred[r, left : right + 1]
            m = mask[r, left : right + 1]
            here = line[3 : 3 + span]
            for x in range(p.size):
                here[x] = both[(np.uint64(m[x]) << shift) | np.uint64(p[x])]
            for n in range(rows[r], rows[r + 1]):
                x = columns[n] - left
                if 0 <= x < span:
                    here[x] = error[flat[sources[n]]]
            _smooth7(
                gauss, along, here,
                line[2 : 2 + span], line[4 : 4 + span],
                line[1 : 1 + span], line[5 : 5 + span],
                line[:span], line[6 : 6 + span],
            )  # fmt: skip
        else:
            line[:] = 0.0
            along[:] = 0.0

        centre = r - 3
        if top <= centre <= bottom:
            _add_smaller(
                column_sums,
                mask[centre, left : right + 1],
                raw[centre % 7, 3 : 3 + span],
                gauss, smooth[centre % 7],
                smooth[(centre - 1) % 7], smooth[(centre + 1) % 7],
                smooth[(centre - 2) % 7], smooth[(centre + 2) % 7],
                smooth[(centre - 3) % 7], smooth[(centre + 3) % 7],
            )  # fmt: skip
    total = 0.0
    for x in range(span):
        total += column_sums[x]
    return total


@kernel
def _smooth7(
    gauss: Row,
    out: Row,
    here: Row,
    b1: Row,
    a1: Row,
    b2: Row,
    a2: Row,
    b3: Row,
    a3: Row,
) -> None:
    """One-dimensional Gaussian: the rows or shifts one, two and three before and after."""
    g0, g1, g2, g3 = gauss[0], gauss[1], gauss[2], gauss[3]
    for x in range(out.size):
        out[x] = g0 * here[x] + g1 * (b1[x] + a1[x]) + g2 * (b2[x] + a2[x]) + g3 * (b3[x] + a3[x])


@kernel
def _add_smaller(
    sums: Row,
    mask: NDArray[np.uint8],
    error: Row,
    gauss: Row,
    here: Row,
    b1: Row,
    a1: Row,
    b2: Row,
    a2: Row,
    b3: Row,
    a3: Row,
) -> None:
    """Add min(E, A) of one row of foreground pixels to the column sums."""
    g0, g1, g2, g3 = gauss[0], gauss[1], gauss[2], gauss[3]
    for x in range(sums.size):
        a = g0 * here[x] + g1 * (b1[x] + a1[x]) + g2 * (b2[x] + a2[x]) + g3 * (b3[x] + a3[x])
        sums[x] += min(error[x], a) if mask[x] else 0.0
