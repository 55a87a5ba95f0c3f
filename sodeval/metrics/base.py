"""What a metric is, and what it may look at: one :class:`Sample` at a time.

A :class:`Pair` holds a prediction beside a binary ground truth and what is counted from them; it
serves every protocol that sees the same pixels. A :class:`Sample` is a pair under one protocol.
Each part is made on first use and kept, so a metric pays only for what it asks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol, TypeVar, cast, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.kernels import counts, curves
from sodeval.metrics.tables import Tables, byte_tables, float_tables, gt_values
from sodeval.metrics.truth import GroundTruth, Reference

__all__ = [
    "CurveMetric",
    "FloatArray",
    "GroundTruth",
    "LevelCounts",
    "Measured",
    "Metric",
    "Pair",
    "Reference",
    "Sample",
    "Tables",
]

FloatArray = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Codes = NDArray[np.uint8] | NDArray[np.int32]
T = TypeVar("T")
Binarisation = Literal["p>0.5", "byte>128"]


class Measured(NamedTuple):
    """What one image gives a metric: values for its row, and curves to be averaged.

    A value is None where the metric is undefined for the image; then its curves are left out.
    """

    row: Mapping[str, float | None]
    curves: Mapping[str, FloatArray] = {}


class LevelCounts(NamedTuple):
    """What passes each level, and so all that F, E, IoU and their like need of an image.

    Attributes:
        passing: int64 (2, levels), false and true positives, levels ascending.
        positives: foreground pixels.
        size: pixels.
    """

    passing: NDArray[np.int64]
    positives: int
    size: int


class Metric(Protocol):
    """One metric family. Instances hold no state and are shared between threads."""

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        ...

    def summarise(
        self,
        means: Mapping[str, float | None],
        curves: Mapping[str, FloatArray],
        protocol: EvalProtocol,
    ) -> Mapping[str, float | None]:
        """Turn the means of this metric's columns and curves over images into its scores."""
        ...


class MeanOverImages:
    """The summary of most metrics: each column averaged over the images that have it."""

    def summarise(
        self,
        means: Mapping[str, float | None],
        curves: Mapping[str, FloatArray],
        protocol: EvalProtocol,
    ) -> Mapping[str, float | None]:
        """The means as they are."""
        return means


@runtime_checkable
class CurveMetric(Protocol):
    """A metric whose curves follow from :class:`LevelCounts`, so that only those are kept."""

    def curves(self, at: LevelCounts, protocol: EvalProtocol) -> Mapping[str, FloatArray]:
        """The curves of one image; none where it is undefined."""
        ...


@dataclass(slots=True)
class Threshold:
    """An adaptive threshold and what passes it."""

    value: float
    false_positives: int
    true_positives: int


class Pair:
    """One prediction beside a binary ground truth: what is counted whatever the protocol.

    Args:
        codes: uint8 (H, W), the bytes of the map; or int32 (H, W), indices into ``raw``.
        gt: of the same shape.
        raw: float64 (K,), ascending: values in units of bytes of a map that was resized without
            rounding.
    """

    def __init__(self, codes: Codes, gt: GroundTruth, raw: FloatArray | None = None):
        self.codes = codes
        self.gt = gt
        self.raw = raw
        self._counts: dict[tuple[int, int], NDArray[np.int64]] = {}
        self.binary: dict[int, Bytes] = {}

    def counts(self, split: tuple[int, int]) -> NDArray[np.int64]:
        """Int64 (4, 2, K): pixels by quadrant, background or foreground, and code."""
        if split not in self._counts:
            if self.raw is None:
                codes = cast("Bytes", self.codes)
                made = counts.quadrant_counts(codes, self.gt.mask, *split)
            else:
                made = _quadrant_bincounts(self.codes, self.gt.mask, split, self.raw.size)
            self._counts[split] = made
        return self._counts[split]

    @cached_property
    def _joint(self) -> tuple[NDArray[np.int64], int, int]:
        any_split = next(iter(self._counts), None) or self.gt.split("even+1")
        return counts.joint_counts(self.counts(any_split))

    @property
    def joint(self) -> NDArray[np.int64]:
        """Int64 (2, K): pixels by background or foreground, and code."""
        return self._joint[0]

    @property
    def extent(self) -> tuple[int, int]:
        """Smallest and largest code of the prediction."""
        return self._joint[1:]

    @cached_property
    def grey_sums(self) -> FloatArray:
        """Float64 (K,): the sum of ground-truth bytes over the pixels of each code."""
        if not self.gt.stored.grey:  # 0 and 255 only
            return np.asarray(self.joint[1] * 255.0)
        weights = self.gt.stored.pixels.ravel()
        sums = np.bincount(self.codes.ravel(), weights=weights, minlength=self.joint.shape[1])
        return sums.astype(np.float64)

    @cached_property
    def grey_counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The ground-truth bytes that occur, ascending, and pixels by such a byte and code."""
        present = self.gt.stored.present
        kinds = self.joint.shape[1]
        row = np.zeros(256, np.int64)
        row[present] = np.arange(present.size) * kinds
        index = row[self.gt.stored.pixels] + self.codes
        found = np.bincount(index.ravel(), minlength=present.size * kinds)
        return present, found.reshape(present.size, kinds)


def _quadrant_bincounts(
    codes: Codes, mask: Bytes, split: tuple[int, int], kinds: int
) -> NDArray[np.int64]:
    """As :func:`sodeval.kernels.counts.quadrant_counts`, for maps of many values."""
    quadrant = np.zeros(codes.shape, np.int64)
    quadrant[split[0] :] += 2
    quadrant[:, split[1] :] += 1
    index = (quadrant * 2 + mask) * kinds + codes
    return np.bincount(index.ravel(), minlength=8 * kinds).reshape(4, 2, kinds)


@dataclass
class Sample:
    """A pair under one protocol."""

    pair: Pair
    protocol: EvalProtocol
    _thresholds: dict[tuple[float, str], Threshold] = field(default_factory=dict)
    _derived: dict[Callable[..., object], object] = field(default_factory=dict)

    @property
    def pred(self) -> NDArray[Any]:
        """(H, W) codes: bytes as a rule; :attr:`Tables.values` says what each stands for."""
        return self.pair.codes

    @property
    def gt(self) -> GroundTruth:
        """The binary ground truth."""
        return self.pair.gt

    @property
    def joint(self) -> NDArray[np.int64]:
        """Int64 (2, K): pixels by background or foreground, and code."""
        return self.pair.joint

    @property
    def extent(self) -> tuple[int, int]:
        """Smallest and largest code of the prediction."""
        return self.pair.extent

    @property
    def split(self) -> tuple[int, int]:
        """Rows above and columns left of the four blocks of S."""
        return self.gt.split(self.protocol.smeasure_split)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Int64 (4, 2, K): pixels by quadrant, background or foreground, and code."""
        return self.pair.counts(self.split)

    @cached_property
    def tables(self) -> Tables:
        """Values and cuts of this prediction's codes."""
        if self.pair.raw is None:
            return byte_tables(self.protocol, *self.extent)
        return float_tables(self.protocol, self.pair.raw, *self.extent)

    @cached_property
    def at_levels(self) -> LevelCounts:
        """What passes each level."""
        passing = curves.passing(self.joint, self.tables.cuts)
        return LevelCounts(passing, self.gt.positives, self.gt.size)

    @cached_property
    def grey_levels(self) -> FloatArray:
        """Float64 (levels,): the sum of y/255 over the pixels that pass each level."""
        sums = self.pair.grey_sums
        above = np.zeros(sums.size + 1)
        above[:-1] = np.cumsum(sums[::-1])[::-1]  # whole numbers, so exact
        return above[self.tables.cuts] / 255

    @cached_property
    def grey(self) -> bool:
        """Whether F and E are to be taken on a ground truth that has grey bytes."""
        wanted = "grey" in (self.protocol.fbeta_gt, self.protocol.emeasure_gt)
        return wanted and self.gt.stored.grey > 0

    @property
    def grey_positives(self) -> float:
        """The sum of y/255."""
        return float(self.pair.grey_sums.sum()) / 255

    @cached_property
    def totals(self) -> tuple[float, float]:
        """Sum of p over the background, and over the foreground."""
        values = self.tables.values
        return counts.total(self.joint[0], values), counts.total(self.joint[1], values)

    @property
    def mean(self) -> float:
        """Mean of p over the image."""
        return sum(self.totals) / self.gt.size

    @property
    def blank(self) -> bool:
        """Whether the map or the ground truth is zero everywhere."""
        raw = self.pair.raw
        largest = self.extent[1] if raw is None else raw[self.extent[1]]
        return bool(largest == 0) or self.gt.stored.largest == 0

    @cached_property
    def gt_values(self) -> FloatArray:
        """Float64 (256,): what the bytes of the ground truth stand for, in [0, 1]."""
        return gt_values(self.protocol, *self.gt.stored.extent)

    @cached_property
    def quantised(self) -> Bytes:
        """Uint8 (H, W): floor(255 p)."""
        table = self.tables.quantised
        if self.pair.raw is not None:
            return cast("Bytes", table[self.pred])
        codes = cast("Bytes", self.pair.codes)
        if np.array_equal(table, np.arange(256)):
            return codes
        return cast("Bytes", cv2.LUT(codes, table))

    def derived(self, make: Callable[[Sample], T]) -> T:
        """What ``make`` gives for this sample, made once for all metrics."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast("T", self._derived[make])

    def binary(self, rule: Binarisation) -> Bytes:
        """Uint8 (H, W) of 0 and 1: where p exceeds 0.5, or the byte as stored 128."""
        if rule == "p>0.5":
            above = self.tables.values > 0.5
        else:
            above = (np.arange(256.0) if self.pair.raw is None else self.pair.raw) > 128
        cut = int(above.size - above.sum())  # values ascend, so one number says which pass
        if cut not in self.pair.binary:
            passes = self.pred > cut - 1 if cut else np.ones(self.pred.shape, np.bool_)
            self.pair.binary[cut] = passes.view(np.uint8)
        return self.pair.binary[cut]

    def adaptive(self, cap: float = 1.0, compare: str = ">=") -> Threshold:
        """The adaptive threshold min(2 mean(p), cap) and the pixels at or above it.

        Where twice the mean meets a value of p to within a rounding, which side it falls on is an
        accident of the order of summation. The reference's order is NumPy's, so NumPy decides.

        Args:
            cap: upper limit of the threshold.
            compare: ``">="`` or ``">"``.
        """
        key = (cap, compare)
        if key not in self._thresholds:
            values = self.tables.values
            value = min(2 * self.mean, cap)
            strict = compare == ">"
            fp, tp, nearest = counts.at_least(self.joint, values, value, strict)
            if 0 < value < cap and nearest < 1e-9:
                value = min(2 * float(values[self.pred].mean()), cap)
                fp, tp, _ = counts.at_least(self.joint, values, value, strict)
            self._thresholds[key] = Threshold(value, fp, tp)
        return self._thresholds[key]

    @property
    def fbeta_threshold(self) -> Threshold:
        """The adaptive threshold of F and what passes it."""
        p = self.protocol
        return self.adaptive(_cap(p.fbeta_adp_cap), p.fbeta_adp_compare)

    @property
    def emeasure_threshold(self) -> Threshold:
        """The adaptive threshold of E and what passes it."""
        p = self.protocol
        return self.adaptive(_cap(p.emeasure_adp_cap), p.emeasure_adp_compare)

    @cached_property
    def above_half(self) -> tuple[int, int]:
        """False and true positives of p > 0.5."""
        fp, tp, _ = counts.at_least(self.joint, self.tables.values, 0.5, True)
        return fp, tp


def _cap(cap: str) -> float:
    return 1.0 if cap == "1" else math.inf
