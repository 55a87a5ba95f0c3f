"""E-measure at every threshold and at the adaptive one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EPS, EvalProtocol
from sodeval.kernels.curves import emeasure_curve
from sodeval.metrics.base import FloatArray, LevelCounts, Measured, Sample
from sodeval.metrics.curves import level_mean

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
        at = sample.emeasure_threshold
        if sample.grey:
            curve = _grey_curve(sample, sample.tables.cuts, _eps(protocol))
            p = sample.tables.values
            passes = p > at.value
            if protocol.emeasure_adp_compare == ">=":
                passes |= p == at.value
            cut = np.array([p.size - passes.sum()])  # values ascend
            adaptive = _grey_curve(sample, cut, _eps(protocol))[0]
        else:
            curve = self.curves(sample.at_levels, protocol)["emeasure"]
            passing = np.array([[at.false_positives], [at.true_positives]])
            adaptive = emeasure_curve(passing, gt.positives, gt.size, _eps(protocol))[0]
        values = (float(curve.max()), level_mean(curve, protocol), float(adaptive))
        return Measured(dict(zip(_COLUMNS, values, strict=True)), {"emeasure": curve})

    def curves(self, at: LevelCounts, protocol: EvalProtocol) -> Mapping[str, FloatArray]:
        """The curve of one image; none for a single pixel."""
        if at.size == 1:
            return {}
        return {"emeasure": emeasure_curve(at.passing, at.positives, at.size, _eps(protocol))}

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
        values = (float(curve.max()), level_mean(curve, protocol), means["adp_emeasure"])
        return dict(zip(_COLUMNS, values, strict=True))


def _eps(protocol: EvalProtocol) -> float:
    return EPS if protocol.emeasure_denominator == "N-1+eps" else 1e-20


def _grey_curve(sample: Sample, cuts: NDArray[np.int64], eps: float) -> FloatArray:
    """E against y/255 at each cut of the codes: every (f, y) that occurs aligns as one."""
    present, counts = sample.pair.grey_counts
    size = sample.gt.size
    totals = counts.sum(axis=1, keepdims=True)
    above = np.zeros((present.size, counts.shape[1] + 1), np.int64)
    above[:, :-1] = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]
    passing = above[:, cuts]  # (kinds of y, levels)
    if present[-1] == 0:
        return np.asarray((size - passing[0]) / (size - 1))
    if present[0] == 255:
        return np.asarray(passing[0] / (size - 1))
    y = present[:, None] / 255
    b = y - (y * totals).sum() / size
    mean_f = passing.sum(axis=0) / size
    total = np.zeros(mean_f.shape)
    for f, pixels in ((1.0, passing), (0.0, totals - passing)):
        a = f - mean_f
        xi = 2 * a * b / (a * a + b * b + eps)
        total += (pixels * (xi + 1) ** 2 / 4).sum(axis=0)
    return total / (size - 1)
