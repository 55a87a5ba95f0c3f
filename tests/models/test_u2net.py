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
from tests.golden_weights import GOLDEN, make_input, spec_of, state_of

NAMES = [card.name for card in CARDS]
# Float32 sums in another order; the golden file's own distance from float64 is 7e-7.
TOLERANCE = 1e-5
# Folding rounds each weight once more.
FOLDED_TOLERANCE = 1e-4


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # threads that wait for each other take minutes on a busy machine
    with torch.inference_mode():
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=NAMES)
def named(request: pytest.FixtureRequest) -> tuple[str, nn.Module]:
    name = request.param
    card = next(card for card in CARDS if card.name == name)
    network = u2net.build(**card.options).eval()
    state = {key: torch.from_numpy(value) for key, value in state_of(spec_of(name)).items()}
    network.load_state_dict(state, strict=True)
    return name, network


def distance(output: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((output - wanted).abs().max() / wanted.abs().max())


def test_entries_and_totals_are_the_authors(named: tuple[str, nn.Module]) -> None:
    name, network = named
    spec = spec_of(name)
    entries = [
        [key, list(value.shape), str(value.dtype).removeprefix("torch.")]
        for key, value in network.state_dict().items()
    ]
    assert entries == spec["keys"]
    assert sum(one.numel() for one in network.parameters()) == spec["totals"]["parameters"]
    assert sum(one.numel() for one in network.buffers()) == spec["totals"]["buffers"]


def test_golden_outputs_plain_and_folded(named: tuple[str, nn.Module]) -> None:
    name, network = named
    case = np.load(GOLDEN / f"{name}.npz")
    stride = int(case["stride"])  # the file keeps every third row and column
    x = torch.from_numpy(make_input(case["shape"], str(case["salt"])))
    keys = ["out", *(f"out_side{number}" for number in range(1, 7))]
    for form, tolerance in ((network, TOLERANCE), (fold(network), FOLDED_TOLERANCE)):
        maps = form(x)
        assert len(maps) == len(keys)
        for key, one in zip(keys, maps, strict=True):
            assert one.shape == (1, 1, *x.shape[-2:])
            wanted = torch.from_numpy(case[key])
            assert distance(one[..., ::stride, ::stride], wanted) < tolerance
        assert torch.equal(form.final(x), maps[0])


def test_folding_leaves_no_norm(named: tuple[str, nn.Module]) -> None:
    _, network = named
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in fold(network).modules())
    assert any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules())


def test_layouts_batches_and_half_precision() -> None:
    network = u2net.build("small").eval()
    x = torch.from_numpy(make_input(np.array([2, 3, 48, 33])))
    wanted = torch.cat([network.final(one[None]) for one in x])
    last = x.contiguous(memory_format=torch.channels_last)
    assert distance(network.final(last), wanted) < TOLERANCE
    with torch.autocast("cpu", torch.bfloat16):
        near = network.final(x).float()
    # bfloat16 has 8 bits; the map is a sigmoid of small logits.
    assert distance(near, wanted) < 0.05


def test_an_unknown_width_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'small'"):
        u2net.build("smal")
