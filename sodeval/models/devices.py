"""Which device and precision a network runs in, checked before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

from sodeval.errors import UnknownNameError, UsageError

PRECISIONS = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def resolve_device(name: str) -> torch.device:
    """The device of a name; ``auto`` is the first of CUDA, MPS and the processor that is there.

    Raises:
        UsageError: it is not there.
        UnknownNameError: it is no device.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda:0")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    kind, _, number = name.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (number and not (kind == "cuda" and number.isdigit())):
        raise UnknownNameError("device", name, ("auto", "cpu", "cuda", "cuda:0", "mps"))
    if kind == "cuda":
        there = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if int(number or 0) >= there:
            have = (
                f"{there} CUDA device{'s are' if there > 1 else ' is'} here"
                if there
                else ("torch finds no CUDA device here")
            )
            raise UsageError(f"device {name!r} is not available: {have}. Use --device cpu.")
        return torch.device("cuda", int(number or 0))
    if kind == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device 'mps' is not available here. Use --device cpu.")
    return torch.device(kind)


def check_precision(precision: str, device: torch.device) -> None:
    """Refuse a precision that the device does not have.

    Raises:
        UnknownNameError: it is no precision.
        UsageError: the device does not have it.
    """
    if precision not in PRECISIONS:
        raise UnknownNameError("precision", precision, PRECISIONS)
    if precision == "fp16" and device.type == "cpu":
        raise UsageError("fp16 is for GPUs; on the processor use --precision bf16 or fp32.")
    if precision == "bf16" and device.type == "cuda":
        with _current(device):
            supported = torch.cuda.is_bf16_supported()
        if not supported:
            raise UsageError(f"bf16 is not supported by {device_name(device)}; use fp16 or fp32.")


def device_name(device: torch.device) -> str:
    """What people call the device."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return device.type


@contextmanager
def computing(device: torch.device, precision: str) -> Iterator[None]:
    """Inference in a precision: fp32 is fp32, never TF32, and fp16 and bf16 are autocast."""
    with torch.inference_mode(), _current(device), _without_tf32(device):
        if precision == "fp32":
            yield
        else:
            with torch.autocast(device.type, PRECISIONS[precision]):
                yield


def _current(device: torch.device) -> AbstractContextManager[object]:
    """Streams and events are those of the current CUDA device, which is the first if not said."""
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


@contextmanager
def _without_tf32(device: torch.device) -> Iterator[None]:
    if device.type != "cuda":
        yield
        return
    matrix, convolution = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matrix.allow_tf32, convolution.allow_tf32
    matrix.allow_tf32 = convolution.allow_tf32 = False
    try:
        yield
    finally:
        matrix.allow_tf32, convolution.allow_tf32 = before
