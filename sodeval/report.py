"""Reports: what was scored, how, and the numbers; saved, loaded and compared bit for bit."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from sodeval import __version__
from sodeval.errors import ReportError
from sodeval.metrics.tables import thresholds
from sodeval.signature import Signature, gt_hash
from sodeval.tally import Tally
from sodeval.writing import write_text

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One method on one data set.

    Attributes:
        method: name of the method.
        dataset: canonical name of the data set.
        signature: see :class:`sodeval.signature.Signature`.
        protocol: name and every convention of the protocol.
        images: images scored.
        expected: images of the ground truth.
        missing: ground truths without a prediction.
        extra: predictions without a ground truth.
        unreadable: files that could not be decoded, with the reason.
        resized: predictions resized to their ground truth.
        undefined: column -> images for which it has no value; they are left out of its mean.
        warnings: kind -> images.
        metrics: column -> score, a fraction; None where no image defines it.
        curves: name -> float64 (levels,), the average over images, thresholds ascending.
        thresholds: name -> float64 (levels,), the thresholds of each curve.
        names: scored images in natural order.
        columns: column -> float64 (images,), in the order of ``names``; NaN = undefined.
        image_curves: name -> float64 (images, levels), where they were asked for.
        ci95: column -> [low, high], 95 % bootstrap intervals over images, where asked for.
        breakdowns: kind -> group -> images and metrics, where asked for.
        per_class: class -> scores, of label maps.
        provenance: where the maps come from.
        other: what else a loaded report held of this result; it is written back as it was.
    """

    method: str
    dataset: str
    signature: str
    protocol: Mapping[str, object]
    images: int
    expected: int
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    resized: int = 0
    undefined: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=lambda: {"kind": "maps"})
    curves: Mapping[str, FloatArray] = field(default_factory=dict, repr=False)
    thresholds: Mapping[str, FloatArray] = field(default_factory=dict, repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)
    columns: Mapping[str, FloatArray] = field(default_factory=dict, repr=False)
    image_curves: Mapping[str, FloatArray] = field(default_factory=dict, repr=False)
    ci95: Mapping[str, list[float]] = field(default_factory=dict)
    breakdowns: Mapping[str, Any] = field(default_factory=dict, repr=False)
    per_class: Mapping[str, Any] = field(default_factory=dict, repr=False)
    other: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        tally: Tally,
        *,
        method: str,
        dataset: str,
        expected: int | None = None,
        missing: tuple[str, ...] = (),
        extra: tuple[str, ...] = (),
        unreadable: tuple[str, ...] = (),
        zero: int = 0,
        seed: int | None = None,
        tags: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
    ) -> Self:
        """Summarise a tally.

        Args:
            tally: what was scored.
            method: name of the method.
            dataset: name of the data set.
            expected: images of the ground truth.
            missing: ground truths without a prediction.
            extra: predictions without a ground truth.
            unreadable: files that could not be decoded.
            zero: images scored as an all-zero prediction.
            seed: of the bootstrap; None for no intervals.
            tags: of the images, for breakdowns.
        """
        protocol = tally.protocol
        names, columns = tally.rows()
        metrics, undefined, curves = tally.summarise(columns)
        image_curves = tally.image_curves()
        ci95 = {} if seed is None else _intervals(tally, columns, image_curves, seed)
        groups = {}
        if tally.attributes or tags is not None:
            groups = _breakdowns(tally, names, columns, image_curves, tags)
        columns = tally.shown(columns)
        expected = len(names) if expected is None else expected
        signature = Signature.of(
            protocol,
            stems=names,
            zero=zero,
            skipped=expected - len(names),
            resized=tally.resized,
            gt=gt_hash(zip(tally.names, tally.masks, strict=True)) if names else None,
            seed=seed,
        )
        levels = {name: thresholds(protocol, curve.size) for name, curve in curves.items()}
        for array in (*levels.values(), *curves.values(), *columns.values()):
            array.setflags(write=False)
        return cls(
            method=method,
            dataset=dataset,
            signature=str(signature),
            protocol=protocol.to_dict(),
            images=len(names),
            expected=expected,
            missing=missing,
            extra=extra,
            unreadable=unreadable,
            resized=tally.resized,
            undefined=undefined,
            warnings=dict(sorted(tally.warnings.items())),
            metrics=metrics,
            curves=dict(sorted(curves.items())),
            thresholds=dict(sorted(levels.items())),
            names=names,
            columns=columns,
            image_curves=image_curves,
            ci95=ci95,
            breakdowns=groups,
        )

    def to_dict(self) -> dict[str, Any]:
        """The result as it stands in the report's JSON."""
        listed = ("missing", "extra", "unreadable")
        mapped = ("protocol", "undefined", "warnings", "metrics", "provenance")
        return {
            "method": self.method,
            "dataset": self.dataset,
            "signature": self.signature,
            "protocol": dict(self.protocol),
            "images": self.images,
            "expected": self.expected,
            **{key: list(getattr(self, key)) for key in listed},
            "resized": self.resized,
            **{key: dict(getattr(self, key)) for key in mapped if key != "protocol"},
            **{key: dict(getattr(self, key)) for key in _WHERE_KNOWN if getattr(self, key)},
            **self.other,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a result back, with whatever else it holds."""
        known = {key: value for key, value in data.items() if key in _STORED}
        other = {key: value for key, value in data.items() if key not in _STORED}
        for key in ("missing", "extra", "unreadable"):
            known[key] = tuple(known.get(key, ()))
        for key in ("protocol", "metrics"):
            known[key] = dict(known[key])
        Signature.parse(known["signature"])
        return cls(**known, other=other)


_WHERE_KNOWN = ("ci95", "breakdowns", "per_class")
_STORED = {
    spec.name
    for spec in fields(Result)
    if spec.name not in ("curves", "thresholds", "names", "columns", "image_curves", "other")
}


def _intervals(
    tally: Tally, columns: Mapping[str, FloatArray], curves: Mapping[str, FloatArray], seed: int
) -> dict[str, list[float]]:
    from sodeval.statistics import intervals, summariser

    found = intervals(columns, curves, summariser(tally.metrics, tally.protocol), seed=seed)
    return {column: list(interval) for column, interval in found.items()}


def _breakdowns(
    tally: Tally,
    names: tuple[str, ...],
    columns: Mapping[str, FloatArray],
    curves: Mapping[str, FloatArray],
    tags: Mapping[str, Mapping[str, tuple[str, ...]]] | None,
) -> dict[str, Any]:
    from sodeval.breakdowns import breakdowns

    attributes = [tally.attributes[i] for i in tally.order] if tally.attributes else []
    of = partial(tally.subset, columns=columns, image_curves=curves)
    return dict(breakdowns(names, columns, attributes, tags, of))


class Report:
    """What ``score``, ``Evaluator.compute`` and ``Report.load`` give.

    Attributes:
        results: one :class:`Result` for each method and data set.
        partial: True if scoring was interrupted; the results then cover what was done.
        created: UTC time, ISO 8601.
        environment: versions of what the numbers depend on.
        notes: what was noticed on the way: stripped suffixes, folders left aside.
    """

    def __init__(
        self,
        results: tuple[Result, ...],
        *,
        partial: bool = False,
        created: str | None = None,
        environment: Mapping[str, str] | None = None,
        tool_version: str = __version__,
        notes: tuple[str, ...] = (),
    ):
        self.results = results
        self.partial = partial
        self.created = created or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.environment = dict(_environment() if environment is None else environment)
        self.tool_version = tool_version
        self.notes = notes

    def __repr__(self) -> str:
        shown = ", ".join(f"{r.method} on {r.dataset} ({r.images} images)" for r in self.results)
        return f"<Report: {shown or 'empty'}{', partial' if self.partial else ''}>"

    @property
    def digest(self) -> str:
        """SHA-256 over the results without their cost.

        Equal for equal results of one version of sodeval, however and wherever they were made.
        """
        results = [
            {key: value for key, value in result.to_dict().items() if key != "cost"}
            for result in self.results
        ]
        text = json.dumps(results, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def metrics(self) -> Mapping[str, float | None]:
        """Scores of the only result.

        Raises:
            ReportError: there are several results.
        """
        return self._only("metrics").metrics

    @property
    def signature(self) -> str:
        """Signature of the only result (ReportError if there are several)."""
        return self._only("signature").signature

    @property
    def curves(self) -> Mapping[str, FloatArray]:
        """Averaged curves of the only result, thresholds ascending (ReportError if several)."""
        return self._with_curves(self._only("curves")).curves

    @property
    def thresholds(self) -> Mapping[str, FloatArray]:
        """Thresholds of its curves (ReportError if there are several results)."""
        return self._with_curves(self._only("thresholds")).thresholds

    @property
    def per_image(self) -> pd.DataFrame:
        """One row an image: method, dataset, name, and one column a metric (NaN = undefined).

        With results of several protocols there is a column of that name, too.

        Raises:
            ReportError: the report was loaded from JSON, which holds no rows.
        """
        import pandas as pd

        frames = []
        several = len({result.protocol.get("name") for result in self.results}) > 1
        for result in self.results:
            if result.images and not result.names:
                raise ReportError(
                    "this report holds no per-image rows; score again with --per-image FILE.csv."
                )
            head: dict[str, object] = {"method": result.method, "dataset": result.dataset}
            if several:
                head["protocol"] = str(result.protocol.get("name", ""))
            head["name"] = result.names
            frames.append(pd.DataFrame({**head, **result.columns}))
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def to_frame(self) -> pd.DataFrame:
        """One row a result: method, dataset, images, one column a score, protocol, signature."""
        import pandas as pd

        from sodeval.render.flat import records

        return pd.DataFrame(records(self))

    def to_markdown(self, decimals: int = 4) -> str:
        """A Markdown table; the best score of a data set in bold."""
        from sodeval.render.flat import markdown

        return markdown(self, decimals)

    def to_latex(self, decimals: int = 3) -> str:
        """A booktabs table; the best score of a data set in bold, the second underlined."""
        from sodeval.render.latex import latex

        return latex(self, decimals)

    def to_dict(self) -> dict[str, Any]:
        """The report as a JSON-ready dictionary."""
        return {
            "schema": SCHEMA,
            "tool": {"name": "sodeval", "version": self.tool_version},
            "created": self.created,
            "partial": self.partial,
            "environment": self.environment,
            "notes": list(self.notes),
            "digest": self.digest,
            "results": [result.to_dict() for result in self.results],
        }

    def dumps(self) -> str:
        """The report as JSON text; every number reads back as the same float64."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write the report, atomically.

        Raises:
            OutputError: the file cannot be written.
        """
        write_text(path, self.dumps())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a report written by any version of sodeval with the same schema.

        Raises:
            ReportError: the file cannot be read or is not a report.
        """
        name = os.fspath(path)
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
            raise ReportError(f"cannot read the report {name}: {reason}.") from error
        if not isinstance(data, dict) or "results" not in data:
            raise ReportError(f"{name} is not a sodeval report: it has no 'results'.")
        if data.get("schema") != SCHEMA:
            raise ReportError(
                f"{name} has report schema {data.get('schema')!r}; this version of sodeval reads "
                f"schema {SCHEMA}."
            )
        try:
            report = cls(
                tuple(Result.from_dict(result) for result in data["results"]),
                partial=bool(data.get("partial", False)),
                created=data.get("created"),
                environment=data.get("environment", {}),
                tool_version=data.get("tool", {}).get("version", "unknown"),
                notes=tuple(data.get("notes", ())),
            )
        except (TypeError, AttributeError, KeyError, ValueError) as error:
            raise ReportError(f"{name} is not a whole report: {error!r}.") from error
        if data.get("digest") not in (None, report.digest):
            report.notes += (f"{name} was edited: its digest does not match its results",)
        return report

    def _only(self, what: str) -> Result:
        if len(self.results) != 1:
            raise ReportError(
                f"report.{what} needs exactly one result and there are {len(self.results)}; "
                f"use report.results[i].{what}."
            )
        return self.results[0]

    @staticmethod
    def _with_curves(result: Result) -> Result:
        if not result.curves and result.images and not result.names:
            raise ReportError("this report holds no curves; score again with --curves FILE.npz.")
        return result


def _environment() -> dict[str, str]:
    import cv2
    import numba

    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "numba": numba.__version__,
        "platform": f"{sys.platform}-{platform.machine()}",
    }
