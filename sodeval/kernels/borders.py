"""Outlines of a packed mask: every border of every region, pixel by pixel."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def trace(
    mask: NDArray[np.uint64], around: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Follow all borders of the 8-connected regions (Suzuki and Abe, CVGIP 1985, algorithm 1).

    Borders are found in raster order, an outer border at its region's topmost, leftmost pixel, a
    hole's at the pixel left of the hole's topmost, leftmost one. Both are followed with the
    background on the right hand: counter-clockwise around the region, clockwise around the hole.
    A border passes a pixel more than once where the region is one pixel wide.

    The algorithm marks pixels with the last border through them (here 2 and up), negatively where
    that border's background is to the right. It is enough to mark those that begin or end a run of
    pixels in their row: no other is ever asked for, unless a run's end has the same answer.

    Args:
        mask: uint64 (H + 2, n + 2), 64 pixels a word inside a frame of zeros.
        around: int64 (8, 2), row and column offsets of the neighbours, counter-clockwise from the
            one to the right.

    Returns:
        Rows and columns of the borders' pixels, int32 (points, 2), columns counted from the frame's
        first bit; and int64 (borders + 1, 4): where each border begins there, the border around it
        (-1 for none), its region (numbered from 0 up) and whether it is a hole's. The last row
        holds the number of points.
    """
    dy, dx = around[:, 0], around[:, 1]
    one, last = np.uint64(1), np.uint64(63)
    rows, words = mask.shape
    edges = np.zeros((rows, words), np.uint64)
    before = np.zeros((rows, words), np.int32)  # edge pixels in earlier words
    total = 0
    for r in range(1, rows - 1):
        for w in range(1, words - 1):
            before[r, w] = total
            word = mask[r, w]
            inner = word << one | mask[r, w - 1] >> last
            inner &= word >> one | mask[r, w + 1] << last
            rest = word & ~inner
            edges[r, w] = rest
            while rest:
                rest &= rest - one
                total += 1
    marks = np.zeros(total, np.int32)
    points = np.empty((total + 64, 2), np.int32)
    tree = np.zeros((64, 4), np.int64)
    used = borders = found = 0
    for r in range(1, rows - 1):
        previous = -1  # the border last met in this row
        for w in range(1, words - 1):
            rest = edges[r, w]
            here = before[r, w] - 1
            while rest:
                bit = rest & (~rest + one)  # the lowest
                rest ^= bit
                here += 1
                mark = marks[here]
                before_it = mask[r, w] << one | mask[r, w - 1] >> last
                after_it = mask[r, w] >> one | mask[r, w + 1] << last
                outer = mark == 0 and bit & before_it == 0
                if outer or (mark >= 0 and bit & after_it == 0):
                    if borders + 1 == tree.shape[0]:
                        larger = np.zeros((2 * borders + 2, 4), np.int64)
                        for i in range(borders):
                            for j in range(4):
                                larger[i, j] = tree[i, j]
                        tree = larger
                    if mark > 0:
                        previous = mark - 2
                    parent = previous
                    if previous >= 0 and (tree[previous, 3] == 1) != outer:
                        parent = tree[previous, 1]  # a sibling of the one last met
                    tree[borders, 0] = used
                    tree[borders, 1] = parent
                    if outer:
                        tree[borders, 2] = found
                        found += 1
                    else:
                        tree[borders, 2] = tree[parent, 2]
                        tree[borders, 3] = 1
                    name = borders + 2
                    borders += 1

                    x = 64 * w
                    while bit > one:
                        bit >>= one
                        x += 1
                    # the last neighbour on the border, clockwise from the background one
                    first = k = 4 if outer else 0
                    for _ in range(8):
                        k = (k - 1) & 7
                        yy, xx = r + dy[k], x + dx[k]
                        if mask[yy, xx >> 6] >> np.uint64(xx & 63) & one:
                            break
                    alone = k == first
                    end_y, end_x = r + dy[k], x + dx[k]
                    y0, x0 = r, x
                    while True:
                        if used == points.shape[0]:
                            longer = np.empty((2 * used, 2), np.int32)
                            for i in range(used):
                                longer[i, 0], longer[i, 1] = points[i, 0], points[i, 1]
                            points = longer
                        points[used, 0], points[used, 1] = y0, x0
                        used += 1
                        # counter-clockwise from where the border came from
                        background_right = alone
                        while not alone:
                            k = (k + 1) & 7
                            yy, xx = y0 + dy[k], x0 + dx[k]
                            if mask[yy, xx >> 6] >> np.uint64(xx & 63) & one:
                                break
                            if k == 0:
                                background_right = True
                        edge = edges[y0, x0 >> 6]
                        bit = one << np.uint64(x0 & 63)
                        if edge & bit:
                            at = before[y0, x0 >> 6]
                            edge &= bit - one
                            while edge:
                                edge &= edge - one
                                at += 1
                            if background_right:
                                marks[at] = -name
                            elif marks[at] == 0:
                                marks[at] = name
                        if alone or (yy == r and xx == x and y0 == end_y and x0 == end_x):
                            break
                        y0, x0 = yy, xx
                        k = (k + 4) & 7
                if marks[here] != 0:
                    previous = abs(marks[here]) - 2
    tree[borders, 0] = used
    return points[:used], tree[: borders + 1]
