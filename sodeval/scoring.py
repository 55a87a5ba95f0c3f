"""Scoring folders and archives: a thread for each worker, one ground truth at a time.

A worker takes a ground truth, prepares it once, and scores every method's prediction for it, so
that methods compared in one call share its decoding and distance transform, and a worker never
holds more than three decoded images: the ground truth, a prediction, and its resized form.
"""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_right
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Literal, Protocol, get_args

import numpy as np

from sodeval.errors import DecodeError, Interrupted, PairingError, UnknownNameError, UsageError
from sodeval.files import FileRef
from sodeval.images import MAX_PIXELS, Decoded, Map, decode
from sodeval.label_scoring import score_labels
from sodeval.metrics import METRICS, resolve
from sodeval.metrics.miou import IGNORED
from sodeval.pairs import Match, Plan, discover, require_complete
from sodeval.photographs import Photographs
from sodeval.protocols import DEFAULT, EvalProtocol, get_protocols
from sodeval.report import Report, Result
from sodeval.scorer import Prepared, Scorer
from sodeval.tags import Tags, read_tags
from sodeval.tally import Tally
from sodeval.threads import MOST_WORKERS, available_cores

Missing = Literal["error", "skip", "zero"]
SizeMismatch = Literal["resize", "error"]

# set once an image was scored in this process, and so every kernel loaded
_FIRST_DONE = threading.Event()
_TICK = 0.1  # seconds between looks at the progress, and so at Ctrl-C
_LAST_WORDS = 0.5  # seconds a worker may take to end its image after Ctrl-C


class Progress(Protocol):
    """What :func:`score` tells while it works."""

    def start(self, total: int) -> None:
        """Scoring begins; ``total`` predictions are to be scored."""
        ...

    def advance(self, done: int) -> None:
        """``done`` predictions have been scored so far."""
        ...

    def stop(self) -> None:
        """Scoring has ended, one way or another."""
        ...


def score(
    preds: str | os.PathLike[str],
    gt: str | os.PathLike[str],
    *,
    metrics: str | Iterable[str] = "default",
    protocol: str | EvalProtocol | Iterable[str | EvalProtocol] = DEFAULT,
    missing: Missing = "error",
    size_mismatch: SizeMismatch | None = None,
    workers: int | None = None,
    max_pixels: int = MAX_PIXELS,
    images: str | os.PathLike[str] | None = None,
    tags: str | os.PathLike[str] | None = None,
    breakdowns: bool = False,
    ci: bool = False,
    seed: int = 0,
    keep_curves: bool = False,
    ignore_index: int | None = IGNORED,
    classes: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Score the predictions in one folder or archive against the ground truths in another.

    Args:
        preds: a folder, ``.zip`` or ``.tar``: flat, data-set folders, or method folders over
            data-set folders.
        gt: likewise: flat, or data-set folders (over ``gt``, ``mask`` … folders).
        metrics: names as in ``--metrics``, a string or a list.
        protocol: a protocol's name, several with commas, ``"all"``, an
            :class:`~sodeval.protocols.EvalProtocol`, or a list of them.
        missing: what a ground truth without a prediction means: an error, an image left out, or
            an all-zero map. With ``"skip"``, files that cannot be read are left out too and
            listed; with ``"zero"``, unreadable predictions are scored as all-zero maps and listed.
        size_mismatch: resize a prediction as the protocol says, or raise; None: what the
            protocol's toolkit does.
        workers: threads; by default one for each available core. Reports do not depend on it.
        max_pixels: images larger than this are refused.
        images: the photographs, for metrics that look at them.
        tags: a CSV of names and tags, for breakdowns by tag.
        breakdowns: break the scores down by attributes of the ground truths.
        ci: give 95 % bootstrap intervals over images.
        seed: of the bootstrap.
        keep_curves: keep every image's curves in ``Result.image_curves``.
        ignore_index: for ``miou``, the true label of pixels that are left out, or None.
        classes: for ``miou``, how many; None: up to the largest true label.
        progress: told how far scoring is.

    Returns:
        One result for each method, data set and protocol.

    Raises:
        UnknownNameError: a metric or protocol does not exist.
        UsageError: an option has a value it cannot have.
        PairingError: files do not match up.
        DecodeError: a file is not the image it should be.
        ShapeError: sizes differ and ``size_mismatch`` is ``"error"``.
        Interrupted: Ctrl-C; its ``report`` holds what was done.
    """
    _check_option("missing", missing, Missing)
    if size_mismatch is not None:
        _check_option("size_mismatch", size_mismatch, SizeMismatch)
    if workers is not None and workers < 1:
        raise UsageError(f"workers is {workers}; give 1 or more.")
    if max_pixels < 1:
        raise UsageError(f"max_pixels is {max_pixels}; give 1 or more.")
    ids = resolve(metrics)
    if any(METRICS[metric].needs == "labels" for metric in ids):
        if get_protocols(protocol) != get_protocols(DEFAULT):
            raise UsageError("protocols are for saliency maps; leave --protocol out with miou.")
        if images or tags or breakdowns or ci or keep_curves:
            raise UsageError("miou has no intervals, breakdowns or photographs; leave them out.")
        with discover(preds, gt) as plan:
            return score_labels(
                plan,
                missing=missing,
                size_mismatch=size_mismatch or "resize",
                workers=workers,
                max_pixels=max_pixels,
                ignore_index=ignore_index,
                classes=classes,
                progress=progress,
            )
    if ignore_index != IGNORED or classes is not None:
        raise UsageError("--ignore-index and --classes are for --metrics miou.")
    scorer = Scorer(
        ids,
        protocol,
        size_mismatch,
        images=images is not None,
        keep_curves=keep_curves or ci or breakdowns or tags is not None,
        describe=breakdowns or tags is not None,
    )
    tagged = None if tags is None else read_tags(tags)
    with ExitStack() as stack:
        plan = stack.enter_context(discover(preds, gt))
        if tagged is not None:
            names = {m.dataset: [pair.name for pair in m.pairs] for m in plan.matches}
            plan = replace(plan, notes=(*plan.notes, *tagged.check(names)))
        if missing == "error":
            require_complete(plan)
        photographs = None
        if images is not None and not scorer.looks_at_photographs:
            unused = "no metric asked for looks at the photographs of --images; add context"
            plan = replace(plan, notes=(*plan.notes, unused))
        elif images is not None:
            photographs = stack.enter_context(Photographs(images, gt, max_pixels))
        summary = _Summary(seed if ci else None, tagged)
        run = _Run(plan, scorer, missing, max_pixels, photographs, summary)
        if progress is not None:
            progress.start(run.total)
        try:
            run.go(workers or available_cores(), progress)
        except KeyboardInterrupt:
            raise Interrupted(run.report(partial=True)) from None
        finally:
            if progress is not None:
                progress.stop()
        return run.report()


@dataclass(slots=True)
class _Summary:
    """What the results are to hold beyond scores."""

    seed: int | None
    tags: Tags | None


@dataclass(slots=True)
class _Outcome:
    """What becomes of one match: a tally for each protocol."""

    match: Match
    tallies: list[Tally]
    unreadable: dict[str, str] = field(default_factory=dict)
    zero: int = 0


class _Run:
    """One call of :func:`score`: the work, the threads, and what they have found."""

    def __init__(
        self,
        plan: Plan,
        scorer: Scorer,
        missing: Missing,
        max_pixels: int,
        photographs: Photographs | None,
        summary: _Summary,
    ):
        self.plan = plan
        self.scorer = scorer
        self.missing = missing
        self.max_pixels = max_pixels
        self.photographs = photographs
        self.summary = summary
        self.outcomes = [_Outcome(match, scorer.tallies()) for match in plan.matches]
        self.total = sum(len(match.pairs) for match in plan.matches)
        # the matches of one data set hold pairs for the same ground truths in the same order
        by_dataset: dict[str, list[int]] = {}
        for index, match in enumerate(plan.matches):
            by_dataset.setdefault(match.dataset, []).append(index)
        self._matches = list(by_dataset.values())
        sizes = [len(plan.matches[indices[0]].pairs) for indices in self._matches]
        self._ends = list(accumulate(sizes))  # ground truths up to the end of each data set
        self.truths = sum(sizes)
        self.done = 0
        self._next = 0
        self._stopped = False
        self._error: tuple[int, BaseException] | None = None
        self._lock = threading.Lock()  # guards what is above and the outcomes

    def go(self, workers: int, progress: Progress | None) -> None:
        """Score everything; raise the first error in the order of the files, if any."""
        threads = [
            threading.Thread(target=self._work, args=(i,), daemon=True, name=f"sodeval-{i}")
            for i in range(max(1, min(workers, self.truths, MOST_WORKERS)))
        ]
        try:
            threads = _start(threads)
            for thread in threads:
                while thread.is_alive():
                    thread.join(_TICK)
                    if progress is not None:
                        progress.advance(self.done)
        except BaseException:  # Ctrl-C, or whatever the progress raises
            with self._lock:
                self._stopped = True
            _FIRST_DONE.set()
            deadline = time.monotonic() + _LAST_WORDS
            for thread in threads:
                if thread.is_alive():
                    thread.join(max(0.0, deadline - time.monotonic()))
            raise
        if self._error is not None:
            raise self._error[1]

    def report(self, *, partial: bool = False) -> Report:
        """Summarise what was scored."""
        if not partial and not any(o.tallies[0].names for o in self.outcomes):
            reasons = [why for o in self.outcomes for why in o.unreadable.values()]
            if reasons:
                raise DecodeError(f"no image could be scored; {reasons[0]}")
            raise PairingError("no image could be scored: every prediction is missing.")
        notes = list(self.plan.notes)
        results = []
        with self._lock:
            for outcome in self.outcomes:
                match = outcome.match
                if match.stripped:
                    notes.append(f"{match.method} on {match.dataset}: {match.stripped}")
                notes += sorted(outcome.unreadable.values())
                tags = self.summary.tags
                results += [
                    Result.of(
                        tally,
                        method=match.method,
                        dataset=match.dataset,
                        expected=len(match.pairs),
                        missing=match.missing,
                        extra=match.extra,
                        unreadable=tuple(sorted(outcome.unreadable)),
                        zero=outcome.zero,
                        seed=self.summary.seed,
                        tags=None if tags is None else tags.for_dataset(match.dataset),
                    )
                    for tally in outcome.tallies
                ]
        return Report(tuple(results), partial=partial, notes=tuple(dict.fromkeys(notes)))

    def _work(self, worker: int) -> None:
        if worker > 0:
            # the first image compiles or loads the kernels; doing so in every thread at once
            # would only make the threads wait for each other
            _FIRST_DONE.wait()
        while True:
            with self._lock:
                if self._stopped or self._error is not None or self._next == self.truths:
                    break
                index = self._next
                self._next += 1
            try:
                self._score(index)
            except BaseException as error:
                with self._lock:
                    # ground truths are handed out in order and those begun are ended, so the
                    # smallest index is the same for any number of workers
                    if self._error is None or index < self._error[0]:
                        self._error = (index, error)
            _FIRST_DONE.set()
        _FIRST_DONE.set()

    def _score(self, index: int) -> None:
        """Score every prediction for one ground truth."""
        dataset = bisect_right(self._ends, index)
        matches = self._matches[dataset]
        position = index - (self._ends[dataset - 1] if dataset else 0)
        pairs = [self.plan.matches[match].pairs[position] for match in matches]
        prepared: Prepared | None = None
        truth = self._decode(pairs[0].gt, matches)
        if truth is not None:
            image = self._photograph(pairs[0].name, matches[0], truth.pixels)
            prepared = self.scorer.prepare(truth.pixels, truth.traits, image)
        for match, pair in zip(matches, pairs, strict=True):
            if self._stopped:
                return
            if prepared is not None:
                self._score_one(pair.name, prepared, match, pair.pred)
            self.done += 1  # only shown, so a lost count does no harm

    def _score_one(self, name: str, prepared: Prepared, index: int, ref: FileRef | None) -> None:
        outcome = self.outcomes[index]
        decoded = None if ref is None else self._decode(ref, [index])
        absent = decoded is None
        if decoded is None:
            if self.missing != "zero":
                return
            decoded = Decoded(np.zeros_like(prepared.reference.stored.pixels), frozenset())
        scored = self.scorer.score(
            decoded.pixels,
            prepared,
            label="a missing prediction" if ref is None else ref.label,
            traits=decoded.traits,
            absent=absent,
        )
        with self._lock:
            if not self._stopped:
                for tally, one in zip(outcome.tallies, scored, strict=True):
                    tally.add(name, one)
                outcome.zero += absent

    def _photograph(self, name: str, match: int, truth: Map) -> Map | None:
        if self.photographs is None:
            return None
        dataset = self.plan.matches[match].dataset
        height, width = truth.shape
        return self.photographs.read(dataset, name, (height, width))

    def _decode(self, ref: FileRef, matches: list[int]) -> Decoded | None:
        """Decode a file; None if it cannot be and the rest is to be scored all the same."""
        try:
            return decode(ref.read(), ref.label, max_pixels=self.max_pixels)
        except DecodeError as error:
            if self.missing == "error":
                raise
            with self._lock:
                for index in matches:
                    self.outcomes[index].unreadable[ref.place] = str(error)
            return None


def _start(threads: list[threading.Thread]) -> list[threading.Thread]:
    """Start as many as the system allows; one is enough, for reports do not depend on it."""
    for i, thread in enumerate(threads):
        try:
            thread.start()
        except RuntimeError:
            if i == 0:
                raise UsageError("the system does not allow another thread.") from None
            return threads[:i]
    return threads


def _check_option(name: str, value: str, allowed: object) -> None:
    if value not in get_args(allowed):
        raise UnknownNameError(name, value, get_args(allowed))
