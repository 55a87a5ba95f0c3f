"""Areas under the averaged ROC and precision-recall curves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sodeval.conventions import EvalProtocol
from sodeval.metrics.base import FloatArray, LevelCounts, Measured, Sample
from sodeval.metrics.fbeta import FBeta, image_curves


class AUC:
    """Trapezoids over the levels, from the highest down, with no end point added.

    ``auc_roc`` is recall against FP / (N - G), ``ap`` precision against recall, each averaged
    over images level by level first; so ``ap`` starts at the recall of the highest level and is
    well below an interpolated average precision. A rate 0/0 counts as 0; for protocols in which
    an empty ground truth has no curve of F, an image without foreground or background has no ROC
    curve. An image's own row holds the areas under its own curves.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        own = self.curves(sample.at_levels, protocol)
        if sample.grey:
            own = {**own, **_pr(sample.derived(image_curves))}
        return Measured(_areas(own), own)

    def curves(self, at: LevelCounts, protocol: EvalProtocol) -> Mapping[str, FloatArray]:
        """Precision and recall as F takes them, and the two rates of the ROC curve."""
        own = _pr(FBeta().curves(at, protocol))
        negatives = at.size - at.positives
        if protocol.fbeta_empty == "counts" or (at.positives and negatives):
            own["fpr"] = at.passing[0] / max(negatives, 1)
            own["tpr"] = at.passing[1] / max(at.positives, 1)
        return own

    def summarise(
        self,
        means: Mapping[str, float | None],
        curves: Mapping[str, FloatArray],
        protocol: EvalProtocol,
    ) -> Mapping[str, float | None]:
        """The areas under the averaged curves."""
        return _areas(curves)


def _pr(curves: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    return {name: curve for name, curve in curves.items() if name != "fbeta"}


def _areas(curves: Mapping[str, FloatArray]) -> dict[str, float | None]:
    return {
        "auc_roc": _area(curves.get("tpr"), curves.get("fpr")),
        "ap": _area(curves.get("precision"), curves.get("recall")),
    }


def _area(y: FloatArray | None, x: FloatArray | None) -> float | None:
    """Trapezoids under y against x, whose levels ascend and which fall with them."""
    if y is None or x is None:
        return None
    y, x = y[::-1], x[::-1]
    return float(np.sum((y[1:] + y[:-1]) / 2 * np.diff(x)))
