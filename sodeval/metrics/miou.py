"""Mean intersection over union of label maps, and pixel accuracy, from one confusion matrix."""

from __future__ import annotations

import math
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sodeval.errors import ShapeError, UsageError
from sodeval.kernels.confusion import add_pairs, largest_label
from sodeval.labels import LARGEST, LabelMap, as_labels

MAX_CLASSES = 4096  # their matrix takes 128 MiB
IGNORED = 255  # what 8-bit label maps hold where there is no label: PASCAL VOC, Cityscapes
_NO_LABEL = LARGEST + 1  # no uint16 is equal to it


class ClassScore(NamedTuple):
    """One class: its IoU, the share of its pixels that were found, and how many those are."""

    iou: float | None
    accuracy: float | None
    pixels: int


class LabelScores(NamedTuple):
    """Scores of a confusion matrix; None where nothing defines them."""

    miou: float | None
    pixel_accuracy: float | None
    per_class: dict[int, ClassScore]


class Totals(NamedTuple):
    """What the scores need of a confusion matrix: int64 arrays beside each other.

    ``labels`` that occur, and their pixels that were found (``hits``), that are there (``truth``),
    and that were predicted where some class is (``predicted``).
    """

    labels: NDArray[np.int64]
    hits: NDArray[np.int64]
    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]

    def scores(self, classes: int) -> LabelScores:
        """Score the first ``classes`` classes; a higher label is a prediction of no class."""
        per_class = dict.fromkeys(range(classes), ClassScore(None, None, 0))
        for label, hits, truth, predicted in zip(*(a.tolist() for a in self), strict=True):
            if label < classes:
                accuracy = hits / truth if truth else None
                per_class[label] = ClassScore(hits / (truth + predicted - hits), accuracy, truth)
        ious = [score.iou for score in per_class.values() if score.iou is not None]
        counted = int(self.truth.sum())
        return LabelScores(
            math.fsum(ious) / len(ious) if ious else None,
            int(self.hits.sum()) / counted if counted else None,
            per_class,
        )


class ConfusionMatrix:
    """Counts pixels by true and predicted label over any number of images.

    IoU_c = TP / (TP + FP + FN) of class c over the pixels of all images together, and mIoU is its
    mean over the classes that occur in the ground truth or the predictions ("mean IU": Long et
    al., Fully convolutional networks, CVPR 2015, section 5; one matrix for the whole set also in
    Cordts et al., The Cityscapes dataset, CVPR 2016). Pixel accuracy is the sum of TP over all
    pixels counted. All counts are int64: neither order nor merging moves a score.

    Edge cases: pixels whose true label is ignored are left out. A prediction that is ``ignored``
    or no class elsewhere is a miss of the true class and a false positive of none. A class in
    neither ground truth nor predictions has no IoU; if nothing is counted, nothing has a score.

    Args:
        classes: how many; labels are 0 to classes - 1. None: up to the largest true label.
        ignore_index: the true label of pixels that are left out; None leaves out none.

    Raises:
        UsageError: one of them is out of range.
    """

    def __init__(self, classes: int | None = None, *, ignore_index: int | None = IGNORED):
        if classes is not None and not 1 <= classes <= MAX_CLASSES:
            raise UsageError(f"classes is {classes}; give 1 to {MAX_CLASSES}.")
        if ignore_index is not None and not 0 <= ignore_index <= LARGEST:
            raise UsageError(f"ignore_index is {ignore_index}; give 0 to {LARGEST}, or none.")
        self._classes = classes
        self.ignore_index = ignore_index
        # true labels so far by all labels so far (so never fewer), and the predictions of no class
        self._counts = np.zeros((0, 1), np.int64)

    @property
    def classes(self) -> int:
        """How many classes there are: those asked for, or up to the largest true label so far."""
        return len(self._counts) if self._classes is None else self._classes

    @property
    def counts(self) -> NDArray[np.int64]:
        """Pixels, int64 (C, C + 1): true by predicted label; last are predictions of no class."""
        classes = self.classes
        out = np.zeros((classes, classes + 1), np.int64)
        own = self._counts[:classes]
        kept = min(classes, own.shape[1] - 1)
        out[: len(own), :kept] = own[:, :kept]
        out[: len(own), -1] = own[:, kept:].sum(axis=1)
        return out

    def update(self, pred: object, gt: object) -> None:
        """Count an image or a batch.

        Args:
            pred: labels, (H, W), (N, H, W) or (N, 1, H, W); NumPy, or torch on any device.
            gt: the same shape.

        Raises:
            ShapeError: a shape, type or label that does not fit.
        """
        preds, gts = as_labels(pred, label="prediction"), as_labels(gt, label="ground truth")
        if [one.shape for one in preds] != [one.shape for one in gts]:
            raise ShapeError(
                f"{len(preds)} predictions of {preds[0].shape} came with {len(gts)} ground truths "
                f"of {gts[0].shape}; both must be alike."
            )
        counted = [self.of(one, truth) for one, truth in zip(preds, gts, strict=True)]
        for one in counted:  # all of a batch or none of it
            self.merge(one)

    @property
    def strays(self) -> int:
        """Pixels whose prediction can be no class, whatever else will be counted."""
        return int(self._counts[:, -1].sum())

    def like(self) -> Self:
        """An empty matrix of the same classes and ignored label."""
        return type(self)(self._classes, ignore_index=self.ignore_index)

    def of(self, pred: LabelMap, gt: LabelMap, *, label: str = "ground truth") -> Self:
        """A matrix like this of one image alone.

        Args:
            pred: uint16 (H, W), C-contiguous.
            gt: likewise.
            label: of the ground truth, for messages.

        Raises:
            ShapeError: the ground truth holds a label that is no class.
        """
        one = self.like()
        ignored = _NO_LABEL if self.ignore_index is None else self.ignore_index
        limit = self._classes or MAX_CLASSES
        flat_pred, flat_gt = pred.reshape(-1), gt.reshape(-1)
        largest = largest_label(flat_gt, ignored, _NO_LABEL)
        if largest >= limit:
            kept = "no label is ignored" if self.ignore_index is None else f"{ignored} is ignored"
            raise ShapeError(
                f"{label} holds label {largest}; {limit} classes are 0 to {limit - 1}, and {kept}. "
                "Map the labels to classes first, or name others with --classes and --ignore-index."
            )
        columns = 1 + max(largest, largest_label(flat_pred, ignored, limit))
        one._counts = np.zeros((largest + 1, columns + 1), np.int64)
        add_pairs(flat_pred, flat_gt, ignored, one._counts)
        return one

    def merge(self, other: ConfusionMatrix) -> None:
        """Add the counts of another.

        Raises:
            UsageError: it counts other classes or ignores another label.
        """
        if (self._classes, self.ignore_index) != (other._classes, other.ignore_index):
            raise UsageError(
                "confusion matrices of other classes or another ignored label cannot be merged; "
                "make both with the same arguments."
            )
        mine, added = self._counts, other._counts
        rows, columns = (max(sides) for sides in zip(mine.shape, added.shape, strict=True))
        if mine.shape != (rows, columns):
            self._counts = np.zeros((rows, columns), np.int64)
            _add(self._counts, mine)
        _add(self._counts, added)

    def totals(self) -> Totals:
        """What the scores need."""
        rows, columns = self._counts.shape
        padding = (0, columns - 1 - rows)
        truth = np.pad(self._counts.sum(axis=1), padding)
        hits = np.pad(self._counts[:, :rows].diagonal(), padding)
        predicted = self._counts[:, :-1].sum(axis=0)
        labels = np.flatnonzero(truth + predicted).astype(np.int64)
        return Totals(labels, hits[labels], truth[labels], predicted[labels])

    def scores(self) -> LabelScores:
        """The scores of all that was counted; counting may go on afterwards."""
        return self.totals().scores(self.classes)


def _add(total: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    """Add a matrix to one at least as large; the last column of each is for no class."""
    rows, columns = counts.shape
    total[:rows, : columns - 1] += counts[:, :-1]
    total[:rows, -1] += counts[:, -1]
