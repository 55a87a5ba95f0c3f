"""CSF at other sizes and precisions, and gOctConv against its definition, block by block."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from sodeval.errors import UnknownNameError, UsageError
from sodeval.models.cards.csf import CARDS
from sodeval.models.networks.csf import Dilated, OctaveConv, build
from sodeval.models.networks.res2net import Block
from tests.golden_weights import make_input, spec_of
from tests.models.print_parity import network_of

BACKBONES = ("resnet50", "res2net50")


@pytest.fixture(scope="module", params=BACKBONES)
def network(request: pytest.FixtureRequest) -> nn.Module:
    return network_of(f"csf-{request.param}")


@pytest.mark.parametrize("size", [(1, 1), (33, 33), (2, 47), (65, 34)])
def test_small_and_odd_sizes(network: nn.Module, size: tuple[int, int]) -> None:
    x = torch.from_numpy(make_input(np.array((2, 3, *size))))
    with torch.inference_mode():
        both = network(x)
        last = network(x[1:])
    assert both.shape == (2, 1, *size)
    assert both.isfinite().all()
    # no photograph of a batch sees another; sums over a batch may be ordered otherwise
    torch.testing.assert_close(both[1:], last, rtol=0, atol=1e-4)


def test_half_precision_ends_in_float32(network: nn.Module) -> None:
    x = torch.from_numpy(make_input(np.array((1, 3, 40, 48))))
    with torch.inference_mode():
        full = network.final(x)
        with torch.autocast("cpu", torch.bfloat16):
            half = network.final(x)
    assert half.dtype == torch.float32
    # bfloat16 has 8 bits: a wrong path, not rounding, would move the logits by their own size
    assert (half - full).abs().max() < 0.2 * full.abs().max()


def test_channels_last_changes_no_value(network: nn.Module) -> None:
    x = torch.from_numpy(make_input(np.array((1, 3, 40, 48))))
    with torch.inference_mode():
        plain = network.final(x)
        other = network.final(x.contiguous(memory_format=torch.channels_last))
    # order of float32 sums
    torch.testing.assert_close(other, plain, rtol=0, atol=1e-5 * float(plain.abs().max()))


@pytest.mark.parametrize("backbone", BACKBONES)
def test_convolutions_cost_what_was_counted(backbone: str) -> None:
    flops = spec_of(f"csf-{backbone}")["flops"]
    with torch.device("meta"):
        network = build(backbone).eval()
        x = torch.empty(flops["input"])
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network.final(x)
    assert counter.get_total_flops() == 2 * flops["conv_macs"]


def test_training_needs_more_than_one_position() -> None:
    network = build("resnet50").train()
    with pytest.raises(UsageError, match=r"32 x 20 pixels is too small to train on"):
        network(torch.zeros(1, 3, 32, 20))
    assert network(torch.zeros(1, 3, 33, 1)).shape == (1, 1, 33, 1)
    assert network(torch.zeros(2, 3, 1, 1)).shape == (2, 1, 1, 1)


def test_an_empty_input_is_refused() -> None:
    with torch.device("meta"):
        network = build("resnet50").eval()
    with pytest.raises(UsageError, match="at least one pixel"):
        network(torch.empty(1, 3, 0, 5))


def test_unknown_backbone() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'resnet50'"):
        build("resnet5")


def one_block_at_a_time(conv: OctaveConv, branches: list[Tensor]) -> list[Tensor]:
    """gOctConv as it is defined: every branch to every branch, resized and summed."""
    results = []
    for j, (top, bottom) in enumerate(pairwise(conv.rows)):
        size = branches[j].shape[-2:]
        total = torch.zeros(branches[j].shape[0], bottom - top, *size)
        for i, (left, right) in enumerate(pairwise(conv.columns)):
            block = conv.weights[top:bottom, left:right]
            x = branches[i]
            if j > i:
                x = functional.interpolate(x, size, mode="bilinear", align_corners=False)
            x = functional.conv2d(x, block)
            if j < i:
                x = functional.interpolate(x, size, mode="bilinear", align_corners=False)
            total += x
        results.append(total)
    return results


@pytest.mark.parametrize("outgoing", [(3, 4, 5, 6), (7,), (2, 3)])
@pytest.mark.parametrize(
    "sizes", [((9, 7), (5, 4), (3, 2), (2, 1)), ((8, 8), (4, 4), (2, 2), (1, 1))]
)
def test_octave_conv_is_the_sum_of_its_blocks(
    outgoing: tuple[int, ...], sizes: tuple[tuple[int, int], ...]
) -> None:
    torch.manual_seed(1)
    incoming = (4, 3, 2, 5)
    conv = OctaveConv(incoming, outgoing)
    branches = [torch.randn(2, c, *size) for c, size in zip(incoming, sizes, strict=True)]
    with torch.no_grad():
        results = conv(branches)
        expected = one_block_at_a_time(conv, branches)
    for result, value in zip(results, expected, strict=True):
        torch.testing.assert_close(result, value)


def test_dilated_shares_leave_the_rest_to_the_last() -> None:
    shares = {n: [c.out_channels for c in Dilated(n).msconv] for n in (128, 256, 512)}
    assert shares == {
        128: [25, 25, 25, 25, 28],
        256: [51, 51, 51, 51, 52],
        512: [102, 102, 102, 102, 104],
    }
    assert [c.dilation for c in Dilated(128).msconv] == [(d, d) for d in (1, 2, 4, 8, 16)]


def test_pools_of_a_res2net_block() -> None:
    first = Block(64, 64, 2, first=True)
    ones = torch.ones(1, 1, 5, 5)
    assert first.pool is not None
    corner = first.pool(ones)[0, 0, 0, 0]
    assert corner == pytest.approx(4 / 9)  # the five zeros of the padding count
    assert isinstance(first.downsample, nn.Sequential)
    shortcut = first.downsample[0](ones)
    assert shortcut.shape == (1, 1, 3, 3)  # rounded up
    assert (shortcut == 1).all()  # what lies beyond the border does not count


def test_cards_name_networks_that_exist() -> None:
    assert [card.name for card in CARDS] == ["csf-resnet50", "csf-res2net50"]
    for card in CARDS:
        assert card.entry == "sodeval.models.networks.csf:build"
        assert card.options["backbone"] in BACKBONES
        assert card.weights.url is None
        assert card.weights.note
        assert not card.licence.commercial
