"""Edges of a map at all thresholds at once, and the cells that hold them, for the multiscale IoU.

Both kernels count rows and columns from the bottom right corner of the image, where the cells of
every size begin: pixel (y, x) lies in cell (y >> k, x >> k) of size 2^k.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def marked_cells(
    edge: NDArray[np.uint8], height: int, width: int, sizes: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Find the cells that hold an edge, at cell sizes 1, 2, 4, ...

    Args:
        edge: uint8 (H W,) of 0 and 1, row by row from the bottom right.
        height: rows.
        width: columns.
        sizes: how many cell sizes.

    Returns:
        uint8 (at least H W,): the k of the smallest marked cell around each pixel, or ``sizes``,
        row by row; int64 (sizes,): marked cells of each size.
    """
    # the cells of all sizes in one array, row by row, smallest first; begin[k] is where size k does
    begin = np.zeros(sizes + 2, np.int64)
    for k in range(sizes + 1):
        begin[k + 1] = begin[k] + (((height - 1) >> k) + 1) * (((width - 1) >> k) + 1)
    smallest = np.empty(begin[sizes + 1], np.uint8)
    for i in range(smallest.size):
        smallest[i] = 0 if i < edge.size and edge[i] else sizes
    counts = np.zeros(sizes, np.int64)
    for k in range(sizes):  # upwards: a cell is marked if one of its four quarters is
        columns, parents = ((width - 1) >> k) + 1, ((width - 1) >> (k + 1)) + 1
        for y in range(((height - 1) >> k) + 1):
            here = begin[k] + y * columns
            above = begin[k + 1] + (y >> 1) * parents
            for x in range(columns):
                if smallest[here + x] == k:
                    counts[k] += 1
                    smallest[above + (x >> 1)] = k + 1
    for k in range(sizes - 1, -1, -1):  # downwards: an unmarked cell asks the one around it
        columns, parents = ((width - 1) >> k) + 1, ((width - 1) >> (k + 1)) + 1
        for y in range(((height - 1) >> k) + 1):
            here = begin[k] + y * columns
            above = begin[k + 1] + (y >> 1) * parents
            for x in range(columns):
                if smallest[here + x] == sizes:
                    smallest[here + x] = smallest[above + (x >> 1)]
    return smallest, counts


@kernel
def common_cells(
    padded: NDArray[np.uint16],
    smallest: NDArray[np.uint8],
    sizes: int,
    network: NDArray[np.int64],
    weights: NDArray[np.int64],
    below: NDArray[np.uint64],
) -> NDArray[np.int64]:
    """Count the marked cells that hold an edge of ``map > level``, for every level.

    A pixel's Sobel gradient depends on which of its eight neighbours exceed the level, so it
    changes only at their values: the eight are sorted once, and the levels of an edge are a few
    intervals between them, kept as 256 bits. A cell's levels are the union of its pixels'.
    Pixels report to the smallest marked cell around them and cells to the next larger ones, so
    what lies far from the ground truth is looked at only until its large cell has every level.

    Args:
        padded: uint16 (H + 2, W + 2), the map from the bottom right, 1 to 256, in a frame of 0.
        smallest: uint8 (H, W), from :func:`marked_cells`.
        sizes: how many cell sizes.
        network: int64 (n, 2), pairs of a sorting network for eight values.
        weights: int64 (8,), a neighbour's share of the gradient, both directions in one number.
        below: uint64 (257, 4): bits 0 to v - 1 are set in row v.

    Returns:
        int64 (sizes, 257): cells by size and level 0 to 256. At 256 nothing is left.
    """
    height, width = smallest.shape
    counts = np.zeros((sizes, 257), np.int64)
    begin = np.zeros(sizes + 1, np.int64)  # one row of cells of each size, smallest first
    for k in range(sizes):
        begin[k + 1] = begin[k] + ((width - 1) >> k) + 1
    # one more cell takes what the largest size would report
    levels = np.zeros((begin[sizes] + ((width - 1) >> sizes) + 1, 4), np.uint64)
    ranked = np.empty((8, width), np.uint16)  # neighbours of each pixel: 8 value + position
    own = np.zeros(4, np.uint64)
    none = np.uint64(0)
    for r in range(height):
        position = 0
        for dy in range(3):
            for dx in range(3):
                if dy != 1 or dx != 1:
                    _place(ranked[position], padded[r + dy, dx : dx + width], position)
                    position += 1
        for n in range(network.shape[0]):
            _exchange(ranked[network[n, 0]], ranked[network[n, 1]])

        for x in range(width):
            low, high = ranked[0, x] >> 3, ranked[7, x] >> 3
            k = int(smallest[r, x])
            if low == high or k == sizes:
                continue
            cell = levels[begin[k] + (x >> k)]
            news = none
            for w in range(4):
                own[w] = below[high, w] ^ below[low, w]
                news |= own[w] & ~cell[w]
            if news == none:
                continue
            gradient = np.int64(0)  # of the neighbours from rank i up
            upper = high
            for i in range(7, 0, -1):
                gradient += weights[ranked[i, x] & 7]
                lower = ranked[i - 1, x] >> 3
                if gradient == 0 and lower != upper:
                    upper = ranked[i, x] >> 3
                    for w in range(4):
                        own[w] ^= below[upper, w] ^ below[lower, w]
                upper = lower
            for w in range(4):
                cell[w] |= own[w]

        for k in range(sizes):  # which rows of cells end with this row of pixels?
            if r + 1 < height and (r + 1) & ((1 << k) - 1) != 0:
                break
            for c in range(((width - 1) >> k) + 1):
                cell = levels[begin[k] + c]
                above = levels[begin[k + 1] + (c >> 1)]
                for w in range(4):
                    if cell[w] != none:
                        _count_bits(counts[k, 64 * w : 64 * w + 64], cell[w])
                        above[w] |= cell[w]
                        cell[w] = none
    return counts


@kernel
def _place(out: NDArray[np.uint16], values: NDArray[np.uint16], position: int) -> None:
    for x in range(np.uint32(out.size)):
        out[x] = np.uint16((values[x] << 3) | position)


@kernel
def _exchange(smaller: NDArray[np.uint16], larger: NDArray[np.uint16]) -> None:
    for x in range(np.uint32(smaller.size)):
        a, b = smaller[x], larger[x]
        smaller[x] = min(a, b)
        larger[x] = max(a, b)


@kernel
def _count_bits(counts: NDArray[np.int64], word: np.uint64) -> None:
    for b in range(64):
        counts[b] += np.int64((word >> np.uint64(b)) & np.uint64(1))
