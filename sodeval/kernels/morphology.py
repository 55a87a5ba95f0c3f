"""Growing masks by the 3x3 cross, 64 pixels at a time."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def grow(mask: NDArray[np.uint64], limit: NDArray[np.uint64], times: int) -> NDArray[np.uint64]:
    """Add the four neighbours of every pixel, ``times`` over, and keep what is in ``limit``.

    Both are packed masks, uint64 (H + 2, n + 2): n words of 64 pixels a row, the first pixel in the
    lowest bit, inside a frame of zero words. So is the result, a new array.

    Args:
        mask: where to begin.
        limit: the result of every step lies within.
        times: steps, 1 or more.
    """
    one, last = np.uint64(1), np.uint64(63)
    rows, words = mask.shape
    target = np.zeros((rows, words), np.uint64)
    spare = np.zeros((rows if times > 1 else 0, words), np.uint64)
    source = mask
    for _ in range(times):
        for r in range(1, rows - 1):
            above, here, below, within = source[r - 1], source[r], source[r + 1], limit[r]
            grown = target[r]
            for w in range(1, words - 1):
                grown[w] = within[w] & (
                    here[w] | above[w] | below[w]
                    | here[w] << one | here[w - 1] >> last
                    | here[w] >> one | here[w + 1] << last
                )  # fmt: skip
        if source is mask:
            source = spare
        source, target = target, source
    return source
