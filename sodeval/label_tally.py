"""Label maps in the making of a result: one confusion matrix a method and data set."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field

import numpy as np

from sodeval import __version__
from sodeval.labels import LabelMap, resize_labels
from sodeval.metrics.miou import ConfusionMatrix, LabelScores, Totals
from sodeval.names import natural_key
from sodeval.result import Result
from sodeval.signature import Signature, gt_hash, stems_hash

COLUMNS = ("miou", "pixel_accuracy")
PROTOCOL = "labels"


@dataclass(frozen=True, slots=True)
class LabelOutcome:
    """What became of one prediction; ``counts`` is None if it is left out."""

    name: str
    counts: ConfusionMatrix | None = None
    digest: int = 0
    absent: bool = False
    resized: bool = False
    unreadable: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class LabelTally:
    """What one method has on one data set."""

    method: str
    dataset: str
    expected: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    counts: ConfusionMatrix
    names: list[str] = field(default_factory=list)
    digests: list[int] = field(default_factory=list)
    totals: list[Totals] = field(default_factory=list)
    strays: list[bool] = field(default_factory=list)
    """Whether a prediction that is there holds labels that can be no class."""
    unreadable: dict[str, str] = field(default_factory=dict)
    zero: int = 0
    resized: int = 0

    def add(self, outcome: LabelOutcome) -> None:
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
            method=self.method,
            dataset=self.dataset,
            signature=str(self._signature()),
            protocol={"name": PROTOCOL, "reading": "raw", **self._conventions()},
            images=len(names),
            expected=self.expected,
            missing=self.missing,
            extra=self.extra,
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
        skipped = self.expected - len(self.names)
        conventions += [(k, str(n)) for k, n in (("zero", self.zero), ("skip", skipped)) if n]
        facts = [("n", str(len(self.names))), ("stems", stems_hash(sorted(self.names)))]
        if self.names:
            facts.append(("gt", gt_hash(zip(self.names, self.digests, strict=True))))
        return Signature(PROTOCOL, tuple(conventions), (*facts, ("v", __version__)))


def outcome_of(
    name: str,
    pred: LabelMap,
    truth: LabelMap,
    empty: ConfusionMatrix,
    *,
    digest: int,
    label: str,
    absent: bool = False,
    unreadable: dict[str, str] | None = None,
) -> LabelOutcome:
    """Count one prediction, resized by the nearest pixel if its size is another.

    Args:
        name: of the image.
        pred: labels, (H, W).
        truth: likewise.
        empty: a matrix with the classes and ignored label.
        digest: of ``truth``, from `label_digest`.
        label: of the ground truth, for messages.
        absent: ``pred`` stands for a file that is not there.
        unreadable: files that could not be read on the way, and why.
    """
    resized = pred.shape != truth.shape
    if resized:
        pred = resize_labels(pred, (truth.shape[0], truth.shape[1]))
    counts = empty.of(pred, truth, label=label)
    return LabelOutcome(name, counts, digest, absent, resized, unreadable or {})


def label_digest(truth: LabelMap) -> int:
    """64 bits over the labels and the width, which the bytes of a map do not tell."""
    deep = truth.max() > 255  # mostly not, and half the bytes are hashed in half the time
    found = hashlib.sha256(b"%d %d\n" % (deep, truth.shape[1]))
    found.update(truth.astype("<u2" if deep else np.uint8, copy=False).data)
    return int.from_bytes(found.digest()[:8], "little")


def _or_nan(scores: LabelScores, column: str) -> float:
    value: float | None = getattr(scores, column)
    return math.nan if value is None else value
