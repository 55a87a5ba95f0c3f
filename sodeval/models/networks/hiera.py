"""Hiera trunk with an adapter before every block, the encoder of DualGazeNet's L, L*, B and B*.

Hiera: Ryali et al., "Hiera: A Hierarchical Vision Transformer without the Bells-and-Whistles"
(ICML 2023), with the windowed position embedding of SAM 2; adapters: Zhang et al.,
arXiv:2511.18865. Tokens are kept channels-last, (N, H, W, C), throughout. The module names are
those of the authors' checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

EPS = 1e-6  # of every layer norm of the trunk
ADAPTER_WIDTH = 32


@dataclass(frozen=True, slots=True)
class Plan:
    """The numbers of one trunk; ``depths`` and ``windows`` have one entry a stage.

    Width and heads double with each stage. ``unwindowed`` numbers the blocks, over the whole trunk,
    whose attention spans the whole grid; ``positions`` is the side of the position embedding.
    """

    width: int
    heads: int
    depths: tuple[int, ...]
    windows: tuple[int, ...]
    unwindowed: tuple[int, ...]
    positions: int

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of each stage."""
        return tuple(self.width * 2**stage for stage in range(len(self.depths)))


# L* and B* lack stage 4, and the last block of their stage 3 is windowed; B* has window 11 there.
PLANS = {
    "L": Plan(144, 2, (2, 6, 36, 4), (8, 4, 16, 8), (23, 33, 43), 7),
    "Lstar": Plan(144, 2, (2, 6, 36), (8, 4, 16), (23, 33), 7),
    "B": Plan(112, 2, (2, 3, 16, 3), (8, 4, 14, 7), (12, 16, 20), 14),
    "Bstar": Plan(112, 2, (2, 3, 16), (8, 4, 11), (12, 16), 14),
}


def max_pool(grid: Tensor) -> Tensor:
    """Maximum over 2 x 2 tokens, stride 2: (N, H, W, C) to (N, H/2, W/2, C)."""
    return functional.max_pool2d(grid.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)


def partition(grid: Tensor, window: int) -> Tensor:
    """Cut (N, H, W, C) into (N * windows, window, window, C), windows row by row.

    Zeros fill the bottom and the right. They are not masked: they take part in the attention.
    """
    n, height, width, channels = grid.shape
    below, beside = -height % window, -width % window
    if below or beside:
        grid = functional.pad(grid, (0, 0, 0, beside, 0, below))
    rows, columns = (height + below) // window, (width + beside) // window
    grid = grid.reshape(n, rows, window, columns, window, channels)
    return grid.permute(0, 1, 3, 2, 4, 5).reshape(-1, window, window, channels)


def assemble(windows: Tensor, height: int, width: int) -> Tensor:
    """Undo `partition`, and drop the filling: to (N, height, width, C)."""
    window, channels = windows.shape[1], windows.shape[3]
    rows, columns = -(-height // window), -(-width // window)
    grid = windows.reshape(-1, rows, columns, window, window, channels)
    grid = grid.permute(0, 1, 3, 2, 4, 5)
    grid = grid.reshape(-1, rows * window, columns * window, channels)
    return grid[:, :height, :width]


class PatchEmbedding(nn.Module):
    """Overlapping patches of 7 pixels at stride 4: (N, 3, H, W) to (N, H/4, W/4, C)."""

    def __init__(self, width: int):
        super().__init__()
        self.proj = nn.Conv2d(3, width, 7, stride=4, padding=3)

    def forward(self, image: Tensor) -> Tensor:
        """Embed the patches; the result is contiguous channels-last."""
        tokens: Tensor = self.proj(image)
        return tokens.permute(0, 2, 3, 1).contiguous()


class Attention(nn.Module):
    """Multi-head attention among the tokens of each window, the queries pooled if asked."""

    def __init__(self, width: int, out_width: int, heads: int, pool: bool):
        super().__init__()
        self.heads, self.pool = heads, pool
        self.qkv = nn.Linear(width, 3 * out_width)
        self.proj = nn.Linear(out_width, out_width)

    def forward(self, grid: Tensor) -> Tensor:
        """(N, h, w, C) to (N, h, w, C'), or half the height and width where queries are pooled."""
        n, height, width, _ = grid.shape
        qkv: Tensor = self.qkv(grid)
        query, key, value = qkv.chunk(3, dim=3)
        if self.pool:
            query = max_pool(query)
            height, width = height // 2, width // 2
        seen = functional.scaled_dot_product_attention(
            self._by_head(query), self._by_head(key), self._by_head(value)
        )
        out: Tensor = self.proj(seen.transpose(1, 2).reshape(n, height, width, -1))
        return out

    def _by_head(self, grid: Tensor) -> Tensor:
        """(N, h, w, C) to (N, heads, h * w, C / heads), a view."""
        n, height, width, channels = grid.shape
        tokens = grid.reshape(n, height * width, self.heads, channels // self.heads)
        return tokens.transpose(1, 2)


class Perceptron(nn.Module):
    """Linear, GELU, linear; the inner width is four times the outer."""

    def __init__(self, width: int):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, 4 * width), nn.Linear(4 * width, width)])

    def forward(self, tokens: Tensor) -> Tensor:
        """Any shape that ends in the width, to the same."""
        out: Tensor = self.layers[1](functional.gelu(self.layers[0](tokens)))
        return out


class Block(nn.Module):
    """Transformer block; one that widens also pools 2 x 2. ``window`` 0: the whole grid."""

    def __init__(self, width: int, out_width: int, heads: int, window: int):
        super().__init__()
        self.window = window
        self.pools = width != out_width
        self.norm1 = nn.LayerNorm(width, eps=EPS)
        self.attn = Attention(width, out_width, heads, self.pools)
        self.norm2 = nn.LayerNorm(out_width, eps=EPS)
        self.mlp = Perceptron(out_width)
        if self.pools:
            self.proj = nn.Linear(width, out_width)

    def forward(self, grid: Tensor) -> Tensor:
        """(N, H, W, C) to the same, or to (N, H/2, W/2, 2C) in a block that pools."""
        normed: Tensor = self.norm1(grid)
        if self.pools:
            grid = max_pool(self.proj(normed))  # from the normalised tokens, unlike elsewhere
        if self.window:
            seen: Tensor = self.attn(partition(normed, self.window))
            seen = assemble(seen, grid.shape[1], grid.shape[2])
        else:
            seen = self.attn(normed)
        grid = grid + seen
        out: Tensor = grid + self.mlp(self.norm2(grid))
        return out


class AdaptedBlock(nn.Module):
    """A block of the trunk behind its adapter, a residual bottleneck of 32 channels."""

    def __init__(self, block: Block, width: int):
        super().__init__()
        self.block = block
        self.prompt_learn = nn.Sequential(
            nn.Linear(width, ADAPTER_WIDTH), nn.GELU(), nn.Linear(ADAPTER_WIDTH, width), nn.GELU()
        )

    def forward(self, grid: Tensor) -> Tensor:
        """As the block: (N, H, W, C) in and out."""
        out: Tensor = self.block(grid + self.prompt_learn(grid))
        return out


class Hiera(nn.Module):
    """The trunk: an image to one feature map a stage, at strides 4, 8, 16 and, with stage 4, 32."""

    def __init__(self, plan: Plan):
        super().__init__()
        width, side = plan.width, plan.positions
        self.pos_embed = nn.Parameter(torch.zeros(1, width, side, side))
        tile = plan.windows[0]
        self.pos_embed_window = nn.Parameter(torch.zeros(1, width, tile, tile))
        self.patch_embed = PatchEmbedding(width)
        self.blocks = nn.ModuleList()
        self.stage_ends: list[int] = []
        before, window = width, plan.windows[0]
        for stage, (depth, after) in enumerate(zip(plan.depths, plan.widths, strict=True)):
            for _ in range(depth):
                number = len(self.blocks)
                span = 0 if number in plan.unwindowed else window
                block = Block(before, after, plan.heads * 2**stage, span)
                self.blocks.append(AdaptedBlock(block, before))
                # The block that pools is the first of its stage: it still has the window of the
                # stage before.
                before, window = after, plan.windows[stage]
            self.stage_ends.append(len(self.blocks) - 1)

    def forward(self, image: Tensor) -> list[Tensor]:
        """(N, 3, H, W), multiples of 32, to maps (N, C, h, w), finest first, without a last norm.

        The maps are channels-last in memory.
        """
        grid: Tensor = self.patch_embed(image)
        grid = grid + self._positions(grid.shape[1], grid.shape[2])
        maps = []
        for number, block in enumerate(self.blocks):
            grid = block(grid)
            if number in self.stage_ends:
                maps.append(grid.permute(0, 3, 1, 2))
        return maps

    def _positions(self, height: int, width: int) -> Tensor:
        """The coarse embedding resized, plus the window's repeated as tiles: (1, H, W, C)."""
        coarse = functional.interpolate(
            self.pos_embed, size=(height, width), mode="bicubic", align_corners=False
        )
        tile = self.pos_embed_window
        tiles = tile.repeat(1, 1, height // tile.shape[2], width // tile.shape[3])
        return (coarse + tiles).permute(0, 2, 3, 1)
