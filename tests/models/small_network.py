"""A network of a few hundred weights, and files of them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn


def build(width: int = 4, depth: int = 1) -> nn.Module:
    """A network with weights, statistics and a counter."""
    layers: list[nn.Module] = [nn.Conv2d(3, width, 3), nn.BatchNorm2d(width)]
    layers += [nn.Conv2d(width, width, 1) for _ in range(depth)]
    return nn.Sequential(*layers)


def save(path: Path, content: object, *, legacy: bool = False) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return path
