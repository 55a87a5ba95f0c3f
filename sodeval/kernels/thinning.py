"""Thinning of a mask to its skeleton, one layer of border pixels at a time."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def thin(mask: NDArray[np.uint8], table: NDArray[np.uint8], around: NDArray[np.int64]) -> None:
    """Remove border pixels in alternating sub-iterations until neither removes any.

    Within a sub-iteration all pixels are judged before any is removed (Zhang and Suen, CACM 1984).
    Only pixels with a neighbour gone since they were last judged are looked at: a removal clears
    one bit in the neighbourhood of each of the eight pixels around it and lists those that the
    table then allows to go. A pixel may be listed several times; it goes once.

    Args:
        mask: uint8 (H + 2, W + 2) of 0 and 1 inside a frame of zeros; becomes its skeleton.
        table: uint8 (256,), by neighbourhood: bit 0 (of value 1) set if the first sub-iteration
            removes the pixel, bit 1 if the second does. Neighbours are the bits of the index,
            counter-clockwise from the one to the right (1), above right (2), to below right (128).
            Nothing is removed from 0 or 255.
        around: int64 (8, 2), row and column offsets of the neighbours in that order.
    """
    rows, stride = mask.shape
    codes = np.zeros((rows, stride), np.uint8)  # neighbourhoods; 0 off the foreground
    listed = 0
    for r in range(1, rows - 1):
        up, here, down, code = mask[r - 1], mask[r], mask[r + 1], codes[r]
        for x in range(1, stride - 1):
            code[x] = (
                here[x + 1] | up[x + 1] << 1 | up[x] << 2 | up[x - 1] << 3
                | here[x - 1] << 4 | down[x - 1] << 5 | down[x] << 6 | down[x + 1] << 7
            ) * here[x]  # fmt: skip
        for x in range(stride):
            listed += table[code[x]] != 0
    flat, code = mask.ravel(), codes.ravel()
    todo = np.empty(max(listed, 1), np.uint32)
    listed = 0
    for p in range(code.size):
        if table[code[p]] != 0:
            todo[listed] = p
            listed += 1

    steps = np.empty(8, np.int64)
    for k in range(8):
        steps[k] = around[k, 0] * stride + around[k, 1]
    turn = 1
    while listed:
        gone = np.empty(listed, np.uint32)
        removed = waiting = 0
        for i in range(listed):
            p = todo[i]
            when = table[code[p]]
            if when & turn:
                flat[p] = 0
                code[p] = 0  # so that later losses of neighbours find nothing to do
                gone[removed] = p
                removed += 1
            elif when:
                todo[waiting] = p  # the other sub-iteration's
                waiting += 1
        if waiting + 8 * removed > todo.size:
            longer = np.empty(2 * (waiting + 8 * removed), np.uint32)
            for i in range(waiting):
                longer[i] = todo[i]
            todo = longer
        listed = waiting
        for i in range(removed):
            centre = np.int64(gone[i])
            for k in range(8):
                q = np.uint64(centre + steps[k])  # unsigned: no check for a negative index
                before = code[q]
                if before:
                    after = before ^ (1 << ((k + 4) & 7))
                    code[q] = after
                    # one that could go before is listed already
                    if table[after] != 0 and table[before] == 0:
                        todo[listed] = q
                        listed += 1
        turn = 3 - turn
