"""Res2Net-50 v1b with four scales of 26 channels, without its classifier.

Gao et al., "Res2Net: A New Multi-scale Backbone Architecture", TPAMI 2021, arXiv:1904.01169.
State-dict keys are those of ``res2net50_v1b_26w_4s`` without ``fc``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from sodeval.models.networks.resnet import BLOCKS, EXPANSION, STRIDES, WIDTHS, Backbone

SCALES = 4
BASE_WIDTH = 26  # channels a scale where a block is 64 wide


class Block(nn.Module):
    """A bottleneck whose 3x3 convolution is split into scales.

    In the ``first`` block of a layer the scales stand side by side and the last one is averaged;
    in the others each takes in the result of the one before, and the last one passes unchanged.
    """

    def __init__(self, incoming: int, width: int, stride: int = 1, *, first: bool):
        super().__init__()
        scale = width * BASE_WIDTH // 64
        outgoing = EXPANSION * width
        self.conv1 = nn.Conv2d(incoming, SCALES * scale, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(SCALES * scale)
        self.convs = nn.ModuleList(
            nn.Conv2d(scale, scale, 3, stride, padding=1, bias=False) for _ in range(SCALES - 1)
        )
        self.bns = nn.ModuleList(nn.BatchNorm2d(scale) for _ in range(SCALES - 1))
        self.conv3 = nn.Conv2d(SCALES * scale, outgoing, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outgoing)
        self.pool: nn.Module | None = None
        self.downsample: nn.Module | None = None
        if first:
            # the zeros of the padding count here, and do not in the shortcut
            self.pool = nn.AvgPool2d(3, stride, padding=1)
            self.downsample = nn.Sequential(
                nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False)
                if stride > 1
                else nn.Identity(),
                nn.Conv2d(incoming, outgoing, 1, bias=False),
                nn.BatchNorm2d(outgoing),
            )

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) to (N, 4 width, H / stride, W / stride), rounded up."""
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        *groups, last = y.chunk(SCALES, 1)
        results: list[Tensor] = []
        for group, conv, norm in zip(groups, self.convs, self.bns, strict=True):
            if results and self.pool is None:
                group = results[-1] + group
            results.append(functional.relu(norm(conv(group)), inplace=True))
        results.append(last if self.pool is None else self.pool(last))
        y = self.bn3(self.conv3(torch.cat(results, 1)))
        y += x if self.downsample is None else self.downsample(x)
        return functional.relu(y, inplace=True)


class Res2Net(Backbone):
    """A stem of three 3x3 convolutions and four layers of blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv2d(3, 32, 3, 2, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(inplace=True),
            nn.Conv2d(32, 32, 3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(inplace=True),
            nn.Conv2d(32, 64, 3, padding=1, bias=False),
        )
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        incoming = 64
        rows = zip(WIDTHS, STRIDES, BLOCKS["resnet50"], strict=True)
        for number, (width, stride, count) in enumerate(rows, start=1):
            blocks = nn.Sequential(Block(incoming, width, stride, first=True))
            incoming = EXPANSION * width
            blocks.extend(Block(incoming, width, first=False) for _ in range(count - 1))
            self.add_module(f"layer{number}", blocks)
