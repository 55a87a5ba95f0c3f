"""Photographs in, maps out: threads that read, one that drives the device, threads that write.

Photographs are read ahead in order, grouped into batches of one size, and handed on as soon as
their outputs are back. Every queue is bounded, so memory does not grow with the folder; batches
follow from the order of the photographs alone, so a run can be repeated to the bit.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sodeval.errors import DataError, SodevalError
from sodeval.files import FileRef
from sodeval.models.photograph import read_photograph
from sodeval.models.predictor import Batched, Map, Pending, Photograph, Predictor, Prepared

FINISHING = "writing and scoring"
_ON_DEVICE = 2  # batches under way: one computing while the next is copied
_GROUPS = 4  # batches' worth of photographs that may wait for others of their size


@dataclass(frozen=True, slots=True)
class Job:
    """One photograph to run; ``index`` is its place in the order."""

    index: int
    photograph: FileRef


@dataclass(slots=True)
class Stages:
    """Seconds that each stage was busy, over all its threads."""

    threads: int
    seconds: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(("reading", "network", FINISHING), 0.0)
    )
    wall: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, stage: str, seconds: float) -> None:
        """Count seconds of work."""
        with self.lock:
            self.seconds[stage] += seconds

    def shares(self) -> dict[str, float]:
        """How busy each stage was, 0 to 1 of what its threads could do."""
        wall = max(self.wall, 1e-9)
        return {
            stage: min(1.0, seconds / (wall * (1 if stage == "network" else self.threads)))
            for stage, seconds in self.seconds.items()
        }


class Lost(DataError):
    """One photograph that gives no map; the rest goes on."""


class Unscored(Lost):
    """A map that is made and cannot be scored."""


@dataclass(frozen=True, slots=True)
class _Ready:
    job: Job
    shape: tuple[int, int]
    prepared: Prepared | None = None
    saliency: Map | None = None
    kept: bool = False


class Pipeline:
    """Runs a model over photographs.

    Args:
        model: the model.
        batch_size: photographs in a batch, at most; halved where memory does not suffice.
        workers: threads that read, and as many that write.
        there: given a job and the bytes of its photograph, gives its map if it was made before;
            called from several threads.
        take: given each job's map, and whether it was made before; from several threads.
        fail: told of each photograph that gave no map, and why.
        advance: told how many are done.
    """

    def __init__(
        self,
        model: Predictor,
        *,
        batch_size: int,
        workers: int,
        there: Callable[[Job, bytes], Map | None],
        take: Callable[[Job, Map, bool], None],
        fail: Callable[[Job, Lost], None],
        advance: Callable[[int], None],
    ):
        self.model = model
        self.batch_size = batch_size
        self.asked = batch_size
        self.stages = Stages(workers)
        self._batched = model if isinstance(model, Batched) else None
        self._workers = workers
        self._there = there
        self._take = take
        self._fail = fail
        self._advance = advance
        self._done = 0
        self._began: float | None = None
        self._writes: deque[tuple[Job, Future[None]]] = deque()
        self._pending: deque[tuple[list[_Ready], Pending]] = deque()

    def run(self, jobs: Sequence[Job]) -> None:
        """Run all; a photograph that cannot be read or run is reported and left out.

        Raises:
            OutputError: a map cannot be written.
            KeyboardInterrupt: Ctrl-C; maps that are written stay.
        """
        readers = ThreadPoolExecutor(self._workers, "sodeval-read")
        writers = ThreadPoolExecutor(self._workers, "sodeval-write")
        try:
            for batch in self._batches(self._read(jobs, readers, writers)):
                if self._batched is None:
                    self._run_alone(batch[0], writers)
                else:
                    self._start(batch, writers)
            while self._pending:
                self._collect(writers)
            self._drain(0)
        except BaseException:
            for pool in (readers, writers):
                pool.shutdown(wait=True, cancel_futures=True)
            raise
        finally:
            if self._began is not None:
                self.stages.wall = time.perf_counter() - self._began
            readers.shutdown()
            writers.shutdown()

    # reading ------------------------------------------------------------------------------------

    def _read(
        self, jobs: Sequence[Job], readers: ThreadPoolExecutor, writers: ThreadPoolExecutor
    ) -> Iterator[_Ready]:
        """Photographs to run in order, read ahead; those that have a map are handed on here."""
        todo = iter(jobs)
        ahead: deque[tuple[Job, Future[_Ready]]] = deque()
        while True:
            lookahead = 2 * self.batch_size + 2 * self._workers
            for job in islice(todo, lookahead - len(ahead)):
                ahead.append((job, readers.submit(self._prepare, job)))
            if not ahead:
                return
            job, future = ahead.popleft()
            try:
                ready = future.result()
            except Lost as lost:
                self._lose(job, lost)
                continue
            if ready.saliency is None:
                yield ready
            else:
                self._write(ready, ready.saliency, writers)

    def _prepare(self, job: Job) -> _Ready:
        ref = job.photograph
        with self._timed("reading"), _losing(ref.label):
            data = ref.read()
            there = self._there(job, data)
            if there is not None:
                return _Ready(job, (there.shape[0], there.shape[1]), saliency=there, kept=True)
            if self._began is None:
                self._began = time.perf_counter()
            image: Photograph = read_photograph(data, ref.label, self.model.reader)
            shape = image.shape[0], image.shape[1]
            if self._batched is not None:
                return _Ready(job, shape, self._batched.prepare(image))
            if self.model.concurrent:
                return _Ready(job, shape, saliency=self.model.predict(image))
            return _Ready(job, shape, image)

    # the device ---------------------------------------------------------------------------------

    def _batches(self, ready: Iterator[_Ready]) -> Iterator[list[_Ready]]:
        """Batches of one group, in the order in which they fill up."""
        groups: dict[Hashable, list[_Ready]] = {}
        for one in ready:
            if self._batched is None:
                yield [one]
                continue
            assert one.prepared is not None
            key = self._batched.group(one.prepared)
            group = groups.setdefault(key, [])
            group.append(one)
            if len(group) >= self.batch_size:
                yield groups.pop(key)
            elif sum(map(len, groups.values())) > _GROUPS * self.batch_size:
                # the one that waits longest: its first photograph came first
                oldest = min(groups, key=lambda k: groups[k][0].job.index)
                yield groups.pop(oldest)
        yield from groups.values()

    def _start(self, batch: list[_Ready], writers: ThreadPoolExecutor) -> None:
        """Give a batch to the device, in parts if it is larger than memory allows by now."""
        while len(batch) > self.batch_size:
            part, batch = batch[: self.batch_size], batch[self.batch_size :]
            self._start(part, writers)
        assert self._batched is not None
        prepared = [one.prepared for one in batch if one.prepared is not None]
        try:
            with self._timed("network"):
                self._pending.append((batch, self._batched.submit(prepared)))
        except Exception as error:
            self._again(batch, error, writers)
        while len(self._pending) >= _ON_DEVICE:
            self._collect(writers)

    def _collect(self, writers: ThreadPoolExecutor) -> None:
        """Take the oldest batch off the device and hand its outputs on."""
        batch, pending = self._pending.popleft()
        try:
            with self._timed("network"):
                outs = pending.result()
        except Exception as error:
            self._again(batch, error, writers)
            return
        for one, out in zip(batch, outs, strict=True):
            self._writes.append((one.job, writers.submit(self._finish, one, out)))
        self._drain(2 * self.asked + 2 * self._workers)

    def _again(self, batch: list[_Ready], error: Exception, writers: ThreadPoolExecutor) -> None:
        """Go on with half the batch if memory did not suffice; find the one that is to blame.

        Raises:
            Exception: ``error``, if it is neither about memory nor about a photograph.
        """
        memory = _is_out_of_memory(error)
        if not (memory or isinstance(error, SodevalError)):
            raise error
        error.__traceback__ = None  # its frames hold the tensors that do not fit
        if len(batch) > 1:
            if memory:
                self.batch_size = min(self.batch_size, max(1, len(batch) // 2))
                _free_cached(self.model.device)
                self._start(batch, writers)
            else:
                for one in batch:
                    self._start([one], writers)
        elif memory and self._pending:  # alone on the device it may fit
            while self._pending:
                self._collect(writers)
            _free_cached(self.model.device)
            self._start(batch, writers)
        else:
            label = batch[0].job.photograph.label
            height, width = batch[0].shape
            too_large = f"not enough memory on {self.model.device} for {width}x{height} pixels."
            self._lose(batch[0].job, Lost(_told(label, too_large if memory else str(error))))

    def _run_alone(self, ready: _Ready, writers: ThreadPoolExecutor) -> None:
        """A model without batches."""
        assert ready.prepared is not None
        try:
            with self._timed("network"), _losing(ready.job.photograph.label):
                saliency = self.model.predict(ready.prepared)
        except Lost as lost:
            self._lose(ready.job, lost)
        else:
            self._write(ready, saliency, writers)

    # writing ------------------------------------------------------------------------------------

    def _finish(self, ready: _Ready, out: Any) -> None:
        assert self._batched is not None
        with self._timed(FINISHING), _losing(ready.job.photograph.label):
            saliency = self._batched.finish(out, ready.shape)
        self._hand_over(ready, saliency)

    def _write(self, ready: _Ready, saliency: Map, writers: ThreadPoolExecutor) -> None:
        self._writes.append((ready.job, writers.submit(self._hand_over, ready, saliency)))
        self._drain(4 * self._workers)

    def _hand_over(self, ready: _Ready, saliency: Map) -> None:
        with self._timed(FINISHING):
            self._take(ready.job, saliency, ready.kept)

    def _drain(self, most: int) -> None:
        """Wait until at most so many maps are still to be written."""
        while len(self._writes) > most or (self._writes and self._writes[0][1].done()):
            job, future = self._writes.popleft()
            try:
                future.result()
            except Lost as lost:
                self._lose(job, lost)
            else:
                self._count()

    def _lose(self, job: Job, lost: Lost) -> None:
        self._fail(job, lost)
        self._count()

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stages.add(stage, time.perf_counter() - began)

    def _count(self) -> None:
        self._done += 1
        self._advance(self._done)


@contextmanager
def _losing(label: str) -> Iterator[None]:
    """What is wrong with one photograph, or its output, is no reason to stop."""
    try:
        yield
    except SodevalError as error:
        raise Lost(_told(label, str(error))) from error
    except MemoryError as error:
        raise Lost(f"{label}: not enough memory for it.") from error


def _told(label: str, why: str) -> str:
    return why if label in why else f"{label}: {why}"


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and (
        "out of memory" in text or "can't allocate memory" in text or "alloc_failed" in text
    )


def _free_cached(device: str) -> None:
    """Give what torch keeps for later back to the device; an ONNX model may run without torch."""
    torch = sys.modules.get("torch")
    if torch is None:
        return
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
