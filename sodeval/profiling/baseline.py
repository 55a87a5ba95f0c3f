"""Profile a baseline: a function of the photograph has a time, and no parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np

from sodeval.models.card import Size
from sodeval.profiling.memory import ProcessPeak
from sodeval.profiling.result import Profile
from sodeval.profiling.speed import measure

_SEED = 20200323  # the photograph is noise; no baseline's time hangs on what it shows by much


def profile_baseline(
    model: Any, size: Size, threads: int | None, repeats: int, speed: bool, seconds: float
) -> Profile:
    """Time ``predict`` on a photograph of this size; see `sodeval.profiling.profile.profile`."""
    card = model.card
    known = {"name": model.name, "title": card.title if card is not None else model.name}
    if not speed:
        return Profile(**known, size=size, network=False)
    photograph = np.random.default_rng(_SEED).integers(0, 256, (*size, 3), np.uint8)

    def work() -> None:
        model.predict(photograph)

    with opencv_threads(threads) as used:
        measured = measure(
            work,
            work,
            batch=1,
            peak=ProcessPeak(),
            device="cpu",
            threads=used,
            repeats=repeats,
            seconds=seconds,
        )
    return Profile(**known, size=size, network=False, speed=measured)


@contextmanager
def opencv_threads(threads: int | None) -> Iterator[int]:
    """So many threads in OpenCV, and afterwards as many as before; gives the number."""
    before = cv2.getNumThreads()
    if threads is not None:
        cv2.setNumThreads(threads)
    try:
        yield cv2.getNumThreads()
    finally:
        cv2.setNumThreads(before)
