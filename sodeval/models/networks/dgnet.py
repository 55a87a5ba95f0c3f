"""DualGazeNet: a Hiera (or PVTv2, or Swin) encoder and a decoder of query transformers.

Zhang et al., "DualGazeNet: A Biologically Inspired Dual-Gaze Query Network for Salient Object
Detection", arXiv:2511.18865. One learned token looks at the feature maps from coarse to fine; on
the way back the maps receive what it had seen, from coarse to fine again, and are upsampled. The
module names are those of the authors' checkpoints.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from sodeval.errors import UnknownNameError, UsageError
from sodeval.models.networks.hiera import PLANS, Hiera
from sodeval.models.networks.pvt import PyramidTransformer
from sodeval.models.networks.swin import ShiftedWindowTransformer

Variant = Literal["L", "Lstar", "B", "Bstar", "P", "S"]

HEADS = 8
INNER = 256  # 8 heads of 32 channels, whatever the width of the feature map
EPS = 1e-6  # of the group norms and the channel norms; the layer norms have PyTorch's 1e-5
STRIDE = 32  # height and width of an input are multiples of it


def flatten(feature: Tensor) -> Tensor:
    """(N, C, H, W) to tokens (N, H * W, C), row by row; a view if channels-last in memory."""
    return feature.flatten(2).transpose(1, 2)


class ChannelNorm(nn.Module):
    """Layer norm over the channels of each pixel.

    Attributes:
        literal: compute it step by step, as the authors do, not as one fused operator.
    """

    literal = False

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, feature: Tensor) -> Tensor:
        """(N, C, H, W) to the same."""
        pixels = feature.permute(0, 2, 3, 1)
        if self.literal:
            variance, mean = torch.var_mean(pixels, 3, correction=0, keepdim=True)
            normed = (pixels - mean) / torch.sqrt(variance + EPS) * self.weight + self.bias
        else:
            width = self.weight.shape
            normed = functional.layer_norm(pixels, width, self.weight, self.bias, EPS)
        return normed.permute(0, 3, 1, 2)


class CrossAttention(nn.Module):
    """Multi-head attention from queries (N, Q, D) to a context (N, K, C)."""

    def __init__(self, width: int, context_width: int):
        super().__init__()
        self.to_q = nn.Linear(width, INNER, bias=False)
        self.to_k = nn.Linear(context_width, INNER, bias=False)
        self.to_v = nn.Linear(context_width, INNER, bias=False)
        self.to_out = nn.Sequential(nn.Linear(INNER, width))

    def forward(self, query: Tensor, context: Tensor) -> Tensor:
        """(N, Q, D) and (N, K, C) to (N, Q, D)."""
        q, k, v = self.to_q(query), self.to_k(context), self.to_v(context)
        seen = functional.scaled_dot_product_attention(
            self._by_head(q), self._by_head(k), self._by_head(v)
        )
        out: Tensor = self.to_out(seen.transpose(1, 2).flatten(2))
        return out

    def of_one(self, context: Tensor) -> Tensor:
        """What every query gets from a context (N, 1, C) of one token: (N, 1, D)."""
        out: Tensor = self.to_out(self.to_v(context))
        return out

    def _by_head(self, tokens: Tensor) -> Tensor:
        n, count, _ = tokens.shape
        return tokens.reshape(n, count, HEADS, INNER // HEADS).transpose(1, 2)


class GatedLinear(nn.Module):
    """A linear layer of twice the width; its second half, through GELU, scales the first."""

    def __init__(self, width: int, out_width: int):
        super().__init__()
        self.proj = nn.Linear(width, 2 * out_width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, T, D) to (N, T, out)."""
        both: Tensor = self.proj(tokens)
        value, gate = both.chunk(2, dim=-1)
        return value * functional.gelu(gate)


class FeedForward(nn.Module):
    """Gated linear layer to four times the width, and back."""

    def __init__(self, width: int):
        super().__init__()
        # The middle is the authors' dropout, of rate 0.
        self.net = nn.Sequential(
            GatedLinear(width, 4 * width), nn.Identity(), nn.Linear(4 * width, width)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, T, D) to the same."""
        out: Tensor = self.net(tokens)
        return out


class QueryBlock(nn.Module):
    """Transformer block: tokens look at a context, then pass a feed-forward layer.

    ``attn1`` and ``norm1`` are in the checkpoints but take no part in any computation.

    Attributes:
        literal: compute queries and keys even for a context of one token.
    """

    literal = False

    def __init__(self, width: int, context_width: int):
        super().__init__()
        self.attn1 = CrossAttention(width, width)
        self.ff = FeedForward(width)
        self.attn2 = CrossAttention(width, context_width)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.norm3 = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """(N, T, D) and the context (N, K, C), which is not normalised, to (N, T, D)."""
        if context.shape[1] == 1 and not self.literal:
            # The softmax over one key is 1 whatever the query: no need of to_q, to_k and norm2.
            tokens = tokens + self.attn2.of_one(context)
        else:
            tokens = tokens + self.attn2(self.norm2(tokens), context)
        out: Tensor = tokens + self.ff(self.norm3(tokens))
        return out


class SpatialTransformer(nn.Module):
    """The pixels of a feature map look at a context, in a residual of 256 channels."""

    def __init__(self, width: int):
        super().__init__()
        groups = next(count for count in (32, 36, 28) if width % count == 0)
        self.norm = nn.GroupNorm(groups, width, eps=EPS)
        self.proj_in = nn.Conv2d(width, INNER, 1)
        self.transformer_blocks = nn.ModuleList([QueryBlock(INNER, width)])
        self.proj_out = nn.Conv2d(INNER, width, 1)

    def forward(self, feature: Tensor, context: Tensor) -> Tensor:
        """(N, C, H, W) and (N, K, C) to (N, C, H, W)."""
        normed: Tensor = self.norm(feature)
        # Group norms may return channels-first memory; from here on pixels are rows of matrices.
        inner: Tensor = self.proj_in(normed.contiguous(memory_format=torch.channels_last))
        tokens: Tensor = self.transformer_blocks[0](flatten(inner), context)
        out: Tensor = feature + self.proj_out(tokens.transpose(1, 2).reshape(inner.shape))
        return out


class Perceptron(nn.Module):
    """Linear layers of the given widths, a ReLU between each two."""

    def __init__(self, *widths: int):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(*pair) for pair in pairwise(widths)])

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, T, first width) to (N, T, last width)."""
        for number, layer in enumerate(self.layers):
            tokens = layer(functional.relu(tokens) if number else tokens)
        return tokens


class MaskDecoder(nn.Module):
    """Feature maps, finest first, to logits at four times the size of the first."""

    def __init__(self, widths: tuple[int, ...]):
        super().__init__()
        steps = list(pairwise(widths))  # (finer, coarser)
        first = widths[0]
        self.fix_token = nn.Embedding(1, widths[-1])
        self.init_transformers = nn.ModuleList([QueryBlock(width, width) for width in widths])
        self.init_mlps = nn.ModuleList([Perceptron(coarse, fine) for fine, coarse in steps])
        self.reverse_transformers = nn.ModuleList([SpatialTransformer(width) for width in widths])
        self.fuse_upscalings = nn.ModuleList(
            [
                nn.Sequential(
                    nn.ConvTranspose2d(coarse, fine, 2, stride=2), ChannelNorm(fine), nn.GELU()
                )
                for fine, coarse in steps
            ]
        )
        self.output_hypernetworks_mlp = Perceptron(first, first, first, first // 8)
        self.output_upscaling = nn.Sequential(
            nn.ConvTranspose2d(first, first // 4, 2, stride=2),
            ChannelNorm(first // 4),
            nn.GELU(),
            nn.ConvTranspose2d(first // 4, first // 8, 2, stride=2),
            nn.GELU(),
        )

    def forward(self, features: list[Tensor]) -> Tensor:
        """Maps (N, C, h, w) to logits (N, 1, 4h, 4w) for the finest h and w."""
        token, contexts = self.gaze(features)
        coarsest = len(features) - 1
        pixels = features[coarsest]
        for level in range(coarsest, -1, -1):
            pixels = self.reverse_transformers[level](pixels, contexts[level])
            if level:
                pixels = self.fuse_upscalings[level - 1](pixels) + features[level - 1]
        pixels = self.output_upscaling(pixels)
        filters: Tensor = self.output_hypernetworks_mlp(token)
        logits: Tensor = filters @ pixels.flatten(2)
        return logits.reshape(len(pixels), 1, *pixels.shape[2:])

    def gaze(self, features: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Let the token look at each map from coarse to fine.

        Returns:
            The final token (N, 1, C), and for each map the token before it looked at that map.
        """
        token = self.fix_token.weight.unsqueeze(0).expand(features[0].shape[0], -1, -1)
        contexts = [token]
        for level in range(len(features) - 1, -1, -1):
            token = self.init_transformers[level](token, flatten(features[level]))
            if level:
                token = self.init_mlps[level - 1](token)
                contexts.insert(0, token)
        return token, contexts


class DualGazeNet(nn.Module):
    """Encoder and decoder; ``widths`` are the channels of the encoder's maps, finest first."""

    def __init__(self, encoder: nn.Module, widths: tuple[int, ...]):
        super().__init__()
        self.encoder = encoder
        self.mask_decoder = MaskDecoder(widths)

    def forward(self, image: Tensor) -> Tensor:
        """Normalised (N, 3, H, W) to logits (N, 1, H, W); there is no sigmoid in the network."""
        height, width = image.shape[2:]
        if height % STRIDE or width % STRIDE or not height or not width:
            raise UsageError(
                f"DualGazeNet takes heights and widths that are multiples of {STRIDE}, not "
                f"{height} x {width}; resize the input, for example to 512 x 512."
            )
        logits: Tensor = self.mask_decoder(self.encoder(image))
        return logits

    def final(self, image: Tensor) -> Tensor:
        """The logits in float32, whatever the precision of the network."""
        logits: Tensor = self(image)
        return logits.float()

    def be_literal(self, literal: bool = True) -> None:
        """Run every layer as the authors' code does, also those that cannot influence the output.

        The output stays the same but for rounding; the cost is then what the authors count.
        """
        for module in self.modules():
            if isinstance(module, QueryBlock | ChannelNorm):
                module.literal = literal


def build(variant: Variant = "L") -> DualGazeNet:
    """The untrained network of one variant; fetches nothing.

    Args:
        variant: the encoder: Hiera ``L``, ``Lstar``, ``B``, ``Bstar`` (the stars lack stage 4),
            ``P`` PVTv2-b5, or ``S`` Swin-B for inputs of 320 x 320 only.
    """
    if variant == "P":
        return DualGazeNet(PyramidTransformer(), PyramidTransformer.widths)
    if variant == "S":
        return DualGazeNet(ShiftedWindowTransformer(), ShiftedWindowTransformer.widths)
    if variant not in PLANS:
        raise UnknownNameError("variant of DualGazeNet", variant, (*PLANS, "P", "S"))
    plan = PLANS[variant]
    return DualGazeNet(Hiera(plan), plan.widths)
