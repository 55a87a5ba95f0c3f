"""One pass over each image: the foreground mask, and how often each byte occurs where."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def grey_and_largest(pixels: NDArray[np.uint8]) -> tuple[int, int]:
    """How many bytes of uint8 (H, W) are neither 0 nor 255, and the largest byte."""
    largest = np.uint8(0)
    grey = 0
    for r in range(pixels.shape[0]):
        row = pixels[r]
        row_grey = np.uint32(0)
        for x in range(row.size):
            v = row[x]
            largest = max(largest, v)
            row_grey = np.uint32(row_grey + np.uint32((v != 0) & (v != 255)))
        grey += int(row_grey)
    return grey, int(largest)


@kernel
def foreground(
    gt: NDArray[np.uint8], cut: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """Binarise a ground truth and measure where its foreground lies.

    Args:
        gt: uint8 (H, W).
        cut: smallest foreground byte; 256 means none.

    Returns:
        mask uint8 (H, W) of 0 and 1; int64 (3,): foreground pixels, sum of their rows, sum of
        their columns; int64 (4,): first row, last row, first column, last column of the
        foreground (0, -1, 0, -1 if there is none).
    """
    height, width = gt.shape
    mask = np.empty((height, width), np.uint8)
    column_counts = np.zeros(width, np.int32)
    sums = np.zeros(3, np.int64)
    box = np.array([0, -1, 0, -1])
    limit = np.int32(cut)
    for r in range(height):
        row = gt[r]
        out = mask[r]
        count = np.int32(0)
        for x in range(row.size):
            m = np.int32(np.int32(row[x]) >= limit)
            out[x] = m
            column_counts[x] = np.int32(column_counts[x] + m)
            count = np.int32(count + m)
        if count > 0:
            if box[1] < 0:
                box[0] = r
            box[1] = r
            sums[0] += count
            sums[1] += np.int64(r) * count
    for c in range(width):
        if column_counts[c] > 0:
            if box[3] < 0:
                box[2] = c
            box[3] = c
            sums[2] += np.int64(c) * column_counts[c]
    return mask, sums, box


@kernel
def quadrant_counts(
    pred: NDArray[np.uint8], mask: NDArray[np.uint8], rows_above: int, columns_left: int
) -> NDArray[np.int64]:
    """Count the bytes of a prediction by quadrant and by background or foreground.

    Args:
        pred: uint8 (H, W).
        mask: uint8 (H, W) of 0 and 1.
        rows_above: rows in the top quadrants.
        columns_left: columns in the left quadrants.

    Returns:
        int64 (4, 2, 256): quadrants top left, top right, bottom left, bottom right; background,
        foreground; byte. Their sum over quadrants is the joint histogram of the pair.
    """
    height = pred.shape[0]
    counts = np.zeros((4, 512), np.int64)
    for r in range(height):
        q = 0 if r < rows_above else 2
        _count_row(pred[r, :columns_left], mask[r, :columns_left], counts[q])
        _count_row(pred[r, columns_left:], mask[r, columns_left:], counts[q + 1])
    return counts.reshape((4, 2, 256))


@kernel
def _count_row(pred: NDArray[np.uint8], mask: NDArray[np.uint8], counts: NDArray[np.int64]) -> None:
    for x in range(pred.size):
        counts[(np.uint64(mask[x]) << np.uint64(8)) | np.uint64(pred[x])] += 1


@kernel
def joint_counts(quadrants: NDArray[np.int64]) -> tuple[NDArray[np.int64], int, int]:
    """Sum the quadrants: int64 (2, K), and the smallest and largest code that occur."""
    kinds = quadrants.shape[2]
    joint = np.zeros((2, kinds), np.int64)
    low, high = kinds - 1, 0
    for v in range(kinds):
        for side in range(2):
            for q in range(4):
                joint[side, v] += quadrants[q, side, v]
        if joint[0, v] + joint[1, v] > 0:
            low = min(low, v)
            high = max(high, v)
    return joint, low, high


@kernel
def only_bytes(quadrants: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each quadrant its code if it holds one only, else -1: int64 (4,)."""
    out = np.empty(4, np.int64)
    for q in range(4):
        only = -1
        kinds = 0
        for v in range(quadrants.shape[2]):
            if quadrants[q, 0, v] + quadrants[q, 1, v] > 0:
                only = v
                kinds += 1
        out[q] = only if kinds == 1 else -1
    return out


@kernel
def total(counts: NDArray[np.int64], values: NDArray[np.float64]) -> float:
    """Sum of ``values`` over pixels, from how often each code occurs: both (K,)."""
    out = 0.0
    for v in range(values.size):
        out += counts[v] * values[v]
    return out


@kernel
def at_least(
    joint: NDArray[np.int64], values: NDArray[np.float64], threshold: float, strict: bool
) -> tuple[int, int, float]:
    """Background and foreground pixels whose value reaches a threshold, and the nearest miss.

    Args:
        joint: int64 (2, K), pixels by background or foreground and code.
        values: float64 (K,), the value of each code.
        threshold: to be reached.
        strict: to be exceeded.

    Returns:
        the two counts, and the smallest distance to the threshold of any value that occurs.
    """
    background = foreground = 0
    nearest = np.inf
    for v in range(values.size):
        if joint[0, v] + joint[1, v] > 0:
            nearest = min(nearest, abs(values[v] - threshold))
        if values[v] > threshold or (values[v] == threshold and not strict):
            background += joint[0, v]
            foreground += joint[1, v]
    return background, foreground, nearest
