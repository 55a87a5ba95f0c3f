"""Mean absolute error."""

from __future__ import annotations

from collections.abc import Mapping

from sodeval.metrics.base import FloatArray, Measured, Sample
from sodeval.protocols import EvalProtocol


class MAE:
    """Mean of |p - g| over pixels (Perazzi et al., CVPR 2012). Any ground truth is fine."""

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        background, foreground = sample.totals
        error = background + (sample.gt.positives - foreground)
        return Measured({"mae": error / sample.gt.size})

    def summarise(
        self,
        means: Mapping[str, float | None],
        curves: Mapping[str, FloatArray],
        protocol: EvalProtocol,
    ) -> Mapping[str, float | None]:
        """Mean over images."""
        return means
