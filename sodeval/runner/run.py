"""Runs a model over data sets, keeps its maps and scores them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sodeval.errors import DataError, Interrupted, UsageError
from sodeval.models.predictor import Map, Predictor
from sodeval.report import Report, Result
from sodeval.runner.costs import costs, device_name
from sodeval.runner.grading import Grader
from sodeval.runner.maps import MapFolder
from sodeval.runner.pipeline import Job, Lost, Pipeline, Stages, Unscored
from sodeval.runner.sources import Source, Sources, from_images, from_root
from sodeval.threads import available_cores

if TYPE_CHECKING:
    from sodeval.scoring import Progress

# What a card's task is called in the registry of data sets.
TASKS = {"sod": ("sod",), "cod": ("cod",), "usod": ("usod",), "segmentation": ("segmentation",)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has done.

    Attributes:
        report: scores; without results if nothing was scored.
        made: maps made now.
        kept: maps that were there already.
        failed: photograph -> why it gave no map, or its map no score.
        images_per_second: of the maps made now, reading and writing included.
        shares: stage -> how busy it was, 0 to 1.
        batch_size: what it was at the end.
        notes: what was noticed on the way.
    """

    report: Report
    made: int
    kept: int
    failed: dict[str, str]
    images_per_second: float | None
    shares: dict[str, float]
    batch_size: int
    notes: tuple[str, ...]

    @property
    def bottleneck(self) -> str:
        """The stage that the others waited for."""
        return max(self.shares, key=self.shares.__getitem__)


def run(
    model: Predictor,
    *,
    images: str | os.PathLike[str] | None = None,
    gt: str | os.PathLike[str] | None = None,
    data: str | os.PathLike[str] | None = None,
    datasets: Sequence[str] = (),
    maps: str | os.PathLike[str] | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    overwrite: bool = False,
    limit: int | None = None,
    score: bool = True,
    metrics: str | Iterable[str] | None = None,
    protocol: str = "pysodmetrics",
    progress: Progress | None = None,
) -> Outcome:
    """Run a model over photographs, write its maps and score them.

    Args:
        model: from `sodeval.load_model`.
        images: a folder or archive of photographs; None: data sets below ``data``.
        gt: the ground truths of ``images``.
        data: a folder of data sets; None: ``$SODEVAL_DATA``, or ``./datasets``.
        datasets: which; empty: every test set of the model's task.
        maps: where maps are written, and kept if they are there; None: they are only scored.
        batch_size: photographs in a batch, at most; None: 1 on a processor, 16 on a GPU.
        workers: threads that read, and as many that write; None: one for each core.
        overwrite: make maps that are there again.
        limit: so many photographs of each data set.
        score: whether to score.
        metrics: names as in ``--metrics``; None: ``default``, or ``miou`` for label maps.
        protocol: whose conventions.
        progress: told how far it is.

    Raises:
        UsageError: options that contradict each other.
        PairingError: no photographs, or files that do not match up.
        OutputError: maps cannot be written.
        DataError: not one photograph could be run.
        Interrupted: Ctrl-C; its ``report`` holds what was scored, and maps that were written stay.
    """
    check_options(images, gt, data, datasets, maps, score=score)
    for what, number in (("batch size", batch_size), ("workers", workers), ("limit", limit)):
        if number is not None and number < 1:
            raise UsageError(f"{what} is {number}; give 1 or more.")
    if images is not None:
        sources = from_images(images, gt)
    else:
        card = model.card
        sources = from_root(data, TASKS[card.task] if card is not None else (), datasets)
    with ExitStack() as stack:
        stack.enter_context(sources)
        folder = maps
        if model.labels is not None and maps is None:
            folder = stack.enter_context(TemporaryDirectory(prefix="sodeval-"))
        work = _Work(
            model,
            sources,
            limit,
            None if folder is None else MapFolder(folder, model.settings(), overwrite),
            score and model.labels is None,
            "default" if metrics is None else metrics,
            protocol,
        )
        pipeline = Pipeline(
            model,
            batch_size=batch_size or default_batch(model.device),
            workers=workers or available_cores(),
            take=work.take,
            fail=work.fail,
            advance=lambda done: None if progress is None else progress.advance(work.kept + done),
        )
        if progress is not None:
            progress.start(len(work.entries))
        try:
            pipeline.run(work.jobs())
        except KeyboardInterrupt:
            raise Interrupted(work.report(pipeline.stages, partial=True)) from None
        finally:
            if progress is not None:
                progress.stop()
        if work.failed and len(work.failed) == len(work.entries):
            raise DataError(f"not one photograph could be run; {next(iter(work.failed.values()))}")
        report = work.report(pipeline.stages)
        if score and model.labels is not None:
            assert folder is not None
            report = work.label_report(folder, metrics or "miou", pipeline.stages)
        notes = list(work.notes if report.results else (*sources.notes, *work.notes))
        if pipeline.batch_size < pipeline.asked:
            notes.append(
                f"memory did not suffice for batches of {pipeline.asked}: "
                f"went on with {pipeline.batch_size}"
            )
        return Outcome(
            report,
            work.made,
            work.kept,
            work.failed,
            work.speed(pipeline.stages),
            pipeline.stages.shares(),
            pipeline.batch_size,
            tuple(notes),
        )


@dataclass(slots=True)
class _Work:
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


def default_batch(device: str) -> int:
    """One on a processor, where batches gain nothing; 16 on a GPU."""
    return 1 if device == "cpu" else 16


def check_options(
    images: str | os.PathLike[str] | None,
    gt: str | os.PathLike[str] | None,
    data: str | os.PathLike[str] | None,
    datasets: Sequence[str],
    maps: str | os.PathLike[str] | None,
    *,
    score: bool,
) -> None:
    """Refuse what contradicts itself, or would leave nothing behind.

    Raises:
        UsageError: so.
    """
    if images is not None and (data is not None or datasets):
        raise UsageError("give either --images or --data, not both; --dataset goes with --data.")
    if gt is not None and images is None:
        raise UsageError("--gt goes with --images; --data finds ground truths itself.")
    if maps is None and (not score or (images is not None and gt is None)):
        raise UsageError(
            "nothing would be left of this run: give --maps DIR to keep the maps, "
            "or --gt (or --data) to score them."
        )
