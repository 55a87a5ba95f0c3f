"""Opening a checkpoint without running what is in it, and loading it strictly."""

from __future__ import annotations

import argparse
import os
import pickle
import re
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sodeval.errors import MissingExtraError, WeightsError
from sodeval.models.card import ModelCard
from sodeval.models.contents import Kind, kind_of
from sodeval.models.download import sha256_of
from sodeval.models.matching import check_size, differences, mismatch_text

CONTAINERS = ("state_dict", "net", "model")

_REFUSED: dict[Kind, str] = {
    "empty": "is empty; fetch it again",
    "zeros": "begins with nothing but zeros, as downloads do that never ended; fetch it again",
    "page": "is a web page, not a checkpoint: what was saved is the page that leads to the "
    "download. Open it in a browser and follow it",
    "git-lfs": "is a Git LFS pointer, not the file itself; `git lfs pull` fetches that",
    "onnx": "is an ONNX network; run it with --model FILE.onnx",
    "tar": "is a tar archive; unpack it and name the checkpoint in it",
    "gzip": "is compressed; unpack it and name the checkpoint in it",
    "zip": "is a zip archive without weights of its own; unpack it and name the checkpoint in it",
    "program": "is a TorchScript program, not weights; export its state_dict() and give that",
}
_DAMAGED = "is cut off or damaged; fetch it again"
_WANTED = re.compile(r"(?:GLOBAL|[Uu]nsupported class) ([\w.]+)")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a file holds.

    Attributes:
        state: the state dict: float32 where it is floating, no ``module.`` before its keys.
        args: the options it was trained with, where the file says.
        sha256: of the file.
        bytes: of the file.
        container: the key that the state dict was found under, ``""`` for a bare one.
    """

    state: dict[str, Tensor]
    args: Mapping[str, object] | None
    sha256: str
    bytes: int
    container: str


def read_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read a checkpoint of PyTorch or safetensors; nothing in it is run.

    Raises:
        WeightsError: it is no checkpoint, is damaged, or wants code to be run.
        MissingExtraError: the package for safetensors is not installed.
    """
    path = Path(path)
    try:
        kind = kind_of(path)
        if kind in _REFUSED:
            raise WeightsError(f"{path} {_REFUSED[kind]}.")
        size, sha256 = path.stat().st_size, sha256_of(path)
        if kind == "safetensors" or (kind == "?" and path.suffix.lower() == ".safetensors"):
            container, state, args = "", *_read_safetensors(path)
        else:
            container, state, args = _unwrapped(_read_torch(path), path)
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}.") from error
    return Checkpoint(_plain(state), args, sha256, size, container)


def load_into(
    network: nn.Module, checkpoint: Checkpoint, card: ModelCard, path: str | os.PathLike[str]
) -> list[str]:
    """Load a checkpoint into a network strictly, and say what a user should know of it.

    Only the counters of batches that PyTorch before 0.4.1 did not write may be missing.

    Raises:
        WeightsError: the entries or their shapes are not the network's, or it was trained at
            another input size than the card's.
    """
    own = network.state_dict()
    found = differences(own, checkpoint.state)
    if found:
        raise WeightsError(mismatch_text(found, checkpoint.state, card, path))
    notes = check_size(checkpoint.args, card, path) if card.weights.size_in_args else []
    published = card.weights.sha256
    if published is not None and published.lower() != checkpoint.sha256:
        notes.append(
            f"{os.fspath(path)} is not the file that the authors of {card.name} published "
            f"(SHA-256 {checkpoint.sha256}, theirs {published})."
        )
    network.load_state_dict({**own, **checkpoint.state}, strict=True)
    return notes


def _read_torch(path: Path) -> object:
    # Files in the tar format of 2016 are refused before this: up to PyTorch 2.5 their reader ran
    # code in spite of weights_only (CVE-2025-32434).
    try:
        with warnings.catch_warnings(), _namespaces_allowed():
            warnings.simplefilter("ignore")  # of unusual pickle protocols
            with path.open("rb") as file:  # given a name, it would go by what that ends in
                return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        wanted = _WANTED.search(str(error))
        if wanted is None:
            raise WeightsError(
                f"{path} is no checkpoint that PyTorch can read, or {_DAMAGED}."
            ) from error
        if wanted[1] == "argparse.Namespace":
            raise WeightsError(
                f"{path} holds training options, which PyTorch {torch.__version__} cannot read "
                "safely; update it to 2.5 or later."
            ) from error
        raise WeightsError(
            f"{path} wants {wanted[1]} to be run or built while it is read; a checkpoint needs "
            "only tensors, and code in it could do anything on this machine, so it is refused. "
            "If you trust whoever made it, save its state dict alone: see docs/weights.md."
        ) from error
    except Exception as error:  # its reader may stumble anyhow over bytes that are wrong
        if isinstance(error, MemoryError) or "not enough memory" in str(error):
            raise WeightsError(f"there is not enough memory to read {path}.") from error
        raise WeightsError(f"{path} {_DAMAGED}.") from error


def _namespaces_allowed() -> AbstractContextManager[object]:
    """Let ``argparse.Namespace`` be built: it holds training options, and does nothing."""
    allow = getattr(torch.serialization, "safe_globals", None)  # since PyTorch 2.5
    return nullcontext() if allow is None else allow([argparse.Namespace])


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], Mapping[str, object] | None]:
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError as error:
        raise MissingExtraError("run", f"reading {path.name}") from error
    try:
        with safe_open(path, framework="pt") as file:
            keys = file.keys()  # the file itself cannot be iterated
            return {key: file.get_tensor(key) for key in keys}, file.metadata()
    except SafetensorError as error:
        raise WeightsError(f"{path} {_DAMAGED}.") from error


def _unwrapped(
    content: object, path: Path
) -> tuple[str, dict[str, Tensor], Mapping[str, object] | None]:
    """The key of the state dict, the state dict, and the options beside it."""
    if not isinstance(content, Mapping):
        raise WeightsError(
            f"{path} holds one {type(content).__name__}, not the weights of a network."
        )
    args = content.get("args")
    options = vars(args) if isinstance(args, argparse.Namespace) else args
    for container in CONTAINERS:
        inner = content.get(container)
        if isinstance(inner, Mapping):
            return (
                container,
                _state(inner, path),
                options if isinstance(options, Mapping) else None,
            )
    return "", _state(content, path), None


def _state(content: Mapping[Any, Any], path: Path) -> dict[str, Tensor]:
    other = [key for key, value in content.items() if not isinstance(value, Tensor)]
    if other or not content:
        held = ", ".join(map(str, list(content)[:6])) or "nothing"
        raise WeightsError(
            f"{path} holds no weights that we can find: neither tensors alone, nor a state dict "
            f"under {', '.join(CONTAINERS)}; it holds {held}."
        )
    return {str(key): value for key, value in content.items()}


def _plain(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Drop what ``DataParallel`` puts before the keys, and what mixed precision left halved."""
    if all(key.startswith("module.") for key in state):
        state = {key.removeprefix("module."): value for key, value in state.items()}
    return {
        key: value.detach().float() if value.is_floating_point() else value
        for key, value in state.items()
    }
