"""What a metric is, and what it may look at: one :class:`Sample` at a time.

A sample holds a prediction, its ground truth, and what several metrics need from both. Each part
is made on first use and kept, so a metric pays only for what it asks. The ground-truth side lives
in :class:`GroundTruth` and serves every method scored against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sodeval.kernels import counts, curves
from sodeval.protocols import EvalProtocol

FloatArray = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Binarisation = Literal["p>0.5", "byte>128"]
T = TypeVar("T")


class Measured(NamedTuple):
    """What one image gives a metric: values for its row, and curves to be averaged.

    A value is None where the metric is undefined for the image; then its curves are left out.
    """

    row: Mapping[str, float | None]
    curves: Mapping[str, FloatArray] = {}


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


@dataclass(frozen=True, slots=True)
class Tables:
    """What every byte of one prediction stands for, under one protocol.

    Attributes:
        values: float64 (256,), p of each byte, not decreasing. Bytes outside the map's range
            have values too; they occur in no histogram.
        cuts: int64 (levels,), the smallest byte that passes each level, levels ascending.
        quantised: uint8 (256,), floor(255 p) of each byte.
    """

    values: FloatArray
    cuts: NDArray[np.int64]
    quantised: Bytes


@lru_cache(maxsize=4096)
def tables(protocol: EvalProtocol, low: int, high: int) -> Tables:
    """Tables for predictions whose smallest and largest bytes are ``low`` and ``high``."""
    values = np.arange(256) / 255
    if protocol.pred_scale == "minmax" and low != high:
        # the reference's own order of operations, so that floor(255 p) has its own roundings
        values = (values - values[low]) / (values[high] - values[low])
    values = np.clip(values, 0.0, 1.0)
    quantised = np.floor(values * 255).astype(np.uint8)
    cuts = np.searchsorted(quantised, np.arange(protocol.levels), side="left").astype(np.int64)
    for array in (values, cuts, quantised):
        array.setflags(write=False)
    return Tables(values, cuts, quantised)


class GroundTruth:
    """A binarised ground truth and what is derived from it alone."""

    image: Bytes | None = None
    """uint8 (H, W, 3) RGB: the photograph, where a metric needs it."""

    def __init__(self, gt: Bytes, protocol: EvalProtocol):
        self.mask, self._sums, self.box = counts.foreground(gt, 129)
        self.shape: tuple[int, int] = self.mask.shape
        self.size = gt.size
        self.positives = int(self._sums[0])
        self._derived: dict[Callable[..., object], object] = {}

    def derived(self, make: Callable[[GroundTruth], T]) -> T:
        """What ``make`` gives for this ground truth, made once for all methods scored on it."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast("T", self._derived[make])

    @cached_property
    def split(self) -> tuple[int, int]:
        """Rows above and columns left of the four blocks of S: the centroid, rounded, plus 1."""
        height, width = self.shape
        if self.positives == 0:
            return round(height / 2), round(width / 2)
        row, column = (float(s) / self.positives for s in self._sums[1:])
        return round(row) + 1, round(column) + 1  # Python rounds halves to even


@dataclass(slots=True)
class Threshold:
    """An adaptive threshold and what passes it."""

    value: float
    false_positives: int
    true_positives: int


@dataclass
class Sample:
    """One prediction beside its ground truth, both uint8 of the same (H, W)."""

    pred: Bytes
    gt: GroundTruth
    protocol: EvalProtocol
    _thresholds: dict[float, Threshold] = field(default_factory=dict)
    _binary: dict[Binarisation, Bytes] = field(default_factory=dict)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Int64 (4, 2, 256): pixels by quadrant, background or foreground, and byte."""
        return counts.quadrant_counts(self.pred, self.gt.mask, *self.gt.split)

    @cached_property
    def _joint(self) -> tuple[NDArray[np.int64], int, int]:
        return counts.joint_counts(self.counts)

    @property
    def joint(self) -> NDArray[np.int64]:
        """Int64 (2, 256): pixels by background or foreground, and byte."""
        return self._joint[0]

    @property
    def extent(self) -> tuple[int, int]:
        """Smallest and largest byte of the prediction."""
        return self._joint[1:]

    @cached_property
    def tables(self) -> Tables:
        """Values and cuts of this prediction's bytes."""
        return tables(self.protocol, *self.extent)

    @cached_property
    def passing(self) -> NDArray[np.int64]:
        """Int64 (2, levels): false and true positives at each level."""
        return curves.passing(self.joint, self.tables.cuts)

    @cached_property
    def totals(self) -> tuple[float, float]:
        """Sum of p over the background, and over the foreground."""
        values = self.tables.values
        return counts.total(self.joint[0], values), counts.total(self.joint[1], values)

    @property
    def mean(self) -> float:
        """Mean of p over the image."""
        return sum(self.totals) / self.gt.size

    @cached_property
    def quantised(self) -> Bytes:
        """Uint8 (H, W): floor(255 p)."""
        return self.tables.quantised[self.pred]

    def binary(self, rule: Binarisation) -> Bytes:
        """Uint8 (H, W) of 0 and 1: where p exceeds 0.5, or the byte as stored 128."""
        if rule not in self._binary:
            above = self.tables.values > 0.5 if rule == "p>0.5" else np.arange(256) > 128
            self._binary[rule] = above.astype(np.uint8)[self.pred]
        return self._binary[rule]

    def adaptive(self, cap: float = 1.0) -> Threshold:
        """The adaptive threshold min(2 mean(p), cap) and the pixels at or above it.

        Where twice the mean meets a value of p to within a rounding, which side it falls on is an
        accident of the order of summation. The reference's order is NumPy's, so NumPy decides.
        """
        if cap not in self._thresholds:
            values = self.tables.values
            value = min(2 * self.mean, cap)
            fp, tp, nearest = counts.at_least(self.joint, values, value)
            if 0 < value < cap and nearest < 1e-9:
                value = min(2 * float(values[self.pred].mean()), cap)
                fp, tp, _ = counts.at_least(self.joint, values, value)
            self._thresholds[cap] = Threshold(value, fp, tp)
        return self._thresholds[cap]
