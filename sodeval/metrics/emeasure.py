"""E-measure at every threshold and at the adaptive one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sodeval.kernels.curves import emeasure_curve, max_and_mean
from sodeval.metrics.base import FloatArray, Measured, Sample
from sodeval.protocols import EPS, EvalProtocol

_COLUMNS = ("max_emeasure", "mean_emeasure", "adp_emeasure")


class EMeasure:
    """Enhanced-alignment measure (Fan et al., IJCAI 2018).

    The sum over pixels is divided by N - 1, so a perfect map gives N / (N - 1), a little above
    1, and an image of one pixel has no value. Empty and full ground truths score the share of
    pixels predicted as background and as foreground.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image; undefined for a single pixel."""
        gt = sample.gt
        if gt.size == 1:
            return Measured(dict.fromkeys(_COLUMNS))
        curve = emeasure_curve(sample.passing, gt.positives, gt.size, EPS)
        at = sample.adaptive()
        passing = np.array([[at.false_positives], [at.true_positives]])
        adaptive = emeasure_curve(passing, gt.positives, gt.size, EPS)[0]
        return Measured(
            dict(zip(_COLUMNS, (*max_and_mean(curve), adaptive), strict=True)),
            {"emeasure": curve},
        )

    def summarise(
        self,
        means: Mapping[str, float | None],
        curves: Mapping[str, FloatArray],
        protocol: EvalProtocol,
    ) -> Mapping[str, float | None]:
        """Max and mean of the averaged curve; mean of the adaptive values."""
        if "emeasure" not in curves:
            return dict.fromkeys(_COLUMNS)
        curve = curves["emeasure"]
        values = (float(curve.max()), float(curve.mean()), means["adp_emeasure"])
        return dict(zip(_COLUMNS, values, strict=True))
