"""MAE, F, weighted F, S, E and HCE under PySODMetrics' names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sodeval.compat.py_sod_metrics.samples import MINMAX, Array, FloatArray, sample_of
from sodeval.kernels.curves import emeasure_curve, fbeta_curves
from sodeval.metrics import hce, mae, smeasure, weighted_fbeta
from sodeval.protocols import EPS

_NO_GUARDS = np.zeros(4)


def mean_of(values: Sequence[ArrayLike]) -> Any:
    """Mean over images: float64, or a curve of them; NaN, with NumPy's warning, of none."""
    return np.mean(np.array(values, np.float64), axis=0)


class Fmeasure:
    """F-measure, precision and recall at 256 thresholds, and F at the adaptive one.

    Args:
        beta: what stands before precision in the denominator: the square of β.
    """

    def __init__(self, beta: float = 0.3):
        self.beta = beta
        self.precisions: list[FloatArray] = []
        self.recalls: list[FloatArray] = []
        self.adaptive_fms: list[float] = []
        self.changeable_fms: list[FloatArray] = []

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair."""
        sample = sample_of(pred, gt, normalize)
        at, beta2 = sample.at_levels, float(self.beta)
        hits = at.passing[1].astype(np.float64)
        made = fbeta_curves(at.passing, hits, float(at.positives), beta2, _NO_GUARDS)
        kept = (self.precisions, self.recalls, self.changeable_fms)
        for curves, curve in zip(kept, made, strict=True):
            curves.append(curve[::-1].copy())
        reached = sample.fbeta_threshold
        score = 0.0
        if reached.true_positives:
            p = reached.true_positives / (reached.true_positives + reached.false_positives)
            r = reached.true_positives / at.positives
            score = (1 + beta2) * p * r / (beta2 * p + r)
        self.adaptive_fms.append(score)

    def get_results(self) -> dict[str, dict[str, Any]]:
        """``fm``: ``adp`` and ``curve``; ``pr``: ``p`` and ``r``. Curves from level 255 to 0."""
        return {
            "fm": {"adp": mean_of(self.adaptive_fms), "curve": mean_of(self.changeable_fms)},
            "pr": {"p": mean_of(self.precisions), "r": mean_of(self.recalls)},
        }


class MAE:
    """Mean absolute error."""

    def __init__(self) -> None:
        self.maes: list[float] = []

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair."""
        sample = sample_of(pred, gt, normalize)
        self.maes.append(_number(mae.MAE().measure(sample, sample.protocol).row["mae"]))

    def get_results(self) -> dict[str, Any]:
        """``mae``."""
        return {"mae": mean_of(self.maes)}


class Smeasure:
    """S-measure; NaN, as the original's, where the centroid leaves a block without pixels.

    Args:
        alpha: weight of the object score, 0 to 1.
    """

    def __init__(self, alpha: float = 0.5):
        self.sms: list[float] = []
        self.alpha = alpha
        self._protocol = replace(MINMAX, smeasure_alpha=alpha)

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair."""
        sample = sample_of(pred, gt, normalize)
        row = smeasure.SMeasure().measure(sample, self._protocol).row
        self.sms.append(_number(row["smeasure"]))

    def get_results(self) -> dict[str, Any]:
        """``sm``."""
        return {"sm": mean_of(self.sms)}


class Emeasure:
    """E-measure at 256 thresholds and at the adaptive one."""

    def __init__(self) -> None:
        self.adaptive_ems: list[float] = []
        self.changeable_ems: list[FloatArray] = []

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair."""
        sample = sample_of(pred, gt, normalize)
        at, reached = sample.at_levels, sample.emeasure_threshold
        self.gt_fg_numel, self.gt_size = at.positives, at.size
        curve = emeasure_curve(at.passing, at.positives, at.size, EPS)
        self.changeable_ems.append(curve[::-1].copy())
        passing = np.array([[reached.false_positives], [reached.true_positives]])
        self.adaptive_ems.append(float(emeasure_curve(passing, at.positives, at.size, EPS)[0]))

    def get_results(self) -> dict[str, dict[str, Any]]:
        """``em``: ``adp`` and ``curve``, from level 255 to 0."""
        return {"em": {"adp": mean_of(self.adaptive_ems), "curve": mean_of(self.changeable_ems)}}


class WeightedFmeasure:
    """Weighted F-measure; 0 for an empty ground truth.

    Args:
        beta: the square of β.
    """

    def __init__(self, beta: float = 1):
        self.beta = beta
        self.weighted_fms: list[float] = []
        self._protocol = replace(MINMAX, weighted_beta2=float(beta))

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair."""
        sample = sample_of(pred, gt, normalize)
        row = weighted_fbeta.WeightedFBeta().measure(sample, self._protocol).row
        self.weighted_fms.append(_number(row["weighted_fbeta"]))

    def get_results(self) -> dict[str, Any]:
        """``wfm``."""
        return {"wfm": mean_of(self.weighted_fms)}


class HumanCorrectionEffortMeasure:
    """Human correction effort, polygons as OpenCV up to 4.12 simplifies them.

    Args:
        relax: pixels of error that are forgiven.
        epsilon: how far a polygon may run from the border, in pixels.
    """

    def __init__(self, relax: int = 5, epsilon: float = 2.0):
        self.hces: list[float] = []
        self.relax = relax
        self.epsilon = epsilon

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair."""
        sample = sample_of(pred, gt, normalize)
        whole = float(self.epsilon).is_integer()  # the kernel is compiled for integers already
        epsilon = int(self.epsilon) if whole else self.epsilon
        self.hces.append(float(hce.clicks(sample, sample.protocol, self.relax, epsilon)))

    def get_results(self) -> dict[str, Any]:
        """``hce``."""
        return {"hce": mean_of(self.hces)}


def _number(value: float | None) -> float:
    """NaN for what is undefined: the original's value there."""
    return float("nan") if value is None else value
