"""Checkpoints and saliency maps from the addresses that their authors published.

A file gets its name only when it is whole and its SHA-256 is right. Where no SHA-256 is published,
that of the first download is written beside the file, and later ones must agree with it.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sodeval.errors import OutputError, WeightsError
from sodeval.locking import locked
from sodeval.models.card import ModelCard
from sodeval.models.contents import kind_of
from sodeval.models.transfer import Transfer, TransferError, discard, transfer
from sodeval.models.weights import is_offline

__all__ = ["Transfer", "TransferError", "fetch", "fetch_maps", "sha256_of"]

_WRONG = {
    "empty": "an empty file",
    "zeros": "nothing but zeros",
    "page": "a web page, not the file",
    "git-lfs": "a Git LFS pointer, not the file",
}


def fetch(
    card: ModelCard, target: Path, *, force: bool = False, progress: Transfer | None = None
) -> Path:
    """Fetch a model's checkpoint to ``target``.

    Args:
        card: the model; it has a published address.
        target: the file to write; where it is there already, nothing is fetched.
        force: fetch it all the same.
        progress: told how far it is.

    Raises:
        TransferError: it cannot be fetched, or is not what was published.
        OutputError: it cannot be written.
        MissingExtraError: the package for downloads is not installed.
    """
    url = card.weights.url
    if url is None:
        raise TransferError("none are published")
    return _fetch(url, target, card.weights.sha256, force, progress)


def fetch_maps(
    card: ModelCard, folder: Path, progress: Transfer | None = None, *, force: bool = False
) -> Path:
    """Fetch the authors' saliency maps, a zip archive that can be scored as it is.

    Args:
        card: the model.
        folder: where ``<model>.zip`` is kept; where it is there already, nothing is fetched.
        progress: told how far it is.
        force: fetch it all the same.

    Raises:
        WeightsError: no maps are published, they cannot be fetched, or this is no archive.
        OutputError: it cannot be written.
        MissingExtraError: the package for downloads is not installed.
    """
    url = card.maps_url
    target = folder / f"{card.name}.zip"
    if url is None:
        note = f" {card.maps_note}" if card.maps_note else ""
        raise WeightsError(f"no saliency maps of {card.name} are published.{note}")
    if target.is_file() and not force:
        return target
    try:
        if is_offline():
            raise TransferError("SODEVAL_OFFLINE is set")
        return _fetch(url, target, None, force, progress, archive=True)
    except TransferError as error:
        raise WeightsError(
            f"the saliency maps of {card.name} cannot be fetched: {error}.\n"
            f"  next: open {url} in a browser and save the archive as {target}"
        ) from error


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(
    url: str,
    target: Path,
    sha256: str | None,
    force: bool,
    progress: Transfer | None,
    *,
    archive: bool = False,
) -> Path:
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target.with_name(target.name + ".lock")):
            if target.is_file() and not force:  # another process has fetched it meanwhile
                return target
            transfer(url, part, progress)
            try:
                _check_kind(part, archive)
                got = _check_sha256(url, part, target, sha256)
            except TransferError:
                discard(part)  # whole but wrong: nothing to go on with
                raise
            size = part.stat().st_size
            part.replace(target)
            discard(part)
            _record(target, url, got, size)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}.") from error
    return target


def _check_kind(part: Path, archive: bool) -> None:
    kind = kind_of(part)
    if kind in _WRONG:
        raise TransferError(f"the address gives {_WRONG[kind]}")
    if archive and not zipfile.is_zipfile(part):
        raise TransferError("the address gives a file that is no whole zip archive")


def _check_sha256(url: str, part: Path, target: Path, published: str | None) -> str:
    got = sha256_of(part)
    if published is not None:
        if got != published.lower():
            raise TransferError(
                "the address gives another file than the published one, and it was not kept: "
                f"SHA-256 {got}, expected {published}"
            )
        return got
    earlier = _recorded(target)
    if earlier.get("url") == url and earlier.get("sha256") not in (None, got):
        raise TransferError(
            f"the address gives another file than on {earlier.get('fetched')}, "
            f"and it was not kept: SHA-256 {got}, then {earlier.get('sha256')}. "
            f"If the authors have replaced it, remove {_record_of(target)} and fetch it again"
        )
    return got


def _record_of(target: Path) -> Path:
    return target.with_name(target.name + ".json")


def _recorded(target: Path) -> dict[str, object]:
    with suppress(OSError, ValueError):
        data = json.loads(_record_of(target).read_text(encoding="utf-8"))
        if isinstance(data, dict):
            return data
    return {}


def _record(target: Path, url: str, sha256: str, size: int) -> None:
    fetched = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = {"schema": 1, "url": url, "sha256": sha256, "bytes": size, "fetched": fetched}
    _record_of(target).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
