"""What would go wrong with these predictions and ground truths, before anything is scored.

Files are paired as `sodeval score` pairs them and each is decoded once, by threads. What is kept
of a file is a digest and a few counters, so memory does not grow with the size of images.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sodeval.doctor.facts import Checkup, Facts
from sodeval.doctor.finding import Finding
from sodeval.doctor.findings import findings_of
from sodeval.doctor.looking import Seen, lean, see
from sodeval.errors import DecodeError, UsageError
from sodeval.files import FileRef
from sodeval.images import MAX_PIXELS
from sodeval.pairs import Plan, discover
from sodeval.recognition import Recognised, recognise
from sodeval.threads import MOST_WORKERS, available_cores

if TYPE_CHECKING:
    from sodeval.scoring import Progress

SCHEMA = 1
_TICK = 0.1  # seconds between looks at the progress, and so at Ctrl-C


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found."""

    checkups: tuple[Checkup, ...]
    findings: tuple[Finding, ...]

    @property
    def unreadable(self) -> int:
        """How many files could not be read."""
        truths = {id(checkup.truths): checkup.truths for checkup in self.checkups}
        return sum(
            len(facts.unreadable)
            for facts in (*truths.values(), *(checkup.maps for checkup in self.checkups))
        )

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing but notes."""
        return all(finding.severity == "note" for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "schema": SCHEMA,
            "results": [checkup.to_dict() for checkup in self.checkups],
            "findings": [finding.to_dict() for finding in self.findings],
        }


def diagnose(
    preds: str | os.PathLike[str],
    gt: str | os.PathLike[str],
    *,
    workers: int | None = None,
    max_pixels: int = MAX_PIXELS,
    progress: Progress | None = None,
) -> Diagnosis:
    """Pair predictions with ground truths, look at every file, and say what is worth a look.

    Args:
        preds: as for :func:`sodeval.score`.
        gt: likewise.
        workers: threads; by default one for each available core.
        max_pixels: larger images count as unreadable.
        progress: told how far the work is.

    Raises:
        UsageError: an option has a value it cannot have.
        PairingError: the two do not fit together at all.
        DecodeError: an archive is damaged.
    """
    if workers is not None and workers < 1:
        raise UsageError(f"workers is {workers}; give 1 or more.")
    if max_pixels < 1:
        raise UsageError(f"max_pixels is {max_pixels}; give 1 or more.")
    with discover(preds, gt) as plan:
        checkups = _checkups(plan)
        _work(checkups, workers or available_cores(), max_pixels, progress)
        same = os.path.samefile(preds, gt)
        return Diagnosis(tuple(checkups), tuple(findings_of(checkups, plan.notes, same=same)))


def _checkups(plan: Plan) -> list[Checkup]:
    truths: dict[str, Facts] = {}
    known: dict[str, Recognised | None] = {}
    for match in plan.matches:
        if match.dataset not in truths:
            names = tuple(pair.name for pair in match.pairs)
            truths[match.dataset] = Facts(names)
            known[match.dataset] = recognise(match.dataset, names)
    return [
        Checkup(match, facts := truths[match.dataset], Facts(facts.names), known[match.dataset])
        for match in plan.matches
    ]


def _work(
    checkups: list[Checkup], workers: int, max_pixels: int, progress: Progress | None
) -> None:
    """Look at all files; the first error that is no damaged file is raised."""
    by_dataset: dict[str, list[Checkup]] = {}
    for checkup in checkups:
        by_dataset.setdefault(checkup.match.dataset, []).append(checkup)
    jobs = _jobs(by_dataset)
    total = sum(len(checkup.match.pairs) for checkup in checkups)
    lock = threading.Lock()
    errors: list[BaseException] = []
    state = {"done": 0, "stopped": 0}

    def work() -> None:
        while True:
            with lock:
                job = None if errors or state["stopped"] else next(jobs, None)
            if job is None:
                return
            group, index = job
            try:
                _examine(group, index, max_pixels, lock)
            except BaseException as error:
                with lock:
                    errors.append(error)
            with lock:
                state["done"] += len(group)

    if progress is not None:
        progress.start(total)
    threads = [
        threading.Thread(target=work, daemon=True, name=f"sodeval-doctor-{i}")
        for i in range(max(1, min(workers, total, MOST_WORKERS)))
    ]
    try:
        for i, thread in enumerate(threads):
            try:
                thread.start()
            except RuntimeError:
                if i == 0:
                    raise UsageError("the system does not allow another thread.") from None
                threads = threads[:i]
                break
        for thread in threads:
            while thread.is_alive():
                thread.join(_TICK)
                if progress is not None:
                    progress.advance(state["done"])
        if progress is not None:
            progress.advance(state["done"])
    finally:
        state["stopped"] = 1
        if progress is not None:
            progress.stop()
    if errors:
        raise errors[0]


def _jobs(by_dataset: dict[str, list[Checkup]]) -> Iterator[tuple[list[Checkup], int]]:
    """Every ground truth, with all the methods that have something for it."""
    for group in by_dataset.values():
        for index in range(len(group[0].match.pairs)):
            yield group, index


def _examine(group: list[Checkup], index: int, max_pixels: int, lock: threading.Lock) -> None:
    """Look at one ground truth and every prediction for it."""
    truths = group[0].truths
    truth = _seen(group[0].match.pairs[index].gt, truths, index, max_pixels, lock)
    for checkup in group:
        ref = checkup.match.pairs[index].pred
        if ref is None:
            continue
        pred = _seen(ref, checkup.maps, index, max_pixels, lock)
        if pred is not None and truth is not None:
            _compare(checkup, index, pred, truth, lock)


def _seen(
    ref: FileRef, facts: Facts, index: int, max_pixels: int, lock: threading.Lock
) -> Seen | None:
    try:
        seen = see(ref, max_pixels)
    except DecodeError as error:
        with lock:
            facts.unreadable[index] = str(error)
        return None
    with lock:
        facts.add(index, seen.look)
    return seen


def _compare(checkup: Checkup, index: int, pred: Seen, truth: Seen, lock: threading.Lock) -> None:
    leaning = lean(pred.pixels, truth.pixels)
    (height, width), (gt_height, gt_width) = pred.look.shape, truth.look.shape
    with lock:
        if leaning is not None:
            checkup.mark(leaning, index)
        if pred.look.digest is not None and pred.look.digest == truth.look.digest:
            checkup.mark("identical", index)
        if pred.look.shape != truth.look.shape:
            checkup.mark("other_size", index)
            checkup.ratios[round(width / gt_width, 2), round(height / gt_height, 2)] += 1
            if pred.look.shape == (gt_width, gt_height):
                checkup.mark("turned", index)
