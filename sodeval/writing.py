"""Files are written whole or not at all: to a temporary name beside the target, then renamed."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sodeval.errors import OutputError, UsageError

_UMASK = os.umask(0)  # read once: it can only be set, for all threads, to be read
os.umask(_UMASK)

Cell = str | int | float | None


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path in the target's folder; on success it becomes the target.

    Missing parent folders are made. On any error the temporary file is removed and the target
    stays as it was. A link is followed; a device or pipe is written as it is.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    target = Path(path)
    temporary: Path | None = None
    try:
        if target.is_dir():
            raise OutputError(f"cannot write {target}: it is a folder; name a file.")
        if _is_special(target):
            yield target
            return
        target = Path(os.path.realpath(target))
        target.parent.mkdir(parents=True, exist_ok=True)
        # the suffix is kept: writers choose their format by it
        handle, name = tempfile.mkstemp(".tmp" + target.suffix, f".{target.name}.", target.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~_UMASK)  # mkstemp makes files only their owner can read
        temporary.replace(target)
        temporary = None
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}.") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write UTF-8 text, atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def check_target(path: str | os.PathLike[str]) -> None:
    """Make sure that a file can be written, before the work whose result it is to hold.

    Raises:
        UsageError: it is ``-``, which does not mean standard output here.
        OutputError: the folder or the file cannot be written.
    """
    target = Path(path)
    if os.fspath(path) == "-":
        raise UsageError("'-' is no file; use --format json, csv … for standard output.")
    if target.is_dir():
        raise OutputError(f"cannot write {target}: it is a folder; name a file.")
    if _is_special(target):
        return
    folder = next(one for one in target.absolute().parents if os.path.lexists(one))
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}.") from error


def write_csv(
    path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    """Write a table as CSV, atomically; floats read back as the same float64.

    Raises:
        OutputError: the file cannot be written.
    """
    with (
        replacing(path) as temporary,
        # a name that is no text keeps its bytes
        temporary.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def known_suffix(path: str | os.PathLike[str], option: str, known: tuple[str, str]) -> str:
    """The suffix of a file to be written, if it is one of the two known (UsageError if not)."""
    suffix = Path(path).suffix.lower()
    if suffix not in known:
        raise UsageError(
            f"{option} {os.fspath(path)}: the file must end in {known[0]} or {known[1]}."
        )
    return suffix


def _is_special(target: Path) -> bool:
    """Whether this is a device or a pipe, which a rename would replace by a file."""
    return target.exists() and not target.is_file() and not target.is_dir()
