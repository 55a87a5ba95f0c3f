"""Which data set the names and the number of some masks are those of, and what is not there."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sodeval.dataset_cards import Dataset, Variant
from sodeval.datasets import DATASETS, canonical, find, is_known

_MOST = 0.95  # of the stems must follow a pattern: a stray file or two is no other data set


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a set of stems was recognised as.

    Attributes:
        dataset: the entry of the registry.
        variant: the count that fits, where it is not the full one.
        images: how many stems there are.
        absent: stems of the full set that are known and not there.
        named: whether its name told, not its files.
    """

    dataset: Dataset
    variant: Variant | None
    images: int
    absent: tuple[str, ...]
    named: bool

    @property
    def id(self) -> str:
        """``DUTS-TE``, or ``DUTS-TE@5017`` where a named variant fits."""
        if self.variant is None or self.variant not in self.dataset.variants:
            return self.dataset.id
        return f"{self.dataset.id}@{self.variant.name}"

    @property
    def is_whole(self) -> bool:
        """Whether all images of the data set, or of a variant of it, are there."""
        return self.variant is not None or self.images == self.dataset.images


def recognise(name: str, stems: Collection[str]) -> Recognised | None:
    """The data set behind a name, or else behind stems alone; None if nothing tells.

    Stems tell where they are like those of one data set only, or where that and the count agree.
    """
    if is_known(name):
        dataset, _ = find(canonical(name).partition("@")[0])
        return _recognised(dataset, stems, named=True)
    told = [dataset for dataset in DATASETS.values() if _fits(dataset, stems)]
    exact = [found for d in told if (found := _recognised(d, stems, named=False)).is_whole]
    if len(exact) == 1:
        return exact[0]
    telling = [dataset for dataset in told if _share(dataset.telling, stems) > 0]
    return _recognised(telling[0], stems, named=False) if len(telling) == 1 else None


def look_like(name: str, stems: Collection[str]) -> tuple[str, ...]:
    """Other data sets whose own stems these are, though the folder is named for ``name``."""
    if not is_known(name):
        return ()
    named, _ = find(canonical(name).partition("@")[0])
    if not named.stems or _share(named.stems, stems) > 0:
        return ()
    return tuple(
        dataset.id
        for dataset in DATASETS.values()
        if dataset is not named and _share(dataset.telling, stems) >= _MOST
    )


def _recognised(dataset: Dataset, stems: Collection[str], *, named: bool) -> Recognised:
    known = {stem for variant in dataset.variants for stem in variant.without}
    absent = tuple(sorted(known - set(stems)))
    count = len(stems)
    fitting = [
        variant
        for variant in (*dataset.variants, *dataset.seen)
        if variant.images == count and (not variant.without or set(variant.without) <= set(absent))
    ]
    full = count == dataset.images
    return Recognised(dataset, None if full or not fitting else fitting[0], count, absent, named)


def _fits(dataset: Dataset, stems: Collection[str]) -> bool:
    return bool(dataset.stems) and _share(dataset.stems, stems) >= _MOST


def _share(patterns: tuple[str, ...], stems: Collection[str]) -> float:
    """The share of stems that follow any of the patterns."""
    if not patterns or not stems:
        return 0.0
    either = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    return sum(either.fullmatch(stem) is not None for stem in stems) / len(stems)
