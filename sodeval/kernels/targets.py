"""Histograms and F-measures of many boxes in one image, for the size-invariant metrics."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def box_counts(
    codes: NDArray[np.uint8], kind: NDArray[np.uint8], boxes: NDArray[np.int64], kinds: int
) -> NDArray[np.int64]:
    """Count the codes in each box by kind of pixel.

    Args:
        codes: uint8 (H, W).
        kind: uint8 (H, W), 0 to kinds - 1.
        boxes: int64 (boxes, 4), first row, last row, first column, last column.
        kinds: how many kinds there are.

    Returns:
        int64 (boxes, kinds, 256).
    """
    counts = np.zeros((boxes.shape[0], kinds * 256), np.int64)
    for b in range(boxes.shape[0]):
        _count(codes, kind, boxes[b], counts[b])
    return counts.reshape((boxes.shape[0], kinds, 256))


@kernel
def box_scores(
    codes: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    boxes: NDArray[np.int64],
    level: NDArray[np.uint8],
    error: NDArray[np.float64],
    beta2: float,
) -> tuple[float, float, float]:
    """Mean error, largest F and mean F over 256 levels, each added up over all boxes.

    Of each box alone, the rest of the image being background of level 0. F of TP hits among n
    pixels that pass, with G pixels to hit, is (1 + b2) TP / (b2 G + n); 0 without a hit.

    Args:
        codes: uint8 (H, W).
        mask: uint8 (H, W) of 0 and 1.
        boxes: int64 (boxes, 4), first row, last row, first column, last column.
        level: uint8 (256,), the highest level a code passes, not decreasing.
        error: float64 (256,), the error of a background pixel; of a foreground pixel it is
            1 minus that.
        beta2: the square of beta.
    """
    height, width = codes.shape
    counts = np.zeros(512, np.int64)
    errors = largest = means = 0.0
    for b in range(boxes.shape[0]):
        _count(codes, mask, boxes[b], counts)
        positives = area = 0
        for v in range(256):
            positives += counts[256 + v]
            area += counts[v] + counts[256 + v]
        weight = beta2 * positives
        wrong = total = best = 0.0
        hits = passing = 0
        scored = 256  # the levels from here up are
        for v in range(255, -1, -1):
            background, foreground = counts[v], counts[256 + v]
            if background + foreground == 0:
                continue
            counts[v] = counts[256 + v] = 0
            fresh = scored - 1 - int(level[v])
            if fresh > 0:  # levels above this code's, which what was seen so far passes
                if hits > 0:
                    fbeta = (1.0 + beta2) * hits / (weight + passing)
                    best = max(best, fbeta)
                    total += fresh * fbeta
                scored -= fresh
            hits += foreground
            passing += background + foreground
            wrong += background * error[v] + foreground * (1.0 - error[v])
        if hits > 0:
            fbeta = (1.0 + beta2) * hits / (weight + passing)
            if scored > 1:
                best = max(best, fbeta)
                total += (scored - 1) * fbeta
            fbeta = (1.0 + beta2) * hits / (weight + height * width)  # everything passes level 0
            best = max(best, fbeta)
            total += fbeta
        errors += wrong / area
        largest += best
        means += total / 256
    return errors, largest, means


@kernel
def _count(
    codes: NDArray[np.uint8],
    kind: NDArray[np.uint8],
    box: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    for r in range(box[0], box[1] + 1):
        row = codes[r, box[2] : box[3] + 1]
        kinds = kind[r, box[2] : box[3] + 1]
        for x in range(row.size):
            counts[(np.uint64(kinds[x]) << np.uint64(8)) | np.uint64(row[x])] += 1
