from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import nn

from sodeval.errors import UnknownNameError
from sodeval.models.cards.u2net import CARDS
from sodeval.models.networks import u2net
from sodeval.models.networks.folding import fold
from tests.golden_weights import make_input
from tests.models.print_parity import distance, shapes_of

# Float32 sums in another order.
TOLERANCE = 1e-5


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.mark.parametrize("name", [card.name for card in CARDS])
def test_folding_leaves_no_norm(name: str) -> None:
    network = shapes_of(name)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in fold(network).modules())
    assert any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules())


def test_layouts_batches_and_half_precision() -> None:
    network = u2net.build("small").eval()
    x = torch.from_numpy(make_input(np.array([2, 3, 48, 33])))
    wanted = torch.cat([network.final(one[None]) for one in x]).numpy()
    last = x.contiguous(memory_format=torch.channels_last)
    assert distance(network.final(last), wanted) < TOLERANCE
    with torch.autocast("cpu", torch.bfloat16):
        near = network.final(x).float()
    # bfloat16 has 8 bits; the map is a sigmoid of small logits.
    assert distance(near, wanted) < 0.05


def test_an_unknown_width_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'small'"):
        u2net.build("smal")
