"""Timing contestants side by side on a machine that others may be using."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles

SHORTEST = 0.02  # seconds; shorter work is repeated within one timing


@dataclass(frozen=True, slots=True)
class Rounds:
    """A number for each round: seconds an item, or the ratio of two of these."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle round."""
        return median(self.values)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a share of the median."""
        if len(self.values) < 2:
            return 0.0
        first, _, third = quantiles(self.values, n=4, method="inclusive")
        return (third - first) / 2 / self.median

    def over(self, other: Rounds) -> Rounds:
        """How many times longer this took than ``other``, in each round they shared."""
        return Rounds(tuple(a / b for a, b in zip(self.values, other.values, strict=True)))


def race(
    contestants: Mapping[str, Callable[[], object]], items: int, rounds: int
) -> dict[str, Rounds]:
    """Run every contestant once a round, in turns, and give its seconds for one of the items.

    Each runs once before the clock starts. Every other round goes backwards, so that a machine
    that slows down steadily slows everybody down alike.
    """
    order = [
        (name, run, math.ceil(SHORTEST / max(_clocked(run, 1), 1e-9)))
        for name, run in contestants.items()
    ]
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run, repeats in order:
            seconds[name].append(_clocked(run, repeats) / items)
        order.reverse()
    return {name: Rounds(tuple(values)) for name, values in seconds.items()}


def _clocked(run: Callable[[], object], repeats: int) -> float:
    """Seconds one run takes."""
    begin = time.perf_counter()
    for _ in range(repeats):
        run()
    return (time.perf_counter() - begin) / repeats


def cores() -> list[int]:
    """The cores this process may use; empty where the system does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@contextmanager
def pinned(count: int) -> Iterator[None]:
    """Keep this thread, and those it starts, on ``count`` of the cores, where that is possible."""
    before = cores()
    if not before:
        yield
        return
    os.sched_setaffinity(0, before[-count:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
