"""Swin-B at 320 x 320 with windows of 10 tokens, the encoder of DualGazeNet's variant S.

Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows" (ICCV 2021).
The module names are those that the authors' code builds; they released no weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from sodeval.errors import UsageError
from sodeval.models.networks.hiera import assemble, partition

SIDE = 320  # of the input: the masks of the shifted windows are made for it
WINDOW = 10
WIDTHS = (128, 256, 512, 1024)
DEPTHS = (2, 2, 18, 2)
HEADS = (4, 8, 16, 32)
CLASSES = 1000  # of the classifier, which is never run
APART = -100.0  # added to the logits of two tokens that only the shift has brought together


def relative_positions() -> Tensor:
    """Row of the bias table for each query and key of a window: int64 (100, 100)."""
    steps = torch.arange(WINDOW)
    rows, columns = steps.repeat_interleave(WINDOW), steps.repeat(WINDOW)
    down = rows[:, None] - rows[None, :] + WINDOW - 1
    across = columns[:, None] - columns[None, :] + WINDOW - 1
    return down * (2 * WINDOW - 1) + across


def shift_mask(side: int, shift: int) -> Tensor:
    """What keeps apart the tokens of shifted windows: float32 (windows, 100, 100).

    Rolled by ``shift``, the last window of a row (or column) holds tokens of both borders.
    """
    band = torch.zeros(side)
    band[side - WINDOW :] = 1
    band[side - shift :] = 2
    regions = 3 * band[:, None] + band[None, :]
    windows = partition(regions[None, :, :, None], WINDOW).flatten(1)
    return torch.where(windows[:, :, None] == windows[:, None, :], 0.0, APART)


class Attention(nn.Module):
    """Multi-head attention inside windows, with a learned bias for each relative position."""

    relative_position_index: Tensor

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * WINDOW - 1) ** 2, heads))
        self.register_buffer("relative_position_index", relative_positions())
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, windows: Tensor, mask: Tensor | None) -> Tensor:
        """(N * windows, 100, C) and the mask (windows, 100, 100) to (N * windows, 100, C)."""
        n, count, width = windows.shape
        qkv: Tensor = self.qkv(windows)
        query, key, value = qkv.reshape(n, count, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        bias = self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)
        bias = bias[None]
        if mask is not None:
            bias = (bias + mask[:, None]).repeat(n // mask.shape[0], 1, 1, 1)
        bias = bias.to(query.dtype)  # which autocast makes narrower
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        out: Tensor = self.proj(seen.transpose(1, 2).reshape(n, count, width))
        return out


class Perceptron(nn.Module):
    """Linear to four times the width, GELU, linear."""

    def __init__(self, width: int):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Any shape that ends in the width, to the same."""
        out: Tensor = self.fc2(functional.gelu(self.fc1(tokens)))
        return out


class Block(nn.Module):
    """Windowed attention, of a grid rolled by half a window if ``shift``, then perceptron."""

    attn_mask: Tensor | None

    def __init__(self, width: int, heads: int, side: int, shift: int):
        super().__init__()
        self.shift = shift
        self.register_buffer("attn_mask", shift_mask(side, shift) if shift else None)
        self.norm1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = Perceptron(width)

    def forward(self, grid: Tensor) -> Tensor:
        """(N, H, W, C) to the same."""
        normed: Tensor = self.norm1(grid)
        if self.shift:
            normed = normed.roll((-self.shift, -self.shift), (1, 2))
        windows = partition(normed, WINDOW)
        seen: Tensor = self.attn(windows.flatten(1, 2), self.attn_mask)
        seen = assemble(seen.reshape(windows.shape), grid.shape[1], grid.shape[2])
        if self.shift:
            seen = seen.roll((self.shift, self.shift), (1, 2))
        grid = grid + seen
        out: Tensor = grid + self.mlp(self.norm2(grid))
        return out


class PatchMerging(nn.Module):
    """Joins 2 x 2 tokens into one of twice the width."""

    def __init__(self, width: int):
        super().__init__()
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)
        self.norm = nn.LayerNorm(4 * width)

    def forward(self, grid: Tensor) -> Tensor:
        """(N, H, W, C) to (N, H/2, W/2, 2C)."""
        four = [grid[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        out: Tensor = self.reduction(self.norm(torch.cat(four, 3)))
        return out


class Stage(nn.Module):
    """The blocks of one width, every second one shifted, and the merging that follows."""

    def __init__(self, width: int, depth: int, heads: int, side: int, merges: bool):
        super().__init__()
        # A grid of one window has nothing to shift.
        shifts = [number % 2 * (WINDOW // 2) if side > WINDOW else 0 for number in range(depth)]
        self.blocks = nn.ModuleList([Block(width, heads, side, shift) for shift in shifts])
        self.downsample = PatchMerging(width) if merges else None

    def forward(self, grid: Tensor) -> tuple[Tensor, Tensor]:
        """(N, H, W, C) to the same after the blocks, and what the next stage takes."""
        for block in self.blocks:
            grid = block(grid)
        return grid, grid if self.downsample is None else self.downsample(grid)


class PatchEmbedding(nn.Module):
    """Patches of 4 x 4 pixels, then a layer norm."""

    def __init__(self, width: int):
        super().__init__()
        self.proj = nn.Conv2d(3, width, 4, stride=4)
        self.norm = nn.LayerNorm(width)

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, H/4, W/4, C)."""
        grid: Tensor = self.proj(image)
        out: Tensor = self.norm(grid.permute(0, 2, 3, 1))
        return out


class ShiftedWindowTransformer(nn.Module):
    """Swin-B: an image of 320 x 320 to four feature maps, at strides 4, 8, 16 and 32."""

    widths = WIDTHS

    def __init__(self) -> None:
        super().__init__()
        self.patch_embed = PatchEmbedding(WIDTHS[0])
        self.layers = nn.ModuleList()
        for number, row in enumerate(zip(WIDTHS, DEPTHS, HEADS, strict=True)):
            side = SIDE // 4 // 2**number
            self.layers.append(Stage(*row, side, merges=number < len(WIDTHS) - 1))
        self.norm = nn.LayerNorm(WIDTHS[-1])
        self.head = nn.Linear(WIDTHS[-1], CLASSES)

    def forward(self, image: Tensor) -> list[Tensor]:
        """(N, 3, 320, 320) to maps (N, C, h, w), finest first; only the last is normalised."""
        if image.shape[2:] != (SIDE, SIDE):
            height, width = image.shape[2:]
            raise UsageError(
                f"the Swin encoder of DualGazeNet is built for {SIDE} x {SIDE} pixels, not "
                f"{height} x {width}; resize the input."
            )
        after: Tensor = self.patch_embed(image)
        grids = []
        for stage in self.layers:
            before, after = stage(after)
            grids.append(before)
        grids[-1] = self.norm(grids[-1])
        return [grid.permute(0, 3, 1, 2) for grid in grids]
