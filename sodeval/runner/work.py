"""What a run is to do, and what has become of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sodeval.models.predictor import Map, Predictor
from sodeval.report import Report, Result
from sodeval.runner.costs import costs, device_name
from sodeval.runner.grading import Grader
from sodeval.runner.maps import MapFolder
from sodeval.runner.pipeline import Job, Lost, Stages, Unscored
from sodeval.runner.sources import Source, Sources


@dataclass(slots=True)
class Work:
    """What is to be done, and what has become of it."""

    model: Predictor
    sources: Sources
    limit: int | None
    folder: MapFolder | None
    score: bool
    metrics: str | Iterable[str]
    protocol: str
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    made: int = 0
    kept: int = 0
    entries: list[tuple[int, int]] = field(default_factory=list)
    parts: list[Source] = field(default_factory=list)
    graders: list[Grader | None] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.parts = [source.first(self.limit) for source in self.sources.sources]
        for index, source in enumerate(self.parts):
            grades = self.score and source.has_gt
            self.graders.append(Grader(source, self.metrics, self.protocol) if grades else None)
            self.entries += [(index, i) for i in range(len(source.items))]
            if source.extra:
                self.notes.append(
                    f"{source.dataset}: {len(source.extra)} photographs without a ground truth "
                    f"are not run (first: {source.extra[0]})"
                )

    def jobs(self) -> list[Job]:
        """The photographs whose maps are not there yet; maps that are there are scored."""
        jobs = []
        for number, (source, i) in enumerate(self.entries):
            item = self.parts[source].items[i]
            there = None if self.folder is None else self.folder.kept(item.target)
            if there is None:
                jobs.append(Job(number, item.photograph))
                continue
            self.kept += 1
            try:
                self._grade(source, i, there)
            except Unscored as lost:
                self.failed[item.photograph.label] = str(lost)
        return jobs

    def take(self, job: Job, saliency: Map) -> None:
        """Write and score one map."""
        source, i = self.entries[job.index]
        if self.folder is not None:
            self.folder.write(self.parts[source].items[i].target, saliency)
        with self.lock:
            self.made += 1
        self._grade(source, i, saliency)

    def fail(self, job: Job, lost: Lost) -> None:
        """Note a photograph that came to nothing."""
        source, _ = self.entries[job.index]
        self.failed[job.photograph.label] = str(lost)
        grader = self.graders[source]
        if grader is not None and not isinstance(lost, Unscored):  # which the grader knows of
            grader.lose(job.photograph.place, str(lost))

    def speed(self, stages: Stages) -> float | None:
        """Maps made a second."""
        return self.made / stages.wall if self.made and stages.wall else None

    def report(self, stages: Stages, *, partial: bool = False) -> Report:
        """Summarise what was scored."""
        facts = self._facts(stages)
        results: list[Result] = []
        for grader in self.graders:
            if grader is not None:
                results += grader.results(self.model.name, facts)
        return Report(tuple(results), partial=partial, notes=self.sources.notes)

    def label_report(
        self, folder: str | os.PathLike[str], metrics: str | Iterable[str], stages: Stages
    ) -> Report:
        """Score label maps, which are counted over a whole data set, from their files."""
        from sodeval.scoring import score

        facts = self._facts(stages)
        results: list[Result] = []
        notes: list[str] = []
        for below, masks in self.sources.masks:
            part = score(os.path.join(folder, below), masks, metrics=metrics, missing="skip")
            notes += part.notes
            results += [
                replace(
                    result,
                    method=self.model.name,
                    dataset=below or result.dataset,
                    provenance={"kind": "measured"},
                    other=facts,
                )
                for result in part.results
            ]
        return Report(tuple(results), notes=tuple(dict.fromkeys((*self.sources.notes, *notes))))

    def _facts(self, stages: Stages) -> dict[str, Any]:
        """What a report says of the model beside its scores."""
        speed = self.speed(stages)
        return {
            "model": self.model.settings(),
            "cost": {
                **costs(self.model),
                "latency_ms": None,
                "images_per_second": None if speed is None else round(speed, 2),
                "device": device_name(self.model.device),
            },
        }

    def _grade(self, source: int, i: int, saliency: Map) -> None:
        grader = self.graders[source]
        if grader is not None:
            grader.take(self.parts[source].items[i], saliency)
