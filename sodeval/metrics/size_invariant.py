"""Size-invariant MAE and F-measure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.kernels import targets as kernels
from sodeval.metrics.base import FloatArray, GroundTruth, MeanOverImages, Measured, Sample

SMALLEST = 50  # pixels of a component that counts: the authors' code
_CHUNK = 256  # targets whose curves are held at once


class SizeInvariant(MeanOverImages):
    """Size-invariant MAE and F (Li et al., Size-invariance matters, ICML 2024).

    A target is a 4-connected component of the ground truth of 50 pixels or more; where there is
    none, every component of the largest area. Each has a bounding box, in which other components
    count, too. An empty ground truth has one target, the whole image.

    F: outside a target's box the map is 0 and the ground truth background, in an image of full
    size; max and mean over the levels 0 to 255 of floor(255 p) are of that target's own curve,
    and of an image the average over its targets.

    MAE = (r m + sum of the K targets' MAE in their boxes) / (K + r), with r the pixels in no box
    over those in some box, and m the MAE of the former. Where the boxes of some foreground cover
    the image, m is 0/0 and SI-MAE undefined, as the reference's NaN. An empty ground truth, and a
    full one, which the reference refuses, is one box without a background: r = 0.

    Scores of a data set are means over images. A map without values (0/0 when scaled) has none.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        tables = sample.tables
        if not tables.defined:
            return Measured(dict.fromkeys(("si_mae", "si_max_fbeta", "si_mean_fbeta")))
        found = sample.gt.derived(targets)
        number = len(found.boxes)
        codes, level, error = sample.pred, tables.quantised, tables.values
        if codes.dtype != np.uint8:  # many values: their levels serve as codes
            codes = sample.quantised
            level, error = _identity()
        errors, largest, means = kernels.box_scores(
            codes, sample.gt.mask, found.boxes, level, error, protocol.fbeta_beta2
        )
        if codes is not sample.pred:
            errors = _box_errors(sample, found.boxes)
        ratio = found.outside / (sample.gt.size - found.outside)
        if found.outside:
            background = _outside_error(sample, found.side) / found.outside
            errors += ratio * background
        no_rest = found.outside == 0 and 0 < sample.gt.positives < sample.gt.size
        return Measured(
            {
                "si_mae": None if no_rest else errors / (number + ratio),
                "si_max_fbeta": largest / number,
                "si_mean_fbeta": means / number,
            }
        )


class Targets(NamedTuple):
    """The targets of a ground truth.

    Attributes:
        boxes: int64 (K, 4), first row, last row, first column, last column; K is 1 or more.
        side: uint8 (H, W): 0 in a box, outside all boxes 1 for background, 2 for foreground.
        outside: pixels in no box.
    """

    boxes: NDArray[np.int64]
    side: NDArray[np.uint8]
    outside: int


def targets(gt: GroundTruth) -> Targets:
    """Targets of one ground truth, by first row and column of their boxes."""
    height, width = gt.shape
    if gt.positives == 0:
        boxes = np.array([[0, height - 1, 0, width - 1]])
        return Targets(boxes, np.zeros(gt.shape, np.uint8), 0)
    top, bottom, left, right = gt.box.tolist()
    cropped = gt.mask[top : bottom + 1, left : right + 1]
    _, _, stats, _ = cv2.connectedComponentsWithStats(cropped, connectivity=4)
    stats = stats[1:].astype(np.int64)  # without the background
    area = stats[:, cv2.CC_STAT_AREA]
    kept = stats[area >= min(SMALLEST, area.max())]
    x, y = kept[:, cv2.CC_STAT_LEFT] + left, kept[:, cv2.CC_STAT_TOP] + top
    last_x = x + kept[:, cv2.CC_STAT_WIDTH] - 1
    last_y = y + kept[:, cv2.CC_STAT_HEIGHT] - 1
    order = np.lexsort((last_x, last_y, x, y))  # that of the labels is OpenCV's business
    boxes = np.ascontiguousarray(np.stack((y, last_y, x, last_x), axis=1)[order])
    side = gt.mask + np.uint8(1)
    for first, last, start, end in boxes.tolist():
        side[first : last + 1, start : end + 1] = 0
    return Targets(boxes, side, int(np.count_nonzero(side)))


class TargetCounts(NamedTuple):
    """What passes in the images of some targets, each alone in an image of full size.

    Attributes:
        passing: int64 (targets, 2, 256), false and true positives at levels 0 to 255.
        adaptive: int64 (targets, 2), the same at p >= min(2 mean p, 1) of that image.
        binary: int64 (targets, 2), the same at p > 0.5.
        positives: int64 (targets,), foreground pixels.
    """

    passing: NDArray[np.int64]
    adaptive: NDArray[np.int64]
    binary: NDArray[np.int64]
    positives: NDArray[np.int64]


def target_counts(sample: Sample) -> Iterator[TargetCounts]:
    """What passes in each target's image, some hundred targets at a time.

    For measures other than F, for curves over all targets of a data set, and for thresholds of
    their own: everything that counts of true and false positives tell.
    """
    boxes = sample.gt.derived(targets).boxes
    for first in range(0, len(boxes), _CHUNK):
        some = boxes[first : first + _CHUNK]
        counts = kernels.box_counts(sample.quantised, sample.gt.mask, some, 2)
        passing = np.ascontiguousarray(counts[:, :, ::-1].cumsum(axis=2)[:, :, ::-1])
        passing[:, 0, 0] += sample.gt.size - passing[:, :, 0].sum(axis=1)  # outside the box
        cuts = [_cut_counts(sample, box) for box in some.tolist()]
        adaptive, binary = np.array(cuts, np.int64).swapaxes(0, 1)
        yield TargetCounts(passing, adaptive, binary, passing[:, 1, 0].copy())


def fbeta(
    passing: NDArray[np.int64], positives: NDArray[np.int64], beta2: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Precision, recall and F of counts as in :class:`TargetCounts`, 0 where they are 0/0.

    Args:
        passing: int64 (targets, 2, ...).
        positives: int64 (targets,).
        beta2: the square of beta.
    """
    fp, tp = passing[:, 0], passing[:, 1]
    precision = tp / np.maximum(tp + fp, 1)
    recall = tp / np.maximum(positives, 1).reshape(-1, *(1,) * (tp.ndim - 1))
    below = beta2 * precision + recall
    score = (1 + beta2) * precision * recall / np.where(tp > 0, below, 1.0)
    return precision, recall, score


def _cut_counts(sample: Sample, box: list[int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """False and true positives in one target's image, at the adaptive threshold and at 0.5."""
    inside = slice(box[0], box[1] + 1), slice(box[2], box[3] + 1)
    p = sample.tables.values[sample.pred[inside]]
    mask = sample.gt.mask[inside] != 0
    size = sample.gt.size
    threshold = min(2 * float(p.sum()) / size, 1.0)
    if 0 < threshold < 1 and np.abs(p - threshold).min() < 1e-9:
        # a tie up to rounding: as for whole images, NumPy's sum of the map decides
        alone = np.zeros(sample.gt.shape)
        alone[inside] = p
        threshold = min(2 * float(alone.mean()), 1.0)
    elsewhere = size - p.size if threshold <= 0 else 0
    counts = []
    for passes, more in ((p >= threshold, elsewhere), (p > 0.5, 0)):
        hits = int(np.count_nonzero(passes & mask))
        counts.append((int(np.count_nonzero(passes)) - hits + more, hits))
    return counts[0], counts[1]


@cache
def _identity() -> tuple[NDArray[np.uint8], FloatArray]:
    """Levels and values of codes that are levels; read-only, as the kernel is compiled for."""
    level = np.arange(256, dtype=np.uint8)
    value: FloatArray = level / 255
    for array in (level, value):
        array.setflags(write=False)
    return level, value


def _outside_error(sample: Sample, side: NDArray[np.uint8]) -> float:
    """Sum of |p - g| over the pixels in no box."""
    values = sample.tables.values
    if sample.pred.dtype != np.uint8:
        some = side > 0
        return float(np.abs(values[sample.pred[some]] - sample.gt.mask[some]).sum())
    height, width = side.shape
    everywhere = np.array([[0, height - 1, 0, width - 1]])
    _, background, foreground = kernels.box_counts(sample.pred, side, everywhere, 3)[0]
    return float((background * values).sum() + (foreground * (1.0 - values)).sum())


def _box_errors(sample: Sample, boxes: NDArray[np.int64]) -> float:
    """Mean of |p - g| over each box, added up, for maps of more than 256 values."""
    error = np.abs(sample.tables.values[sample.pred] - sample.gt.mask)
    return float(sum(error[t : b + 1, x : e + 1].mean() for t, b, x, e in boxes.tolist()))
