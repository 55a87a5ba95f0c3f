"""Networks without weights, to be counted: the zoo's, and a small one with a layer of each kind."""

from __future__ import annotations

import json

from torch import Tensor, nn
from torch.nn import functional

from sodeval.models import find_card
from sodeval.profiling.shapes import build_on_shapes

_BUILT: dict[tuple[str, str], nn.Module] = {}


def network_of(name: str) -> nn.Module:
    """One network for all cards that differ in the input's size only."""
    card = find_card(name)
    key = (card.entry, json.dumps(card.options))
    if key not in _BUILT:
        _BUILT[key] = build_on_shapes(card)
    return _BUILT[key]


class Small(nn.Module):
    """One layer of each kind; ``spare`` never runs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=2, padding=1, groups=1)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.norm = nn.LayerNorm(4)
        self.linear = nn.Linear(4, 6)
        self.spare = nn.Linear(100, 100)

    def forward(self, x: Tensor) -> Tensor:
        grid = self.up(self.depthwise(self.conv(x))).permute(0, 2, 3, 1)
        tokens = self.linear(self.norm(grid)).flatten(1, 2)
        seen = functional.scaled_dot_product_attention(
            *(tokens[:, None, :, k : k + 2] for k in (0, 2, 4))
        )
        out = functional.gelu(seen[:, 0].transpose(1, 2).unflatten(2, x.shape[2:]))
        return functional.interpolate(out, scale_factor=2.0, mode="bilinear")
