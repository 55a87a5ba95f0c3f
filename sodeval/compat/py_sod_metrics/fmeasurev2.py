"""Measures of true and false positives and negatives: ``FmeasureV2`` and its handlers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sodeval.compat.py_sod_metrics.samples import Array, FloatArray, sample_of
from sodeval.compat.py_sod_metrics.sod_metrics import mean_of
from sodeval.metrics.base import Sample

Counts = dict[str, Any]


class Handler(Protocol):
    """What ``FmeasureV2`` needs of a handler, the user's own included."""

    dynamic_results: list[Any] | None
    adaptive_results: list[Any] | None
    binary_results: Any
    sample_based: bool

    def __call__(self, tp: Any, fp: Any, tn: Any, fn: Any) -> Any:
        """The measure, of arrays or of numbers."""
        ...


class _BaseHandler(ABC):
    """One measure, and its values so far.

    Args:
        with_dynamic: at 256 thresholds, from level 255 to 0.
        with_adaptive: at the adaptive threshold.
        with_binary: at p > 0.5.
        sample_based: the binary value is the mean over images; else the value of all pixels.
    """

    def __init__(
        self,
        with_dynamic: bool,
        with_adaptive: bool,
        *,
        with_binary: bool = False,
        sample_based: bool = True,
    ):
        self.dynamic_results: list[Any] | None = [] if with_dynamic else None
        self.adaptive_results: list[Any] | None = [] if with_adaptive else None
        self.sample_based = sample_based
        self.binary_results: Any = None
        if with_binary:
            self.binary_results = [] if sample_based else dict.fromkeys(("tp", "fp", "tn", "fn"), 0)

    def __call__(self, tp: ArrayLike, fp: ArrayLike, tn: ArrayLike, fn: ArrayLike) -> Array:
        """The measure, of arrays or of numbers; 0 where it is 0/0."""
        tp, fp, tn, fn = (np.asarray(n, np.float64) for n in (tp, fp, tn, fn))
        return self._measure(tp, fp, tn, fn)

    @abstractmethod
    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        """The measure of float64 counts."""


class IOUHandler(_BaseHandler):
    """Intersection over union."""

    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        return _ratio(tp, tp + fp + fn)


class SpecificityHandler(_BaseHandler):
    """Share of the background that is predicted as such, TNR."""

    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        return _ratio(tn, tn + fp)


TNRHandler = SpecificityHandler


class DICEHandler(_BaseHandler):
    """Dice coefficient: F with β = 1."""

    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        return _ratio(2 * tp, 2 * tp + fp + fn)


class OverallAccuracyHandler(_BaseHandler):
    """Share of the pixels that are right."""

    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        return _ratio(tp + tn, tp + fp + tn + fn)


class KappaHandler(_BaseHandler):
    """Kappa as PySODMetrics has it: (TN + TP) in its chance term, where Cohen has (TN + FP)."""

    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        size = tp + fp + tn + fn
        chance = _ratio((tp + fp) * (tp + fn) + (tn + fn) * (tn + tp), size**2)
        return _ratio(_ratio(tp + tn, size) - chance, 1 - chance)


class PrecisionHandler(_BaseHandler):
    """Share of what is predicted that is right."""

    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        return _ratio(tp, tp + fp)


class RecallHandler(_BaseHandler):
    """Share of the foreground that is found, TPR and sensitivity."""

    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        return _ratio(tp, tp + fn)


TPRHandler = RecallHandler
SensitivityHandler = RecallHandler


class FPRHandler(_BaseHandler):
    """Share of the background that is predicted as foreground."""

    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        return _ratio(fp, tn + fp)


class BERHandler(_BaseHandler):
    """Balanced error rate: 1 - (TPR + TNR) / 2."""

    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        found, spared = _ratio(tp, tp + fn), _ratio(tn, tn + fp)
        return np.asarray(1 - (found + spared) / 2)


class FmeasureHandler(_BaseHandler):
    """F-measure.

    Args:
        with_dynamic: at 256 thresholds, from level 255 to 0.
        with_adaptive: at the adaptive threshold.
        with_binary: at p > 0.5.
        sample_based: the binary value is the mean over images; else the value of all pixels.
        beta: the square of β.
    """

    def __init__(
        self,
        with_dynamic: bool,
        with_adaptive: bool,
        *,
        with_binary: bool = False,
        sample_based: bool = True,
        beta: float = 0.3,
    ):
        super().__init__(
            with_dynamic, with_adaptive, with_binary=with_binary, sample_based=sample_based
        )
        self.beta = beta

    def _measure(self, tp: FloatArray, fp: FloatArray, tn: FloatArray, fn: FloatArray) -> Array:
        p, r = _ratio(tp, tp + fp), _ratio(tp, tp + fn)
        return _ratio((1 + self.beta) * p * r, self.beta * p + r)


class FmeasureV2:
    """Several measures of one pair, by the names given to their handlers.

    Args:
        metric_handlers: handlers by name.
    """

    def __init__(self, metric_handlers: dict[str, Any] | None = None):
        self._metric_handlers: dict[str, Handler] = metric_handlers or {}

    def add_handler(self, handler_name: str, metric_handler: Handler) -> None:
        """Add a measure under a name."""
        self._metric_handlers[handler_name] = metric_handler

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair.

        Raises:
            ValueError: there are no handlers, or the arrays are not a pair.
        """
        at = cuts_of(self._sample(pred, gt, normalize))
        for handler in self._metric_handlers.values():
            if handler.dynamic_results is not None:
                handler.dynamic_results.append(handler(**at["dynamic"]))
            if handler.adaptive_results is not None:
                handler.adaptive_results.append(handler(**at["adaptive"]))
            if handler.binary_results is not None:
                if handler.sample_based:
                    handler.binary_results.append(handler(**at["binary"]))
                else:
                    pool(handler.binary_results, at["binary"])

    def get_results(self) -> dict[str, dict[str, Any]]:
        """By name: ``dynamic``, ``adaptive`` and ``binary``, those asked for."""
        return {name: _results(handler) for name, handler in self._metric_handlers.items()}

    def _sample(self, pred: Array, gt: Array, normalize: bool) -> Sample:
        if not self._metric_handlers:
            raise ValueError("there is nothing to measure: add a handler before step()")
        return sample_of(pred, gt, normalize)


def cuts_of(sample: Sample) -> dict[str, Counts]:
    """What passes at every level, at the adaptive threshold, and at p > 0.5."""
    at = sample.at_levels
    reached = sample.fbeta_threshold
    return {
        "dynamic": confusion(at.passing[:, ::-1], at.positives, at.size),
        "adaptive": confusion(
            (reached.false_positives, reached.true_positives), at.positives, at.size
        ),
        "binary": confusion(sample.above_half, at.positives, at.size),
    }


def confusion(passing: Any, positives: int, size: int) -> Counts:
    """True and false positives and negatives, of false and true positives."""
    fp, tp = passing
    return {"tp": tp, "fp": fp, "tn": size - positives - fp, "fn": positives - tp}


def pool(totals: Counts, at: Counts) -> None:
    """Add the counts of an image to those of a data set."""
    for key, count in at.items():
        totals[key] += int(count)


def binary_of(handler: Handler) -> Any:
    """The value at p > 0.5 of all images so far."""
    if handler.sample_based:
        return mean_of(handler.binary_results)
    return np.mean(handler(**handler.binary_results))


def _results(handler: Handler) -> dict[str, Any]:
    results = {}
    if handler.dynamic_results is not None:
        results["dynamic"] = mean_of(handler.dynamic_results)
    if handler.adaptive_results is not None:
        results["adaptive"] = mean_of(handler.adaptive_results)
    if handler.binary_results is not None:
        results["binary"] = binary_of(handler)
    return results


def _ratio(above: FloatArray, below: FloatArray) -> NDArray[np.float64]:
    """A quotient; 0 where the denominator is."""
    return np.divide(above, below, out=np.zeros(np.shape(below)), where=below != 0)
