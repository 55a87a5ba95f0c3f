"""Scoring folders and archives of label maps: one confusion matrix a method and data set.

As for saliency maps a thread takes a ground truth and scores every method's prediction for it.
The counts are added in the order of the files by the one thread that waits for them, so nothing
needs a lock, and all of them are whole numbers, so reports do not depend on the threads.
"""

from __future__ import annotations

import hashlib
import math
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sodeval import __version__
from sodeval.errors import DecodeError, Interrupted, PairingError, ShapeError
from sodeval.files import FileRef
from sodeval.images import MAX_PIXELS
from sodeval.labels import LARGEST, LabelMap, decode_labels, resize_labels
from sodeval.metrics.miou import IGNORED, ConfusionMatrix, LabelScores, Totals
from sodeval.names import natural_key
from sodeval.pairs import Match, Pair, Plan, require_complete
from sodeval.report import Report, Result
from sodeval.signature import Signature, gt_hash, stems_hash
from sodeval.threads import MOST_WORKERS, available_cores

if TYPE_CHECKING:
    from sodeval.scoring import Missing, Progress, SizeMismatch

COLUMNS = ("miou", "pixel_accuracy")
PROTOCOL = "labels"
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
    tallies = [_Tally(match, empty.like()) for match in plan.matches]
    done = 0
    if progress is not None:
        progress.start(sum(len(match.pairs) for match in plan.matches))
    try:
        for batch in _in_order(_truths(tallies), reader, workers):
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
class _Outcome:
    """What became of one prediction; ``counts`` is None if it is left out."""

    name: str
    counts: ConfusionMatrix | None = None
    digest: int = 0
    absent: bool = False
    resized: bool = False
    unreadable: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Tally:
    """What one method has on one data set."""

    match: Match
    counts: ConfusionMatrix
    names: list[str] = field(default_factory=list)
    digests: list[int] = field(default_factory=list)
    totals: list[Totals] = field(default_factory=list)
    strays: list[bool] = field(default_factory=list)
    """Whether a prediction that is there holds labels that can be no class."""
    unreadable: dict[str, str] = field(default_factory=dict)
    zero: int = 0
    resized: int = 0

    def add(self, outcome: _Outcome) -> None:
        """Add one image."""
        self.unreadable |= outcome.unreadable
        if outcome.counts is None:
            return
        self.counts.merge(outcome.counts)
        self.names.append(outcome.name)
        self.digests.append(outcome.digest)
        self.totals.append(outcome.counts.totals())
        self.strays.append(outcome.counts.strays > 0 and not outcome.absent)
        self.zero += outcome.absent
        self.resized += outcome.resized

    def result(self) -> Result:
        """Score what was counted."""
        scores = self.counts.scores()
        classes = self.counts.classes
        order = sorted(range(len(self.names)), key=lambda i: natural_key(self.names[i]))
        names = tuple(self.names[i] for i in order)
        rows = [self.totals[i].scores(classes) for i in order]
        columns = {
            column: np.array([_or_nan(row, column) for row in rows], np.float64)
            for column in COLUMNS
        }
        for values in columns.values():
            values.setflags(write=False)
        undefined = {column: int(np.isnan(values).sum()) for column, values in columns.items()}
        outside = sum(
            stray or bool((one.labels >= classes).any())
            for stray, one in zip(self.strays, self.totals, strict=True)
        )
        return Result(
            method=self.match.method,
            dataset=self.match.dataset,
            signature=str(self._signature()),
            protocol={"name": PROTOCOL, "reading": "raw", **self._conventions()},
            images=len(names),
            expected=len(self.match.pairs),
            missing=self.match.missing,
            extra=self.match.extra,
            unreadable=tuple(sorted(self.unreadable)),
            resized=self.resized,
            undefined={column: count for column, count in undefined.items() if count},
            warnings={"outside_classes": outside} if outside else {},
            metrics={column: getattr(scores, column) for column in COLUMNS},
            names=names,
            columns=columns,
            per_class={str(c): s._asdict() for c, s in scores.per_class.items()},
        )

    def _conventions(self) -> dict[str, object]:
        return {
            "ignore_index": self.counts.ignore_index,
            "classes": self.counts.classes,
            "resize": "pred-to-gt",
            "resize_filter": "nearest",
        }

    def _signature(self) -> Signature:
        ignored = self.counts.ignore_index
        conventions = [
            ("read", "raw"),
            ("ignore", "none" if ignored is None else str(ignored)),
            ("classes", str(self.counts.classes)),
        ]
        conventions += [("resize", "nearest")] if self.resized else []
        skipped = len(self.match.pairs) - len(self.names)
        conventions += [(k, str(n)) for k, n in (("zero", self.zero), ("skip", skipped)) if n]
        facts = [("n", str(len(self.names))), ("stems", stems_hash(sorted(self.names)))]
        if self.names:
            facts.append(("gt", gt_hash(zip(self.names, self.digests, strict=True))))
        return Signature(PROTOCOL, tuple(conventions), (*facts, ("v", __version__)))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Decodes and counts the pairs of one ground truth; it is shared between threads."""

    missing: Missing
    size_mismatch: SizeMismatch
    max_pixels: int
    empty: ConfusionMatrix

    def count(self, pairs: list[Pair]) -> list[_Outcome]:
        """Count every method's prediction for one ground truth."""
        lost: dict[str, str] = {}
        ref = pairs[0].gt
        truth = self._decode(ref, lost)
        if truth is None:
            return [_Outcome(pair.name, unreadable=lost) for pair in pairs]
        digest = _digest(truth)
        return [self._one(pair, truth, digest) for pair in pairs]

    def _one(self, pair: Pair, truth: LabelMap, digest: int) -> _Outcome:
        lost: dict[str, str] = {}
        pred = None if pair.pred is None else self._decode(pair.pred, lost)
        absent = pred is None
        if pred is None:
            if self.missing != "zero":
                return _Outcome(pair.name, unreadable=lost)
            pred = np.full(truth.shape, LARGEST, np.uint16)  # no class: they end far below
        resized = pred.shape != truth.shape
        if resized:
            if self.size_mismatch == "error" and pair.pred is not None:
                (h, w), (gh, gw) = pred.shape, truth.shape
                raise ShapeError(
                    f"{pair.pred.label} is {w}x{h} and its ground truth {gw}x{gh} pixels; "
                    "resize it, or score with --size-mismatch resize."
                )
            pred = resize_labels(pred, (truth.shape[0], truth.shape[1]))
        counts = self.empty.of(pred, truth, label=pair.gt.label)
        return _Outcome(pair.name, counts, digest, absent, resized, lost)

    def _decode(self, ref: FileRef, lost: dict[str, str]) -> LabelMap | None:
        try:
            return decode_labels(ref.read(), ref.label, max_pixels=self.max_pixels)
        except DecodeError as error:
            if self.missing == "error":
                raise
            lost[ref.place] = str(error)
            return None


def _digest(truth: LabelMap) -> int:
    """64 bits over the labels and the width, which the bytes of a map do not tell."""
    deep = truth.max() > 255  # mostly not, and half the bytes are hashed in half the time
    found = hashlib.sha256(b"%d %d\n" % (deep, truth.shape[1]))
    found.update(truth.astype("<u2" if deep else np.uint8, copy=False).data)
    return int.from_bytes(found.digest()[:8], "little")


def _or_nan(scores: LabelScores, column: str) -> float:
    value: float | None = getattr(scores, column)
    return math.nan if value is None else value


def _truths(tallies: list[_Tally]) -> Iterator[tuple[list[_Tally], list[Pair]]]:
    """Each ground truth with the methods that are scored on it and their predictions for it."""
    by_dataset: dict[str, list[_Tally]] = {}
    for tally in tallies:
        by_dataset.setdefault(tally.match.dataset, []).append(tally)
    # the matches of one data set hold pairs for the same ground truths in the same order
    for group in by_dataset.values():
        for pairs in zip(*(tally.match.pairs for tally in group), strict=True):
            yield group, list(pairs)


def _in_order(
    truths: Iterator[tuple[list[_Tally], list[Pair]]], reader: _Reader, workers: int | None
) -> Iterator[list[tuple[_Tally, _Outcome]]]:
    """Count in threads, a few ground truths ahead, and give the outcomes in order.

    The first error in the order of the files is raised, however many threads there are.
    """
    workers = min(workers or available_cores(), MOST_WORKERS)
    waiting: deque[tuple[list[_Tally], Future[list[_Outcome]]]] = deque()
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


def _report(plan: Plan, tallies: list[_Tally], *, partial: bool = False) -> Report:
    if not partial and not any(tally.names for tally in tallies):
        reasons = [why for tally in tallies for why in tally.unreadable.values()]
        if reasons:
            raise DecodeError(f"no image could be scored; {reasons[0]}")
        raise PairingError("no image could be scored: every prediction is missing.")
    notes = list(plan.notes)
    for tally in tallies:
        match = tally.match
        if match.stripped:
            notes.append(f"{match.method} on {match.dataset}: {match.stripped}")
        notes += sorted(tally.unreadable.values())
    results = tuple(tally.result() for tally in tallies)
    return Report(results, partial=partial, notes=tuple(dict.fromkeys(notes)))
