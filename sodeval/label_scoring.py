"""Scoring folders and archives of label maps: one confusion matrix a method and data set.

As for saliency maps a thread takes a ground truth and scores every method's prediction for it.
The counts are added in the order of the files by the one thread that waits for them, so nothing
needs a lock, and all of them are whole numbers, so reports do not depend on the threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sodeval.errors import DecodeError, Interrupted, PairingError, ShapeError
from sodeval.files import FileRef
from sodeval.images import MAX_PIXELS
from sodeval.label_tally import LabelOutcome, LabelTally, label_digest, outcome_of
from sodeval.labels import LARGEST, LabelMap, decode_labels
from sodeval.metrics.miou import IGNORED, ConfusionMatrix
from sodeval.pairs import Match, Pair, Plan, require_complete
from sodeval.report import Report
from sodeval.threads import MOST_WORKERS, available_cores

if TYPE_CHECKING:
    from sodeval.scoring import Missing, Progress, SizeMismatch

_TICK = 0.1  # seconds between looks at Ctrl-C


def score_labels(
    plan: Plan,
    *,
    missing: Missing = "error",
    size_mismatch: SizeMismatch = "resize",
    workers: int | None = None,
    max_pixels: int = MAX_PIXELS,
    ignore_index: int | None = IGNORED,
    classes: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Score predicted label maps against true ones.

    Args:
        plan: pairs of files, from :func:`sodeval.pairs.discover`; it stays open.
        missing: what a ground truth without a prediction means: an error, an image left out, or
            (``"zero"``) one of whose pixels none was found, for 0 is a label like any other.
            Files that cannot be read are treated likewise and listed.
        size_mismatch: resize a prediction by the nearest pixel, or raise.
        workers: threads; by default one for each available core. Reports do not depend on it.
        max_pixels: images larger than this are refused.
        ignore_index: the true label of pixels that are left out; None leaves out none.
        classes: how many; labels are 0 to classes - 1. None: up to the largest true label.
        progress: told how far scoring is.

    Returns:
        One result for each method and data set, with ``per_class`` beside its scores.

    Raises:
        UsageError: an option has a value it cannot have.
        PairingError: files do not match up.
        DecodeError: a file is not the label map it should be.
        ShapeError: sizes differ and ``size_mismatch`` is ``"error"``, or a ground truth holds a
            label that is no class.
        Interrupted: Ctrl-C; its ``report`` holds what was done.
    """
    empty = ConfusionMatrix(classes, ignore_index=ignore_index)
    if missing == "error":
        require_complete(plan)
    reader = _Reader(missing, size_mismatch, max_pixels, empty)
    tallies = [
        LabelTally(m.method, m.dataset, len(m.pairs), m.missing, m.extra, empty.like())
        for m in plan.matches
    ]
    done = 0
    if progress is not None:
        progress.start(sum(len(match.pairs) for match in plan.matches))
    try:
        for batch in _in_order(_truths(plan, tallies), reader, workers):
            for tally, outcome in batch:
                tally.add(outcome)
                done += 1
            if progress is not None:
                progress.advance(done)
    except KeyboardInterrupt:
        raise Interrupted(_report(plan, tallies, partial=True)) from None
    finally:
        if progress is not None:
            progress.stop()
    return _report(plan, tallies)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Decodes and counts the pairs of one ground truth; it is shared between threads."""

    missing: Missing
    size_mismatch: SizeMismatch
    max_pixels: int
    empty: ConfusionMatrix

    def count(self, pairs: list[Pair]) -> list[LabelOutcome]:
        """Count every method's prediction for one ground truth."""
        lost: dict[str, str] = {}
        ref = pairs[0].gt
        truth = self._decode(ref, lost)
        if truth is None:
            return [LabelOutcome(pair.name, unreadable=lost) for pair in pairs]
        digest = label_digest(truth)
        return [self._one(pair, truth, digest) for pair in pairs]

    def _one(self, pair: Pair, truth: LabelMap, digest: int) -> LabelOutcome:
        lost: dict[str, str] = {}
        pred = None if pair.pred is None else self._decode(pair.pred, lost)
        absent = pred is None
        if pred is None:
            if self.missing != "zero":
                return LabelOutcome(pair.name, unreadable=lost)
            pred = np.full(truth.shape, LARGEST, np.uint16)  # no class: they end far below
        differs = pred.shape != truth.shape
        if differs and self.size_mismatch == "error" and pair.pred is not None:
            (h, w), (gh, gw) = pred.shape, truth.shape
            raise ShapeError(
                f"{pair.pred.label} is {w}x{h} and its ground truth {gw}x{gh} pixels; "
                "resize it, or score with --size-mismatch resize."
            )
        return outcome_of(
            pair.name,
            pred,
            truth,
            self.empty,
            digest=digest,
            label=pair.gt.label,
            absent=absent,
            unreadable=lost,
        )

    def _decode(self, ref: FileRef, lost: dict[str, str]) -> LabelMap | None:
        try:
            return decode_labels(ref.read(), ref.label, max_pixels=self.max_pixels)
        except DecodeError as error:
            if self.missing == "error":
                raise
            lost[ref.place] = str(error)
            return None


def _truths(plan: Plan, tallies: list[LabelTally]) -> Iterator[tuple[list[LabelTally], list[Pair]]]:
    """Each ground truth with the methods that are scored on it and their predictions for it."""
    by_dataset: dict[str, list[tuple[Match, LabelTally]]] = {}
    for match, tally in zip(plan.matches, tallies, strict=True):
        by_dataset.setdefault(match.dataset, []).append((match, tally))
    # the matches of one data set hold pairs for the same ground truths in the same order
    for group in by_dataset.values():
        for pairs in zip(*(match.pairs for match, _ in group), strict=True):
            yield [tally for _, tally in group], list(pairs)


def _in_order(
    truths: Iterator[tuple[list[LabelTally], list[Pair]]], reader: _Reader, workers: int | None
) -> Iterator[list[tuple[LabelTally, LabelOutcome]]]:
    """Count in threads, a few ground truths ahead, and give the outcomes in order.

    The first error in the order of the files is raised, however many threads there are.
    """
    workers = min(workers or available_cores(), MOST_WORKERS)
    waiting: deque[tuple[list[LabelTally], Future[list[LabelOutcome]]]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="sodeval")
    try:
        ahead = 1  # the first compiles or loads the kernels, for which the others would only wait
        exhausted = False
        while waiting or not exhausted:
            while not exhausted and len(waiting) < ahead:
                following = next(truths, None)
                if following is None:
                    exhausted = True
                else:
                    group, pairs = following
                    waiting.append((group, pool.submit(reader.count, pairs)))
            if not waiting:
                break
            group, future = waiting.popleft()
            while not future.done():  # in ticks, for a wait without end would not see Ctrl-C
                wait([future], _TICK)
            yield list(zip(group, future.result(), strict=True))
            ahead = 2 * workers
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _report(plan: Plan, tallies: list[LabelTally], *, partial: bool = False) -> Report:
    if not partial and not any(tally.names for tally in tallies):
        reasons = [why for tally in tallies for why in tally.unreadable.values()]
        if reasons:
            raise DecodeError(f"no image could be scored; {reasons[0]}")
        raise PairingError("no image could be scored: every prediction is missing.")
    notes = list(plan.notes)
    for match, tally in zip(plan.matches, tallies, strict=True):
        if match.stripped:
            notes.append(f"{match.method} on {match.dataset}: {match.stripped}")
        notes += sorted(tally.unreadable.values())
    results = tuple(tally.result() for tally in tallies)
    return Report(results, partial=partial, notes=tuple(dict.fromkeys(notes)))
