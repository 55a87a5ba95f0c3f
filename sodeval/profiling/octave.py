"""Count as CSNet's authors do: every published figure of the family, to the digit.

A multiply-add is one. A convolution is its weights, and its bias, once an output pixel; BatchNorm
is 4 and PReLU 3 an element. Inside an octave convolution a bilinear upsampling is 9 an element it
puts out, a max pool as much as the *convolution's* kernel area, and the average pool of stride 2 is
5 an element it takes in. The last resize is not counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from sodeval.models.networks.csnet_layers import OctaveConv
from sodeval.profiling.modules import ModuleCounter

BATCH_NORM = 4
PRELU = 3
UPSAMPLED = 9
AVERAGED = 5


class OctaveCounter(ModuleCounter):
    """Counts a CSNet by the modules of `sodeval.models.networks.csnet_layers`."""

    def _count(self, module: nn.Module, inputs: tuple[object, ...], out: object) -> None:
        if isinstance(module, OctaveConv):
            assert isinstance(inputs[0], Sequence)
            self._octave(module, inputs[0])
            return
        if not isinstance(out, Tensor):
            return
        if isinstance(module, nn.Conv2d):
            weights = math.prod(module.kernel_size) * (module.in_channels // module.groups)
            self.macs["conv"] += out.numel() * (weights + (module.bias is not None))
        elif isinstance(module, nn.BatchNorm2d):
            self.macs["batch_norm"] += BATCH_NORM * out.numel()
        elif isinstance(module, nn.PReLU):
            self.macs["prelu"] += PRELU * out.numel()

    def _octave(self, module: OctaveConv, parts: Sequence[Tensor | None]) -> None:
        area = module.kernel**2
        taken, given = counted_channels(module.incoming), counted_channels(module.outgoing)
        for i, part in enumerate(parts):
            if part is None:
                continue
            height, width = part.shape[-2:]
            if module.stride == 2:
                self.macs["avg_pool"] += AVERAGED * taken[i] * height * width
                height, width = height // 2, width // 2
            for j, outgoing in enumerate(given):
                if not module.outgoing[j]:
                    continue
                rows, columns = height, width
                if j > i:
                    rows, columns = rows >> (j - i), columns >> (j - i)
                    self.macs["max_pool"] += area * taken[i] * rows * columns
                self.macs["octave_conv"] += area * taken[i] * outgoing * rows * columns
                if j < i:
                    finer = (rows << (i - j)) * (columns << (i - j))
                    self.macs["upsample"] += UPSAMPLED * outgoing * finer


def counted_channels(branches: Sequence[int]) -> list[int]:
    """Channels of each branch in this count, which cuts off where it should round.

    A limit between branches is the total times a running sum of fractions, in floats, so a branch
    may lose a channel to the next, or the last one altogether. The network itself does not.
    """
    total = sum(branches)
    limits, fraction = [0], 0.0
    for width in branches:
        fraction += width / total
        limits.append(int(total * fraction))
    return [after - before for before, after in pairwise(limits)]
