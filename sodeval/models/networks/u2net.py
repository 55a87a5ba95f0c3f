"""U2-Net: a U of eleven stages, each of them a small U-Net with a residual around it.

Qin et al., "U2-Net: Going Deeper with Nested U-Structure for Salient Object Detection", Pattern
Recognition 106 (2020), arXiv:2005.09007. State-dict keys are those of the authors' checkpoints
(xuebinqin/U-2-Net).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from sodeval.errors import UnknownNameError
from sodeval.models.networks.folding import fold_adjacent

# Per stage: depth (4 with dilations instead of pools is "4F"), in, mid and out channels; figure 5
# and table 1 of the paper.
Stage = tuple[str, int, int, int]
WIDTHS: dict[str, dict[str, Stage]] = {
    "full": {
        "stage1": ("7", 3, 32, 64),
        "stage2": ("6", 64, 32, 128),
        "stage3": ("5", 128, 64, 256),
        "stage4": ("4", 256, 128, 512),
        "stage5": ("4F", 512, 256, 512),
        "stage6": ("4F", 512, 256, 512),
        "stage5d": ("4F", 1024, 256, 512),
        "stage4d": ("4", 1024, 128, 256),
        "stage3d": ("5", 512, 64, 128),
        "stage2d": ("6", 256, 32, 64),
        "stage1d": ("7", 128, 16, 64),
    },
    "small": {
        "stage1": ("7", 3, 16, 64),
        "stage2": ("6", 64, 16, 64),
        "stage3": ("5", 64, 16, 64),
        "stage4": ("4", 64, 16, 64),
        "stage5": ("4F", 64, 16, 64),
        "stage6": ("4F", 64, 16, 64),
        "stage5d": ("4F", 128, 16, 64),
        "stage4d": ("4", 128, 16, 64),
        "stage3d": ("5", 128, 16, 64),
        "stage2d": ("6", 128, 16, 64),
        "stage1d": ("7", 128, 16, 64),
    },
}
HEADS = ("stage1d", "stage2d", "stage3d", "stage4d", "stage5d", "stage6")  # what side1 … 6 read


def build(width: str = "full") -> U2Net:
    """U2-Net (``full``, 44 million parameters) or the authors' U2-Net† (``small``, 1.1 million)."""
    if width not in WIDTHS:
        raise UnknownNameError("U2-Net width", width, WIDTHS)
    return U2Net(WIDTHS[width])


class Unit(nn.Module):
    """3x3 convolution with a dilation, BatchNorm, ReLU (the paper's REBNCONV)."""

    def __init__(self, incoming: int, outgoing: int, dilation: int = 1):
        super().__init__()
        self.conv_s1 = nn.Conv2d(incoming, outgoing, 3, padding=dilation, dilation=dilation)
        self.bn_s1 = nn.BatchNorm2d(outgoing)
        self.relu_s1 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, H, W)."""
        result: Tensor = self.relu_s1(self.bn_s1(self.conv_s1(x)))
        return result


class ResidualU(nn.Module):
    """A U-Net of some depth between its input unit and a sum with that unit's result (RSU).

    With ``dilated`` all of it stays at one resolution, and dilations 1, 2, 4, 8 take the place of
    pools and upsamplings (RSU-4F).
    """

    def __init__(self, depth: int, incoming: int, mid: int, outgoing: int, *, dilated: bool):
        super().__init__()
        self.depth, self.dilated = depth, dilated
        self.rebnconvin = Unit(incoming, outgoing)
        for level in range(1, depth + 1):
            bottom = 2 if level == depth else 1
            dilation = 2 ** (level - 1) if dilated else bottom
            self.add_module(
                f"rebnconv{level}", Unit(outgoing if level == 1 else mid, mid, dilation)
            )
        for level in range(depth - 1, 0, -1):
            dilation = 2 ** (level - 1) if dilated else 1
            self.add_module(
                f"rebnconv{level}d", Unit(2 * mid, outgoing if level == 1 else mid, dilation)
            )

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, H, W)."""
        first = self.rebnconvin(x)
        levels = []
        deep = first
        for level in range(1, self.depth + 1):
            # The bottom dilates instead of pooling: it has the resolution of the level above.
            if 1 < level < self.depth and not self.dilated:
                deep = pool(deep)
            deep = self.get_submodule(f"rebnconv{level}")(deep)
            levels.append(deep)
        deep = levels.pop()
        for level in range(self.depth - 1, 0, -1):
            deep = self.get_submodule(f"rebnconv{level}d")(join(deep, levels.pop()))
        result: Tensor = deep + first
        return result


class U2Net(nn.Module):
    """Six stages down, five up, a map from each level of the way up and their fusion."""

    def __init__(self, stages: dict[str, Stage]):
        super().__init__()
        for name, (depth, incoming, mid, outgoing) in stages.items():
            unit = ResidualU(int(depth[0]), incoming, mid, outgoing, dilated=depth.endswith("F"))
            self.add_module(name, unit)
        for number, name in enumerate(HEADS, start=1):
            self.add_module(f"side{number}", nn.Conv2d(stages[name][3], 1, 3, padding=1))
        self.outconv = nn.Conv2d(len(HEADS), 1, 1)

    def logits(self, x: Tensor) -> tuple[Tensor, ...]:
        """The seven maps (N, 1, H, W) before the sigmoid: the fused one, then side 1 to 6."""
        ends = []
        deep = x
        for number in range(1, 7):
            if number > 1:
                deep = pool(deep)
            deep = self.get_submodule(f"stage{number}")(deep)
            ends.append(deep)
        maps = [self.get_submodule("side6")(ends.pop())]
        for number in range(5, 0, -1):
            deep = self.get_submodule(f"stage{number}d")(join(deep, ends.pop()))
            maps.append(self.get_submodule(f"side{number}")(deep))
        sides = [resize(one, maps[-1]) for one in reversed(maps)]
        return self.outconv(torch.cat(sides, dim=1)), *sides

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Normalised photographs (N, 3, H, W) to seven maps (N, 1, H, W) in [0, 1], fused first."""
        return tuple(torch.sigmoid(one) for one in self.logits(x))

    def final(self, x: Tensor) -> Tensor:
        """The fused map of `forward`."""
        return torch.sigmoid(self.logits(x)[0])

    def folded(self) -> nn.Module:
        """A network for inference without BatchNorm."""
        return fold_adjacent(self)


def pool(x: Tensor) -> Tensor:
    """The maximum over 2x2; odd sizes round up."""
    return functional.max_pool2d(x, 2, ceil_mode=True)


def resize(x: Tensor, like: Tensor) -> Tensor:
    """Bilinear, to the height and width of another tensor."""
    if x.shape[-2:] == like.shape[-2:]:
        return x
    return functional.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)


def join(deep: Tensor, skip: Tensor) -> Tensor:
    """The deeper tensor at the skip's size, then the skip, on the channel axis."""
    return torch.cat([resize(deep, skip), skip], dim=1)
