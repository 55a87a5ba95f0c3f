"""Context-measure and its variant for camouflage under PySODMetrics' names."""

from __future__ import annotations

from typing import Any

from sodeval.compat.py_sod_metrics.samples import Array, sample_of
from sodeval.compat.py_sod_metrics.sod_metrics import mean_of
from sodeval.metrics import context


class ContextMeasure:
    """Context-measure.

    Args:
        beta2: the square of β.
        alpha: how far context reaches, in pixels.
    """

    def __init__(self, beta2: float = 1.0, alpha: float = 6.0):
        self.beta2 = beta2
        self.alpha = alpha
        self.scores: list[float] = []

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair."""
        sample = sample_of(pred, gt, normalize)
        score = context.score(sample, context.object_weights, self.beta2, self.alpha)
        self.scores.append(float("nan") if score is None else score)

    def get_results(self) -> dict[str, Any]:
        """``cm``."""
        return {"cm": mean_of(self.scores)}


class CamouflageContextMeasure(ContextMeasure):
    """Context-measure that weighs the object's pixels by their camouflage.

    Args:
        beta2: the square of β.
        alpha: how far context reaches, in pixels.
        gamma: how steeply camouflage rises with similarity.
        lambda_spatial: weight of place beside colour where patches are matched.
    """

    def __init__(
        self,
        beta2: float = 1.2,
        alpha: float = 6.0,
        gamma: int = 8,
        lambda_spatial: float = 20,
    ):
        super().__init__(beta2=beta2, alpha=alpha)
        self.gamma = gamma
        self.lambda_spatial = lambda_spatial

    # the package's own class asks for the photograph here, which its parent does not
    def step(  # type: ignore[override]
        self, pred: Array, gt: Array, *, img: Array, normalize: bool = True
    ) -> None:
        """Score one pair with its photograph, uint8 (H, W, 3) RGB."""
        sample = sample_of(pred, gt, normalize, img)
        weights = context.camouflage_weights_of(self.gamma, self.lambda_spatial)
        score = context.score(sample, weights, self.beta2, self.alpha)
        self.scores.append(float("nan") if score is None else score)

    def get_results(self) -> dict[str, Any]:
        """``ccm``."""
        return {"ccm": mean_of(self.scores)}
