"""Patches of an image: which resemble each other, and an image painted with them."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def nearest(
    products: NDArray[np.float32],
    norms: NDArray[np.float32],
    asked: NDArray[np.float32],
    known: NDArray[np.float32],
) -> NDArray[np.int64]:
    """Index of the known patch nearest to each asked one, the first of equally near ones.

    The squared distance of a and b is |a|² + |b|² - 2ab between their pixels, and that between
    their places; |a|² is the same for all b and left out. With whole numbers for pixels all but
    the places is exact.

    Args:
        products: float32 (n, m), dot products of the asked and the known patches' pixels.
        norms: float32 (m,), squared norms of the known patches' pixels.
        asked: float32 (2, n), row and column of each asked patch.
        known: float32 (2, m), of each known one.
    """
    n, m = products.shape
    found = np.zeros(n, np.int64)
    distances = np.empty(m)
    for i in range(n):
        row, column = np.float64(asked[0, i]), np.float64(asked[1, i])
        ab = products[i]
        for j in range(distances.size):
            down = np.float64(known[0, j]) - row
            across = np.float64(known[1, j]) - column
            apart = down * down + across * across
            distances[j] = np.float64(norms[j]) - 2.0 * np.float64(ab[j]) + apart
        best = 0
        for j in range(m):
            if distances[j] < distances[best]:
                best = j
        found[i] = best
    return found


@kernel
def painted(
    image: NDArray[np.uint8],
    places: NDArray[np.int64],
    sources: NDArray[np.int64],
    side: int,
) -> NDArray[np.uint8]:
    """Copy patches of an image to other places of it; where they overlap, their mean.

    Args:
        image: uint8 (H, W, 3).
        places: int64 (n, 2), first row and column of where each patch goes.
        sources: int64 (n, 2), and of where it comes from.
        side: rows and columns of a patch.

    Returns:
        uint8 (H, W, 3); zero where no patch went. Means are rounded half to even.
    """
    sums = np.zeros(image.shape, np.int32)
    counts = np.zeros(image.shape[:2], np.int32)
    for i in range(places.shape[0]):
        for r in range(side):
            to_row, from_row = places[i, 0] + r, sources[i, 0] + r
            for c in range(side):
                to, source = places[i, 1] + c, sources[i, 1] + c
                counts[to_row, to] += 1
                for channel in range(3):
                    sums[to_row, to, channel] += np.int32(image[from_row, source, channel])
    result = np.zeros(image.shape, np.uint8)
    for r in range(image.shape[0]):
        for c in range(image.shape[1]):
            count = np.int64(counts[r, c])
            if count:
                for channel in range(3):
                    doubled = 2 * np.int64(sums[r, c, channel]) + count
                    mean = doubled // (2 * count)
                    if doubled % (2 * count) == 0:  # halfway: to the even neighbour
                        mean -= mean & 1
                    result[r, c, channel] = mean
    return result
