"""Tags of images, from a CSV file: weather, camera, whatever a breakdown is wanted by."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sodeval.datasets import canonical
from sodeval.errors import DataError
from sodeval.names import listed, readable

NAMES = ("name", "image", "file")  # headers of the column that says which image; any case
DATASET = "dataset"
SEVERAL = ";"  # between the values of one cell
_IMAGES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")

ImageTags = Mapping[str, tuple[str, ...]]
"""Tag column -> values of one image; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Tags:
    """A tags file.

    Attributes:
        path: where it was read.
        columns: the tags, in the file's order.
        rows: data set in its canonical name, or "" for any, and image -> its tags.
    """

    path: str
    columns: tuple[str, ...]
    rows: Mapping[tuple[str, str], ImageTags]

    def for_dataset(self, dataset: str) -> dict[str, ImageTags]:
        """Image -> its tags. A row of this data set goes before a row of any."""
        own = canonical(dataset)
        found = {name: tags for (of, name), tags in self.rows.items() if of == ""}
        return found | {name: tags for (of, name), tags in self.rows.items() if of and of == own}

    def check(self, images: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
        """What deserves a second look, in words.

        Args:
            images: data set -> names of all its images, scored or not.

        Raises:
            DataError: no row is of an image that is there.
        """
        by_dataset = {canonical(dataset): set(names) for dataset, names in images.items()}
        anywhere = set().union(*by_dataset.values())
        lost = [
            name
            for of, name in self.rows
            if name not in (by_dataset.get(of, ()) if of else anywhere)
        ]
        if not lost:
            return ()
        if len(lost) == len(self.rows):
            known = next((name for names in images.values() for name in sorted(names)), None)
            like = f"; a ground truth is named {known!r}" if known is not None else ""
            raise DataError(
                f"no row of {self.path} is of an image that is scored (first: {lost[0]!r}{like}). "
                "Name images as their ground truths are, without folder and extension."
            )
        rows = f"{len(lost)} of {len(self.rows)} rows"
        return (f"{self.path}: {rows} match no image (first: {lost[0]!r}).",)


def read_tags(path: str | os.PathLike[str]) -> Tags:
    """Read a CSV file, UTF-8 with or without a byte order mark, whose first line names its columns.

    One of them says which image: ``name``, its name without extension as reports have it, or else
    ``image`` or ``file``, of which folder and extension are taken off. A column ``dataset`` is
    optional, and an empty cell of it stands for any. All others are tags; a cell may hold several
    values, separated by semicolons.

    Raises:
        DataError: the file cannot be read as that, or says two things of one image.
    """
    label = os.fspath(path)
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot read the tags {label}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{label} is not UTF-8 text. Save the tags as CSV in UTF-8.") from error
    lines = _lines(text, label)
    _, header = next(lines, (0, []))
    which, dataset, columns = _read_header(header, label)
    rows: dict[tuple[str, str], ImageTags] = {}
    seen: dict[tuple[str, str], int] = {}
    for line, cells in lines:
        if len(cells) > len(header):
            raise DataError(
                f"{label}, line {line}: {len(cells)} cells under {len(header)} columns. "
                "Put a cell that holds a comma in double quotes."
            )
        cells += [""] * (len(header) - len(cells))
        name = readable(_name(cells[which], header[which]))
        if not name:
            raise DataError(f"{label}, line {line}: no image is named. Fill in {header[which]!r}.")
        key = (canonical(cells[dataset]) if dataset is not None else "", name)
        tags = {column: _values(cells[index]) for column, index in columns.items()}
        if rows.setdefault(key, tags) != tags:
            raise DataError(
                f"{label}: lines {seen[key]} and {line} give {name!r} different tags. Keep one of "
                f"them; several values go into one cell, separated by {SEVERAL!r}."
            )
        seen.setdefault(key, line)
    if not rows:
        raise DataError(f"{label} has no rows below its header. Add a line for each image.")
    return Tags(label, tuple(columns), rows)


def _lines(text: str, label: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that are not blank, numbered as an editor does, with their cells."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield start, stripped
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{label}, line {start}: not CSV ({error}). Correct it.") from error


def _read_header(header: list[str], label: str) -> tuple[int, int | None, dict[str, int]]:
    """Where the image, the data set and each tag stand."""
    lower = [title.lower() for title in header]
    names = [lower.index(title) for title in NAMES if title in lower]
    if not names:
        separated = ", and separate cells by commas" if len(header) < 2 else ""
        raise DataError(
            f"{label} has no column 'name' (columns: {listed(header) or 'none'}). "
            f"Let its first line name the columns{separated}: name,weather."
        )
    which = names[0]
    dataset = lower.index(DATASET) if DATASET in lower else None
    columns: dict[str, int] = {}
    for index, title in enumerate(header):
        if index in (which, dataset):
            continue
        if not title:
            raise DataError(f"{label}: column {index + 1} has no name. Name or remove it.")
        if title in columns or lower[index] in (lower[which], DATASET):
            raise DataError(f"{label}: two columns are named {title!r}. Rename one of them.")
        columns[title] = index
    if not columns:
        raise DataError(f"{label} has no column of tags beside {header[which]!r}. Add one.")
    return which, dataset, columns


def _name(cell: str, title: str) -> str:
    if title.lower() == NAMES[0]:
        return cell
    name = PurePosixPath(cell.replace("\\", "/")).name
    stem, extension = os.path.splitext(name)
    return stem if extension.lower() in _IMAGES else name


def _values(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for part in cell.split(SEVERAL) if (value := part.strip())))
