"""Scores maps as they are made, from memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

import numpy as np

from sodeval.conventions import EvalProtocol
from sodeval.errors import DecodeError, ShapeError
from sodeval.images import decode
from sodeval.label_tally import LabelTally, label_digest, outcome_of
from sodeval.labels import decode_labels
from sodeval.metrics.miou import ConfusionMatrix
from sodeval.models.predictor import Map
from sodeval.report import Result
from sodeval.runner.pipeline import Unscored
from sodeval.runner.sources import Item, Source
from sodeval.scorer import Scorer


class Grader(Protocol):
    """One data set's scores in the making; its methods may be called from several threads."""

    def take(self, item: Item, made: Map) -> None:
        """Score one map against its ground truth.

        Raises:
            Unscored: the ground truth cannot be read, or does not fit.
        """
        ...

    def lose(self, place: str) -> None:
        """Note a file that was left out."""
        ...

    def results(self, method: str) -> list[Result]:
        """Summarise: one result a protocol; none if nothing was scored."""
        ...


class SaliencyGrader:
    """Scores saliency maps.

    Args:
        source: the data set.
        metrics: names as in ``--metrics``.
        protocol: a protocol's name, several, or all.
    """

    def __init__(
        self,
        source: Source,
        metrics: str | Iterable[str],
        protocol: str | EvalProtocol | Iterable[str | EvalProtocol],
    ):
        self._source = source
        self._scorer = Scorer(metrics, protocol)
        self._tallies = self._scorer.tallies()
        self._lock = threading.Lock()
        self._unreadable: set[str] = set()

    def take(self, item: Item, made: Map) -> None:
        """Score one map; see `Grader`."""
        if item.gt is None:
            return
        try:
            truth = decode(item.gt.read(), item.gt.label)
            prepared = self._scorer.prepare(truth.pixels, truth.traits)
            scored = self._scorer.score(made, prepared, label=f"the map of {item.name}")
        except DecodeError as error:
            self.lose(item.gt.place)
            raise Unscored(str(error)) from error
        except ShapeError as error:
            self.lose(item.gt.place)
            raise Unscored(_other_size(item, made, truth.pixels)) from error
        with self._lock:
            for tally, one in zip(self._tallies, scored, strict=True):
                tally.add(item.name, one)

    def lose(self, place: str) -> None:
        """Note a file that was left out."""
        with self._lock:
            self._unreadable.add(place)

    def results(self, method: str) -> list[Result]:
        """One result a protocol; see `Grader`."""
        with self._lock:
            if not self._tallies[0].names:
                return []
            return [
                Result.of(
                    tally,
                    method=method,
                    dataset=self._source.dataset,
                    expected=self._source.expected,
                    extra=self._source.extra,
                    unreadable=tuple(sorted(self._unreadable)),
                )
                for tally in self._tallies
            ]


class LabelGrader:
    """Scores label maps of some classes, by ``miou``."""

    def __init__(self, source: Source, classes: int):
        self._empty = ConfusionMatrix(classes)
        self._tally = LabelTally(
            "", source.dataset, source.expected, (), source.extra, self._empty.like()
        )
        self._lock = threading.Lock()

    def take(self, item: Item, made: Map) -> None:
        """Count one map; see `Grader`."""
        if item.gt is None:
            return
        try:
            truth = decode_labels(item.gt.read(), item.gt.label)
            outcome = outcome_of(
                item.name,
                made.astype(np.uint16),
                truth,
                self._empty,
                digest=label_digest(truth),
                label=item.gt.label,
            )
        except (DecodeError, ShapeError) as error:
            self.lose(item.gt.place)
            raise Unscored(str(error)) from error
        with self._lock:
            self._tally.add(outcome)

    def lose(self, place: str) -> None:
        """Note a file that was left out."""
        with self._lock:
            self._tally.unreadable[place] = place

    def results(self, method: str) -> list[Result]:
        """One result; see `Grader`."""
        with self._lock:
            if not self._tally.names:
                return []
            return [replace(self._tally.result(), method=method)]


def _other_size(item: Item, made: Map, truth: Map) -> str:
    (height, width), (gt_height, gt_width) = made.shape, truth.shape
    return (
        f"{item.photograph.label} is {width}x{height} and its ground truth {gt_width}x{gt_height} "
        "pixels, and this protocol's tool refuses maps of another size than the ground truth."
    )
