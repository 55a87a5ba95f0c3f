"""The folder of maps: written whole or not at all, kept where they are there, and signed.

A small file beside the maps says what made them, so that a run that goes on with a folder never
mixes two models. Each map says in a text chunk, which readers of PNG pass over, what it was made
of: a digest of the model's settings and of the photograph's bytes. Only a map whose digest is that
of the photograph at hand is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Collection
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.errors import DecodeError, OutputError, UsageError
from sodeval.images import decode
from sodeval.locking import locked
from sodeval.writing import replacing, write_text

RECORD = "sodeval-run.json"
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)  # half the time of the default for a tenth more bytes

_HEAD = 8 + 25  # bytes of a PNG's signature and its first chunk, the header
_NEAR = 256  # bytes at the beginning, in which the signature is

Map = NDArray[np.uint8]


class MapFolder:
    """Where maps go.

    Args:
        folder: made if it is not there.
        settings: what the maps depend on.
        targets: the maps of this run, relative to the folder.
        overwrite: remove what is there, and make it again.

    Raises:
        UsageError: the folder holds maps of something else.
        OutputError: it cannot be written.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        settings: dict[str, object],
        targets: Collection[str],
        overwrite: bool,
    ):
        self.root = Path(folder)
        self._overwrite = overwrite
        if self.root.exists() and not self.root.is_dir():
            raise OutputError(f"cannot write maps to {self.root}: it is a file; name a folder.")
        record = self.root / RECORD
        text = json.dumps(settings, indent=2, sort_keys=True)
        self._key = hashlib.blake2b(text.encode(), digest_size=16).digest()
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write maps to {self.root}: {error.strerror}.") from error
        with locked(
            record.with_suffix(".lock")
        ):  # against another run that begins in the same folder
            before, settings = _stored(record), json.loads(text)
            if before == settings:
                # a run that is stopped and goes on must not take old maps for its own
                for target in targets if overwrite else ():
                    (self.root / target).unlink(missing_ok=True)
                return
            there = {path.relative_to(self.root).as_posix() for path in self.root.rglob("*.png")}
            if there or before is not None:
                self._check(before, settings, there - set(targets))
            # maps go before the record changes: none of another model may pass for one of this
            for target in there:
                (self.root / target).unlink(missing_ok=True)
            write_text(record, text + "\n")

    def digest(self, photograph: bytes) -> str:
        """What a map of this photograph, under these settings, is signed with."""
        return hashlib.blake2b(photograph, key=self._key, digest_size=16).hexdigest()

    def kept(self, target: str, digest: str) -> Map | None:
        """A map that is there already, whole, and signed so."""
        path = self.root / target
        if not path.is_file():
            return None
        try:
            data = path.read_bytes()
            return decode(data, str(path)).pixels if _chunk(digest) in data[:_NEAR] else None
        except (DecodeError, OSError):
            return None  # it is made again

    def write(self, target: str, made: Map, digest: str) -> None:
        """Write one map as an 8-bit PNG.

        Raises:
            OutputError: it cannot be written.
        """
        data = cv2.imencode(".png", made, _PNG)[1].tobytes()
        with replacing(self.root / target) as temporary:
            temporary.write_bytes(data[:_HEAD] + _chunk(digest) + data[_HEAD:])

    def _check(
        self, before: dict[str, object] | None, settings: dict[str, object], others: set[str]
    ) -> None:
        """Refuse to go on with, or to mix with, maps of something else."""
        if others and self._overwrite:
            raise UsageError(
                f"{self.root} holds {len(others)} images that are not of this run (first: "
                f"{min(others)}), and --overwrite would mix the two. Name another folder."
            )
        if self._overwrite:
            return
        again = "Use --overwrite to make all of them again, or another folder."
        if before is None:
            raise UsageError(
                f"{self.root} holds images already, and no {RECORD} that says what made them. "
                f"{again}"
            )
        other = sorted(k for k in {*before, *settings} if before.get(k) != settings.get(k))
        told = ", ".join(f"{k} {before.get(k)!r} and not {settings.get(k)!r}" for k in other)
        raise UsageError(f"the maps in {self.root} were made with {told}. {again}")


def _chunk(digest: str) -> bytes:
    """A PNG text chunk: length, type, keyword and text, CRC."""
    body = b"tEXtsodeval\0" + digest.encode("ascii")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _stored(record: Path) -> dict[str, object] | None:
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
