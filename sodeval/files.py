"""Where the bytes of an image come from: a folder, a ``.zip`` or a plain ``.tar``.

A store lists its image files once, when it is opened, and reads any of them from any thread.
Archives are read in place; nothing is unpacked to disk.
"""

from __future__ import annotations

import os
import posixpath
import stat
import tarfile
import threading
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from sodeval.errors import DecodeError, PairingError
from sodeval.names import as_text, readable

IMAGE_EXTENSIONS = frozenset({"png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp"})
_ARCHIVE_EXTENSIONS = (".zip", ".tar")
_SEALED_EXTENSIONS = (
    *(".gz", ".tgz", ".bz2", ".tbz", ".tbz2", ".xz", ".txz", ".lzma", ".zst", ".tzst", ".z"),
    *(".rar", ".7z"),
)
# First bytes of gzip, bzip2, xz, zstd, compress, RAR and 7-Zip, for files under another name.
_SEALED_MAGIC = (
    *(b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\x1f\x9d"),
    *(b"Rar!", b"7z\xbc\xaf\x27\x1c"),
)
MAX_BYTES = 2**30  # of one image file
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Store(ABC):
    """A folder or archive of images. Close it, or use it in a ``with`` statement.

    Attributes:
        label: The path as the user typed it, for messages.
        name: The folder's name, or the archive's without its extension.
        parents: The names of the folders above, nearest first.
        paths: The image files, sorted, as POSIX paths relative to the root.
    """

    label: str
    name: str
    parents: tuple[str, ...]
    paths: tuple[str, ...]

    def __init__(self, path: str):
        self.label = as_text(path.rstrip(os.sep + (os.altsep or "")) or path)
        above, name = os.path.split(os.path.abspath(path))
        self.name = name or self.label
        self.parents = tuple(reversed([part for part in above.split(os.sep) if part]))

    @abstractmethod
    def read(self, path: str) -> bytes:
        """The bytes of one file; safe to call from several threads at once.

        Raises:
            DecodeError: If the file cannot be read.
        """

    def describe(self, path: str) -> str:
        """How a message names one file of this store."""
        return f"{self.label}:{as_text(path)}"

    def close(self) -> None:  # noqa: B027 (a folder has nothing to close)
        """Let go of the underlying file; its images can no longer be read."""

    def __enter__(self) -> Self:
        """Close on the way out."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close."""
        self.close()


@dataclass(frozen=True, slots=True)
class FileRef:
    """One file of a store, not yet read."""

    store: Store
    path: str

    def read(self) -> bytes:
        """The bytes of the file.

        Raises:
            DecodeError: If the file cannot be read.
        """
        return self.store.read(self.path)

    @property
    def label(self) -> str:
        """The file as a message names it: ``/data/preds/x.png``, or ``preds.zip:x.png``."""
        return self.store.describe(self.path)

    @property
    def place(self) -> str:
        """The file as a report names it, however its root was typed: ``preds/x.png``."""
        return f"{readable(self.store.name)}/{readable(self.path)}"


def open_store(path: str | os.PathLike[str], what: str = "images") -> Store:
    """Open a folder, a ``.zip`` or an uncompressed ``.tar`` and list the images in it.

    Args:
        path: The folder or archive.
        what: What the caller expects to find there, for messages.

    Raises:
        PairingError: If there is nothing at ``path``, or something that cannot be read in place.
        DecodeError: If the archive is damaged.
    """
    path = os.fsdecode(path)
    if os.path.isdir(path):
        return FolderStore(path)
    if not os.path.lexists(path):
        raise PairingError(
            f"{what}: {path!r} does not exist. Check the path; a folder, a .zip or a .tar will do."
        )
    if not os.path.isfile(path):
        raise PairingError(f"{what}: {path!r} is not a folder or a file. Check the path.")
    try:
        with open(path, "rb") as file:
            head = file.read(512)
    except OSError as error:
        raise DecodeError(f"cannot read {path}: {_reason(error)}") from error
    lower = path.lower()
    if lower.endswith(_SEALED_EXTENSIONS) or head.startswith(_SEALED_MAGIC):
        raise PairingError(
            f"{what}: the compressed archive {path!r} cannot be read in place. "
            "Unpack it, or make it a .zip or a plain .tar."
        )
    if lower.endswith(".zip") or head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZipStore(path)
    if lower.endswith(".tar") or head[257:262] == b"ustar":
        return TarStore(path)
    raise PairingError(
        f"{what}: {path!r} is a single file, not a folder or an archive. "
        "Give the folder that holds it, a .zip or a .tar."
    )


class FolderStore(Store):
    """The images below a folder. Linked files and folders count as if they were there."""

    def __init__(self, path: str):
        super().__init__(path)
        self._root = path
        self.paths = tuple(sorted(_walk(path)))

    def read(self, path: str) -> bytes:
        """The bytes of one file."""
        try:
            # without O_NONBLOCK, opening a pipe that is named like an image waits for ever
            handle = os.open(os.path.join(self._root, path), _OPEN_FLAGS)
            with open(handle, "rb", buffering=0) as file:
                status = os.fstat(handle)
                if not stat.S_ISREG(status.st_mode):
                    raise DecodeError(f"{self.describe(path)} is not a regular file.")
                _check_size(self.describe(path), status.st_size)
                return file.read()
        except OSError as error:
            raise DecodeError(f"cannot read {self.describe(path)}: {_reason(error)}") from error

    def describe(self, path: str) -> str:
        """How a message names one file of this folder."""
        slash = "" if self.label.endswith("/") else "/"
        return f"{self.label}{slash}{as_text(path)}"


class ZipStore(Store):
    """The images in a ``.zip``."""

    def __init__(self, path: str):
        super().__init__(path)
        self.name = _without_extension(self.name)
        # zipfile counts its open members without a lock of its own; reading them is safe.
        self._lock = threading.Lock()
        try:
            self._zip = zipfile.ZipFile(path)
        except Exception as error:  # damaged directories raise whatever their fields lead to
            raise _damaged(self.label, error) from error
        members = {_zip_name(info): info for info in self._zip.infolist() if not info.is_dir()}
        self._members = {name: info for name, info in members.items() if _is_listed(name)}
        self.paths = tuple(sorted(self._members))

    def read(self, path: str) -> bytes:
        """The bytes of one member."""
        info = self._members[path]
        if info.flag_bits & 0x1:
            raise DecodeError(
                f"{self.describe(path)} is encrypted. Make the archive again without a password."
            )
        _check_size(self.describe(path), info.file_size)
        try:
            with self._lock:
                member = self._zip.open(info)
            try:
                return member.read()
            finally:
                with self._lock:
                    member.close()
        except Exception as error:  # each compression method has its own kind of error
            raise DecodeError(f"cannot read {self.describe(path)}: {_reason(error)}") from error

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()


class TarStore(Store):
    """The images in an uncompressed ``.tar``; where each one starts is noted once."""

    def __init__(self, path: str):
        super().__init__(path)
        self.name = _without_extension(self.name)
        self._lock = threading.Lock()
        try:
            spans = _tar_spans(path)
        except Exception as error:
            raise _damaged(self.label, error) from error
        self._spans = {name: span for name, span in spans.items() if _is_listed(name)}
        self.paths = tuple(sorted(self._spans))
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 (closed by close)

    def read(self, path: str) -> bytes:
        """The bytes of one member."""
        span = self._spans[path]
        if span is None:
            raise DecodeError(
                f"cannot read {self.describe(path)}: it is a link to a file that the archive "
                "does not hold, or stored with holes. Make the archive again with plain files."
            )
        offset, size = span
        _check_size(self.describe(path), size)
        try:
            data = self._read_at(offset, size)
        except OSError as error:
            raise DecodeError(f"cannot read {self.describe(path)}: {_reason(error)}") from error
        if len(data) != size:
            raise DecodeError(f"cannot read {self.describe(path)}: the archive ends too early")
        return data

    def _read_at(self, offset: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), size, offset)
        with self._lock:  # Windows
            self._file.seek(offset)
            return self._file.read(size)

    def close(self) -> None:
        """Close the archive."""
        self._file.close()

    def __del__(self) -> None:
        """Close without a warning when dropped, as a ZipFile does."""
        if hasattr(self, "_file"):
            self._file.close()


def _check_size(label: str, size: int) -> None:
    """Refuse to read into memory what can be no map: a small archive can hold huge zeros."""
    if size > MAX_BYTES:
        raise DecodeError(f"{label} has {size} bytes, over the limit of {MAX_BYTES}. Check it.")


def _reason(error: Exception) -> str:
    """Why, in a few words: without the path that an OSError repeats."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _damaged(label: str, error: Exception) -> DecodeError:
    return DecodeError(f"cannot read the archive {label}: {_reason(error)}")


def _without_extension(name: str) -> str:
    stem, extension = os.path.splitext(name)
    return stem if extension.lower() in _ARCHIVE_EXTENSIONS else name


def _is_image(name: str) -> bool:
    return name.rpartition(".")[2].lower() in IMAGE_EXTENSIONS and "." in name


def _is_stray(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"  # Thumbs.db and its like are no images


def _is_listed(path: str) -> bool:
    """Whether a member of an archive is an image that a folder would list as well."""
    return _is_image(path) and not any(_is_stray(part) for part in path.split("/"))


def _walk(root: str) -> Iterable[str]:
    """The images below a folder.

    A link back to a folder that it is in is not followed; any other is, even if it leads to a
    place seen before: two method folders may be one.
    """
    todo: list[tuple[str, str, frozenset[tuple[int, int]]]] = [(root, "", frozenset())]
    while todo:
        folder, prefix, above = todo.pop()
        try:
            status = os.stat(folder)
            here = (status.st_dev, status.st_ino)
            if here in above:
                continue
            entries = os.scandir(folder)
        except OSError as error:
            raise PairingError(f"cannot list the folder {folder!r}: {_reason(error)}") from error
        above = above | {here}
        with entries:
            for entry in entries:
                name = entry.name
                if _is_stray(name):
                    continue
                if _leads_to_folder(entry):
                    todo.append((entry.path, f"{prefix}{name}/", above))
                elif _is_image(name):
                    # A link to nothing is listed too: reading it will say what is wrong.
                    yield prefix + name


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The path of a member, with the encoding and the slashes its writer meant."""
    name = info.filename
    if not info.flag_bits & 0x800 and not name.isascii():
        # No UTF-8 mark means code page 437 by the book, yet macOS writes unmarked UTF-8.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    return _clean(name.replace("\\", "/"))


def _clean(path: str) -> str:
    return posixpath.normpath(path).lstrip("/")


def _tar_spans(path: str) -> dict[str, tuple[int, int] | None]:
    """Where each file of a tar lies: offset and size, None for one that cannot be read in place."""
    spans: dict[str, tuple[int, int] | None] = {}
    links: dict[str, str] = {}
    with tarfile.open(path, mode="r:") as tar:
        for member in tar:
            name = _clean(member.name)
            if member.isreg():
                links.pop(name, None)  # an archive that was appended to: the last one counts
                spans[name] = None if member.issparse() else (member.offset_data, member.size)
            elif member.islnk() or member.issym():
                spans[name] = None
                base = posixpath.dirname(name) if member.issym() else ""
                links[name] = _clean(posixpath.join(base, member.linkname))
        # tarfile takes a broken header after the first for the end; a true end is all zeros.
        with open(path, "rb") as file:
            file.seek(tar.offset)
            if file.read(tarfile.BLOCKSIZE).strip(b"\0"):
                raise tarfile.ReadError("a header is damaged or cut short")
    for name in links:
        target, hops = name, 0
        while target in links and hops < len(links):
            target, hops = links[target], hops + 1
        spans[name] = spans.get(target)
    return spans
