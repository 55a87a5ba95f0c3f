"""The bottleneck ResNet that CSF, F3Net and DANet start from, without its classifier.

He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, with the stride in the 3x3
convolution. State-dict keys are the usual ones, so ImageNet weights load once ``fc`` is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from sodeval.errors import UsageError

EXPANSION = 4  # a block gives four times its inner width
BLOCKS = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}
WIDTHS = (64, 128, 256, 512)
STRIDES = (1, 2, 2, 2)


class Stage(NamedTuple):
    """One of the four layers: inner width, stride of its first block, dilation of each block."""

    width: int
    stride: int
    dilations: tuple[int, ...]


def stages(name: str) -> list[Stage]:
    """The plain ``resnet50`` or ``resnet101``: 1/4, 1/8, 1/16 and 1/32 of the input."""
    return [
        Stage(width, stride, (1,) * blocks)
        for width, stride, blocks in zip(WIDTHS, STRIDES, BLOCKS[name], strict=True)
    ]


def check_input(x: Tensor, reduction: int, training: bool) -> None:
    """Refuse an empty input, and one that leaves BatchNorm a single position to train on.

    Args:
        x: (N, C, H, W).
        reduction: how many times smaller the coarsest features are.
        training: whether BatchNorm takes its statistics from the batch.

    Raises:
        UsageError: ``x`` is too small.
    """
    batch, _, height, width = x.shape
    if min(batch, height, width) < 1:
        raise UsageError(f"the input is {tuple(x.shape)}; give at least one pixel.")
    if training and batch == 1 and max(height, width) <= reduction:
        raise UsageError(
            f"one photograph of {height} x {width} pixels is too small to train on; use more than "
            f"{reduction} pixels on the longer side, a larger batch, or eval()."
        )


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolution, each with BatchNorm, and a shortcut around them."""

    def __init__(
        self, incoming: int, width: int, stride: int = 1, dilation: int = 1, *, project: bool
    ):
        super().__init__()
        outgoing = EXPANSION * width
        self.conv1 = nn.Conv2d(incoming, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(
            width, width, 3, stride, padding=dilation, dilation=dilation, bias=False
        )
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outgoing, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outgoing)
        self.downsample = (
            nn.Sequential(
                nn.Conv2d(incoming, outgoing, 1, stride, bias=False), nn.BatchNorm2d(outgoing)
            )
            if project
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) to (N, 4 width, H / stride, W / stride), rounded up."""
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        y = functional.relu(self.bn2(self.conv2(y)), inplace=True)
        y = self.bn3(self.conv3(y))
        y += x if self.downsample is None else self.downsample(x)
        return functional.relu(y, inplace=True)


class Backbone(nn.Module):
    """A stem of ``conv1``, ``bn1`` and ``maxpool``, and ``layer1`` to ``layer4``."""

    conv1: nn.Module
    bn1: nn.Module
    maxpool: nn.Module

    def forward(self, x: Tensor) -> list[Tensor]:
        """Normalised (N, 3, H, W) to the outputs of the four layers, finest first."""
        x = self.maxpool(functional.relu(self.bn1(self.conv1(x)), inplace=True))
        features = []
        for number in range(1, 5):
            x = getattr(self, f"layer{number}")(x)
            features.append(x)
        return features


class ResNet(Backbone):
    """Stem and four layers of bottlenecks."""

    def __init__(self, stages: Sequence[Stage]):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        # n pixels become n / 2 rounded up; ceil_mode would make 37 of 72
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        incoming = 64
        for number, stage in enumerate(stages, start=1):
            blocks = nn.Sequential()
            for place, dilation in enumerate(stage.dilations):
                first = place == 0
                stride = stage.stride if first else 1
                blocks.append(Bottleneck(incoming, stage.width, stride, dilation, project=first))
                incoming = EXPANSION * stage.width
            self.add_module(f"layer{number}", blocks)
