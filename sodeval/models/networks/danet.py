"""DANet: position and channel attention side by side over a dilated ResNet.

Fu et al., "Dual Attention Network for Scene Segmentation", CVPR 2019, arXiv:1809.02983. State-dict
keys are those of the authors' Cityscapes checkpoint (junfu1115/DANet): plain stem, output stride 8,
multi-grid 4, 8, 16.
"""

from __future__ import annotations

from contextlib import nullcontext

import torch
from torch import Tensor, nn
from torch.nn import functional

from sodeval.errors import UnknownNameError
from sodeval.models.networks.folding import fold_adjacent
from sodeval.models.networks.resnet import BLOCKS, ResNet, Stage, check_input, stages

FEATURES = 2048  # channels of the backbone's last output
WIDTH = 512
MULTI_GRID = (4, 8, 16)  # dilations of the last layer's three blocks
BLOCK = 1 << 24  # largest number of attention weights at once, 64 MiB


def build(backbone: str = "resnet101", classes: int = 19) -> DANet:
    """DANet on ``resnet50`` or ``resnet101``; 19 classes are those of Cityscapes."""
    if backbone not in BLOCKS:
        raise UnknownNameError("DANet backbone", backbone, BLOCKS)
    return DANet(backbone, classes)


def dilated(backbone: str) -> list[Stage]:
    """The layers of a backbone that stays at 1/8 from its second layer on."""
    first, second, third, fourth = stages(backbone)
    return [
        first,
        second,
        third._replace(stride=1, dilations=(1,) + (2,) * (len(third.dilations) - 1)),
        fourth._replace(stride=1, dilations=MULTI_GRID),
    ]


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Softmax over unscaled products of queries and keys, applied to values (equations 1 and 2).

    Args:
        query: (B, N, K).
        key: (B, N, K).
        value: (B, N, C).

    Returns:
        (B, N, C). The N x N weights never exist at once: N is 32768 for a Cityscapes photograph.
    """
    if query.is_cuda:
        # a fused kernel takes four dimensions, the last of them dense
        q, k, v = (x[:, None].contiguous() for x in (query, key, value))
        return functional.scaled_dot_product_attention(q, k, v, scale=1.0)[:, 0]
    batch, pixels, _ = query.shape
    rows = max(1, BLOCK // (batch * pixels))  # elsewhere no fused kernel takes values wider than K
    keys = key.transpose(1, 2)
    parts = [torch.bmm((part @ keys).softmax(-1), value) for part in torch.split(query, rows, 1)]
    return torch.cat(parts, 1) if len(parts) > 1 else parts[0]


class PositionAttention(nn.Module):
    """Every pixel gathers the values of all pixels like it (section 3.2)."""

    def __init__(self, channels: int):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.query_conv = nn.Conv2d(channels, channels // 8, 1)
        self.key_conv = nn.Conv2d(channels, channels // 8, 1)
        self.value_conv = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        query, key, value = (
            conv(x).flatten(2).transpose(1, 2)
            for conv in (self.query_conv, self.key_conv, self.value_conv)
        )
        gathered = attend(query, key, value).transpose(1, 2).reshape(x.shape)
        return x + self.gamma * gathered


class ChannelAttention(nn.Module):
    """Every channel gathers all channels, those least like it most (section 3.3)."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        # products summed over all pixels go beyond float16, and softmax tells single units apart
        with nullcontext() if x.is_meta else torch.autocast(x.device.type, enabled=False):
            flat = x.float().flatten(2)
            likeness = flat @ flat.transpose(1, 2)
            unlikeness = likeness.amax(-1, keepdim=True) - likeness
            gathered = (unlikeness.softmax(-1) @ flat).reshape(x.shape)
        return x + self.gamma * gathered.to(x.dtype)


class Head(nn.Module):
    """Two attentions, each between two 3x3 convolutions, and three classifiers."""

    def __init__(self, classes: int):
        super().__init__()
        self.conv5a = _conv(FEATURES)
        self.conv5c = _conv(FEATURES)
        self.sa = PositionAttention(WIDTH)
        self.sc = ChannelAttention()
        self.conv51 = _conv(WIDTH)
        self.conv52 = _conv(WIDTH)
        self.conv6 = _classifier(classes)
        self.conv7 = _classifier(classes)
        self.conv8 = _classifier(classes)

    def branches(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 2048, H, W) to the position branch and the channel branch, (N, 512, H, W)."""
        position: Tensor = self.conv51(self.sa(self.conv5a(x)))
        channel: Tensor = self.conv52(self.sc(self.conv5c(x)))
        return position, channel

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, 2048, H, W) to fused, position and channel scores, (N, classes, H, W)."""
        position, channel = self.branches(x)
        return self.conv8(position + channel), self.conv6(position), self.conv7(channel)

    def fused(self, x: Tensor) -> Tensor:
        """The first of the three alone."""
        position, channel = self.branches(x)
        scores: Tensor = self.conv8(position + channel)
        return scores


class DANet(nn.Module):
    """Class scores of every pixel."""

    def __init__(self, backbone: str, classes: int):
        super().__init__()
        self.pretrained = ResNet(dilated(backbone))
        self.head = Head(classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Normalised (N, 3, H, W), of any size, to logits: fused, of positions, of channels.

        Each is float32 (N, classes, H, W).
        """
        check_input(x, 8, self.training)
        fused, position, channel = self.head(self.pretrained(x)[-1])
        return _resize(fused, x), _resize(position, x), _resize(channel, x)

    def final(self, x: Tensor) -> Tensor:
        """The fused output, without the work for the others."""
        check_input(x, 8, self.training)
        return _resize(self.head.fused(self.pretrained(x)[-1]), x)

    def folded(self) -> nn.Module:
        """A copy for inference with BatchNorm folded into the convolutions before it."""
        return fold_adjacent(self)


def _conv(incoming: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(incoming, WIDTH, 3, padding=1, bias=False),
        nn.BatchNorm2d(WIDTH),
        nn.ReLU(inplace=True),
    )


def _classifier(classes: int) -> nn.Sequential:
    return nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(WIDTH, classes, 1))


def _resize(scores: Tensor, x: Tensor) -> Tensor:
    return functional.interpolate(scores.float(), x.shape[-2:], mode="bilinear", align_corners=True)
