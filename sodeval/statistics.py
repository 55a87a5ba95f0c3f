"""How sure a score is: bootstrap intervals, paired permutation tests, Holm's correction.

A score of a data set is a function of averages over its images: means of columns, and curves
whose maximum or mean is taken after averaging. So a draw of images is nothing but weights, and
the averages of a thousand draws are one matrix product for each curve. ``summarise`` turns them
into scores exactly as it does for the data set itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sodeval.draws import (
    FloatArray,
    Measurements,
    Summarise,
    resample,
    resampled,
    scores_of,
    swapped,
    swaps,
)
from sodeval.metrics import METRICS, load
from sodeval.protocols import EvalProtocol

RESAMPLES = 1000
PERMUTATIONS = 10_000
LEVEL = 0.95
TIE = 1e-12  # a smaller difference is rounding


class Interval(NamedTuple):
    """A percentile interval."""

    low: float
    high: float


class Difference(NamedTuple):
    """How two methods differ in one score, b - a.

    Attributes:
        value: of the data set's scores; None where a method has none.
        interval: of the paired bootstrap.
        p: two-sided, of the paired permutation test.
    """

    value: float | None
    interval: Interval | None
    p: float | None


def summariser(metrics: Sequence[str], protocol: EvalProtocol) -> Summarise:
    """What turns averages of columns and curves into the scores of these metrics."""
    loaded = [(load(metric), tuple(METRICS[metric].columns)) for metric in metrics]

    def summarise(
        means: Mapping[str, float | None], curves: Mapping[str, FloatArray]
    ) -> dict[str, float | None]:
        scores: dict[str, float | None] = {}
        for metric, columns in loaded:
            own = {column: means[column] for column in columns}
            scores.update(metric.summarise(own, curves, protocol))
        return scores

    return summarise


def intervals(
    columns: Mapping[str, FloatArray],
    curves: Mapping[str, FloatArray],
    summarise: Summarise,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
) -> dict[str, Interval]:
    """Percentile bootstrap over images (Efron, 1979) of every score.

    Each resample draws n images with replacement, averages their values and curves and summarises
    them. A resample in which a score is undefined is left out of that score's percentiles; a score
    that no resample defines has no interval. The same bits on every machine, see ``draws``.

    Memory beyond the arguments: 2 bytes for each resample and image, a copy of the largest curve,
    ``resamples`` averages of each curve that ``summarise`` reads, and about 70 MiB.

    Args:
        columns: column -> float64 (n,), NaN = undefined.
        curves: name -> float64 (n, levels), rows NaN where absent.
        summarise: averages of columns and curves -> scores; an average is None, and a curve left
            out, where no image of the draw has one.
        resamples: how many.
        seed: of the draws.
        level: share of the resamples within the interval.
    """
    measured = Measurements(columns, curves)
    if not measured.images:
        return {}
    averages = resampled(measured, resample(measured.images, resamples, seed))
    found = {column: percentiles(s, level) for column, s in scores_of(averages, summarise).items()}
    return {column: interval for column, interval in found.items() if interval is not None}


def differences(
    a: Measurements,
    b: Measurements,
    summarise: Summarise,
    *,
    resamples: int = RESAMPLES,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    level: float = LEVEL,
) -> dict[str, Difference]:
    """Compare two methods on the same images, in the same order.

    The interval is a percentile bootstrap of b - a, the same resampled images for both. The test
    swaps the two methods' results on images drawn at random and summarises again. The p-value is
    the share of swaps, the actual assignment included, whose difference is at least as large:
    (1 + hits) / (1 + permutations). Up to 12 images all 2^n swaps are tried, once each. A swap
    that leaves a score undefined counts as a hit.

    Memory beyond the arguments: 2 bytes for each resample and image, 1 bit for each permutation
    and image, three copies of the largest curve, 2 ``permutations`` averages of each curve that
    ``summarise`` reads, and about 70 MiB.
    """
    n = a.images
    if not n:
        return {}
    weights = resample(n, resamples, seed)
    drawn_a, drawn_b = (scores_of(resampled(one, weights), summarise) for one in (a, b))
    swapped_a, swapped_b = (
        scores_of(averages, summarise) for averages in swapped(a, b, swaps(n, permutations, seed))
    )
    found = {}
    for column in drawn_a:
        # the first of the swaps is none at all
        start_a, start_b = float(swapped_a[column][0]), float(swapped_b[column][0])
        value = start_b - start_a
        if math.isnan(value):
            found[column] = Difference(None, None, None)
            continue
        slack = TIE * max(1.0, abs(start_a), abs(start_b))
        moved = np.abs(swapped_b[column] - swapped_a[column])
        hits = moved.size - int(np.count_nonzero(moved < abs(value) - slack))
        interval = percentiles(drawn_b[column] - drawn_a[column], level)
        found[column] = Difference(value, interval, hits / moved.size)
    return found


def percentiles(values: FloatArray, level: float = LEVEL) -> Interval | None:
    """The central interval that holds ``level`` of the values; NaN are left out.

    Between two values it is linear, as :func:`numpy.percentile` is by default.
    """
    ordered = np.sort(values[~np.isnan(values)])
    if not ordered.size:
        return None

    def at(share: float) -> float:
        place = share * (ordered.size - 1)
        below = math.floor(place)
        low, high = float(ordered[below]), float(ordered[min(below + 1, ordered.size - 1)])
        return low + (place - below) * (high - low)

    tail = (1.0 - level) / 2
    return Interval(at(tail), at(1.0 - tail))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Correct p-values for their number (Holm, 1979): the k-th smallest of m times m - k + 1.

    Each is at least as large as the one before, and at most 1. None stays None and counts for
    nothing.
    """
    known = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, index) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p))
        corrected[index] = largest
    return corrected
