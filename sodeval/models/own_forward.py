"""A user's network as it is called: its output looked at, its errors told as theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch  # noqa: TID253  # behind a door: loaded only with a network

from sodeval.errors import ShapeError, SodevalError, UsageError
from sodeval.models.own_source import said


class OwnForward:
    """Calls a user's network.

    Args:
        name: of the model.
        forward: float32 (N, 3, H, W) to the output, or to a tuple or list that begins with it, as
            networks with side outputs give.
        folder: where the user's code is, for errors.
    """

    def __init__(self, name: str, forward: Callable[[torch.Tensor], object], folder: Path):
        self._name = name
        self._forward = forward
        self._folder = folder

    def __call__(self, inputs: torch.Tensor) -> torch.Tensor:
        """The output of a batch, of a floating type, (N, C, h, w).

        Raises:
            UsageError: the network fails.
            ShapeError: it gives something else.
            MemoryError, RuntimeError: the batch does not fit; smaller ones may.
        """
        try:
            out = self._forward(inputs)
        except SodevalError:
            raise
        except (Exception, SystemExit) as error:
            if _is_out_of_memory(error):
                raise
            raise UsageError(
                f"the network of {self._name} fails on an input of shape {tuple(inputs.shape)}: "
                f"{said(error, self._folder)}."
            ) from error
        what = _described(out)
        if isinstance(out, tuple | list) and out:
            out = out[0]
            what += f" that begins with {_described(out)}"
        if (
            not isinstance(out, torch.Tensor)
            or not out.is_floating_point()
            or out.ndim != 4
            or len(out) != len(inputs)
            or not out.numel()
        ):
            raise ShapeError(
                f"the network of {self._name} gives {what} for {len(inputs)} photographs; expected "
                f"a float tensor ({len(inputs)}, C, h, w), or a tuple or list that begins with it."
            )
        return out


def _described(out: object) -> str:
    if isinstance(out, torch.Tensor):
        kind = str(out.dtype).removeprefix("torch.")
        return f"a {kind} tensor {tuple(out.shape)}"
    if isinstance(out, tuple | list):
        return f"a {type(out).__name__} of {len(out)}"
    return "None" if out is None else f"a {type(out).__name__}"


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether memory is what the batch lacked: the run goes on with smaller ones then."""
    if isinstance(error, MemoryError | torch.cuda.OutOfMemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and (
        "out of memory" in text or "can't allocate memory" in text
    )
