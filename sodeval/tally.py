"""A result in the making: one small row an image, and sums of curves.

Nothing here depends on the order in which images arrive. Curves are added in fixed point, means
are taken with an exactly rounded sum, and rows are sorted by name at the end; so any number of
threads, any split into parts and any order of merging give the same bits.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.errors import PairingError
from sodeval.kept import Kept, rebuild
from sodeval.kernels.curves import add_exactly
from sodeval.metrics import METRICS, load
from sodeval.metrics.attributes import Attributes
from sodeval.metrics.base import Measured
from sodeval.names import natural_key

FloatArray = NDArray[np.float64]
ZEROED = ("mae", "fbeta", "weighted_fbeta", "smeasure", "emeasure", "precision", "recall", "auc")
"""Metrics to which a blank image adds zero where a protocol says so."""
_PR = ("precision", "recall", "fbeta")
_OF_CURVES = ("max_fbeta", "mean_fbeta")  # a blank image has a curve of zeros


class CurveSum:
    """The sum of a curve over images, in units of 2^-30 and 2^-62."""

    __slots__ = ("count", "high", "low")

    def __init__(self, levels: int):
        self.high = np.zeros(levels, np.int64)
        self.low = np.zeros(levels, np.int64)
        self.count = 0

    def add(self, curve: FloatArray) -> None:
        """Add one image's curve."""
        add_exactly(curve, self.high, self.low)
        self.count += 1

    def merge(self, other: CurveSum) -> None:
        """Add another sum."""
        self.high += other.high
        self.low += other.low
        self.count += other.count

    def mean(self, guard: float = 0.0) -> FloatArray:
        """The curve averaged over the images that have one, ``guard`` added to their number."""
        carried = self.high + (self.low >> 32)
        rest = self.low & 0xFFFFFFFF
        mean: FloatArray = (carried * 2.0**-30 + rest * 2.0**-62) / (self.count + guard)
        return mean


class Scored(NamedTuple):
    """One image, scored: what each metric measured and what was noticed."""

    measured: tuple[Measured, ...]
    mask_digest: int
    warnings: tuple[str, ...]
    resized: bool
    blank: bool = False
    kept: Kept | None = None
    attributes: Attributes | None = None


def mean_guard(protocol: EvalProtocol, column: str) -> float:
    """What a toolkit adds to the number of images it averages its own columns over."""
    return 1e-8 if protocol.mean_guard == "n+1e-8" and column in protocol.prints else 0.0


def with_zeros(
    columns: Mapping[str, FloatArray], protocol: EvalProtocol
) -> Mapping[str, FloatArray]:
    """The columns as they are averaged, from the columns as a reader sees them.

    An image without any value where a blank image has none is blank, and adds zeros.
    """
    hidden = {c for m in ZEROED for c in METRICS[m].columns}.difference(_OF_CURVES)
    found = [column for column in columns if column in hidden]
    if protocol.blank_images != "zero" or not found:
        return columns
    blank = np.all([np.isnan(columns[column]) for column in found], axis=0)
    return {
        column: np.where(blank, 0.0, values) if column in found else values
        for column, values in columns.items()
    }


@dataclass(slots=True)
class Tally:
    """Rows and curve sums of one method on one data set, under one protocol."""

    metrics: tuple[str, ...]
    protocol: EvalProtocol
    names: list[str] = field(default_factory=list)
    masks: array[int] = field(default_factory=lambda: array("Q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    curves: dict[str, CurveSum] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)
    resized: int = 0
    blank: bytearray = field(default_factory=bytearray)
    kept: list[Kept] = field(default_factory=list)
    attributes: list[Attributes] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """Columns of a row, in registry order."""
        return [column for metric in self.metrics for column in METRICS[metric].columns]

    def add(self, name: str, scored: Scored) -> None:
        """Add one image."""
        self.names.append(name)
        self.masks.append(scored.mask_digest)
        for metric, one in zip(self.metrics, scored.measured, strict=True):
            for column in METRICS[metric].columns:
                value = one.row[column]
                self.values.append(math.nan if value is None else value)
        curves: dict[str, FloatArray] = {}
        for one in scored.measured:
            curves.update(one.curves)  # metrics may share a curve
        for key, curve in curves.items():
            if key not in self.curves:
                self.curves[key] = CurveSum(curve.size)
            self.curves[key].add(curve)
        self.warnings.update(scored.warnings)
        self.resized += scored.resized
        self.blank.append(scored.blank)
        if scored.kept is not None:
            self.kept.append(scored.kept)
        if scored.attributes is not None:
            self.attributes.append(scored.attributes)

    def merge(self, other: Tally) -> None:
        """Add another tally of the same metrics.

        Raises:
            PairingError: an image is in both.
        """
        repeated = set(self.names).intersection(other.names)
        if repeated:
            raise PairingError(
                f"{len(repeated)} images are in both parts (first: {min(repeated)!r}); "
                "an image may be scored once."
            )
        self.names += other.names
        self.masks += other.masks
        self.values += other.values
        for key, curve in other.curves.items():
            if key in self.curves:
                self.curves[key].merge(curve)
            else:
                self.curves[key] = CurveSum(curve.high.size)
                self.curves[key].merge(curve)
        self.warnings.update(other.warnings)
        self.resized += other.resized
        self.blank += other.blank
        self.kept += other.kept
        self.attributes += other.attributes

    def renamed(self, names: Mapping[str, str]) -> Tally:
        """This tally with some images under other names; everything else is shared with it."""
        return replace(self, names=[names.get(name, name) for name in self.names])

    @property
    def order(self) -> list[int]:
        """Indices of the images in natural order of their names."""
        return sorted(range(len(self.names)), key=lambda i: natural_key(self.names[i]))

    def rows(self) -> tuple[tuple[str, ...], dict[str, FloatArray]]:
        """Names in natural order, and each column's values beside them (NaN = undefined)."""
        order = self.order
        table = np.array(self.values, np.float64).reshape(len(self.names), len(self.columns))
        table = table[order]
        columns = {c: np.ascontiguousarray(table[:, i]) for i, c in enumerate(self.columns)}
        return tuple(self.names[i] for i in order), columns

    def image_curves(self) -> dict[str, FloatArray]:
        """Name -> float64 (images, levels) in natural order; empty unless they were kept."""
        if not self.kept:
            return {}
        kept = [self.kept[i] for i in self.order]
        return rebuild(kept, [load(metric) for metric in self.metrics], self.protocol)

    def summarise(
        self, columns: Mapping[str, FloatArray]
    ) -> tuple[dict[str, float | None], dict[str, int], dict[str, FloatArray]]:
        """Scores by column, how many images are undefined by column, and averaged curves."""
        shown = self.shown(columns)
        undefined = {c: int(n) for c, v in shown.items() if (n := np.isnan(v).sum())}
        curves = {key: total.mean(self._guard(key)) for key, total in self.curves.items()}
        return self._scores(columns, curves), undefined, curves

    def subset(
        self,
        images: NDArray[np.intp],
        columns: Mapping[str, FloatArray],
        image_curves: Mapping[str, FloatArray],
    ) -> dict[str, float | None]:
        """Scores by column of some images only.

        Args:
            images: indices into the rows.
            columns: as :meth:`rows` gives them.
            image_curves: as :meth:`image_curves` gives them.
        """
        curves = {}
        for key, all_of_it in image_curves.items():
            total = CurveSum(all_of_it.shape[1])
            for curve in all_of_it[images]:
                if not np.isnan(curve[0]):
                    total.add(curve)
            if total.count:
                curves[key] = total.mean(self._guard(key))
        return self._scores({c: values[images] for c, values in columns.items()}, curves)

    def _guard(self, curve: str) -> float:
        return mean_guard(self.protocol, "mean_fbeta") if curve in _PR else 0.0

    def _scores(
        self, columns: Mapping[str, FloatArray], curves: Mapping[str, FloatArray]
    ) -> dict[str, float | None]:
        means: dict[str, float | None] = {}
        for column, values in columns.items():
            defined = values[~np.isnan(values)]
            total = math.fsum(defined)
            guard = mean_guard(self.protocol, column)
            means[column] = total / (defined.size + guard) if defined.size else None
        scores: dict[str, float | None] = {}
        for metric in self.metrics if self.names else ():
            own = {column: means[column] for column in METRICS[metric].columns}
            scores.update(load(metric).summarise(own, curves, self.protocol))
        return scores or means

    def shown(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """The columns as a reader sees them: an image that only adds a zero has no values."""
        if not any(self.blank):
            return dict(columns)
        blank = np.array([self.blank[i] for i in self.order], np.bool_)
        zeroed = [metric for metric in self.metrics if metric in ZEROED]
        hidden = {c for m in zeroed for c in METRICS[m].columns}.difference(_OF_CURVES)
        return {
            column: np.where(blank, np.nan, values) if column in hidden else values
            for column, values in columns.items()
        }
