"""Runs a model over data sets, keeps its maps and scores them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sodeval.errors import DataError, Interrupted, UsageError
from sodeval.files import open_store
from sodeval.models.predictor import Predictor
from sodeval.protocols import DEFAULT
from sodeval.report import Report
from sodeval.runner.maps import MapFolder
from sodeval.runner.pipeline import Pipeline
from sodeval.runner.sources import from_images, from_root, root_of
from sodeval.runner.work import Work
from sodeval.threads import available_cores

if TYPE_CHECKING:
    from sodeval.scoring import Progress


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
    protocol: str = DEFAULT,
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
    if model.labels is not None and (metrics not in (None, "miou") or protocol != DEFAULT):
        raise UsageError(
            f"{model.name} gives label maps, which are scored by miou alone; leave --metrics and "
            "--protocol out."
        )
    if images is not None:
        sources = from_images(images, gt)
    else:
        sources = from_root(data, () if model.card is None else (model.card.task,), datasets)
    with sources:
        work = Work(
            model,
            sources,
            limit=limit,
            score=score,
            metrics="default" if metrics is None else metrics,
            protocol=protocol,
        )
        if maps is not None:
            # devices round in their own ways, so a folder is of one kind of device
            settings = {**model.settings(), "device": model.device.partition(":")[0]}
            work.folder = MapFolder(maps, settings, work.targets, overwrite)
        jobs = work.jobs()
        pipeline = Pipeline(
            model,
            batch_size=batch_size or default_batch(model.device),
            workers=workers or available_cores(),
            there=work.there,
            take=work.take,
            fail=work.fail,
            advance=lambda done: None if progress is None else progress.advance(done),
        )
        if progress is not None:
            progress.start(len(jobs))
        try:
            with _one_thread_each(model.device):
                pipeline.run(jobs)
        except KeyboardInterrupt:
            raise Interrupted(work.report(pipeline.stages, partial=True)) from None
        finally:
            if progress is not None:
                progress.stop()
        if work.failed and not (work.made or work.kept):
            raise DataError(f"not one photograph could be run; {next(iter(work.failed.values()))}")
        report = work.report(pipeline.stages)
        notes = [] if report.results else list(work.notes)
        if pipeline.batch_size < pipeline.asked:
            notes.append(
                f"memory did not suffice for batches of {pipeline.asked}: "
                f"went on with {pipeline.batch_size}"
            )
        return Outcome(
            report,
            work.made,
            work.kept,
            {**work.failed, **work.unscored},
            work.speed(pipeline.stages),
            pipeline.stages.shares(),
            pipeline.batch_size,
            tuple(notes),
        )


@contextmanager
def _one_thread_each(device: str) -> Iterator[None]:
    """While a GPU runs the network, each of our threads resizes with torch on its own core."""
    if not device.startswith("cuda"):
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


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
    """Refuse what contradicts itself, leaves nothing behind, or has nothing to run.

    It is quick, and so for asking before a model is fetched.

    Raises:
        UsageError: options that do not go together.
        PairingError: there is nothing at ``images`` or ``data``.
        DecodeError: an archive is damaged.
    """
    if images is not None and (data is not None or datasets):
        raise UsageError("give either --images or --data, not both; --dataset goes with --data.")
    if gt is not None and images is None:
        raise UsageError("--gt goes with --images; --data finds ground truths itself.")
    for option, folder in (("--images", images), ("--gt", gt), ("--data", data)):
        if maps is not None and folder is not None and _holds(folder, maps):
            raise UsageError(
                f"the maps would be written among the files of {option} ({os.fspath(folder)}); "
                "name a folder outside it."
            )
    if maps is None and (not score or (images is not None and gt is None)):
        raise UsageError(
            "nothing would be left of this run: give --maps DIR to keep the maps, "
            "or --gt (or --data) to score them."
        )
    if images is None:
        root_of(data)
    else:
        open_store(images, "photographs").close()


def _holds(folder: str | os.PathLike[str], inner: str | os.PathLike[str]) -> bool:
    """Whether a folder is the other, or one above it."""
    outside, inside = os.path.realpath(folder), os.path.realpath(inner)
    return os.path.isdir(outside) and Path(inside).is_relative_to(outside)
