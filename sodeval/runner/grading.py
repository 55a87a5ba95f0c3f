"""Scores maps as they are made, from memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sodeval.conventions import EvalProtocol
from sodeval.errors import DecodeError
from sodeval.images import decode
from sodeval.models.predictor import Map
from sodeval.report import Result
from sodeval.runner.pipeline import Unscored
from sodeval.runner.sources import Item, Source
from sodeval.scorer import Scorer


class Grader:
    """One data set's scores in the making; its methods may be called from several threads.

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
        self.source = source
        self._scorer = Scorer(metrics, protocol)
        self._tallies = self._scorer.tallies()
        self._lock = threading.Lock()
        self.unreadable: dict[str, str] = {}

    def take(self, item: Item, saliency: Map) -> None:
        """Score one map against its ground truth.

        Raises:
            Unscored: the ground truth cannot be read.
        """
        if item.gt is None:
            return
        try:
            truth = decode(item.gt.read(), item.gt.label)
        except DecodeError as error:
            self.lose(item.gt.place, str(error))
            raise Unscored(str(error)) from error
        prepared = self._scorer.prepare(truth.pixels, truth.traits)
        scored = self._scorer.score(saliency, prepared, label=f"the map of {item.name}")
        with self._lock:
            for tally, one in zip(self._tallies, scored, strict=True):
                tally.add(item.name, one)

    def lose(self, place: str, why: str) -> None:
        """Note a file that was left out."""
        with self._lock:
            self.unreadable[place] = why

    def results(self, method: str, facts: Mapping[str, Any]) -> list[Result]:
        """Summarise: one result a protocol; none if nothing was scored."""
        with self._lock:
            if not self._tallies[0].names:
                return []
            made = [
                Result.of(
                    tally,
                    method=method,
                    dataset=self.source.dataset,
                    expected=self.source.expected,
                    extra=self.source.extra,
                    unreadable=tuple(sorted(self.unreadable)),
                )
                for tally in self._tallies
            ]
        return [replace(r, provenance={"kind": "measured"}, other=dict(facts)) for r in made]
