"""Precision, recall, F and E at every threshold, from the joint histogram alone."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)

FloatCurve = NDArray[np.float64]


@kernel
def passing(joint: NDArray[np.int64], cuts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Background and foreground pixels whose byte is at or above each cut.

    Args:
        joint: int64 (2, K), pixels by background or foreground and code.
        cuts: int64 (levels,), the smallest code that passes each level, 0 to K.

    Returns:
        int64 (2, levels): false positives, then true positives.
    """
    kinds = joint.shape[1]
    above = np.zeros((2, kinds + 1), np.int64)
    for v in range(kinds - 1, -1, -1):
        above[0, v] = above[0, v + 1] + joint[0, v]
        above[1, v] = above[1, v + 1] + joint[1, v]
    out = np.empty((2, cuts.size), np.int64)
    for i in range(cuts.size):
        out[0, i] = above[0, cuts[i]]
        out[1, i] = above[1, cuts[i]]
    return out


@kernel
def fbeta_curves(
    counts: NDArray[np.int64],
    hits: FloatCurve,
    positives: float,
    beta2: float,
    guards: FloatCurve,
) -> tuple[FloatCurve, FloatCurve, FloatCurve]:
    """Precision, recall and F-measure at each level (Achanta et al., CVPR 2009).

    Wherever a denominator is zero the quotient is 0, and F is 0 where P R is.

    Args:
        counts: int64 (2, levels), false and true positives.
        hits: float64 (levels,), true positives, or what stands for them on a grey ground truth.
        positives: foreground pixels of the ground truth, or their sum.
        beta2: the square of beta.
        guards: float64 (4,), added to: the numerators of P and R, the denominator of P, that of
            R, that of F.
    """
    levels = counts.shape[1]
    precision = np.zeros(levels)
    recall = np.zeros(levels)
    fbeta = np.zeros(levels)
    for i in range(levels):
        predicted = (counts[0, i] + counts[1, i]) + guards[1]
        if predicted > 0.0:
            precision[i] = (hits[i] + guards[0]) / predicted
        if positives + guards[2] > 0.0:
            recall[i] = (hits[i] + guards[0]) / (positives + guards[2])
        p, r = precision[i], recall[i]
        above = (1.0 + beta2) * p * r
        if above != 0.0:
            fbeta[i] = above / (beta2 * p + r + guards[3])
    return precision, recall, fbeta


@kernel
def emeasure_curve(counts: NDArray[np.int64], positives: int, size: int, eps: float) -> FloatCurve:
    """E-measure at each level (Fan et al., IJCAI 2018, eq. 3 to 5), divided by N - 1 + eps.

    Only four pairs of (prediction, ground truth) exist, so the alignment matrix has four values.
    Empty ground truth: the share of background predicted; full: of foreground.

    Args:
        counts: int64 (2, levels), false and true positives.
        positives: foreground pixels of the ground truth.
        size: pixels of the image.
        eps: added to both denominators.
    """
    levels = counts.shape[1]
    out = np.empty(levels)
    mean_g = positives / size
    for i in range(levels):
        fp, tp = counts[0, i], counts[1, i]
        if positives == 0:
            total = float(size - fp)
        elif positives == size:
            total = float(tp)
        else:
            mean_f = (tp + fp) / size
            total = 0.0
            for f in (1, 0):  # in the reference's order, to be its equal to the last bit
                a = f - mean_f
                for g in (1, 0):
                    b = g - mean_g
                    aligned = 2.0 * (a * b) / (a * a + b * b + eps)
                    phi = (aligned + 1.0) ** 2 / 4.0
                    if f == 1:
                        n = tp if g == 1 else fp
                    else:
                        n = positives - tp if g == 1 else size - positives - fp
                    total += n * phi
        out[i] = total / (size - 1 + eps)
    return out


@kernel
def add_exactly(curve: FloatCurve, high: NDArray[np.int64], low: NDArray[np.int64]) -> None:
    """Add a curve to fixed-point sums, so that the order of additions cannot matter.

    A value below 2^30 is split into whole units of 2^-30 and the rest in units of 2^-62; values
    from 2^-9 up lose nothing, smaller ones at most 2^-63.

    Args:
        curve: float64 (levels,), not negative.
        high: int64 (levels,), changed in place.
        low: int64 (levels,), changed in place.
    """
    for i in range(curve.size):
        scaled = curve[i] * 1073741824.0
        whole = np.floor(scaled)
        high[i] += np.int64(whole)
        low[i] += np.int64(np.rint((scaled - whole) * 4294967296.0))
