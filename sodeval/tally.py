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

from sodeval.errors import PairingError
from sodeval.kernels.curves import add_exactly
from sodeval.metrics import METRICS, load
from sodeval.metrics.base import Measured
from sodeval.names import natural_key
from sodeval.protocols import EvalProtocol

FloatArray = NDArray[np.float64]


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

    def mean(self) -> FloatArray:
        """The curve averaged over the images that have one."""
        carried = self.high + (self.low >> 32)
        rest = self.low & 0xFFFFFFFF
        mean: FloatArray = (carried * 2.0**-30 + rest * 2.0**-62) / self.count
        return mean


class Scored(NamedTuple):
    """One image, scored: what each metric measured and what was noticed."""

    measured: tuple[Measured, ...]
    mask_digest: int
    warnings: tuple[str, ...]
    resized: bool


@dataclass(slots=True)
class Tally:
    """Rows and curve sums of one method on one data set."""

    metrics: tuple[str, ...]
    names: list[str] = field(default_factory=list)
    masks: array[int] = field(default_factory=lambda: array("Q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    curves: dict[str, CurveSum] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)
    resized: int = 0

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
            for key, curve in one.curves.items():
                if key not in self.curves:
                    self.curves[key] = CurveSum(curve.size)
                self.curves[key].add(curve)
        self.warnings.update(scored.warnings)
        self.resized += scored.resized

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

    def renamed(self, names: Mapping[str, str]) -> Tally:
        """This tally with some images under other names; everything else is shared with it."""
        return replace(self, names=[names.get(name, name) for name in self.names])

    def rows(self) -> tuple[tuple[str, ...], dict[str, FloatArray]]:
        """Names in natural order, and each column's values beside them (NaN = undefined)."""
        order = sorted(range(len(self.names)), key=lambda i: natural_key(self.names[i]))
        table = np.array(self.values, np.float64).reshape(len(self.names), len(self.columns))
        table = table[order]
        columns = {c: np.ascontiguousarray(table[:, i]) for i, c in enumerate(self.columns)}
        return tuple(self.names[i] for i in order), columns

    def summarise(
        self, columns: Mapping[str, FloatArray], protocol: EvalProtocol
    ) -> tuple[dict[str, float | None], dict[str, int], dict[str, FloatArray]]:
        """Scores by column, how many images are undefined by column, and averaged curves."""
        means: dict[str, float | None] = {}
        undefined: dict[str, int] = {}
        for column, values in columns.items():
            defined = values[~np.isnan(values)]
            means[column] = math.fsum(defined) / defined.size if defined.size else None
            if defined.size < values.size:
                undefined[column] = values.size - defined.size
        curves = {key: total.mean() for key, total in self.curves.items()}
        scores: dict[str, float | None] = {}
        for metric in self.metrics if self.names else ():
            own = {column: means[column] for column in METRICS[metric].columns}
            scores.update(load(metric).summarise(own, curves, protocol))
        return scores or means, undefined, curves
