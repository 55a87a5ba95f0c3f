"""How often each pair of a predicted and a true label occurs."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)

Labels = NDArray[np.uint16]


@kernel
def largest_label(labels: Labels, ignored: int, limit: int) -> int:
    """Largest label below ``limit`` that is not ``ignored``; -1 if there is none.

    Args:
        labels: uint16 (N,).
        ignored: a label, or 65536 for none.
        limit: 1 to 65536.
    """
    above = np.int32(0)  # the largest label, plus one: without branches, for vector units
    no, end = np.int32(ignored), np.int32(limit)
    for i in range(labels.size):
        label = np.int32(labels[i])
        counted = np.int32(label != no) & np.int32(label < end)
        above = max(above, np.int32((label + np.int32(1)) * counted))
    return int(above) - 1


@kernel
def add_pairs(pred: Labels, gt: Labels, ignored: int, counts: NDArray[np.int64]) -> None:
    """Add the pixels of an image to a confusion matrix; pixels whose truth is ignored are left out.

    Neighbours mostly are the same pair, and adding to a number that was just written is slow, so
    four tables take turns where they are small.

    Args:
        pred: uint16 (N,).
        gt: uint16 (N,), labels below R or ``ignored``.
        ignored: a label, or 65536 for none.
        counts: int64 (R, C + 1), true label by predicted label, changed in place; the last column
            is for predictions that are no class: from C up, or ``ignored``.
    """
    rows, columns = counts.shape
    lanes = 4 if counts.size <= 65536 else 1
    tables = np.zeros((lanes, counts.size), np.int64)
    width, none, no = np.uint32(columns), np.uint32(columns - 1), np.uint32(ignored)
    for i in range(gt.size):
        g, p = np.uint32(gt[i]), np.uint32(pred[i])
        if g != no:
            column = none if p >= none or p == no else p
            tables[i & (lanes - 1), g * width + column] += 1
    for lane in range(lanes):
        for r in range(rows):
            for c in range(columns):
                counts[r, c] += tables[lane, r * columns + c]
