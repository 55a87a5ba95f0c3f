"""CSNet for inference: BatchNorm and the factor of 100 in the weights, few passes over memory.

A block of CSNet has few channels at a high resolution, so that its time goes into memory traffic
and calls rather than arithmetic. Hence channels last, channel numbers rounded up to whole vector
registers, 1x1 convolutions as matrix products that add onto a branch in place, and upsampling
before that sum instead of after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sodeval.models.networks.csnet_layers import (
    SCALE,
    Block,
    DepthwiseUnit,
    DilatedUnit,
    Fusion,
    OctaveConv,
    OctaveUnit,
    Parts,
    check_size,
)
from sodeval.models.networks.folding import norm_as_affine

LANES = 8  # float32 numbers in an AVX2 register; other channel numbers take slow paths


class Term(nn.Module):
    """One convolution of a sum, channels padded with zeros to a multiple of `LANES`.

    A 1x1 kernel is kept as a matrix (in, out). ``bare`` is for inputs that are not padded;
    ``spare`` is another number of channels to add to the output.
    """

    weight: Tensor
    bias: Tensor | None

    def __init__(
        self,
        weight: Tensor,
        bias: Tensor | None = None,
        *,
        stride: int = 1,
        dilation: int = 1,
        depthwise: bool = False,
        bare: bool = False,
        spare: int | None = None,
    ):
        super().__init__()
        outgoing, incoming, kernel = weight.shape[0], weight.shape[1], weight.shape[2]
        more_out = -outgoing % LANES if spare is None else spare
        more_in = (
            0 if depthwise or bare else -incoming % LANES
        )  # depthwise kernels read one channel
        weight = functional.pad(weight, (0, 0, 0, 0, 0, more_in, 0, more_out))
        self.matrix = kernel == 1 and stride == 1
        if self.matrix:
            weight = weight[:, :, 0, 0].t().contiguous()
        else:
            weight = weight.contiguous(memory_format=torch.channels_last)
        self.register_buffer("weight", weight)
        self.register_buffer("bias", None if bias is None else functional.pad(bias, (0, more_out)))
        self.stride, self.dilation = stride, dilation
        self.padding = dilation * (kernel // 2)
        self.groups = outgoing + more_out if depthwise else 1

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, H, W), or half of that with stride 2."""
        if self.matrix:
            pixels = as_rows(x)
            if self.bias is None:
                product = torch.mm(pixels, self.weight)
            else:
                product = torch.addmm(self.bias, pixels, self.weight)
            return as_maps(product, x)
        return functional.conv2d(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )

    def add_to(self, total: Tensor, x: Tensor) -> Tensor:
        """Total plus this term; the memory of total is used up."""
        if self.matrix and self.bias is None:
            # Autocast leaves what is done in place alone.
            kind = total.dtype
            rows = as_rows(total).addmm_(as_rows(x).to(kind), self.weight.to(kind))
            return as_maps(rows, total)
        return total.add_(self(x))


class FoldedBranch(nn.Module):
    """One out-branch of an octave unit: its sum over the in-branches, then PReLU."""

    slope: Tensor

    def __init__(
        self,
        place: int,
        blocks: Sequence[Tensor],
        bn: nn.Module,
        prelu: nn.Module,
        *,
        stride: int = 1,
        bare: bool = False,
    ):
        super().__init__()
        scale, shift = norm_as_affine(bn)
        self.place = place
        # The coarsest first: its upsampling is a new tensor, onto which the others are added.
        self.order = [i for i in reversed(range(len(blocks))) if blocks[i].numel()]
        self.terms = nn.ModuleList(
            Term(
                blocks[i] * scale.view(-1, 1, 1, 1),
                shift if i == self.order[0] else None,
                stride=stride,
                bare=bare,
            )
            for i in self.order
        )
        self.register_buffer("slope", padded_slope(prelu))

    def forward(self, parts: Parts) -> Tensor:
        """In-branches to the out-branch."""
        total: Tensor | None = None
        for i, term in zip(self.order, self.terms, strict=True):
            part = present(parts[i])
            for _ in range(self.place - i):
                part = halve(part)
            if i > self.place:
                factor = float(2 ** (i - self.place))
                finer = functional.interpolate(
                    term(part), scale_factor=factor, mode="bilinear", align_corners=False
                )
                total = finer if total is None else total.add_(finer)
            elif total is None:
                total = term(part)
            else:
                total = cast(Term, term).add_to(total, part)
        return functional.prelu(present(total), self.slope)


class FoldedOctave(nn.Module):
    """An octave unit without its BatchNorm; ``bare`` as in `Term`."""

    def __init__(self, unit: OctaveUnit, *, bare: bool = False):
        super().__init__()
        conv = unit.conv
        self.halved = isinstance(conv, OctaveConv) and conv.stride == 2
        self.count = len(conv.outgoing) if isinstance(conv, OctaveConv) else 1
        self.branches = nn.ModuleDict()
        for key, bn in unit.bns.items():
            if isinstance(conv, OctaveConv):
                blocks, stride = conv.blocks()[int(key)], 1
            else:
                blocks, stride = [conv.weight * SCALE], conv.stride[0]
            self.branches[key] = FoldedBranch(
                int(key), blocks, bn, unit.prelus[key], stride=stride, bare=bare
            )

    def forward(self, parts: Parts) -> list[Tensor | None]:
        """In-branches to out-branches."""
        if self.halved:
            parts = [None if part is None else functional.avg_pool2d(part, 2) for part in parts]
        results: list[Tensor | None] = [None] * self.count
        for key, branch in self.branches.items():
            results[int(key)] = branch(parts)
        return results


class FoldedDepthwise(nn.Module):
    """A depthwise unit without its BatchNorm."""

    def __init__(self, unit: DepthwiseUnit):
        super().__init__()
        self.convs, self.slopes = nn.ModuleDict(), nn.ParameterDict()
        for key, conv in unit.convs.items():
            scale, shift = norm_as_affine(unit.bns[key])
            weight = cast(Tensor, conv.weight) * SCALE * scale.view(-1, 1, 1, 1)
            self.convs[key] = Term(weight, shift, depthwise=True)
            self.slopes[key] = padded_slope(unit.prelus[key])

    def forward(self, parts: Parts) -> list[Tensor | None]:
        """Branches, shapes kept."""
        results = list(parts)
        for key, conv in self.convs.items():
            results[int(key)] = functional.prelu(conv(parts[int(key)]), self.slopes[key])
        return results


class FoldedDilated(nn.Module):
    """A dilated unit without its BatchNorm."""

    slope: Tensor

    def __init__(self, unit: DilatedUnit):
        super().__init__()
        scale, shift = norm_as_affine(unit.bn)
        convs = [cast(nn.Conv2d, conv) for conv in unit.msconv.values()]
        widths = [conv.out_channels for conv in convs]
        scales, shifts = torch.split(scale, widths), torch.split(shift, widths)
        self.terms = nn.ModuleList()
        for conv, part, bias in zip(convs, scales, shifts, strict=True):
            # Only together are these a multiple of the lanes: the last fills up.
            spare = -sum(widths) % LANES if conv is convs[-1] else 0
            weight = conv.weight * SCALE * part.view(-1, 1, 1, 1)
            self.terms.append(Term(weight, bias, dilation=conv.dilation[0], spare=spare))
        self.register_buffer("slope", padded_slope(unit.prelu))

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, H, W)."""
        return functional.prelu(torch.cat([term(x) for term in self.terms], dim=1), self.slope)


class FoldedCSNet(nn.Module):
    """The whole network; its forward is that of `CSNet` up to rounding."""

    def __init__(self, stages: list[list[Block]], fusion: Fusion, last: nn.Conv2d):
        super().__init__()
        self.stages = nn.ModuleList(
            nn.Sequential(*(layer for block in blocks for layer in folded_block(block, bare=not n)))
            for n, blocks in enumerate(stages)
        )
        self.fuse = FoldedOctave(fusion.fuse)
        units = [cast(DilatedUnit, unit) for unit in fusion.ms.convs]
        self.dilated = nn.ModuleList(FoldedDilated(unit) for unit in units)
        self.join = FoldedOctave(fusion.fuse1x1)
        self.last = Term(last.weight, last.bias, spare=0)

    def forward(self, x: Tensor) -> Tensor:
        """Normalised photographs (N, 3, H, W) to logits (N, 1, H, W); H, W multiples of 16."""
        check_size(x)
        parts: Parts = [x.contiguous(memory_format=torch.channels_last)]
        ends = []
        for stage in self.stages:
            parts = stage(parts)
            ends.append(parts[0])
        parts = self.fuse(ends[2:])
        parts = [unit(part) for unit, part in zip(self.dilated, parts, strict=True)]
        coarse = self.last(self.join(parts)[0])
        return functional.interpolate(
            coarse, size=x.shape[-2:], mode="bilinear", align_corners=False
        )

    def final(self, x: Tensor) -> Tensor:
        """The logits of `forward`."""
        logits: Tensor = self(x)
        return logits


def folded_block(block: Block, *, bare: bool) -> tuple[nn.Module, ...]:
    """The layers of one block; ``bare`` where it reads the photograph."""
    return (
        FoldedOctave(block.conv1x1, bare=bare),
        FoldedDepthwise(block.conv3x3_1),
        FoldedDepthwise(block.conv3x3_2),
    )


def padded_slope(prelu: nn.Module) -> Tensor:
    """The slopes of a PReLU, with zeros for the channels that fill up the lanes."""
    slope = cast(nn.PReLU, prelu).weight.detach()
    return functional.pad(slope, (0, -slope.numel() % LANES))


def present(part: Tensor | None) -> Tensor:
    """A branch that is known to have channels."""
    assert part is not None
    return part


def halve(x: Tensor) -> Tensor:
    """The maximum over 2x2, row pairs first: faster than a pooling where channels are few."""
    rows = torch.maximum(x[:, :, ::2], x[:, :, 1::2])
    return torch.maximum(rows[..., ::2], rows[..., 1::2])


def as_rows(x: Tensor) -> Tensor:
    """(N, C, H, W) to (N H W, C), a view where channels are last in memory."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])


def as_maps(rows: Tensor, like: Tensor) -> Tensor:
    """(N H W, C) to (N, C, H, W), with channels last in memory."""
    count, _, height, width = like.shape
    return rows.view(count, height, width, -1).permute(0, 3, 1, 2)
