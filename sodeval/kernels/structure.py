"""S-measure from the quadrant histograms (Fan et al., ICCV 2017, "Structure-measure")."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def object_score(
    joint: NDArray[np.int64], values: NDArray[np.float64], eps: float, single: float
) -> float:
    """So = u O(p over foreground) + (1 - u) O(1 - p over background), eq. 2 to 5.

    Args:
        joint: int64 (2, K), pixels by background or foreground and code; both occur.
        values: float64 (K,), the value p of each code.
        eps: added to the denominator of O.
        single: the deviation of a single pixel: 0 or NaN.
    """
    sizes = np.zeros(2, np.int64)
    scores = np.zeros(2)
    for side in range(2):
        n = 0
        total = 0.0
        for v in range(values.size):
            k = joint[side, v]
            n += k
            total += k * (values[v] if side == 1 else 1.0 - values[v])
        mean = total / n
        spread = 0.0
        for v in range(values.size):
            x = values[v] if side == 1 else 1.0 - values[v]
            spread += joint[side, v] * (x - mean) ** 2
        deviation = np.sqrt(spread / (n - 1)) if n > 1 else single
        sizes[side] = n
        scores[side] = 2.0 * mean / (mean * mean + 1.0 + deviation + eps)
    share = sizes[1] / (sizes[0] + sizes[1])
    return float(scores[1] * share + scores[0] * (1.0 - share))


@kernel
def block_scores(
    counts: NDArray[np.int64],
    values: NDArray[np.float64],
    uneven: NDArray[np.bool_],
    eps: float,
    eps_n: float,
) -> NDArray[np.float64]:
    """The similarity of each block, eq. 6 to 8; NaN for a block without pixels.

    Args:
        counts: int64 (4, 2, K), see :func:`sodeval.kernels.counts.quadrant_counts`.
        values: float64 (K,), the value p of each code.
        uneven: bool (4,), blocks of one byte whose mean misses that byte's value by a rounding:
            their variance then is not zero.
        eps: added to the denominator of the score.
        eps_n: added to n - 1; a block of one pixel is NaN where both are zero.
    """
    scores = np.empty(4)
    for q in range(4):
        zeros = 0
        ones = 0
        total = 0.0
        only = -1  # the byte, if there is one only
        kinds = 0
        for v in range(values.size):
            k = counts[q, 0, v] + counts[q, 1, v]
            if k > 0:
                zeros += counts[q, 0, v]
                ones += counts[q, 1, v]
                total += k * values[v]
                only = v
                kinds += 1
        n = zeros + ones
        if n - 1 + eps_n <= 0.0:
            scores[q] = np.nan
            continue
        x = values[only] if kinds == 1 else total / n
        y = ones / n
        var_x = cov = 0.0
        for v in range(values.size):
            dx = values[v] - x
            k0, k1 = counts[q, 0, v], counts[q, 1, v]
            var_x += (k0 + k1) * dx * dx
            cov += dx * (k1 * (1.0 - y) - k0 * y)
        if ones == 0 or ones == n:
            cov = 0.0  # g - y is zero in every term
        var_x /= n - 1 + eps_n
        var_y = (ones * (1.0 - y) ** 2 + zeros * y**2) / (n - 1 + eps_n)
        cov /= n - 1 + eps_n
        above = 4.0 * x * y * cov
        below = (x * x + y * y) * (var_x + var_y)
        if above != 0.0:
            scores[q] = above / (below + eps)
        elif below == 0.0 and not uneven[q]:
            scores[q] = 1.0
        else:
            scores[q] = 0.0
    return scores
