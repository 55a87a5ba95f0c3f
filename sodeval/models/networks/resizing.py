"""Resizing feature maps, as most networks here do it: bilinear, corners not aligned."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional


def resize(x: Tensor, size: Sequence[int]) -> Tensor:
    """Bilinear to height and width ``size``; nothing to do where they agree."""
    height, width = size
    if x.shape[-2:] == (height, width):
        return x
    return functional.interpolate(x, (height, width), mode="bilinear", align_corners=False)
