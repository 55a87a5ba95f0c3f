"""What profiling found, beside what the authors print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sodeval.models.card import Published, Size
from sodeval.profiling.rules import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Time and memory, measured here and now.

    Attributes:
        device: what people call it.
        threads: of torch (of OpenCV for a baseline) on the processor.
        latency_ms: median of one image at a time, in milliseconds.
        best_ms: the quickest of them.
        runs: how many were timed, after a warm-up.
        batch: images at a time for ``images_per_second``.
        images_per_second: by the median of as many runs of a batch.
        memory_bytes: peak of one image; None where the system does not tell.
        memory_how: what that peak is of.
    """

    device: str
    threads: int
    latency_ms: float
    best_ms: float
    runs: int
    batch: int
    images_per_second: float
    memory_bytes: int | None
    memory_how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One of the authors' figures: ours, theirs, ours over theirs where they mean the same."""

    figure: str
    ours: float | None
    published: float
    ratio: float | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a model costs at one input size.

    Attributes:
        name: of the model.
        title: what tables print.
        size: height and width of the input.
        network: False for a baseline, of which only the time is known.
        trained: whether weights were loaded; none of the figures depends on it.
        params: all parameters.
        trainable: those that train in the authors' code.
        trainable_why: why not all do; empty if all do.
        buffers: elements that are saved beside the parameters, such as running statistics.
        authors: the rule of the authors' figure, a name in `sodeval.profiling.rules.RULES`; empty
            where they print none or nobody knows how they counted.
        counts: multiply-adds by rule.
        state_bytes: parameters in float32 and buffers, without the file's own overhead.
        file_bytes: of the checkpoint, where it is on this machine.
        speed: None if it was not measured.
        published: what the authors print.
    """

    name: str
    title: str
    size: Size
    network: bool = True
    trained: bool = False
    params: int = 0
    trainable: int = 0
    trainable_why: str = ""
    buffers: int = 0
    authors: str = ""
    counts: Mapping[str, Count] = field(default_factory=dict)
    state_bytes: int = 0
    file_bytes: int | None = None
    speed: Speed | None = None
    published: Published = field(default_factory=Published)

    @property
    def by_authors(self) -> Count | None:
        """The count by the authors' rule; None where none is known."""
        return self.counts.get(self.authors)

    def comparisons(self) -> list[Comparison]:
        """The authors' figures with ours; those of another input size or machine without ratio."""
        said, found = self.published, []
        count = self.by_authors
        if said.params is not None:
            ours = count.params if count is not None and count.params is not None else self.params
            found.append(_compared("params", ours, said.params))
        if said.macs is not None:
            found.append(self._compared_macs(said.macs, count))
        if said.checkpoint_mb is not None:
            found.append(_compared("checkpoint_mb", self.state_bytes / 1e6, said.checkpoint_mb))
        if said.fps is not None:
            rate = None if self.speed is None else self.speed.images_per_second
            found.append(self._beside("images_per_second", rate, said.fps))
        if said.latency_ms is not None:
            latency = None if self.speed is None else self.speed.latency_ms
            found.append(self._beside("latency_ms", latency, said.latency_ms))
        return found

    def to_dict(self) -> dict[str, object]:
        """The profile as plain JSON data."""
        count = self.by_authors
        macs: dict[str, int | None] = {rule: n.macs for rule, n in self.counts.items()}
        macs["authors"] = None if count is None else count.macs
        data: dict[str, object] = {
            "schema": 1,
            "name": self.name,
            "title": self.title,
            "size": list(self.size),
            "trained": self.trained,
            "params": self.params,
            "params_trainable": self.trainable,
            "params_by_authors": None if count is None else count.params,
            "buffers": self.buffers,
            "macs": macs,
            "authors_rule": self.authors or None,
            "counts": [n.to_dict() for n in self.counts.values()],
            "state_bytes": self.state_bytes,
            "file_bytes": self.file_bytes,
            "speed": None if self.speed is None else _plain(self.speed),
            "published": _plain(self.published),
            "comparisons": [_plain(row) for row in self.comparisons()],
        }
        return data

    def _compared_macs(self, published: float, count: Count | None) -> Comparison:
        said = self.published.size
        ours = None if count is None else float(count.macs)
        if said == self.size:
            return _compared("macs", ours, published)
        where = "a size they do not name" if said is None else f"{said[0]}x{said[1]}"
        return Comparison(
            figure="macs", ours=ours, published=published, ratio=None, note=f"theirs at {where}"
        )

    def _beside(self, figure: str, ours: float | None, published: float) -> Comparison:
        """Without a ratio, which would compare machines."""
        said = self.published
        at = "" if said.size in (None, self.size) else f" at {said.size[0]}x{said.size[1]}"
        note = f"theirs{at} on {said.device or 'a machine they do not name'}"
        return Comparison(figure=figure, ours=ours, published=published, ratio=None, note=note)


def _compared(figure: str, ours: float | None, published: float) -> Comparison:
    ratio = None if ours is None else ours / published
    return Comparison(figure=figure, ours=ours, published=published, ratio=ratio)


def _plain(record: Any) -> dict[str, object]:
    """A frozen record as a dictionary, without what is unknown."""
    from dataclasses import asdict

    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asdict(record).items()
        if value not in (None, "")
    }
