"""Draws of images, and the averages of columns and curves over each.

Nothing here depends on the machine. Draws come from the raw stream of PCG64, which NumPy promises
never to change. Values are rounded to a unit, a power of two near n times the largest by 2^-53, so
that the products below are sums of whole numbers under 2^53: exact in any order, with any BLAS and
any number of threads. That moves an average by at most n 2^-53 of the largest value, 6e-13 for
5,000 images, and in practice by a hundredth of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Scores = Mapping[str, float | None]
Summarise = Callable[[Mapping[str, float | None], Mapping[str, FloatArray]], Scores]

EXACT = 12  # up to so many images all 2^n swaps are tried

_DRAWS, _IMAGES = 512, 4096  # weights held as float64 at a time: 16 MiB; images in whole bytes


@dataclass(frozen=True, slots=True)
class Measurements:
    """What was measured on each image by one method.

    Attributes:
        columns: column -> float64 (n,), NaN = undefined.
        curves: name -> float64 (n, levels); a row is NaN where the image has no such curve.
    """

    columns: Mapping[str, FloatArray]
    curves: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def images(self) -> int:
        """How many images there are."""
        return next((v.shape[0] for v in (*self.columns.values(), *self.curves.values())), 0)


def _stream(seed: int, purpose: int) -> np.random.PCG64:
    return np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(purpose,)))


def resample(n: int, resamples: int, seed: int) -> NDArray[np.uint16]:
    """How often each image is drawn: (resamples, n), rows sum to n."""
    stream = _stream(seed, 0)
    weights = np.empty((resamples, n), np.uint16)
    for rows in _blocks(resamples, max(1, _DRAWS * _IMAGES // n)):
        size = rows.stop - rows.start
        # 32 random bits times n, shifted down: no index is preferred by more than n / 2^32
        index = (stream.random_raw(size * n) >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)
        index = index.astype(np.int64).reshape(size, n) + np.arange(size)[:, None] * n
        weights[rows] = np.bincount(index.ravel(), minlength=size * n).reshape(size, n)
    return weights


def swaps(n: int, permutations: int, seed: int) -> NDArray[np.uint8]:
    """Whose results are swapped: a bit an image, (1 + permutations, bytes); the first row has none.

    All of them once for few images, whatever ``permutations`` is.
    """
    if n <= EXACT:
        words = np.arange(1 << n, dtype=np.uint64)[:, None]
    else:
        length = -(-n // 64)
        words = np.zeros((1 + permutations, length), np.uint64)
        drawn = _stream(seed, 1).random_raw(permutations * length)
        words[1:] = np.asarray(drawn, np.uint64).reshape(permutations, length)
    return words.astype("<u8").view(np.uint8)[:, : -(-n // 8)]


def _blocks(length: int, step: int) -> Iterator[slice]:
    return (slice(start, min(start + step, length)) for start in range(0, length, step))


def _product(weights: NDArray[np.uint16], matrix: FloatArray) -> FloatArray:
    total = np.zeros((weights.shape[0], matrix.shape[1]))
    for rows in _blocks(weights.shape[0], _DRAWS):
        for images in _blocks(matrix.shape[0], _IMAGES):
            total[rows] += weights[rows, images].astype(np.float64) @ matrix[images]
    return total


def _swap_product(bits: NDArray[np.uint8], matrix: FloatArray) -> FloatArray:
    total = np.zeros((bits.shape[0], matrix.shape[1]))
    for rows in _blocks(bits.shape[0], _DRAWS):
        for images in _blocks(matrix.shape[0], _IMAGES):
            part = bits[rows, images.start // 8 : -(-images.stop // 8)]
            ones = np.unpackbits(part, axis=1, count=images.stop - images.start, bitorder="little")
            total[rows] += ones.astype(np.float64) @ matrix[images]
    return total


# Averages ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Whole:
    """Values as whole numbers of a unit, 0 where absent."""

    values: FloatArray
    present: FloatArray | None
    """1 where present, one column or as many as values; None if all are."""
    unit: FloatArray

    @classmethod
    def of(cls, values: FloatArray, present: NDArray[np.bool_], bound: FloatArray) -> _Whole:
        # frexp: bound = m 2^k with m < 1, so that in units of 2^(k-53) it is below 2^53
        exponent = np.frexp(bound)[1]
        whole = np.ldexp(values, 53 - exponent)
        np.rint(whole, out=whole)
        everywhere = bool(present.all())
        if not everywhere:
            whole[np.broadcast_to(~present, whole.shape)] = 0.0
        counted = None if everywhere else present.astype(np.float64)
        return cls(whole, counted, np.ldexp(np.float64(1), exponent - 53))


def _wholes(*parts: FloatArray, curve: bool) -> list[_Whole]:
    """Parts (n, k) in one unit for each column, or for a whole curve.

    Sums over images of a part, and of the difference of two, stay below 2^53 units.
    """
    presents = [~np.isnan(part) for part in parts]
    if curve:
        presents = [np.all(here, axis=1, keepdims=True) for here in presents]
    sizes = [
        np.max(np.abs(p), axis=None if curve else 0, where=here, initial=0.0)
        for p, here in zip(parts, presents, strict=True)
    ]
    bound = len(parts) * parts[0].shape[0] * np.asarray(np.max(sizes, axis=0), np.float64)
    return [_Whole.of(p, here, bound) for p, here in zip(parts, presents, strict=True)]


def _mean(total: FloatArray, count: FloatArray | int, unit: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):  # 0/0: no image of the draw has a value
        mean: FloatArray = total / count * unit
    return mean


class Averages(Mapping[str, FloatArray]):
    """Averages of one method over the images of many draws; curves of the draw in turn.

    A curve that ``summarise`` does not read is never averaged.
    """

    def __init__(
        self,
        columns: Sequence[str],
        means: FloatArray,
        curves: Sequence[str],
        average: Callable[[str], FloatArray],
    ):
        self.columns = columns
        self.means = means
        self.draw = 0
        self._curves = curves
        self._average = average
        self._averaged: dict[str, FloatArray] = {}

    def row(self) -> dict[str, float | None]:
        """Means of the columns of this draw."""
        means = self.means[self.draw].tolist()
        return {c: None if m != m else m for c, m in zip(self.columns, means, strict=True)}

    def __getitem__(self, name: str) -> FloatArray:
        if name not in self._averaged:
            if name not in self._curves:
                raise KeyError(name)
            self._averaged[name] = self._average(name)
        curve: FloatArray = self._averaged[name][self.draw]
        if math.isnan(curve[0]):
            raise KeyError(name)
        return curve

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._curves if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def resampled(measured: Measurements, weights: NDArray[np.uint16]) -> Averages:
    """Averages over each resample."""

    def average(values: FloatArray, *, curve: bool) -> FloatArray:
        (whole,) = _wholes(values, curve=curve)
        count: FloatArray | int = measured.images
        if whole.present is not None:
            count = _product(weights, whole.present)
        return _mean(_product(weights, whole.values), count, whole.unit)

    return Averages(
        tuple(measured.columns),
        average(_table(measured), curve=False),
        tuple(measured.curves),
        lambda name: average(measured.curves[name], curve=True),
    )


def swapped(a: Measurements, b: Measurements, bits: NDArray[np.uint8]) -> tuple[Averages, Averages]:
    """Averages of both methods after each swap."""

    def averages(one: FloatArray, other: FloatArray, *, curve: bool) -> list[FloatArray]:
        first, second = _wholes(one, other, curve=curve)
        moved = _swap_product(bits, second.values - first.values)
        totals = first.values.sum(0) + moved, second.values.sum(0) - moved
        counts: Sequence[FloatArray | int] = (a.images, a.images)
        if first.present is not None or second.present is not None:
            here = [
                np.ones_like(w.values[:, :1] if curve else w.values)
                if w.present is None
                else w.present
                for w in (first, second)
            ]
            moved = _swap_product(bits, here[1] - here[0])
            counts = (here[0].sum(0) + moved, here[1].sum(0) - moved)
        return [_mean(t, c, first.unit) for t, c in zip(totals, counts, strict=True)]

    made: dict[str, list[FloatArray]] = {}

    def curve(name: str, which: int) -> FloatArray:
        if name not in made:
            empty = np.full((a.images, 1), np.nan)
            made[name] = averages(a.curves.get(name, empty), b.curves.get(name, empty), curve=True)
        return made[name][which]

    means = averages(_table(a), _table(b), curve=False)
    names = tuple(a.columns), tuple(dict.fromkeys((*a.curves, *b.curves)))
    return (
        Averages(names[0], means[0], names[1], lambda name: curve(name, 0)),
        Averages(names[0], means[1], names[1], lambda name: curve(name, 1)),
    )


def _table(measured: Measurements) -> FloatArray:
    if not measured.columns:
        return np.empty((measured.images, 0))
    return np.stack([np.asarray(v, np.float64) for v in measured.columns.values()], axis=1)


def scores_of(averages: Averages, summarise: Summarise) -> dict[str, FloatArray]:
    """Score -> its value in each draw, NaN where undefined."""
    draws = averages.means.shape[0]
    found: dict[str, FloatArray] = {}
    for draw in range(draws):
        averages.draw = draw
        for column, score in summarise(averages.row(), averages).items():
            if column not in found:
                found[column] = np.full(draws, np.nan)
            if score is not None:
                found[column][draw] = score
    return found
