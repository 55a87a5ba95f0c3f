"""The folder of maps: written whole or not at all, kept where they are there, and signed.

A small file beside the maps says which model made them, so that a run that goes on with a folder
never mixes two models.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.errors import DecodeError, OutputError, UsageError
from sodeval.images import decode
from sodeval.writing import replacing, write_text

RECORD = "sodeval-run.json"
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)  # half the time of the default for a tenth more bytes

Map = NDArray[np.uint8]


class MapFolder:
    """Where maps go.

    Args:
        folder: made if it is not there.
        settings: what the maps depend on.
        targets: the maps of this run, relative to the folder.
        overwrite: make again what is there.

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
        settings = json.loads(json.dumps(settings))
        if _stored(record) == settings:
            return
        there = {path.relative_to(self.root).as_posix() for path in self.root.rglob("*.png")}
        if there:
            self._check(_stored(record), settings, there - set(targets))
        # the maps go before the record changes: none of another model may pass for one of this
        for target in there:
            (self.root / target).unlink(missing_ok=True)
        write_text(record, json.dumps(settings, indent=2) + "\n")

    def kept(self, target: str) -> Map | None:
        """A map that is there already and whole."""
        path = self.root / target
        if self._overwrite or not path.is_file():
            return None
        try:
            return decode(path.read_bytes(), str(path)).pixels
        except (DecodeError, OSError):
            return None  # it is made again

    def write(self, target: str, saliency: Map) -> None:
        """Write one map as an 8-bit PNG.

        Raises:
            OutputError: it cannot be written.
        """
        data = cv2.imencode(".png", saliency, _PNG)[1]
        with replacing(self.root / target) as temporary:
            temporary.write_bytes(data.tobytes())

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


def _stored(record: Path) -> dict[str, object] | None:
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
