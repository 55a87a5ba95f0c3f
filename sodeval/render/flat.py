"""A report as flat rows and cells: CSV, Parquet, NPZ and Markdown."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sodeval.errors import MissingExtraError, ReportError, UsageError
from sodeval.metrics import METRICS, better, label
from sodeval.report import Report, Result
from sodeval.signature import Signature
from sodeval.writing import replacing

Cell = str | int | float | None
DASH = "–"  # an undefined score
CURVES = ("precision", "recall", "fbeta", "emeasure")  # order of columns; others follow
PARTIAL = "scoring was interrupted; the scores cover only the images done"


# What every rendering shares ---------------------------------------------------------------------


def score_columns(report: Report) -> list[str]:
    """Score columns that any result has, in registry order; unknown ones come last."""
    return _in_order(column for result in report.results for column in result.metrics)


def heading(column: str) -> str:
    """A column's heading with the way that is better: ``max Fβ ↑``, ``MAE ↓``."""
    return f"{label(column)} {arrow(column)}" if _is_known(column) else column


def arrow(column: str) -> str:
    """↑ if higher is better, ↓ if lower is; empty for a column that is not in the registry."""
    return {"higher": "↑", "lower": "↓"}[better(column)] if _is_known(column) else ""


def shown(value: float | None, decimals: int) -> str:
    """A score as it is printed."""
    if value is None:
        return DASH
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def images(result: Result) -> str:
    """``5019``, or ``5000/5019`` if not all were scored."""
    done = str(result.images)
    return done if result.images == result.expected else f"{done}/{result.expected}"


def protocol_name(result: Result) -> str:
    """Name of the result's protocol; empty if it is not known."""
    return str(result.protocol.get("name", ""))


def has_protocols(report: Report) -> bool:
    """Whether results of several protocols stand in the report."""
    return len({protocol_name(result) for result in report.results}) > 1


def by_dataset(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by data set, both in the order given."""
    grouped: dict[str, list[Result]] = {}
    for result in results:
        grouped.setdefault(result.dataset, []).append(result)
    return grouped


def comparable(results: Iterable[Result]) -> list[list[Result]]:
    """Split results of one data set into groups that may be ranked against each other."""
    groups: list[list[Result]] = []
    for result in results:
        for group in groups:
            if _is_comparable(group[0].signature, result.signature):
                group.append(result)
                break
        else:
            groups.append([result])
    return groups


def places(report: Report, decimals: int) -> dict[int, dict[str, int]]:
    """Place of each score among comparable results of its data set: 1 is best, 2 second.

    Scores are compared as they are printed, so cells that look equal share a place. A score that
    no other is comparable to has no place.

    Returns:
        ``id(result)`` -> column -> place.
    """
    found: dict[int, dict[str, int]] = {id(result): {} for result in report.results}
    for results in by_dataset(report.results).values():
        for group in comparable(results):
            for column in filter(_is_known, score_columns(report)):
                values = {
                    id(result): float(shown(value, decimals))
                    for result in group
                    if (value := result.metrics.get(column)) is not None
                }
                if len(values) < 2:
                    continue
                ranking = sorted(set(values.values()), reverse=better(column) == "higher")
                for key, value in values.items():
                    found[key][column] = ranking.index(value) + 1
    return found


def signatures(results: Sequence[Result]) -> list[tuple[str, str]]:
    """Each signature once, after what it belongs to.

    That is nothing if there is one signature, else the data set, and the methods too where they
    differ on it.
    """
    if len({result.signature for result in results}) == 1:
        return [("", results[0].signature)]
    found = []
    for dataset, group in by_dataset(results).items():
        methods: dict[str, list[str]] = {}
        for result in group:
            methods.setdefault(result.signature, []).append(result.method)
        for signature, names in methods.items():
            among = f" ({', '.join(dict.fromkeys(names))})" if len(methods) > 1 else ""
            found.append((printable(dataset + among), signature))
    return found


def printable(name: str) -> str:
    r"""A name on one line: control characters and undecodable bytes as ``\x1b``."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name
    )


def with_curves(report: Report) -> list[Result]:
    """The results that have curves.

    Raises:
        ReportError: the report was loaded from JSON, which holds no curves.
        UsageError: no metric that was asked for has a curve.
    """
    found = [result for result in report.results if result.curves]
    if not found:
        if any(result.images and not result.names for result in report.results):
            raise ReportError("this report holds no curves; score again with --curves FILE.npz.")
        raise UsageError("none of the metrics has a curve; add fbeta or emeasure to --metrics.")
    return found


# One row a result --------------------------------------------------------------------------------


def records(report: Report) -> list[dict[str, Cell]]:
    """One dictionary a result; a score is None where it is undefined."""
    columns = score_columns(report)
    return [
        {
            "method": result.method,
            "dataset": result.dataset,
            "images": result.images,
            "expected": result.expected,
            **{column: result.metrics.get(column) for column in columns},
            "protocol": protocol_name(result),
            "signature": result.signature,
        }
        for result in report.results
    ]


def csv_text(report: Report) -> str:
    """The records as CSV; numbers read back as the same float64, an undefined cell is empty."""
    ends = ["method", "dataset", "images", "expected"], ["protocol", "signature"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*ends[0], *score_columns(report), *ends[1]])
    writer.writerows(row.values() for row in records(report))
    return text.getvalue()


def markdown(report: Report, decimals: int = 4) -> str:
    """A Markdown table with the signatures below.

    The best score among comparable results of a data set is bold; scores that are printed alike
    share it.
    """
    columns = score_columns(report)
    place = places(report, decimals)
    protocols = has_protocols(report)
    head = ["Method", "Data set", *(["Protocol"] if protocols else []), "Images"]
    lines = [f"**PARTIAL:** {PARTIAL}.", ""] if report.partial else []
    lines.append(_line([*head, *map(heading, columns)]))
    lines.append(_line([":--"] * (len(head) - 1) + ["--:"] * (len(columns) + 1)))
    for result in report.results:
        cells = [_escaped(result.method), _escaped(result.dataset)]
        cells += [_escaped(protocol_name(result))] if protocols else []
        cells.append(images(result))
        for column in columns:
            text = shown(result.metrics.get(column), decimals)
            cells.append(f"**{text}**" if place[id(result)].get(column) == 1 else text)
        lines.append(_line(cells))
    lines.append("")
    known = signatures(report.results)
    for whose, signature in known:
        before = f"- {_escaped(whose)}: " if whose else "Signature: "
        lines.append(f"{before}`{signature}`")
    if len(known) > 1:
        lines[-len(known) : -len(known)] = ["Signatures:", ""]
    return "\n".join(lines) + "\n"


# One row an image --------------------------------------------------------------------------------


def per_image_rows(report: Report) -> tuple[list[str], Iterator[list[Cell]]]:
    """Header and rows of the per-image table; a score is None where it is undefined.

    Columns are method, dataset, protocol if there are several, name, and the scores.

    Raises:
        ReportError: the report was loaded from JSON, which holds no rows.
    """
    if any(result.images and not result.names for result in report.results):
        raise ReportError(
            "this report holds no per-image rows; score again with --per-image FILE.csv."
        )
    columns = _in_order(column for result in report.results for column in result.columns)
    protocols = ["protocol"] if has_protocols(report) else []

    def rows() -> Iterator[list[Cell]]:
        for result in report.results:
            start: list[Cell] = [result.method, result.dataset]
            start += [protocol_name(result)] if protocols else []
            empty = [float("nan")] * len(result.names)
            values = [
                result.columns[column].tolist() if column in result.columns else empty
                for column in columns
            ]
            for name, *scores in zip(result.names, *values, strict=True):
                yield [*start, name, *(None if score != score else score for score in scores)]

    return ["method", "dataset", *protocols, "name", *columns], rows()


def check_per_image(path: str | os.PathLike[str]) -> None:
    """Make sure, before scoring, that per-image rows can be written in the format of this file.

    Raises:
        UsageError: it is neither ``.csv`` nor ``.parquet``.
        MissingExtraError: ``.parquet`` without pyarrow.
    """
    if _suffix(path, "--per-image", (".csv", ".parquet")) == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ModuleNotFoundError as error:
            raise MissingExtraError("parquet", "writing .parquet") from error


def write_per_image(report: Report, path: str | os.PathLike[str]) -> None:
    """Write one row an image as ``.csv`` or ``.parquet``, atomically.

    Numbers read back as the same float64; an undefined score is an empty cell, or null.

    Raises:
        UsageError: the suffix is another.
        MissingExtraError: ``.parquet`` without pyarrow.
        ReportError: the report was loaded from JSON, which holds no rows.
        OutputError: the file cannot be written.
    """
    check_per_image(path)
    header, rows = per_image_rows(report)
    if Path(path).suffix.lower() == ".csv":
        _write_csv(path, header, rows)
        return
    import pyarrow as pa
    from pyarrow import parquet

    texts = header.index("name") + 1
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in header]
    arrays = [
        # Parquet holds UTF-8 only, and a file name may be no text at all
        pa.array([_utf8(str(cell)) for cell in column], pa.string())
        if i < texts
        else pa.array(column, pa.float64())
        for i, column in enumerate(columns)
    ]
    with replacing(path) as temporary:
        parquet.write_table(pa.table(arrays, names=header), temporary)


# Curves ------------------------------------------------------------------------------------------


def check_curves(path: str | os.PathLike[str]) -> None:
    """Make sure, before scoring, that curves can be written in the format of this file.

    Raises:
        UsageError: it is neither ``.npz`` nor ``.csv``.
    """
    _suffix(path, "--curves", (".npz", ".csv"))


def write_curves(report: Report, path: str | os.PathLike[str]) -> None:
    """Write the averaged curves as ``.npz`` or ``.csv``, atomically.

    ``.npz``: for one result the arrays ``fbeta``, ``precision``, ``recall``, ``emeasure`` and
    ``thresholds``; for several the same after ``method/dataset/``. If curves of a result differ in
    their thresholds, each has its own: ``fbeta_thresholds``. The arrays ``key``, ``method``,
    ``dataset``, ``protocol`` and ``signature`` list the results: ``key`` is what stands before
    the names of a result's arrays. No pickles.

    ``.csv``: one row a threshold: method, dataset, (protocol,) threshold and the curves.

    Raises:
        UsageError: the suffix is another, or no metric that was asked for has a curve.
        ReportError: the report was loaded from JSON, which holds no curves.
        OutputError: the file cannot be written.
    """
    check_curves(path)
    results = with_curves(report)
    protocols = has_protocols(report)
    if Path(path).suffix.lower() == ".csv":
        found = {name for result in results for name in result.curves}
        names = [*CURVES, *sorted(found - set(CURVES))]
        start = ["method", "dataset", *(["protocol"] if protocols else []), "threshold"]
        rows = (row for result in results for row in _curve_rows(result, names, protocols))
        _write_csv(path, [*start, *names], rows)
        return
    keys = _curve_keys(report, results)
    arrays: dict[str, Any] = {
        "key": np.array(keys),
        "method": np.array([printable(result.method) for result in results]),
        "dataset": np.array([printable(result.dataset) for result in results]),
        "protocol": np.array([protocol_name(result) for result in results]),
        "signature": np.array([result.signature for result in results]),
    }
    for key, result in zip(keys, results, strict=True):
        levels = [result.thresholds[name] for name in result.curves]
        shared = all(np.array_equal(levels[0], other) for other in levels[1:])
        arrays |= {f"{key}{name}": curve for name, curve in result.curves.items()}
        if shared:
            arrays[f"{key}thresholds"] = levels[0]
        else:
            arrays |= {f"{key}{n}_thresholds": t for n, t in result.thresholds.items()}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)


def _curve_keys(report: Report, results: Sequence[Result]) -> list[str]:
    if len(report.results) == 1:
        return [""]
    keys = []
    seen: Counter[str] = Counter()
    for result in results:
        parts = [result.method, result.dataset]
        parts += [protocol_name(result)] if has_protocols(report) else []
        key = "/".join(map(printable, parts))
        seen[key] += 1
        keys.append(f"{key}/" if seen[key] == 1 else f"{key}/{seen[key]}/")
    return keys


def _curve_rows(result: Result, names: Sequence[str], protocols: bool) -> Iterator[list[Cell]]:
    start: list[Cell] = [result.method, result.dataset]
    start += [protocol_name(result)] if protocols else []
    values = {
        name: dict(zip(result.thresholds[name].tolist(), curve.tolist(), strict=True))
        for name, curve in result.curves.items()
    }
    for threshold in sorted(set().union(*values.values())):
        level = int(threshold) if threshold.is_integer() else threshold
        yield [*start, level, *(values.get(name, {}).get(threshold) for name in names)]


# Plumbing ----------------------------------------------------------------------------------------


def _registry() -> list[str]:
    return [column for card in METRICS.values() for column in card.columns]


def _is_known(column: str) -> bool:
    return column in _registry()


def _in_order(columns: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(columns))
    known = [column for column in _registry() if column in found]
    return known + [column for column in found if column not in known]


def _is_comparable(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        return Signature.parse(one).comparable(Signature.parse(other))
    except ReportError:
        return False


def _write_csv(
    path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    with (
        replacing(path) as temporary,
        # a name that is no text keeps its bytes
        temporary.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _suffix(path: str | os.PathLike[str], option: str, known: tuple[str, str]) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in known:
        raise UsageError(
            f"{option} {os.fspath(path)}: the file must end in {known[0]} or {known[1]}."
        )
    return suffix


def _utf8(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(name: str) -> str:
    """Escape what Markdown would read as markup; an underscore within a word is none."""
    return re.sub(r"[\\`*|<\[~&$]|(?<!\w)_|_(?!\w)", r"\\\g<0>", printable(name))
