"""PVTv2-b5, the encoder of DualGazeNet's variant P.

Wang et al., "PVT v2: Improved Baselines with Pyramid Vision Transformer" (CVMJ 2022). The module
names are those of the authors' checkpoints.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (64, 128, 320, 512)
DEPTHS = (3, 6, 40, 3)
HEADS = (1, 2, 5, 8)
REDUCTIONS = (8, 4, 2, 1)  # of the grid that keys and values are taken from
EPS = 1e-6  # of the blocks' and stages' layer norms; the others have PyTorch's 1e-5


def as_map(tokens: Tensor, height: int, width: int) -> Tensor:
    """(N, H * W, C) to (N, C, H, W), a view: channels-last in memory."""
    return tokens.transpose(1, 2).reshape(tokens.shape[0], -1, height, width)


def as_tokens(grid: Tensor) -> Tensor:
    """(N, C, H, W) to (N, H * W, C), row by row."""
    return grid.flatten(2).transpose(1, 2)


class PatchEmbedding(nn.Module):
    """Overlapping patches, then a layer norm."""

    def __init__(self, channels: int, width: int, kernel: int, stride: int):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, kernel, stride=stride, padding=kernel // 2)
        self.norm = nn.LayerNorm(width)

    def forward(self, grid: Tensor) -> tuple[Tensor, int, int]:
        """(N, C, H, W) to tokens (N, h * w, C'), and h and w."""
        grid = self.proj(grid)
        return self.norm(as_tokens(grid)), grid.shape[2], grid.shape[3]


class Attention(nn.Module):
    """Multi-head attention of all tokens to a grid that a strided convolution has reduced."""

    def __init__(self, width: int, heads: int, reduction: int):
        super().__init__()
        self.heads, self.reduction = heads, reduction
        self.q = nn.Linear(width, width)
        self.kv = nn.Linear(width, 2 * width)
        self.proj = nn.Linear(width, width)
        if reduction > 1:
            self.sr = nn.Conv2d(width, width, reduction, stride=reduction)
            self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, height: int, width: int) -> Tensor:
        """(N, H * W, C) to the same."""
        context = tokens
        if self.reduction > 1:
            context = self.norm(as_tokens(self.sr(as_map(tokens, height, width))))
        query: Tensor = self.q(tokens)
        pair: Tensor = self.kv(context)
        key, value = pair.chunk(2, dim=2)
        seen = functional.scaled_dot_product_attention(
            self._by_head(query), self._by_head(key), self._by_head(value)
        )
        out: Tensor = self.proj(seen.transpose(1, 2).flatten(2))
        return out

    def _by_head(self, tokens: Tensor) -> Tensor:
        n, count, width = tokens.shape
        return tokens.reshape(n, count, self.heads, width // self.heads).transpose(1, 2)


class DepthwiseConvolution(nn.Module):
    """3 x 3, each channel by itself, over the tokens' grid."""

    def __init__(self, width: int):
        super().__init__()
        self.dwconv = nn.Conv2d(width, width, 3, padding=1, groups=width)

    def forward(self, tokens: Tensor, height: int, width: int) -> Tensor:
        """(N, H * W, C) to the same."""
        return as_tokens(self.dwconv(as_map(tokens, height, width)))


class Perceptron(nn.Module):
    """Linear to four times the width, depthwise convolution, GELU, linear."""

    def __init__(self, width: int):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.dwconv = DepthwiseConvolution(4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, tokens: Tensor, height: int, width: int) -> Tensor:
        """(N, H * W, C) to the same."""
        wide = self.dwconv(self.fc1(tokens), height, width)
        out: Tensor = self.fc2(functional.gelu(wide))
        return out


class Block(nn.Module):
    """Attention, then perceptron, each behind a norm and with a shortcut."""

    def __init__(self, width: int, heads: int, reduction: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=EPS)
        self.attn = Attention(width, heads, reduction)
        self.norm2 = nn.LayerNorm(width, eps=EPS)
        self.mlp = Perceptron(width)

    def forward(self, tokens: Tensor, height: int, width: int) -> Tensor:
        """(N, H * W, C) to the same."""
        tokens = tokens + self.attn(self.norm1(tokens), height, width)
        out: Tensor = tokens + self.mlp(self.norm2(tokens), height, width)
        return out


class PyramidTransformer(nn.Module):
    """PVTv2-b5: an image to four feature maps, at strides 4, 8, 16 and 32."""

    widths = WIDTHS

    def __init__(self) -> None:
        super().__init__()
        channels = 3
        for stage, width in enumerate(WIDTHS, 1):
            kernel, stride = (7, 4) if stage == 1 else (3, 2)
            embedding = PatchEmbedding(channels, width, kernel, stride)
            self.add_module(f"patch_embed{stage}", embedding)
            channels = width
        rows = zip(WIDTHS, DEPTHS, HEADS, REDUCTIONS, strict=True)
        for stage, (width, depth, heads, reduction) in enumerate(rows, 1):
            blocks = nn.ModuleList([Block(width, heads, reduction) for _ in range(depth)])
            self.add_module(f"block{stage}", blocks)
            self.add_module(f"norm{stage}", nn.LayerNorm(width, eps=EPS))

    def forward(self, image: Tensor) -> list[Tensor]:
        """(N, 3, H, W), multiples of 32, to normalised maps (N, C, h, w), finest first."""
        grid, maps = image, []
        for stage in range(1, len(WIDTHS) + 1):
            tokens, height, width = self.get_submodule(f"patch_embed{stage}")(grid)
            for block in self.get_submodule(f"block{stage}").children():
                tokens = block(tokens, height, width)
            tokens = self.get_submodule(f"norm{stage}")(tokens)
            grid = as_map(tokens, height, width)
            maps.append(grid)
        return maps
