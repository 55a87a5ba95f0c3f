"""Weighted F-measure."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EPS, EvalProtocol
from sodeval.kernels import distance, weighted
from sodeval.metrics.base import FloatArray, GroundTruth, MeanOverImages, Measured, Sample

_REACH_SQ = 18  # three rows and three columns away: as far as the 7x7 Gaussian sees


class WeightedFBeta(MeanOverImages):
    """Weighted F-measure, β² = 1 (Margolin, Zelnik-Manor and Tal, CVPR 2014).

    Errors near the foreground's own errors are forgiven (A, eq. 7), errors far from the
    foreground count up to twice (B, eq. 8). An empty ground truth scores 0 and counts.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        gt = sample.gt
        if gt.positives == 0:
            return Measured({"weighted_fbeta": _empty(sample, protocol)})
        near = gt.derived(surroundings)
        values = sample.tables.values
        # B = 2 - exp(ln(1/2)/5 D): the 2 is known from the histogram, the rest fades with D
        false_positive = 2.0 * sample.totals[0] - weighted.decayed_error(
            sample.pred, near.distance_sq, values, _decay()
        )
        missed = weighted.smoothed_error(
            sample.pred,
            gt.mask,
            gt.box,
            1.0 - values,
            near.columns,
            near.sources,
            near.rows,
            _gauss(protocol.weighted_sigma),
        )
        true_positive = gt.positives - missed
        recall = 1.0 - missed / gt.positives
        precision = true_positive / (true_positive + false_positive + EPS)
        beta2 = protocol.weighted_beta2
        score = (1 + beta2) * recall * precision / (recall + beta2 * precision + EPS)
        return Measured({"weighted_fbeta": score})


def _empty(sample: Sample, protocol: EvalProtocol) -> float | None:
    """Weighted F of a ground truth without foreground."""
    if protocol.weighted_empty == "1-mean" and sample.gt.stored.largest == 0:
        return 1.0 - sample.mean
    return 0.0 if protocol.weighted_empty == "0" else None


class Surroundings(NamedTuple):
    """Distances to the foreground, and the nearest foreground of the pixels around it."""

    distance_sq: NDArray[np.uint16]
    columns: NDArray[np.int32]
    sources: NDArray[np.int32]
    rows: NDArray[np.int64]


def surroundings(gt: GroundTruth) -> Surroundings:
    """Distance transform and nearest foreground of one ground truth."""
    far = distance.squared_distance(gt.mask, gt.box)
    near = distance.nearby_sources(gt.mask, gt.box, far, _REACH_SQ, *_preferred_offsets())
    return Surroundings(far, *near)


@cache
def _decay() -> FloatArray:
    """exp(ln(1/2)/5 D) by squared distance; 0 on the foreground and from 65535 up.

    At a squared distance of 65535 it is 4e-16, two units in the last place of B = 2.
    """
    decay: FloatArray = np.exp(np.log(0.5) / 5 * np.sqrt(np.arange(65536.0)))
    decay[[0, 65535]] = 0.0
    return decay


@cache
def _gauss(sigma: float) -> FloatArray:
    """Weights at offsets 0 to 3 of the 7-tap Gaussian whose outer product sums to 1."""
    taps = np.exp(-(np.arange(-3.0, 4.0) ** 2) / (2 * sigma**2))
    half: FloatArray = (taps / taps.sum())[3:].copy()
    return half


@cache
def _preferred_offsets() -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Offsets (dy, dx) by squared length, ties leftmost then topmost, and where each begins."""
    reach = range(-4, 5)
    order = sorted((dx * dx + dy * dy, dx, dy) for dx in reach for dy in reach)
    order = [o for o in order if 0 < o[0] <= _REACH_SQ]
    lengths = np.bincount([o[0] for o in order], minlength=_REACH_SQ + 1)
    first = np.concatenate(([0], np.cumsum(lengths)))
    return np.array([(dy, dx) for _, dx, dy in order], np.int8), first.astype(np.int64)
