"""CSNet: generalised octave convolutions at several resolutions, about 100 thousand parameters.

Gao et al., "Highly Efficient Salient Object Detection with 100K Parameters", ECCV 2020,
arXiv:2003.05643; Cheng et al., TPAMI 2021. State-dict keys are those of the authors' checkpoints
(MCG-NKU/SOD100K).
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional

from sodeval.errors import UnknownNameError
from sodeval.models.networks.csnet_channels import CONFIGURATIONS, Branches, Channels, channels
from sodeval.models.networks.csnet_folded import FoldedCSNet
from sodeval.models.networks.csnet_layers import Block, Fusion, Parts, check_size


def build(config: str = "L-x1") -> CSNet:
    """The network of one configuration: ``L-x1``, ``L-x2``, or a split such as ``5-5``."""
    if config not in CONFIGURATIONS:
        raise UnknownNameError("CSNet configuration", config, CONFIGURATIONS)
    return CSNet(channels(config))


class CSNet(nn.Module):
    """The whole network: five stages, the fusion and one convolution to a map of logits."""

    def __init__(self, plan: Channels):
        super().__init__()
        before: Branches = (3,)
        for number, widths in enumerate(plan.stages):
            blocks = nn.ModuleList()
            for place, after in enumerate(widths):
                first = place == 0 and number != 1
                stride = 2 if first and number else 1
                blocks.append(Block(before, after, 3 if first else 1, stride))
                before = after
            self.add_module(f"stage{number}", blocks)
        ends = tuple(widths[-1][0] for widths in plan.stages[2:])
        self.oct_fuse = Fusion(ends, plan)
        self.cls_layer = nn.Conv2d(plan.joined, 1, 1)

    def stages(self) -> list[list[Block]]:
        """The blocks of the five stages."""
        stages = (self.get_submodule(f"stage{number}").children() for number in range(5))
        return [[cast(Block, block) for block in blocks] for blocks in stages]

    def forward(self, x: Tensor) -> Tensor:
        """Normalised photographs (N, 3, H, W) to logits (N, 1, H, W); H, W multiples of 16."""
        check_size(x)
        parts: Parts = [x]
        ends = []
        for blocks in self.stages():
            for block in blocks:
                parts = block(parts)
            ends.append(parts[0])
        coarse = self.cls_layer(self.oct_fuse(ends[2:]))
        return functional.interpolate(
            coarse, size=x.shape[-2:], mode="bilinear", align_corners=False
        )

    def final(self, x: Tensor) -> Tensor:
        """The logits of `forward`; the saliency map is their sigmoid."""
        logits: Tensor = self(x)
        return logits

    def folded(self) -> nn.Module:
        """A network for inference that puts out the same logits with fewer operations."""
        return FoldedCSNet(self.stages(), self.oct_fuse, self.cls_layer)
