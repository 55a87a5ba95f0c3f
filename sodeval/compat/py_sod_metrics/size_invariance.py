"""Size-invariant MAE and binary measures under PySODMetrics' names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.compat.py_sod_metrics.fmeasurev2 import (
    Counts,
    FmeasureV2,
    Handler,
    binary_of,
    confusion,
    pool,
)
from sodeval.compat.py_sod_metrics.samples import Array, sample_of
from sodeval.compat.py_sod_metrics.sod_metrics import MAE, mean_of
from sodeval.metrics import size_invariant
from sodeval.metrics.base import GroundTruth, Sample


class SizeInvarianceFmeasureV2(FmeasureV2):
    """The measures of ``FmeasureV2`` for every target by itself.

    ``dynamic`` is a list with a (targets, 256) array for each image if the handler is
    ``sample_based``, else the mean curve of all targets of all images.
    """

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair.

        Raises:
            ValueError: there are no handlers, or the arrays are not a pair.
        """
        targets = list(_targets(self._sample(pred, gt, normalize)))
        for handler in self._metric_handlers.values():
            if handler.dynamic_results is not None:
                curves = [handler(**at["dynamic"]) for at in targets]
                if handler.sample_based:
                    handler.dynamic_results.append(np.array(curves, np.float64))
                else:
                    handler.dynamic_results.extend(curves)
            if handler.adaptive_results is not None:
                handler.adaptive_results.append(
                    mean_of([handler(**at["adaptive"]) for at in targets])
                )
            if handler.binary_results is not None:
                if handler.sample_based:
                    handler.binary_results.append(
                        mean_of([handler(**at["binary"]) for at in targets])
                    )
                else:
                    for at in targets:
                        pool(handler.binary_results, at["binary"])

    def get_results(self) -> dict[str, dict[str, Any]]:
        """By name: ``dynamic``, ``adaptive`` and ``binary``, those asked for."""
        return {name: _results(handler) for name, handler in self._metric_handlers.items()}


class SizeInvarianceMAE(MAE):
    """Size-invariant MAE; NaN, as the original's, where the targets' boxes cover the image."""

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair."""
        sample = sample_of(pred, gt, normalize)
        row = size_invariant.SizeInvariant().measure(sample, sample.protocol).row
        truth = sample.gt
        covered = truth.positives and not truth.derived(size_invariant.targets).outside
        value = row["si_mae"]
        self.maes.append(float("nan") if covered or value is None else value)

    def get_results(self) -> dict[str, Any]:
        """``si_mae``."""
        return {"si_mae": mean_of(self.maes)}


def _results(handler: Handler) -> dict[str, Any]:
    results: dict[str, Any] = {}
    if handler.dynamic_results is not None:
        curves = handler.dynamic_results
        results["dynamic"] = curves if handler.sample_based else mean_of(curves)
    if handler.adaptive_results is not None:
        results["adaptive"] = mean_of(handler.adaptive_results)
    if handler.binary_results is not None:
        results["binary"] = binary_of(handler)
    return results


def _targets(sample: Sample) -> Iterator[dict[str, Counts]]:
    """What passes in the image of each target, in the order of their first pixels."""
    size = sample.gt.size
    found: list[dict[str, Counts]] = []
    for some in size_invariant.target_counts(sample):
        for k, positives in enumerate(some.positives.tolist()):
            found.append(
                {
                    "dynamic": confusion(some.passing[k, :, ::-1], positives, size),
                    "adaptive": confusion(some.adaptive[k].tolist(), positives, size),
                    "binary": confusion(some.binary[k].tolist(), positives, size),
                }
            )
    for k in sample.gt.derived(_order).tolist():
        yield found[k]


def _order(gt: GroundTruth) -> NDArray[np.int64]:
    """Int64 (targets,): the targets by their first pixels, row by row."""
    boxes = gt.derived(size_invariant.targets).boxes
    if np.unique(boxes[:, 0]).size == len(boxes):  # they come by first row
        return np.arange(len(boxes))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(gt.mask, connectivity=4)
    _, first = np.unique(labels, return_index=True)
    areas = stats[1:, cv2.CC_STAT_AREA]
    least = min(size_invariant.SMALLEST, int(areas.max()))
    starts: dict[tuple[int, ...], list[int]] = {}
    for (x, y, width, height, area), start in zip(stats[1:].tolist(), first[1:], strict=True):
        if area >= least:
            starts.setdefault((y, y + height - 1, x, x + width - 1), []).append(int(start))
    # of targets with the same box either may come first: they have the same counts
    return np.argsort([starts[tuple(box)].pop() for box in boxes.tolist()], kind="stable")
