"""IoU, Dice, accuracy, kappa, precision, recall, specificity and BER: four counts, one quotient.

Each is taken at every level (max or min, and mean, of the curve averaged over images), at the
adaptive threshold of F (``adp_``) and at p > 0.5 (``bin_``), both averaged over images. A
quotient 0/0 counts as 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from sodeval.conventions import EvalProtocol
from sodeval.metrics.base import FloatArray, LevelCounts, Measured, Sample
from sodeval.metrics.curves import level_mean
from sodeval.metrics.fbeta import image_curves

Counts = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
"""True positives, false positives, false negatives and true negatives, float64 of one shape."""


def ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """The quotient; 0 where both are 0."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


class _Overlap(ABC):
    """A quotient of the four counts; the class below says which."""

    name = ""
    best = "max"
    """``max`` or ``min`` of the curve; empty where that would be trivial."""

    @abstractmethod
    def quotient(self, counts: Counts) -> FloatArray:
        """The metric at each threshold."""

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        own = self.curves(sample.at_levels, protocol)
        row = _of_curve(self.name, self.best, own.get(self.name), protocol)
        at = sample.fbeta_threshold
        false, true = sample.above_half
        points = LevelCounts(
            np.array([[at.false_positives, false], [at.true_positives, true]]),
            sample.gt.positives,
            sample.gt.size,
        )
        adaptive, binary = self.quotient(_four(points))
        row[f"adp_{self.name}"], row[f"bin_{self.name}"] = float(adaptive), float(binary)
        return Measured(row, own)

    def curves(self, at: LevelCounts, protocol: EvalProtocol) -> Mapping[str, FloatArray]:
        """The curve of one image."""
        return {self.name: self.quotient(_four(at))}

    def summarise(
        self,
        means: Mapping[str, float | None],
        curves: Mapping[str, FloatArray],
        protocol: EvalProtocol,
    ) -> Mapping[str, float | None]:
        """Best and mean of the averaged curve; means of the others."""
        return {**means, **_of_curve(self.name, self.best, curves.get(self.name), protocol)}


class IoU(_Overlap):
    """Intersection over union, TP / (TP + FP + FN) (Jaccard, 1901).

    For protocols in which an empty ground truth has no curve of F, such an image has no IoU
    curve either if some level predicts nothing, for it is 0/0 there.
    """

    name = "iou"

    def quotient(self, counts: Counts) -> FloatArray:
        """TP / (TP + FP + FN)."""
        tp, fp, fn, _ = counts
        return ratio(tp, tp + fp + fn)

    def curves(self, at: LevelCounts, protocol: EvalProtocol) -> Mapping[str, FloatArray]:
        """The curve of one image; none where the protocol leaves 0/0 undefined."""
        if protocol.fbeta_empty != "counts" and at.positives == 0 and at.passing[0].min() == 0:
            return {}
        return super().curves(at, protocol)


class Dice(_Overlap):
    """Dice coefficient, 2 TP / (2 TP + FP + FN): F with β² = 1 (Dice, 1945)."""

    name = "dice"

    def quotient(self, counts: Counts) -> FloatArray:
        """2 TP / (2 TP + FP + FN)."""
        tp, fp, fn, _ = counts
        return ratio(2 * tp, 2 * tp + fp + fn)


class Accuracy(_Overlap):
    """Pixel accuracy, (TP + TN) / N."""

    name = "accuracy"

    def quotient(self, counts: Counts) -> FloatArray:
        """(TP + TN) / N."""
        tp, fp, fn, tn = counts
        return ratio(tp + tn, tp + fp + fn + tn)


class Kappa(_Overlap):
    """Cohen's kappa, (accuracy - c) / (1 - c) with c the agreement by chance (Cohen, 1960).

    PySODMetrics' class of this name computes another c, with TN + TP where Cohen has FP + TN.
    """

    name = "kappa"

    def quotient(self, counts: Counts) -> FloatArray:
        """(accuracy - c) / (1 - c), c = [(TP+FP)(TP+FN) + (FN+TN)(FP+TN)] / N²."""
        tp, fp, fn, tn = counts
        size = tp + fp + fn + tn
        chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / size**2
        return ratio((tp + tn) / size - chance, 1 - chance)


class Precision(_Overlap):
    """Precision, TP / (TP + FP)."""

    name, best = "precision", ""

    def quotient(self, counts: Counts) -> FloatArray:
        """TP / (TP + FP)."""
        tp, fp, _, _ = counts
        return ratio(tp, tp + fp)

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image; its curve is the one that F uses, with the protocol's guards."""
        own = {
            name: curve for name, curve in sample.derived(image_curves).items() if name == self.name
        }
        row = super().measure(sample, protocol).row
        return Measured({**row, **_of_curve(self.name, "", own.get(self.name), protocol)}, own)

    def curves(self, at: LevelCounts, protocol: EvalProtocol) -> Mapping[str, FloatArray]:
        """The curve of one image, as F takes it."""
        from sodeval.metrics.fbeta import FBeta

        own = FBeta().curves(at, protocol)
        return {self.name: own[self.name]} if own else {}


class Recall(Precision):
    """Recall, TP / G; also called sensitivity or TPR."""

    name = "recall"

    def quotient(self, counts: Counts) -> FloatArray:
        """TP / (TP + FN)."""
        tp, _, fn, _ = counts
        return ratio(tp, tp + fn)


class Specificity(_Overlap):
    """Specificity, TN / (TN + FP); also called TNR."""

    name, best = "specificity", ""

    def quotient(self, counts: Counts) -> FloatArray:
        """TN / (TN + FP)."""
        _, fp, _, tn = counts
        return ratio(tn, tn + fp)


class BER(_Overlap):
    """Balanced error rate, 1 - (TPR + TNR) / 2; lower is better."""

    name, best = "ber", "min"

    def quotient(self, counts: Counts) -> FloatArray:
        """1 - (TP / (TP + FN) + TN / (TN + FP)) / 2."""
        tp, fp, fn, tn = counts
        return 1 - (ratio(tp, tp + fn) + ratio(tn, tn + fp)) / 2


def _four(at: LevelCounts) -> Counts:
    fp, tp = at.passing.astype(np.float64)
    return tp, fp, at.positives - tp, at.size - at.positives - fp


def _of_curve(
    name: str, best: str, curve: FloatArray | None, protocol: EvalProtocol
) -> dict[str, float | None]:
    row: dict[str, float | None] = {}
    if best:
        row[f"{best}_{name}"] = None if curve is None else float(getattr(curve, best)())
    row[f"mean_{name}"] = None if curve is None else level_mean(curve, protocol)
    return row
