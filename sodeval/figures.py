"""Published figures: read from options and tables, whatever their columns are called."""

from __future__ import annotations

import csv
import io
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from sodeval.errors import DataError, UnknownNameError, UsageError
from sodeval.metrics import METRICS

Match = Literal["rounded", "truncated", "no"]

_SLACK = 1e-9  # scores are doubles: 0.8435 may be a hair off the middle it stands for
_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(%?)")
_NO_FIGURE = ("", "-", "–", "—", "n/a", "na", "nan", "none", "null")
_KEYS = {"method": ("method", "model"), "dataset": ("dataset", "benchmark")}

# Curve metrics come in kinds, and papers write either part first: maxF, Fmax, mean E, E_adp.
_KINDS = {
    "max": ("max", "maximum"),
    "mean": ("mean", "avg", "average", "m"),
    "adp": ("adp", "adaptive", "ada"),
    "bin": ("bin", "binary"),
    "min": ("min", "minimum"),
}
_NAMES = {
    "fbeta": ("f", "fb", "fbeta", "fm", "fmeasure", "fbmeasure", "fscore"),
    "emeasure": ("e", "em", "eξ", "exi", "eφ", "ephi", "emeasure"),
    "dice": ("dice", "f1", "dsc"),
    "accuracy": ("accuracy", "acc"),
    "iou": ("iou", "jaccard"),
}
_SPELLINGS = {
    "mae": ("m", "meanabsoluteerror", "maescore"),
    "smeasure": ("s", "sm", "sα", "salpha", "structuremeasure"),
    "weighted_fbeta": ("wf", "fw", "wfb", "fwb", "fbw", "wfm", "fmw", "wfmeasure", "fwbeta",
                       "fbetaw", "wfbeta", "weightedf", "weightedfmeasure"),
    "relaxed_fbeta": ("relaxf", "relaxfb", "relf", "relaxedf"),
    "auc_roc": ("auc",),
    "ap": ("averageprecision",),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A published figure.

    Attributes:
        column: the column it stands for; ``emeasure?`` if its kind is not stated.
        text: the figure as written.
        value: as a fraction, where its metric is one.
        unit: what one in its last digit is worth.
        method: empty if the only one is meant.
        dataset: likewise.
    """

    column: str
    text: str
    value: float
    unit: float
    method: str = ""
    dataset: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it may stand for."""
        if self.column.endswith("?"):
            return tuple(METRICS[self.column[:-1]].columns)
        return (self.column,)

    def match(self, score: float) -> Match:
        """How a score gives this figure: rounded to its digits, cut off at them, or not."""
        slack = _SLACK * max(1.0, abs(self.value))
        if abs(score - self.value) <= self.unit / 2 + slack:
            return "rounded"
        return "truncated" if -slack <= score - self.value < self.unit - slack else "no"


def parse_value(given: str) -> Figure:
    """Read ``max_fbeta=0.853``.

    Raises:
        UsageError: it is not a name, ``=`` and a number, the column is unknown, or the number has
            too few digits to tell scores apart.
    """
    name, equals, text = given.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--value {given!r}: give a column and a number, as max_fbeta=0.853.")
    figure = read_figure(column_of(name, "--value"), text, f"--value {given!r}")
    if figure.unit >= 1 and figure.column != "hce":
        raise UsageError(
            f"--value {given!r} stands for a range of {figure.unit:g}, which is every score there "
            "is; give the digits as printed, as mae=0.021."
        )
    return figure


def read_table(path: str) -> list[Figure]:
    """Read the figures of a CSV table: method, dataset, then columns; ``-`` is standard input.

    Cells that are empty or a dash hold no figure; asterisks around a number are left aside.

    Raises:
        DataError: the file cannot be read or holds no figure.
        UsageError: a column is unknown or stands twice, or a cell is not a number.
    """
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise DataError(f"cannot read the table {path}: {reason}.") from error
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    head = [_key_or_column(name, path) for name in next(rows, [])]
    doubles = sorted({name for name in head if name and head.count(name) > 1})
    if doubles:
        raise UsageError(f"{path}: two columns stand for {doubles[0]}.")
    figures = [
        figure for number, row in enumerate(rows, 2) for figure in _row(head, row, path, number)
    ]
    if not figures:
        raise DataError(f"{path} holds no figure; its first line must name the columns.")
    return figures


def read_figure(
    column: str, text: str, where: str, *, method: str = "", dataset: str = ""
) -> Figure:
    """Read a number as written: its digits say how it was rounded, above 1 it is percent."""
    written = text.strip()
    found = _NUMBER.fullmatch(written)
    if found is None or not (found[2] or found[3]):
        raise UsageError(f"{where}: {written!r} is not a number such as 0.853, 85.3 or 85.3%.")
    digits = written.rstrip("%")
    value, decimals = float(digits), len(found[3] or "")
    is_fraction = column != "hce"
    if found[4] and not is_fraction:
        raise UsageError(f"{where}: {column} is a count, not a share.")
    if found[4] or (is_fraction and value > 1):
        value, decimals = float(f"{digits}e-2"), decimals + 2
    unit = 10.0**-decimals
    return Figure(
        column=column, text=written, value=value, unit=unit, method=method, dataset=dataset
    )


def column_of(name: str, where: str) -> str:
    """The column, in any usual spelling; ``emeasure?`` for an E whose kind is not stated.

    Raises:
        UsageError: no column is written so.
    """
    columns = _columns()
    key = plain(name)
    if key == "miou":
        raise UsageError(f"{where}: miou scores label maps; did you mean mean_iou?")
    if key in columns:
        return columns[key]
    usual = ", ".join(column for card in list(METRICS.values())[:5] for column in card.columns)
    try:
        raise UnknownNameError("column", name.strip(), _scorable())
    except UnknownNameError as error:
        hint = str(error).partition("; did you mean ")[2]
    close = f" Did you mean {hint}" if hint else ""
    raise UsageError(
        f"{where}: unknown column {name.strip()!r}.{close} Known: {usual}, usual spellings such "
        "as maxF, Fmax, Sm, wF, and the other columns of `sodeval metrics`."
    )


def _row(head: Sequence[str], row: Sequence[str], path: str, number: int) -> Iterator[Figure]:
    cells = {name: text.strip() for name, text in zip(head, row, strict=False) if name}
    method, dataset = cells.pop("method", ""), cells.pop("dataset", "")
    for column, text in cells.items():
        bare = text.strip("*_ ")
        if bare.lower() not in _NO_FIGURE:
            where = f"{path}, line {number}, {column}"
            yield read_figure(column, bare, where, method=method, dataset=dataset)


def _key_or_column(name: str, path: str) -> str:
    for key, spellings in _KEYS.items():
        if plain(name) in spellings:
            return key
    return column_of(name, path) if name.strip() else ""


@cache
def _columns() -> dict[str, str]:
    """Plain spelling -> column; the columns' own names win over other spellings."""
    found = {plain(column): column for column in _scorable()}
    for column in _scorable():
        for spelling in (METRICS[metric_of(column)].columns[column], *_SPELLINGS.get(column, ())):
            found.setdefault(plain(spelling), column)
    for column in _scorable():
        kind, _, metric = column.partition("_")
        if kind not in _KINDS or metric not in METRICS:
            continue
        for name in _NAMES.get(metric, (metric,)):
            found.setdefault(name, f"{metric}?")
            for word in _KINDS[kind]:
                found.setdefault(word + name, column)
                if word != "m":  # "mF" is a mean F, "Fm" an F-measure
                    found.setdefault(name + word, column)
    return found


def _scorable() -> list[str]:
    """Columns that maps and ground truths alone give."""
    return [c for card in METRICS.values() if card.needs == "map" for c in card.columns]


@cache
def metric_of(column: str) -> str:
    """The metric that a column is of."""
    return next(card.id for card in METRICS.values() if column in card.columns)


def plain(name: str) -> str:
    """What is left of a name without case, signs and arrows: ``F_β^ω ↑`` is ``fbw``."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    folded = folded.replace("β", "b").replace("ω", "w").replace("ϕ", "φ")
    return "".join(c for c in folded if c.isalnum())
