"""Photographs on their way to the device, and outputs on their way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sodeval.models.predictor import Prepared


class Batch:
    """Outputs on their way from the device.

    Args:
        outs: one a photograph.
        place: the device.
        broken: int64, one a photograph: how many values of its output were no numbers.
    """

    def __init__(self, outs: list[Tensor], place: torch.device, broken: Tensor | None = None):
        outs = outs if broken is None else [*outs, broken]
        self._has_broken = broken is not None
        self._done: torch.cuda.Event | None = None
        if place.type == "cuda":
            # copies into pinned memory do not block; the event says when they are there
            hosts = [torch.empty(out.shape, dtype=out.dtype, pin_memory=True) for out in outs]
            for host, out in zip(hosts, outs, strict=True):
                host.copy_(out, non_blocking=True)
            self._done = torch.cuda.Event()  # type: ignore[no-untyped-call]  # torch's own
            self._done.record()
            outs = hosts
        self._outs = outs

    def result(self) -> list[NDArray[Any]]:
        """Wait, and give one array a photograph; a number of values instead of a broken map."""
        if self._done is not None:
            self._done.synchronize()
        outs = [out.cpu().numpy() for out in self._outs]
        if not self._has_broken:
            return outs
        *maps, broken = outs
        return [count if count else one for one, count in zip(maps, broken, strict=True)]


def staged(batch: Sequence[Prepared], place: torch.device) -> Tensor:
    """Inputs on the device, through pinned memory where that makes the copy asynchronous."""
    if place.type != "cuda":
        stacked = batch[0][None] if len(batch) == 1 else np.stack(batch)
        return torch.from_numpy(stacked).to(place)
    shape = (len(batch), *batch[0].shape)
    kind = torch.from_numpy(batch[0][:0]).dtype
    pinned = torch.empty(shape, dtype=kind, pin_memory=True)
    for row, one in zip(pinned.numpy(), batch, strict=True):
        row[...] = one
    inputs = pinned.to(place, non_blocking=True)
    if inputs.ndim == 4 and inputs.shape[1] == 3 and inputs.dtype == torch.float32:
        inputs = inputs.contiguous(memory_format=torch.channels_last)
    return inputs
