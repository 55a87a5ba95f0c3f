"""What a run is to do, and what has become of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sodeval.models.predictor import Map, Predictor
from sodeval.report import Report
from sodeval.runner.costs import costs, device_name
from sodeval.runner.grading import Grader, LabelGrader, SaliencyGrader
from sodeval.runner.maps import MapFolder
from sodeval.runner.pipeline import Job, Lost, Stages, Unscored
from sodeval.runner.sources import Item, Source, Sources


class Work:
    """What is to be done, and what has become of it; its methods may be called from any thread.

    Args:
        model: the model that runs.
        sources: where the photographs are.
        limit: so many of each data set.
        score: whether maps are scored.
        metrics: names as in ``--metrics``, for saliency maps.
        protocol: whose conventions.

    Attributes:
        folder: where maps go; None: they are only scored.
        failed: photograph -> why it gave no map.
        unscored: photograph -> why its map has no score.
        made: maps made now.
        kept: maps that were there.
    """

    def __init__(
        self,
        model: Predictor,
        sources: Sources,
        *,
        limit: int | None,
        score: bool,
        metrics: str | Iterable[str],
        protocol: str,
    ):
        self.folder: MapFolder | None = None
        self.failed: dict[str, str] = {}
        self.unscored: dict[str, str] = {}
        self.made = self.kept = 0
        self.notes = list(sources.notes)
        self._model = model
        self._entries: list[tuple[Item, Grader | None]] = []
        self._graders: list[Grader] = []
        self._digests: dict[int, str] = {}  # of photographs that are under way
        self._lock = threading.Lock()
        for source in (source.first(limit) for source in sources.sources):
            grader = None
            if score and source.has_gt:
                grader = _grader(model, source, metrics, protocol)
                self._graders.append(grader)
            self._entries += [(item, grader) for item in source.items]
            if source.extra:
                self.notes.append(
                    f"{source.dataset}: {len(source.extra)} photographs without a ground truth "
                    f"are not run (first: {source.extra[0]})"
                )

    @property
    def targets(self) -> list[str]:
        """Where each map goes, below the folder of maps."""
        return [item.target for item, _ in self._entries]

    def jobs(self) -> list[Job]:
        """Every photograph, in order."""
        return [Job(i, item.photograph) for i, (item, _) in enumerate(self._entries)]

    def there(self, job: Job, photograph: bytes) -> Map | None:
        """The map of a photograph, given its bytes, if it was made before."""
        if self.folder is None:
            return None
        item, _ = self._entries[job.index]
        digest = self._digests[job.index] = self.folder.digest(photograph)
        return self.folder.kept(item.target, digest)

    def take(self, job: Job, made: Map, kept: bool) -> None:
        """Write a map that is new, and score it."""
        item, grader = self._entries[job.index]
        if self.folder is not None and not kept:
            self.folder.write(item.target, made, self._digests.pop(job.index))
        with self._lock:
            self.kept += kept
            self.made += not kept
        if grader is not None:
            grader.take(item, made)

    def fail(self, job: Job, lost: Lost) -> None:
        """Note a photograph without a map, or a map without a score."""
        label = job.photograph.label
        if isinstance(lost, Unscored):  # which its grader knows of
            self.unscored[label] = str(lost)
            return
        self.failed[label] = str(lost)
        _, grader = self._entries[job.index]
        if grader is not None:
            grader.lose(job.photograph.place)

    def speed(self, stages: Stages) -> float | None:
        """Maps made a second."""
        return self.made / stages.wall if self.made and stages.wall else None

    def report(self, stages: Stages, *, partial: bool = False) -> Report:
        """Summarise what was scored."""
        results = [one for grader in self._graders for one in grader.results(self._model.name)]
        if results:
            facts = self._facts(stages, counted=not partial)
            measured = {"kind": "measured"}
            results = [replace(one, provenance=measured, other=facts) for one in results]
        report = Report(tuple(results), partial=partial, notes=tuple(dict.fromkeys(self.notes)))
        if getattr(self._model, "network", None) is not None:
            report.environment["torch"] = str(sys.modules["torch"].__version__)
        return report

    def _facts(self, stages: Stages, *, counted: bool) -> dict[str, Any]:
        """What a report says of the model beside its scores; counting it takes a few seconds."""
        speed = self.speed(stages)
        return {
            "model": self._model.settings(),
            "cost": {
                **(costs(self._model) if counted else {}),
                "latency_ms": None,
                "images_per_second": None if speed is None else round(speed, 2),
                "device": device_name(self._model.device),
            },
        }


def _grader(
    model: Predictor, source: Source, metrics: str | Iterable[str], protocol: str
) -> Grader:
    if model.labels is not None:
        return LabelGrader(source, model.labels)
    return SaliencyGrader(source, metrics, protocol)
