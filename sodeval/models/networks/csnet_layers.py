"""Layers of CSNet: octave convolutions, depthwise units, and the fusion of the last stages.

Attributes are named as in the authors' checkpoints. Batches of branches are sequences with a tensor
per branch, finest first, and None for a branch without channels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from sodeval.errors import UsageError
from sodeval.models.networks.csnet_channels import DILATIONS, Branches, Channels

SCALE = 100.0  # the authors' factor on stored weights, which lets weight decay prune them
MULTIPLE = 16  # three strides of 2, and branches of half resolution below them

Parts = Sequence[Tensor | None]


class ScaledConv2d(nn.Conv2d):
    """A convolution without bias whose stored weight counts 100 times."""

    def __init__(
        self,
        incoming: int,
        outgoing: int,
        *,
        kernel: int = 3,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
    ):
        super().__init__(
            incoming,
            outgoing,
            kernel,
            stride,
            padding=dilation * (kernel // 2),
            dilation=dilation,
            groups=groups,
            bias=False,
        )
        with torch.no_grad():
            self.weight.div_(SCALE)  # a fresh layer then starts like any other

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, H, W), or half of that with stride 2."""
        weight = self.weight * SCALE
        return functional.conv2d(
            x, weight, None, self.stride, self.padding, self.dilation, self.groups
        )


def depthwise(width: int) -> ScaledConv2d:
    """A 3x3 convolution of each channel by itself."""
    return ScaledConv2d(width, width, groups=width)


class OctaveConv(nn.Module):
    """Generalised octave convolution: every in-branch adds to every out-branch (section 3.1).

    ``weight`` is (sum of out channels, sum of in channels, k, k), rows and columns ordered by
    branch. Its block from branch i to j is applied at the coarser of the two resolutions: after a
    max pool where j is coarser, before a bilinear upsampling where j is finer. Stride 2 is an
    average pool of every in-branch.
    """

    def __init__(self, incoming: Branches, outgoing: Branches, kernel: int, stride: int):
        super().__init__()
        self.incoming, self.outgoing = incoming, outgoing
        self.kernel, self.stride = kernel, stride
        self.weight = nn.Parameter(torch.empty(sum(outgoing), sum(incoming), kernel, kernel))
        nn.init.kaiming_uniform_(self.weight, a=5**0.5)  # as nn.Conv2d starts

    def blocks(self) -> list[list[Tensor]]:
        """The blocks of the weight: ``[j][i]`` leads from branch i to j."""
        rows = torch.split(self.weight, list(self.outgoing))
        return [list(torch.split(row, list(self.incoming), dim=1)) for row in rows]

    def forward(self, parts: Parts) -> list[Tensor | None]:
        """In-branches (N, C_i, H/2^i, W/2^i) to out-branches, at half of that with stride 2."""
        if self.stride == 2:
            parts = [None if part is None else functional.avg_pool2d(part, 2) for part in parts]
        sums: list[Tensor | None] = []
        for j, row in enumerate(self.blocks()):
            total = None
            for i, part in enumerate(parts):
                if part is None or not self.outgoing[j]:
                    continue
                if j > i:
                    part = functional.max_pool2d(part, 2 ** (j - i))
                term = functional.conv2d(part, row[i], padding=self.kernel // 2)
                if j < i:
                    term = functional.interpolate(
                        term, scale_factor=float(2 ** (i - j)), mode="bilinear", align_corners=False
                    )
                total = term if total is None else total + term
            sums.append(total)
        return sums


class OctaveUnit(nn.Module):
    """Octave convolution, then BatchNorm and a PReLU with a slope per channel for each branch.

    From one branch to one it is an ordinary convolution, with a stride and the factor of 100.
    """

    def __init__(self, incoming: Branches, outgoing: Branches, kernel: int, stride: int = 1):
        super().__init__()
        self.conv: OctaveConv | ScaledConv2d
        if len(incoming) == len(outgoing) == 1:
            self.conv = ScaledConv2d(incoming[0], outgoing[0], kernel=kernel, stride=stride)
        else:
            self.conv = OctaveConv(incoming, outgoing, kernel, stride)
        self.bns = per_branch(nn.BatchNorm2d, outgoing)
        self.prelus = per_branch(nn.PReLU, outgoing)

    def forward(self, parts: Parts) -> list[Tensor | None]:
        """In-branches to out-branches, as `OctaveConv`."""
        sums = self.conv(parts) if isinstance(self.conv, OctaveConv) else [self.conv(parts[0])]
        return each(self.prelus, each(self.bns, sums))


class DepthwiseUnit(nn.Module):
    """Per branch: depthwise 3x3 convolution, BatchNorm, PReLU."""

    def __init__(self, widths: Branches):
        super().__init__()
        self.convs = per_branch(depthwise, widths)
        self.bns = per_branch(nn.BatchNorm2d, widths)
        self.prelus = per_branch(nn.PReLU, widths)

    def forward(self, parts: Parts) -> list[Tensor | None]:
        """Branches, shapes kept."""
        return each(self.prelus, each(self.bns, each(self.convs, parts)))


class Block(nn.Module):
    """An octave unit and two depthwise units, without a residual (the paper's ILBlock).

    The first is called ``conv1x1`` also where its kernel is 3x3.
    """

    def __init__(self, incoming: Branches, outgoing: Branches, kernel: int, stride: int):
        super().__init__()
        self.conv1x1 = OctaveUnit(incoming, outgoing, kernel, stride)
        self.conv3x3_1 = DepthwiseUnit(outgoing)
        self.conv3x3_2 = DepthwiseUnit(outgoing)

    def forward(self, parts: Parts) -> list[Tensor | None]:
        """In-branches to out-branches, as `OctaveConv`."""
        result: list[Tensor | None] = self.conv3x3_2(self.conv3x3_1(self.conv1x1(parts)))
        return result


class DilatedUnit(nn.Module):
    """Dilated 3x3 convolutions side by side, concatenated, then BatchNorm and PReLU."""

    def __init__(self, incoming: int, widths: Branches):
        super().__init__()
        # A dilation without channels leaves a gap in the keys.
        self.msconv = nn.ModuleDict(
            {
                str(place): ScaledConv2d(incoming, width, dilation=dilation)
                for place, (width, dilation) in enumerate(zip(widths, DILATIONS, strict=True))
                if width
            }
        )
        self.bn = nn.BatchNorm2d(sum(widths))
        self.prelu = nn.PReLU(sum(widths))

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) to (N, sum of widths, H, W)."""
        joined = torch.cat([conv(x) for conv in self.msconv.values()], dim=1)
        result: Tensor = self.prelu(self.bn(joined))
        return result


class MultiScale(nn.Module):
    """A `DilatedUnit` for each branch."""

    def __init__(self, incoming: Branches, dilated: tuple[Branches, ...]):
        super().__init__()
        units = zip(incoming, dilated, strict=True)
        self.convs = nn.ModuleList(DilatedUnit(width, widths) for width, widths in units)

    def forward(self, parts: Sequence[Tensor]) -> list[Tensor]:
        """Branches to branches of the same resolutions."""
        return [unit(part) for unit, part in zip(self.convs, parts, strict=True)]


class Fusion(nn.Module):
    """The last tensors of stages 2, 3 and 4 as three branches, brought to one (section 3.3)."""

    def __init__(self, incoming: Branches, plan: Channels):
        super().__init__()
        self.fuse = OctaveUnit(incoming, plan.fuse, kernel=1)
        self.ms = MultiScale(plan.fuse, plan.dilated)
        widths = tuple(sum(branch) for branch in plan.dilated)
        self.fuse1x1 = OctaveUnit(widths, (plan.joined,), kernel=1)

    def forward(self, parts: Sequence[Tensor]) -> Tensor:
        """Maps at 1/2, 1/4 and 1/8 of the photograph to one tensor at 1/2."""
        result: Tensor = self.fuse1x1(self.ms(self.fuse(parts)))[0]
        return result


def per_branch(layer: Callable[[int], nn.Module], widths: Branches) -> nn.ModuleDict:
    """A layer for each branch that exists, under the branch's number."""
    return nn.ModuleDict({str(k): layer(width) for k, width in enumerate(widths) if width})


def each(layers: nn.ModuleDict, parts: Parts) -> list[Tensor | None]:
    """Every branch through its own layer."""
    return [None if part is None else layers[str(k)](part) for k, part in enumerate(parts)]


def check_size(x: Tensor) -> None:
    """Refuse a height or width with which the branches would no longer fit together."""
    height, width = x.shape[-2:]
    if height % MULTIPLE or width % MULTIPLE:
        raise UsageError(
            f"CSNet needs a height and width that are multiples of {MULTIPLE}, "
            f"and the input is {height}x{width}; resize it first."
        )
