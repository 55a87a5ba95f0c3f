"""Opening an ONNX file with onnxruntime, on the device that was asked for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import onnxruntime

from sodeval.errors import UnknownNameError, UsageError, WeightsError

_CUDA = "CUDAExecutionProvider"


def open_session(path: str, device: str) -> tuple[onnxruntime.InferenceSession, str, str]:
    """The model of a file, the device it runs on, and the SHA-256 of its weights.

    Raises:
        UsageError: the device is not available.
        UnknownNameError: there is no such device.
        WeightsError: the file cannot be read or loaded.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise WeightsError(f"cannot read the model {path}: {error.strerror}.") from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    providers = _providers(device, onnxruntime.get_available_providers())
    try:
        session = onnxruntime.InferenceSession(path, options, providers=providers)
    except Exception as error:  # onnxruntime's errors have no base of their own
        raise WeightsError(f"cannot load the model {path}: {first_line(error)}.") from error
    there = session.get_providers()[0] == _CUDA
    if device.startswith("cuda") and not there:
        raise UsageError(
            f"device {device!r} is not available: onnxruntime cannot start its CUDA provider "
            "(CUDA or cuDNN of another version?). Use --device cpu."
        )
    place = f"cuda:{device.partition(':')[2] or '0'}" if there else "cpu"
    return session, place, _hash(file, data)


def first_line(error: Exception) -> str:
    """What an error says in its first line, or its type."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return text.rstrip(".") or type(error).__name__


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory is what a run lacked; onnxruntime has no error of its own for it."""
    text = str(error).lower()
    return any(said in text for said in ("out of memory", "failed to allocate", "bad allocation"))


def _providers(device: str, available: Sequence[str]) -> list[str | tuple[str, dict[str, str]]]:
    kind, _, number = device.partition(":")
    if kind not in ("auto", "cpu", "cuda", "mps") or (
        number and not (kind == "cuda" and number.isdigit())
    ):
        raise UnknownNameError("device", device, ("auto", "cpu", "cuda", "cuda:0", "mps"))
    there = _CUDA in available
    if kind == "mps" or (kind == "cuda" and not there):
        hint = "install onnxruntime-gpu, or use" if kind == "cuda" else "use"
        raise UsageError(
            f"device {device!r} is not available: this onnxruntime has "
            f"{', '.join(available)}; {hint} --device cpu."
        )
    if kind == "cpu" or not there:
        return ["CPUExecutionProvider"]
    # TF32 would give other digits than the processor's
    cuda = (_CUDA, {"device_id": number or "0", "use_tf32": "0"})
    return [cuda, "CPUExecutionProvider"]


_LOCATION = re.compile(rb"\x0a\x08location\x12([\x01-\x7f])")  # a key and the length of its value


def _hash(file: Path, data: bytes) -> str:
    """SHA-256 of the file, and, in order of their names, of those beside it with its tensors.

    A tensor that is kept outside names its file in a StringStringEntryProto, key ``location``.
    """
    names = set()
    for found in _LOCATION.finditer(data):
        names.add(data[found.end() : found.end() + found[1][0]].decode("utf-8", "replace"))
    digest = hashlib.sha256(data)
    for name in sorted(names):
        beside = file.parent / name
        if beside.is_file():
            with beside.open("rb") as more:
                while block := more.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()
