"""F-measure at every threshold and at the adaptive one."""

from __future__ import annotations

from collections.abc import Mapping

from sodeval.kernels.curves import fbeta_curves, max_and_mean
from sodeval.metrics.base import FloatArray, Measured, Sample
from sodeval.protocols import EvalProtocol


class FBeta:
    """F = (1 + β²) P R / (β² P + R), β² = 0.3 (Achanta et al., CVPR 2009).

    Max and mean are taken on the curve averaged over images; an image's own row holds the max
    and mean of its own curve. An empty ground truth scores 0 and counts.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        positives = sample.gt.positives
        beta2 = protocol.fbeta_beta2
        precision, recall, fbeta = fbeta_curves(sample.passing, positives, beta2)
        at = sample.adaptive()
        adaptive = 0.0
        if at.true_positives:
            p = at.true_positives / (at.true_positives + at.false_positives)
            r = at.true_positives / positives
            adaptive = (1 + beta2) * p * r / (beta2 * p + r)
        largest, mean = max_and_mean(fbeta)
        return Measured(
            {"max_fbeta": largest, "mean_fbeta": mean, "adp_fbeta": adaptive},
            {"precision": precision, "recall": recall, "fbeta": fbeta},
        )

    def summarise(
        self,
        means: Mapping[str, float | None],
        curves: Mapping[str, FloatArray],
        protocol: EvalProtocol,
    ) -> Mapping[str, float | None]:
        """Max and mean of the averaged curve; mean of the adaptive values."""
        curve = curves["fbeta"]
        return {
            "max_fbeta": float(curve.max()),
            "mean_fbeta": float(curve.mean()),
            "adp_fbeta": means["adp_fbeta"],
        }
