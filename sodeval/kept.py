"""What is kept of an image so that its curves can be had again: at most 5 KB.

The counts at each level give F, E, IoU and their like exactly. A curve that does not follow from
them (boundary IoU, a grey ground truth) is kept itself, in single precision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.metrics.base import CurveMetric, LevelCounts, Measured, Metric, Sample

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kept:
    """The curves of one image in small.

    Attributes:
        passing: uint32 (2, levels), false and true positives.
        positives: foreground pixels.
        size: pixels.
        curves: float32 (levels,) by name: those that do not follow from the counts.
        whole: every curve is in ``curves``; the counts say nothing more.
    """

    passing: NDArray[np.uint32]
    positives: int
    size: int
    curves: Mapping[str, NDArray[np.float32]]
    whole: bool


def keep(
    sample: Sample, metrics: Iterable[Metric], measured: Iterable[Measured], *, whole: bool
) -> Kept:
    """Keep what one image's curves follow from.

    Args:
        sample: the image.
        metrics: what measured it.
        measured: what they measured.
        whole: keep every curve as it is.
    """
    whole = whole or sample.grey
    curves = {
        name: curve.astype(np.float32)
        for metric, one in zip(metrics, measured, strict=True)
        if whole or not isinstance(metric, CurveMetric)
        for name, curve in one.curves.items()
    }
    at = sample.at_levels
    return Kept(at.passing.astype(np.uint32), at.positives, at.size, curves, whole)


def rebuild(
    images: Sequence[Kept], metrics: Iterable[Metric], protocol: EvalProtocol
) -> dict[str, FloatArray]:
    """The curves of many images: name -> float64 (n, levels), NaN where an image has none."""
    counted = [metric for metric in metrics if isinstance(metric, CurveMetric)]
    out: dict[str, FloatArray] = {}
    for i, image in enumerate(images):
        curves: dict[str, NDArray[np.floating]] = dict(image.curves)
        if not image.whole:
            at = LevelCounts(image.passing.astype(np.int64), image.positives, image.size)
            for metric in counted:
                curves.update(metric.curves(at, protocol))
        for name, curve in curves.items():
            if name not in out:
                out[name] = np.full((len(images), curve.size), np.nan)
            out[name][i] = curve
    return out
