"""What can be compared: methods scored from folders, or read from per-image tables."""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sodeval.draws import FloatArray, Measurements, Summarise
from sodeval.errors import MissingExtraError, ReportError, UnknownNameError, UsageError
from sodeval.metrics import METRICS, load, resolve
from sodeval.names import natural_key
from sodeval.protocols import DEFAULT, EvalProtocol, get_protocol
from sodeval.report import Report, Result
from sodeval.statistics import summariser
from sodeval.tally import mean_guard, with_zeros

if TYPE_CHECKING:
    from sodeval.scoring import Missing, Progress

TABLES = (".csv", ".parquet")
_FRONT = ("method", "dataset", "protocol", "name")  # columns of a table that are no scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One method on one data set.

    Attributes:
        method: its name; unique among candidates for a data set once they are gathered.
        dataset: name of the data set.
        names: images in natural order.
        measured: what was measured on each.
        scores: of the data set, as reported.
        summarise: averages -> scores.
        signature: None for a table without its report.
        left_out: columns that cannot be summarised from a table.
    """

    method: str
    dataset: str
    names: tuple[str, ...]
    measured: Measurements
    scores: Mapping[str, float | None]
    summarise: Summarise
    signature: str | None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """Candidates, the reference first; what was noticed; and how many files were unreadable."""

    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...] = ()
    unreadable: int = 0


def gather(
    sources: Sequence[str],
    gt: str | None = None,
    *,
    metrics: str | Iterable[str] | None = None,
    protocol: str | EvalProtocol = DEFAULT,
    missing: Missing = "error",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Gathered:
    """Score folders and archives, or read reports and per-image tables.

    Args:
        sources: folders or archives of predictions if ``gt`` is given; else reports
            (``R.json``, with ``R.per-image.csv`` or ``R.per-image.parquet`` beside them) or the
            per-image tables themselves.
        gt: the ground truths, as for ``score``.
        metrics: names; by default ``default``, or all that the tables hold.
        protocol: whose conventions; of a report it is known.
        missing: as for ``score``.
        workers: threads for scoring.
        progress: told how far the scoring of each source is.

    Raises:
        UsageError: folders without ground truths, or tables with them.
        SodevalError: what ``score`` raises, or a report or table that cannot be read.
    """
    tables = [is_table(source) for source in sources]
    if gt is None and not all(tables):
        folder = next(s for s, table in zip(sources, tables, strict=True) if not table)
        raise UsageError(
            f"{folder!r} is no report (.json) and no per-image table (.csv, .parquet); "
            "to compare predictions, name their ground truth with --gt."
        )
    if gt is not None and any(tables):
        table = next(s for s, table in zip(sources, tables, strict=True) if table)
        raise UsageError(
            f"{table!r} is no folder of predictions; compare folders with --gt, "
            "or reports and tables without it."
        )
    if metrics is not None and "miou" in resolve(metrics):
        raise UsageError("miou cannot be compared: it is one number of a whole set.")
    parts: list[list[Candidate]] = []
    notes: list[str] = []
    unreadable = 0
    for source in sources:
        if gt is None:
            parts.append(_read(source, None if metrics is None else resolve(metrics), protocol))
            continue
        from sodeval.scoring import score

        report = score(
            source,
            gt,
            metrics="default" if metrics is None else metrics,
            protocol=protocol,
            missing=missing,
            workers=workers,
            progress=progress,
            keep_curves=True,
        )
        wanted = resolve("default" if metrics is None else metrics)
        chosen = get_protocol(protocol)
        summarise = summariser(wanted, chosen)
        parts.append([_scored(result, summarise, chosen) for result in report.results])
        notes += report.notes
        unreadable += sum(len(result.unreadable) for result in report.results)
    candidates = tuple(_named(sources, parts))
    left_out = list(dict.fromkeys(c for one in candidates for c in one.left_out))
    if left_out:
        notes.append(
            f"not compared: {', '.join(left_out)}; tables do not hold the curves that they are "
            "taken from. Give folders of predictions and --gt."
        )
    if any(one.signature is None for one in candidates):
        notes.append(
            "tables carry no signature, so whether they were scored alike was not checked; "
            "compare reports (.json) to have it checked"
        )
    return Gathered(candidates, tuple(dict.fromkeys(notes)), unreadable)


def is_table(source: str) -> bool:
    """Whether a source is a report or a per-image table, judged by its name."""
    return Path(source).suffix.lower() in (".json", *TABLES) and not Path(source).is_dir()


def _scored(result: Result, summarise: Summarise, protocol: EvalProtocol) -> Candidate:
    return Candidate(
        method=result.method,
        dataset=result.dataset,
        names=result.names,
        measured=Measurements(with_zeros(result.columns, protocol), result.image_curves),
        scores=result.metrics,
        summarise=summarise,
        signature=result.signature,
    )


def _named(sources: Sequence[str], parts: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """Tell methods apart that have one name: by what was typed, then by a number."""
    labels: dict[tuple[int, str], str] = {}
    for index, part in enumerate(parts):
        labels |= {(index, one.method): one.method for one in part}
    counts = Counter(labels.values())
    for index, method in labels:
        if counts[method] > 1:
            alone = len({one.method for one in parts[index]}) == 1
            labels[index, method] = sources[index] if alone else f"{sources[index]}: {method}"
    seen: Counter[str] = Counter()
    for key, label in labels.items():
        seen[label] += 1
        if seen[label] > 1:
            labels[key] = f"{label} ({seen[label]})"
    return [
        replace(one, method=labels[index, one.method])
        for index, part in enumerate(parts)
        for one in part
    ]


# Tables ------------------------------------------------------------------------------------------


def _read(
    source: str, metrics: Sequence[str] | None, protocol: str | EvalProtocol
) -> list[Candidate]:
    if Path(source).suffix.lower() != ".json":
        return _from_table(source, metrics, get_protocol(protocol), {})
    report = Report.load(source)
    stem = source[: -len(".json")]
    beside = [f"{stem}.per-image{suffix}" for suffix in TABLES]
    found = next((path for path in beside if os.path.isfile(path)), None)
    if found is None:
        raise ReportError(
            f"{source} holds no per-image rows, and {beside[0]} does not exist. "
            f"Score again with -o {source} --per-image {beside[0]}."
        )
    names = {str(result.protocol.get("name")) for result in report.results}
    if not names:
        raise ReportError(f"{source} has no results.")
    if len(names) > 1:
        raise ReportError(f"{source} holds results of several protocols; compare reports of one.")
    results = {(result.method, result.dataset): result for result in report.results}
    with suppress(UnknownNameError):  # a protocol of the user's own
        protocol = get_protocol(names.pop())
    return _from_table(found, metrics, get_protocol(protocol), results)


def _from_table(
    path: str,
    metrics: Sequence[str] | None,
    protocol: EvalProtocol,
    results: Mapping[tuple[str, str], Result],
) -> list[Candidate]:
    table = _load(path)
    absent = [column for column in ("method", "dataset", "name") if column not in table]
    if absent:
        raise ReportError(
            f"{path} is no per-image table: it has no column {absent[0]!r}. "
            "Write one with: sodeval score PREDS GT --per-image FILE.csv"
        )
    if len(set(table.get("protocol", ()))) > 1:
        raise ReportError(f"{path} holds rows of several protocols; compare tables of one.")
    wanted = METRICS if metrics is None else metrics
    held = [m for m in wanted if all(column in table for column in METRICS[m].columns)]
    if metrics is not None and len(held) < len(metrics):
        lost = next(metric for metric in metrics if metric not in held)
        raise ReportError(f"{path} has no columns of {lost}; score again with it.")
    plain = [column for metric in held for column in plain_means(metric, protocol)]
    left_out = tuple(c for m in held for c in METRICS[m].columns if c not in plain)
    if not plain:
        raise ReportError(
            f"{path} has no column that can be compared from a table: those are means over "
            "images of a known metric. Give folders of predictions and --gt."
        )
    values = {column: _numbers(path, column, table[column]) for column in plain}
    rows: dict[tuple[str, str], list[int]] = {}
    for index, key in enumerate(zip(table["method"], table["dataset"], strict=True)):
        rows.setdefault(key, []).append(index)
    found = []
    for (method, dataset), indices in rows.items():
        indices.sort(key=lambda index: natural_key(table["name"][index]))
        names = tuple(table["name"][index] for index in indices)
        if len(set(names)) < len(names):
            twice = next(name for name, count in Counter(names).items() if count > 1)
            raise ReportError(f"{path}: {method} has {twice!r} twice for {dataset}.")
        columns = with_zeros({c: values[c][indices] for c in plain}, protocol)
        result = results.get((method, dataset))
        scores = {c: _mean(v, mean_guard(protocol, c)) for c, v in columns.items()}
        if results:
            scores = _reported(path, method, dataset, result, scores)
        found.append(
            Candidate(
                method=method,
                dataset=dataset,
                names=names,
                measured=Measurements(columns),
                scores=scores,
                summarise=lambda means, curves: means,
                signature=None if result is None else result.signature,
                left_out=left_out,
            )
        )
    if not found:
        raise ReportError(f"{path} has no rows.")
    return found


def plain_means(metric: str, protocol: EvalProtocol) -> list[str]:
    """Columns whose score is the mean of the images' values, whatever the curves are.

    What a metric makes of averages depends on the protocol, so it is asked.
    """
    card = METRICS[metric]
    probe: dict[str, float | None] = {c: 1 / (3 + i) for i, c in enumerate(card.columns)}
    scores = load(metric).summarise(probe, _AnyCurve(card.curves, protocol.levels), protocol)
    return [column for column in card.columns if scores.get(column) == probe[column]]


class _AnyCurve(Mapping[str, FloatArray]):
    """A curve by every name, from 1 down to 0, which has no maximum or mean like the probe's."""

    def __init__(self, names: Sequence[str], levels: int):
        self._names = names
        self._curve = np.linspace(1.0, 0.0, levels)

    def __getitem__(self, name: str) -> FloatArray:
        return self._curve

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _reported(
    path: str,
    method: str,
    dataset: str,
    result: Result | None,
    means: Mapping[str, float | None],
) -> dict[str, float | None]:
    """The report's scores, if the table is the report's."""
    if result is not None:
        scores = {column: result.metrics.get(column) for column in means}
        # the report rounds once, and so does the mean
        if all(_alike(scores[column], mean) for column, mean in means.items()):
            return scores
    raise ReportError(
        f"{path} is not the table of its report: {method} on {dataset} differs. "
        "Write both in one run of sodeval score."
    )


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _mean(values: FloatArray, guard: float) -> float | None:
    defined = values[~np.isnan(values)]
    return math.fsum(defined) / (defined.size + guard) if defined.size else None


def _load(path: str) -> dict[str, list[str]]:
    """Columns of a table as text; an undefined score is empty."""
    try:
        if Path(path).suffix.lower() == ".parquet":
            return _load_parquet(path)
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            header, *rows = list(csv.reader(file)) or [[]]
    except (OSError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ReportError(f"cannot read the table {path}: {reason}.") from error
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise ReportError(f"{path}: line {number} has {len(row)} cells, not {len(header)}.")
    return {column: [row[index] for row in rows] for index, column in enumerate(header)}


def _load_parquet(path: str) -> dict[str, list[str]]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise MissingExtraError("parquet", "reading .parquet") from error
    try:
        table = parquet.read_table(path).to_pydict()
    except pa.ArrowException as error:
        raise ReportError(f"cannot read the table {path}: it is not Parquet.") from error
    return {
        column: ["" if cell is None else str(cell) for cell in cells]
        for column, cells in table.items()
    }


def _numbers(path: str, column: str, cells: Sequence[str]) -> FloatArray:
    try:
        numbers = np.array([float(cell) if cell else math.nan for cell in cells], np.float64)
    except ValueError as error:
        raise ReportError(f"{path}: column {column}: {error}.") from error
    if np.isinf(numbers).any():
        raise ReportError(f"{path}: column {column} holds an infinity.")
    return numbers
