"""A leaderboard: a folder with one JSON file a data set, ``DIR/<task>/<dataset>.json``.

The files are for people too: sorted, a key a line, so that a change reads well in a diff. Several
processes may add rows to one folder at once; each file is read again, changed and replaced whole
while the folder is locked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from sodeval.boards.admission import refuse_result
from sodeval.boards.files import changing, dumped, read_rows
from sodeval.boards.row import Row, model_of, ran_own_code, stored
from sodeval.datasets import canonical, find, is_known
from sodeval.errors import DataError, ReportError, UnknownNameError
from sodeval.metrics import METRICS, Direction, better
from sodeval.writing import write_text

if TYPE_CHECKING:
    from sodeval.models.card import ModelCard
    from sodeval.report import Report

OTHER = "other"
"""The task of data sets that are not in the registry."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row that was added, and those that it took the place of."""

    dataset: str
    row: Row
    replaced: tuple[Row, ...] = ()

    def __str__(self) -> str:
        """The change in words."""
        if not self.replaced:
            return f"{self.dataset}: {self.row.model} added"
        dates = ", ".join(row.date or "no date" for row in self.replaced)
        return f"{self.dataset}: {self.row.model} replaced (the row of {dates})"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row and its place among those that it is comparable with.

    Attributes:
        group: rows of one group are comparable; the largest group is 0.
        rank: from 1; equal scores share one, and the next is left out.
        score: what it is ranked by.
        row: the row.
    """

    group: int
    rank: int
    score: float
    row: Row


class Leaderboard:
    """Rows by data set; a change is on disk after :meth:`save`.

    >>> board = Leaderboard.load("leaderboards/")  # doctest: +SKIP
    >>> board.add(report, model="csnet-L-x2")  # doctest: +SKIP
    >>> board.save()  # doctest: +SKIP

    Args:
        folder: where it is kept.
    """

    def __init__(self, folder: str | os.PathLike[str]):
        self.folder = Path(folder)
        self._rows: dict[str, tuple[Row, ...]] = {}
        self._unsaved: dict[str, list[Row]] = {}

    def __repr__(self) -> str:
        count = sum(map(len, self._rows.values()))
        return f"<Leaderboard {self.folder}: {len(self._rows)} data sets, {count} rows>"

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Read a folder of board files; one that does not exist yet is an empty board.

        Raises:
            DataError: a file is not a board file, or ``folder`` is no folder.
        """
        board = cls(folder)
        if board.folder.exists() and not board.folder.is_dir():
            raise DataError(f"{board.folder} is a file; a board is a folder of board files.")
        for path in sorted(board.folder.glob("*/[!.]*.json")):  # not what is being written
            dataset, rows = read_rows(path)
            if path != board.path(dataset):
                raise DataError(
                    f"{path} holds the data set {dataset!r}, whose file is {board.path(dataset)}; "
                    "rename one of them."
                )
            board._rows[dataset] = rows
        return board

    @property
    def datasets(self) -> tuple[str, ...]:
        """Data sets with rows, sorted."""
        return tuple(sorted(self._rows))

    def rows(self, dataset: str) -> tuple[Row, ...]:
        """The rows of a data set, sorted by model.

        Raises:
            UnknownNameError: the board has none of it.
        """
        dataset = canonical(dataset)
        if not self._rows:
            raise DataError(f"the board in {self.folder} has no rows yet; add a report to it.")
        if dataset not in self._rows:
            raise UnknownNameError("data set of this board", dataset, self._rows)
        return self._rows[dataset]

    def path(self, dataset: str) -> Path:
        """The file of a data set."""
        task = find(dataset.partition("@")[0])[0].task if is_known(dataset) else OTHER
        name = quote(dataset, safe=" @+()")
        return self.folder / task / f"{'%2E' + name[1:] if name.startswith('.') else name}.json"

    def add(self, report: Report, model: str | None = None) -> tuple[Change, ...]:
        """Add the results of a report, all of them or none.

        A row takes the place of an older one of the same model, weights, precision, settings,
        provenance and comparable signature.

        Args:
            report: whole, of every image of a test set, and not of an untrained network.
            model: id of the model; None: of the one that was run, or else the method's name.

        Raises:
            ReportError: the report is empty or partial, is of a training set, leaves images out,
                is of an untrained network, or ``model`` is given and it holds several methods.
        """
        if report.partial:
            raise ReportError("the report is of an interrupted run; score again to the end.")
        if not report.results:
            raise ReportError("the report has no results.")
        methods = sorted({model_of(result) for result in report.results})
        if model is not None and len(methods) > 1:
            raise ReportError(
                f"the report holds {len(methods)} methods ({', '.join(methods)}) and "
                f"{model!r} can name one only; leave the name out."
            )
        made = []
        for result in report.results:
            ran = None if ran_own_code(result) else _card(model_of(result))
            refuse_result(result, ran, stored(result, "model").get("weights_sha256"))
            if ran is not None and model is not None and _card(model) not in (None, ran):
                raise ReportError(
                    f"the report is of {ran.name}, which was run, and not of {model}; leave the "
                    "name out."
                )
            name = model_of(result) if model is None else model
            try:
                row = Row.of(result, report, name, ran if model is None else _card(name))
            except ValueError as error:
                raise ReportError(f"the report cannot be a row: {error}.") from None
            made.append((canonical(result.dataset), row))
        changes = []
        for dataset, row in made:
            rows, replaced = _placed(self._rows.get(dataset, ()), row)
            self._rows[dataset] = rows
            self._unsaved.setdefault(dataset, []).append(row)
            changes.append(Change(dataset, row, replaced))
        return tuple(changes)

    def save(self) -> tuple[Path, ...]:
        """Write what was added since loading, beside what others have added meanwhile.

        Returns:
            The files that were written.

        Raises:
            DataError: a file on disk is not a board file.
            OutputError: a file cannot be written.
        """
        written = []
        with changing(self.folder):
            for dataset in sorted(self._unsaved):
                path = self.path(dataset)
                found, rows = read_rows(path) if path.exists() else (dataset, ())
                if found != dataset:
                    raise DataError(f"{path} holds the data set {found!r}, not {dataset!r}.")
                for row in self._unsaved[dataset]:
                    rows, _ = _placed(rows, row)
                write_text(path, dumped(dataset, path.parent.name, rows))
                self._rows[dataset] = rows
                del self._unsaved[dataset]
                written.append(path)
        return tuple(written)

    def rank(self, dataset: str, metric: str) -> tuple[Ranked, ...]:
        """Rows with a score, best first, each among those that it is comparable with.

        Args:
            dataset: its name.
            metric: a column of reports, ``max_fbeta``; or ``emeasure?``, a published figure whose
                kind is not stated.

        Raises:
            UnknownNameError: the board has no such data set, or there is no such column.
        """
        metric = metric.strip().lower()
        sign = 1 if _direction(metric) == "lower" else -1
        scored = [row for row in self.rows(dataset) if row.metrics.get(metric) is not None]
        found = []
        for number, group in enumerate(_groups(scored)):
            scores = [(sign * float(row.metrics[metric] or 0), row.order, row) for row in group]
            for score, _, row in sorted(scores, key=lambda one: one[:2]):
                rank = 1 + sum(other < score for other, _, _ in scores)
                found.append(Ranked(number, rank, sign * score, row))
        return tuple(found)


def _placed(rows: Iterable[Row], row: Row) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Rows with a new one among them, and those that had to go."""
    kept: list[Row] = [row]
    replaced: list[Row] = []
    for one in rows:
        (replaced if row.replaces(one) else kept).append(one)
    return tuple(sorted(kept, key=lambda one: one.order)), tuple(replaced)


def _groups(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows in groups of which every two are comparable, the largest group first."""
    groups: list[list[Row]] = []
    for row in rows:
        fitting = [group for group in groups if all(row.comparable(one) for one in group)]
        if fitting:
            fitting[0].append(row)
        else:
            groups.append([row])
    return sorted(groups, key=len, reverse=True)  # groups of one size stay in the order of rows


def _direction(metric: str) -> Direction:
    columns = {column: card.id for card in METRICS.values() for column in card.columns}
    unstated = {f"{name}?": card.better for name, card in METRICS.items()}
    if metric in columns:
        return better(metric)
    if metric in unstated:
        return unstated[metric]
    raise UnknownNameError("column", metric, columns)


def _card(model: str) -> ModelCard | None:
    from sodeval.models.cards import CARDS

    return CARDS.get(model)
