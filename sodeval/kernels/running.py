"""A sum as single-precision tools take it: one addition after the other, each rounded."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def running_error(
    pred: NDArray[np.uint8], gt: NDArray[np.uint8], steps: NDArray[np.float64]
) -> float:
    """Sum of ``steps[|v - y|]`` over pixels, each addition rounded to single precision.

    Args:
        pred: uint8 (H, W).
        gt: uint8 (H, W).
        steps: float64 (256,), the error of each difference of bytes.
    """
    total = np.float32(0)
    for r in range(pred.shape[0]):
        p = pred[r]
        g = gt[r]
        for x in range(p.size):
            total = np.float32(np.float64(total) + steps[abs(np.int32(p[x]) - np.int32(g[x]))])
    return float(total)
