"""Time work and watch its memory; what the work is, and how to wait for it, is the caller's."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import perf_counter

from sodeval.profiling.memory import Peak
from sodeval.profiling.result import Speed

Work = Callable[[], None]
"""Does something once and returns when it is done."""

WARM_UP = 2  # runs before the first that is timed: caches, kernels, clocks
FEWEST = 3  # runs that are timed however long they take


def measure(
    one: Work,
    many: Work,
    *,
    batch: int,
    peak: Peak,
    device: str,
    threads: int,
    repeats: int,
    seconds: float,
) -> Speed:
    """Time one image at a time, then a batch.

    Args:
        one: one image.
        many: ``batch`` images at once.
        batch: 1: the first timing serves for both.
        peak: what measures memory; of the very first run, before anything is kept for reuse.
        device: what people call it.
        threads: of the processor.
        repeats: runs that are timed, of each.
        seconds: stop before that many runs when they have taken so long, after three at least.
    """
    with peak:
        one()
    times = run_times(one, repeats, seconds)
    median = statistics.median(times)
    each = median if batch == 1 else statistics.median(run_times(many, repeats, seconds)) / batch
    return Speed(
        device=device,
        threads=threads,
        latency_ms=1000 * median,
        best_ms=1000 * min(times),
        runs=len(times),
        batch=batch,
        images_per_second=1 / each,
        memory_bytes=peak.bytes,
        memory_how=peak.how,
    )


def run_times(work: Work, repeats: int, seconds: float) -> list[float]:
    """Seconds of each run, after a warm-up; as many as asked for, or as fit into the time."""
    begin = perf_counter()
    for _ in range(WARM_UP):
        work()
        if perf_counter() - begin > seconds:
            break  # what takes so long is warm
    times: list[float] = []
    begin = perf_counter()
    while len(times) < repeats:
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
        if len(times) >= FEWEST and perf_counter() - begin > seconds:
            break
    return times
