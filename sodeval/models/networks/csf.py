"""CSF: cross-stage fusion, gOctConvs over the four resolutions of a backbone.

Gao et al., "Highly Efficient Salient Object Detection with 100K Parameters", ECCV 2020,
arXiv:2003.05643. State-dict keys are those of the authors' Res2Net model (MCG-NKU/SOD100K, folder
``CSF+Res2Net``). They released nothing of the ResNet-50 model; here it has the same head.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn import functional

from sodeval.errors import UnknownNameError
from sodeval.models.networks.folding import fold_adjacent
from sodeval.models.networks.res2net import Res2Net
from sodeval.models.networks.resizing import resize
from sodeval.models.networks.resnet import ResNet, check_input, stages

FEATURES = (256, 512, 1024, 2048)  # channels of the backbone's four outputs
FUSED = (128, 256, 512, 512)  # channels of the four branches of the head
GROUPS = 32
DILATIONS = (1, 2, 4, 8, 16)
BACKBONES = ("res2net50", "resnet50")


def build(backbone: str = "res2net50") -> CSF:
    """CSF on ``res2net50``, as released, or on ``resnet50``, as in the paper's CSF+R."""
    if backbone not in BACKBONES:
        raise UnknownNameError("CSF backbone", backbone, BACKBONES)
    return CSF(Res2Net() if backbone == "res2net50" else ResNet(stages("resnet50")))


class OctaveConv(nn.Module):
    """A 1x1 convolution from every resolution to every other (gOctConv).

    Rows of ``weights`` are the out-branches, columns the in-branches, finest first. Towards a
    coarser branch the input is resized, towards a finer one the result.
    """

    def __init__(self, incoming: Sequence[int], outgoing: Sequence[int]):
        super().__init__()
        self.outgoing = list(outgoing)
        self.rows = (0, *accumulate(outgoing))
        self.columns = (0, *accumulate(incoming))
        self.weights = nn.Parameter(torch.empty(self.rows[-1], self.columns[-1], 1, 1))
        nn.init.kaiming_uniform_(self.weights, a=math.sqrt(5))  # as nn.Conv2d starts

    def forward(self, branches: Sequence[Tensor]) -> list[Tensor]:
        """One (N, in, H, W) a branch to one (N, out, H, W) a branch; fewer may come out."""
        rows, columns = self.rows, self.columns
        results = []
        for j in range(len(self.outgoing)):
            # all that comes from as fine or finer branches is one convolution
            finer = [resize(branch, branches[j].shape[-2:]) for branch in branches[:j]]
            block = self.weights[rows[j] : rows[j + 1], : columns[j + 1]]
            gathered = torch.cat([*finer, branches[j]], 1) if finer else branches[j]
            results.append(functional.conv2d(gathered, block))
        for i in range(1, len(branches)):
            # so is all that goes to finer ones
            finer_outs = min(i, len(results))
            block = self.weights[: rows[finer_outs], columns[i] : columns[i + 1]]
            product = functional.conv2d(branches[i], block)
            for j, part in enumerate(torch.split(product, self.outgoing[:finer_outs], 1)):
                results[j] += resize(part, branches[j].shape[-2:])
        return results


class OctaveUnit(nn.Module):
    """gOctConv, then GroupNorm and PReLU in each branch."""

    def __init__(self, incoming: Sequence[int], outgoing: Sequence[int]):
        super().__init__()
        self.conv = OctaveConv(incoming, outgoing)
        self.bns = nn.ModuleList(nn.GroupNorm(GROUPS, channels) for channels in outgoing)
        self.prelus = nn.ModuleList(nn.PReLU(channels) for channels in outgoing)

    def forward(self, branches: Sequence[Tensor]) -> list[Tensor]:
        """One (N, in, H, W) a branch to one (N, out, H, W) a branch."""
        results = self.conv(branches)
        return [
            prelu(norm(result))
            for result, norm, prelu in zip(results, self.bns, self.prelus, strict=True)
        ]


class Dilated(nn.Module):
    """Five 3x3 convolutions with growing dilation side by side, GroupNorm and PReLU."""

    def __init__(self, channels: int):
        super().__init__()
        share = channels // len(DILATIONS)
        shares = [share] * (len(DILATIONS) - 1)
        shares.append(channels - sum(shares))
        self.msconv = nn.ModuleList(
            nn.Conv2d(channels, width, 3, padding=dilation, dilation=dilation, bias=False)
            for width, dilation in zip(shares, DILATIONS, strict=True)
        )
        self.bn = nn.GroupNorm(GROUPS, channels)
        self.prelu = nn.PReLU(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        result: Tensor = self.prelu(self.bn(torch.cat([conv(x) for conv in self.msconv], 1)))
        return result


class MultiScale(nn.Module):
    """The dilated convolutions of each branch."""

    def __init__(self, channels: Sequence[int]):
        super().__init__()
        self.convs = nn.ModuleList(Dilated(width) for width in channels)

    def forward(self, branches: Sequence[Tensor]) -> list[Tensor]:
        """One (N, C, H, W) a branch to the same shapes."""
        return [conv(branch) for conv, branch in zip(self.convs, branches, strict=True)]


class CSF(nn.Module):
    """A backbone of four features, fused across stages into one map."""

    def __init__(self, backbone: nn.Module):
        super().__init__()
        self.base = backbone
        self.fuse = OctaveUnit(FEATURES, FUSED)
        self.ms = MultiScale(FUSED)
        self.fuse1x1 = OctaveUnit(FUSED, (sum(FUSED),))
        self.cls_layer = nn.Conv2d(sum(FUSED), 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Normalised (N, 3, H, W) to logits, float32 (N, 1, H, W); any height and width."""
        check_input(x, 32, self.training)
        (fused,) = self.fuse1x1(self.ms(self.fuse(self.base(x))))
        return resize(self.cls_layer(fused).float(), x.shape[-2:])

    def final(self, x: Tensor) -> Tensor:
        """The only output."""
        result: Tensor = self(x)
        return result

    def folded(self) -> nn.Module:
        """A copy for inference with BatchNorm folded into the convolutions before it."""
        return fold_adjacent(self)
