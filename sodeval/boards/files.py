"""The files of a leaderboard: read, written and locked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sodeval.boards.row import Row
from sodeval.errors import DataError, OutputError
from sodeval.locking import locked

SCHEMA = 1


def read_rows(path: Path) -> tuple[str, tuple[Row, ...]]:
    """The data set and the rows of a board file.

    Raises:
        DataError: it cannot be read, or is not a board file.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot read the board file {path}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is not a board file: it is not JSON ({error}).") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        raise DataError(
            f"{path} has board schema {found!r}; this version of sodeval reads schema {SCHEMA}."
        )
    dataset, rows = data.get("dataset"), data.get("rows")
    if not isinstance(dataset, str) or not isinstance(rows, list):
        raise DataError(f"{path} is not a board file: it needs a 'dataset' and a list of 'rows'.")
    try:
        made = [Row.from_dict(row) for row in rows]
    except ValueError as error:
        raise DataError(f"{path} is not a board file: {error}.") from error
    return dataset, tuple(sorted(made, key=lambda row: row.order))


def dumped(dataset: str, task: str, rows: Iterable[Row]) -> str:
    """The text of a board file."""
    data = {
        "schema": SCHEMA,
        "task": task,
        "dataset": dataset,
        "rows": [row.to_dict() for row in rows],
    }
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


@contextmanager
def changing(folder: Path) -> Iterator[None]:
    """Be the only one who changes a board."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / ".lock"):
            yield
    except OSError as error:
        raise OutputError(f"cannot write the board {folder}: {error.strerror or error}.") from error
