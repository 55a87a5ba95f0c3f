"""One line of a leaderboard: a model's scores on a data set, and how they came about."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

from sodeval.errors import ReportError
from sodeval.signature import Signature

if TYPE_CHECKING:
    from sodeval.models.card import ModelCard
    from sodeval.report import Report
    from sodeval.result import Result

KINDS = ("measured", "maps", "reported")
"""A model run here, somebody's maps scored here, a figure of a paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A model's scores on one data set.

    Attributes:
        model: id of the model.
        title: what a table prints.
        metrics: column -> score, a fraction; None where no image defines it.
        provenance: ``kind`` is one of `KINDS`; what else is known of the source stands beside it.
        signature: of the scores; None where they were not made here.
        protocol: name of the protocol; None where it is not known.
        images: how many were scored.
        weights_sha256: of the checkpoint.
        precision: that the model ran in.
        settings: what else a map of the model depends on, ``fast`` or ``evaluation``.
        params: of the model, in units of one.
        macs: rule -> multiply-adds, in units of one.
        latency_ms: of one image.
        images_per_second: of the whole run.
        device: that the model ran on.
        paper: its ``title`` and ``url``.
        code: address of the authors' code.
        licence: of code and weights.
        date: when it was scored, ISO 8601.
        tool_version: of sodeval.
        report: digest of the report it is from.
        other: what else a newer version stored; it is written back as it was.
    """

    model: str
    title: str
    metrics: Mapping[str, float | None]
    provenance: Mapping[str, str]
    signature: str | None = None
    protocol: str | None = None
    images: int | None = None
    weights_sha256: str | None = None
    precision: str | None = None
    settings: Mapping[str, object] | None = None
    params: float | None = None
    macs: Mapping[str, float] | None = None
    latency_ms: float | None = None
    images_per_second: float | None = None
    device: str | None = None
    paper: Mapping[str, str] | None = None
    code: str | None = None
    licence: str | None = None
    date: str | None = None
    tool_version: str | None = None
    report: str | None = None
    other: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse values that are not what they should be (ValueError)."""
        where = f"the row of {self.model!r}"
        for key, kind in _KINDS_OF.items():
            value = getattr(self, key)
            if not _fits(value, kind) and (value is not None or key in _NEEDED):
                raise ValueError(f"{where}: {key} is {value!r}")
        if self.provenance.get("kind") not in KINDS:
            raise ValueError(f"{where}: its provenance is none of {', '.join(KINDS)}")
        for column, score in self.metrics.items():
            if score is not None and not _is_number(score):
                raise ValueError(f"{where}: {column} is {score!r}")
        if self.signature is not None:
            try:
                Signature.parse(self.signature)
            except ReportError as error:
                raise ValueError(f"{where}: {error}") from None

    @classmethod
    def of(cls, result: Result, report: Report, model: str, card: ModelCard | None) -> Self:
        """The row of a result.

        Args:
            result: one of the report's.
            report: gives date, version and digest.
            model: its id.
            card: of the model, if it is known.
        """
        ran, cost = stored(result, "model"), stored(result, "cost")
        return cls(
            model=model,
            title=model if card is None else card.title,
            metrics=dict(result.metrics),
            provenance=dict(result.provenance),
            signature=result.signature,
            protocol=Signature.parse(result.signature).protocol,
            images=result.images,
            weights_sha256=ran.get("weights_sha256"),
            precision=ran.get("precision"),
            settings={key: ran[key] for key in sorted(ran) if key not in _OWN_FIELDS} or None,
            params=cost.get("params"),
            macs=cost.get("macs"),
            latency_ms=cost.get("latency_ms"),
            images_per_second=cost.get("images_per_second"),
            device=cost.get("device"),
            paper=None if card is None else {"title": card.paper, "url": card.paper_url},
            code=None if card is None else card.code_url or None,
            licence=None if card is None else card.licence.name or None,
            date=report.created,
            tool_version=report.tool_version,
            report=report.digest,
        )

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read a row back.

        Raises:
            ValueError: it is no row; the message says why.
        """
        if not isinstance(data, dict):
            raise ValueError("a row is no object")
        for key in ("model", "title", "metrics", "provenance"):
            if key not in data:
                raise ValueError(f"a row has no {key!r}")
        known = {key: value for key, value in data.items() if key in _KINDS_OF}
        other = {key: value for key, value in data.items() if key not in _KINDS_OF}
        return cls(**known, other=other)

    def to_dict(self) -> dict[str, Any]:
        """The row as it stands in the board's file; what is not known is left out."""
        values = {key: getattr(self, key) for key in _KINDS_OF}
        known = {
            key: dict(value) if isinstance(value, Mapping) else value
            for key, value in values.items()
            if value is not None
        }
        return {**known, **self.other}

    @property
    def kind(self) -> str:
        """``measured``, ``maps`` or ``reported``."""
        return self.provenance["kind"]

    @property
    def order(self) -> tuple[str, ...]:
        """Where the row stands in the file."""
        return (
            self.model,
            self.kind,
            self.protocol or "",
            self.signature or "",
            self.weights_sha256 or "",
            self.precision or "",
            json.dumps(self.settings or {}, sort_keys=True),
        )

    @property
    def _made_by(self) -> tuple[object, ...]:
        """What the maps follow from, beside the photographs."""
        settings = dict(self.settings or {})
        return self.model, self.kind, self.weights_sha256, self.precision, settings

    def comparable(self, other: Row) -> bool:
        """Whether the two may be ranked against each other.

        Figures without a signature are not comparable with scores; among themselves they are if
        protocol and number of images agree, as far as papers say.
        """
        if self.signature is None or other.signature is None:
            return self.signature is other.signature and (
                (self.protocol, self.images) == (other.protocol, other.images)
            )
        return Signature.parse(self.signature).comparable(Signature.parse(other.signature))

    def replaces(self, other: Row) -> bool:
        """Whether this is a newer row of the same: one model, one kind, comparable scores.

        Another checkpoint, precision or setting makes other maps, so it is another row. What two
        papers report of one model stays beside each other.
        """
        if self._made_by != other._made_by:
            return False
        return self.comparable(other) and (self.kind != "reported" or self.paper == other.paper)


def model_of(result: Result) -> str:
    """Id of the model behind a result: of the one that was run, or else the method's name."""
    return str(stored(result, "model").get("name") or result.method)


def ran_own_code(result: Result) -> bool:
    """Whether the model was the user's own, which may have the name of one of ours."""
    return not {"code_sha256", "package"}.isdisjoint(stored(result, "model"))


def stored(result: Result, key: str) -> Mapping[str, Any]:
    """What a report holds beside the scores, if it does.

    Raises:
        ReportError: it is no object.
    """
    value = result.other.get(key) or {}
    if not isinstance(value, Mapping):
        raise ReportError(f"the result of {result.method!r} has the {key} {value!r}, no object.")
    return value


_NEEDED = ("model", "title", "metrics", "provenance")
_NUMBERS = ("images", "params", "latency_ms", "images_per_second")
_OBJECTS = ("metrics", "provenance", "settings", "macs", "paper")
_OWN_FIELDS = ("name", "weights_sha256", "precision")  # of a model that have a field in the row
_KINDS_OF: dict[str, str] = {
    spec.name: "number" if spec.name in _NUMBERS else "object" if spec.name in _OBJECTS else "text"
    for spec in fields(Row)
    if spec.name != "other"
}


def _fits(value: object, kind: str) -> bool:
    if kind == "object":
        return isinstance(value, Mapping)
    return _is_number(value) if kind == "number" else isinstance(value, str) and bool(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
