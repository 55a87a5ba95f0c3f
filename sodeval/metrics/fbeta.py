"""F-measure at every threshold and at the adaptive one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sodeval.conventions import EPS, EvalProtocol
from sodeval.kernels.curves import fbeta_curves
from sodeval.metrics.base import FloatArray, LevelCounts, Measured, Sample
from sodeval.metrics.curves import level_mean

_COLUMNS = ("max_fbeta", "mean_fbeta", "adp_fbeta")

# by pr_guard: added to the numerators of P and R, and to the denominators of P and of R
_GUARDS = {
    "0/0=0": (0.0, 0.0, 0.0),
    "eps": (0.0, EPS, 0.0),
    "1e-8": (0.0, 1e-8, 1e-8),
    "1e-4": (0.0, 1e-4, 1e-4),
    "1e-4/1e-4": (1e-4, 1e-4, 1e-4),
}


class FBeta:
    """F = (1 + β²) P R / (β² P + R), β² = 0.3 (Achanta et al., CVPR 2009).

    What max and mean are taken of is the protocol's ``max_fbeta``: the curve averaged over
    images (the default), F of averaged P and R, or each image's own maximum. An image's own row
    holds the max and mean of its own curve. What an empty ground truth gives is the protocol's
    ``fbeta_empty``: it scores 0 and counts, or is undefined.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image; undefined for an empty ground truth where the protocol says so."""
        own = sample.derived(image_curves)
        at = adaptive_counts(sample)
        if at is None:
            return Measured(dict.fromkeys(_COLUMNS))
        adaptive = 0.0
        hits, predicted, positives = at
        if hits:
            beta2 = protocol.fbeta_beta2
            p, r = hits / predicted, hits / positives
            adaptive = (1 + beta2) * p * r / (beta2 * p + r)
        if not own:
            return Measured({**dict.fromkeys(_COLUMNS), "adp_fbeta": adaptive})
        curve = own["fbeta"]
        if protocol.mean_guard != "n":  # what the tool prints for this image alone
            alone = 1 / (1 + 1e-8)
            curve = of_means(own["precision"] * alone, own["recall"] * alone, protocol)
        values = (float(curve.max()), level_mean(curve, protocol), adaptive)
        return Measured(dict(zip(_COLUMNS, values, strict=True)), own)

    def curves(self, at: LevelCounts, protocol: EvalProtocol) -> Mapping[str, FloatArray]:
        """Precision, recall and F of one image; none where it is undefined."""
        if at.positives == 0 and protocol.fbeta_empty != "counts":
            return {}
        return _curves(at, at.passing[1].astype(np.float64), float(at.positives), protocol)

    def summarise(
        self,
        means: Mapping[str, float | None],
        curves: Mapping[str, FloatArray],
        protocol: EvalProtocol,
    ) -> Mapping[str, float | None]:
        """Max and mean as the protocol says; mean of the adaptive values."""
        if "fbeta" not in curves:
            return {**dict.fromkeys(_COLUMNS), "adp_fbeta": means["adp_fbeta"]}
        curve = curves["fbeta"]
        if protocol.max_fbeta == "mean-pr":
            curve = of_means(curves["precision"], curves["recall"], protocol)
        largest = means["max_fbeta"] if protocol.max_fbeta == "per-image" else float(curve.max())
        values = (largest, level_mean(curve, protocol), means["adp_fbeta"])
        return dict(zip(_COLUMNS, values, strict=True))


def of_means(precision: FloatArray, recall: FloatArray, protocol: EvalProtocol) -> FloatArray:
    """F at each level from precision and recall averaged over images."""
    beta2 = protocol.fbeta_beta2
    above = (1 + beta2) * precision * recall
    below = beta2 * precision + recall + (1e-8 if protocol.f_guard == "1e-8" else 0.0)
    return np.divide(above, below, out=np.zeros_like(above), where=above > 0)


def image_curves(sample: Sample) -> Mapping[str, FloatArray]:
    """Precision, recall and F of one image; none where F is undefined."""
    protocol = sample.protocol
    if not sample.grey:
        return FBeta().curves(sample.at_levels, protocol)
    positives = sample.grey_positives
    if positives == 0 and protocol.fbeta_empty != "counts":
        return {}
    return _curves(sample.at_levels, sample.grey_levels, positives, protocol)


def adaptive_counts(sample: Sample) -> tuple[float, int, float] | None:
    """TP, pixels predicted and G at the adaptive threshold; None where F is undefined."""
    at = sample.fbeta_threshold
    positives, hits = float(sample.gt.positives), float(at.true_positives)
    if sample.grey:
        positives = sample.grey_positives
        values = sample.tables.values
        passing = values >= at.value
        if sample.protocol.fbeta_adp_compare == ">":
            passing = values > at.value
        hits = float(sample.pair.grey_sums[passing].sum()) / 255
    if positives == 0 and sample.protocol.fbeta_empty == "undefined":
        return None
    return hits, at.true_positives + at.false_positives, positives


def _curves(
    at: LevelCounts, hits: FloatArray, positives: float, protocol: EvalProtocol
) -> dict[str, FloatArray]:
    above, of_precision, of_recall = _GUARDS[protocol.pr_guard]
    if protocol.pr_guard == "1e-4":  # the tool adds 1e-4 to a single-precision count
        of_recall = float(np.float32(positives) + np.float32(1e-4)) - positives
    of_f = 1e-8 if protocol.f_guard == "1e-8" else 0.0
    guards = np.array([above, of_precision, of_recall, of_f])
    curves = fbeta_curves(at.passing, hits, positives, protocol.fbeta_beta2, guards)
    return dict(zip(("precision", "recall", "fbeta"), curves, strict=True))
