"""Where checkpoints are looked for: a named file, ``$SODEVAL_WEIGHTS``, the user's cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sodeval.errors import WeightsError
from sodeval.models.card import ModelCard

if TYPE_CHECKING:
    from sodeval.models.transfer import Transfer

SUFFIXES = (".pth", ".pt", ".safetensors", ".pth.tar")
_OFF = {"", "0", "false", "no", "off"}


def cache_folder() -> Path:
    """The folder for what is fetched: ``$SODEVAL_CACHE``, else the platform's place for caches."""
    own = os.environ.get("SODEVAL_CACHE")
    if own:
        return Path(own).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sodeval"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "sodeval" / "Cache"
    there = os.environ.get("XDG_CACHE_HOME", "")
    # the XDG specification says that a relative path is to be ignored
    return (Path(there) if os.path.isabs(there) else Path.home() / ".cache") / "sodeval"


def cached_path(card: ModelCard) -> Path:
    """Where a fetched checkpoint is kept, and where one that is fetched by hand can be put."""
    return cache_folder() / "weights" / f"{card.name}{card.weights.suffix}"


def is_offline() -> bool:
    """Whether ``SODEVAL_OFFLINE`` forbids downloads."""
    return os.environ.get("SODEVAL_OFFLINE", "").strip().lower() not in _OFF


def find_weights(card: ModelCard, given: str | os.PathLike[str] | None = None) -> Path | None:
    """The checkpoint of a model on this machine, None if there is none.

    Args:
        card: the model.
        given: a file that the user names; nothing else is looked at then.

    Raises:
        WeightsError: ``given`` is no file, or ``$SODEVAL_WEIGHTS`` no folder.
    """
    if given is not None:
        return _named(Path(given).expanduser())
    for folder in _folders():
        # a card may keep its file under a suffix of its own
        for suffix in dict.fromkeys((*SUFFIXES, card.weights.suffix)):
            path = folder / f"{card.name}{suffix}"
            if path.is_file():
                return path
    return None


def locate(
    card: ModelCard,
    given: str | os.PathLike[str] | None = None,
    *,
    download: bool = True,
    force: bool = False,
    progress: Transfer | None = None,
) -> Path:
    """The checkpoint of a model, fetched from the published address if it is nowhere here.

    Args:
        card: the model.
        given: a file that the user names.
        download: whether it may be fetched.
        force: fetch it though it is here.
        progress: told how far a download is.

    Raises:
        WeightsError: there is none, and it cannot be fetched; says what file to put where.
        MissingExtraError: the package for downloads is not installed.
        OutputError: what was fetched cannot be written.
    """
    found = None if force and given is None else find_weights(card, given)
    if found is not None:
        return found
    url = card.weights.url
    if url is None:
        why = card.weights.note or "none are published"
    elif is_offline():
        why = "they are not on this machine, and SODEVAL_OFFLINE is set"
    elif not download:
        why = f"they are not on this machine (`sodeval models fetch {card.name}` fetches them)"
    else:
        from sodeval.models.download import fetch
        from sodeval.models.transfer import TransferError

        try:
            return fetch(card, cached_path(card), force=force, progress=progress)
        except TransferError as error:
            raise WeightsError(_absent(card, f"they cannot be fetched: {error}")) from error
    raise WeightsError(_absent(card, why))


def _absent(card: ModelCard, why: str) -> str:
    """What a user can read and do where there are no weights."""
    own = os.environ.get("SODEVAL_WEIGHTS")
    named = ", ".join(dict.fromkeys((*SUFFIXES, card.weights.suffix)))
    target, weights = cached_path(card), card.weights
    lines = [
        f"no weights for {card.name}: {why.rstrip('.')}.",
        f"  looked for: {card.name} with {named}",
        f"  in:         $SODEVAL_WEIGHTS ({own or 'not set'})",
        f"              {target.parent}",
    ]
    if weights.url is not None and weights.note:
        lines.append(f"  note:       {weights.note}")
    address = weights.url or weights.page
    if weights.url is not None:
        lines.append(f"  next:       open {address} in a browser,")
        lines.append(f"              save the file as {target},")
        lines.append("              or give it with --weights FILE")
    else:
        if address is not None:
            lines.append(f"  see:        {address}")
        lines.append(f"  next:       put a checkpoint of your own at {target},")
        lines.append("              or give it with --weights FILE")
    return "\n".join(lines)


def _named(path: Path) -> Path:
    if path.is_dir():
        raise WeightsError(f"weights: {path} is a folder; name the checkpoint in it.")
    if not path.exists():
        raise WeightsError(
            f"weights: there is no file {path}; check the path, or leave --weights out to look in "
            "$SODEVAL_WEIGHTS and the cache."
        )
    return path


def _folders() -> list[Path]:
    own = os.environ.get("SODEVAL_WEIGHTS")
    if not own:
        return [cache_folder() / "weights"]
    folder = Path(own).expanduser()
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise WeightsError(
            f"SODEVAL_WEIGHTS names {folder}, which {what}; "
            "name a folder with files such as dgnet-L512.pth, or unset it."
        )
    return [folder, cache_folder() / "weights"]
