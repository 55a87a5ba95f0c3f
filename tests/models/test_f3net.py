"""F3Net: the shorter ways to its final map against the long one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from sodeval.errors import UsageError
from sodeval.models.cards.f3net import CARDS
from sodeval.models.networks.f3net import CrossFeature, Decoder, build
from tests.golden_weights import make_input, spec_of
from tests.models.print_parity import network_of


@pytest.fixture(scope="module")
def network() -> nn.Module:
    return network_of("f3net")


def photograph(*size: int) -> Tensor:
    return torch.from_numpy(make_input(np.array((1, 3, *size))))


@pytest.mark.parametrize("size", [(1, 1), (33, 33), (40, 70), (97, 35)])
def test_final_and_coarse_are_the_second_output(network: nn.Module, size: tuple[int, int]) -> None:
    x = photograph(*size)
    with torch.inference_mode():
        second = network(x)[1]
        final = network.final(x)
        coarse = network.coarse(x)
    assert coarse.shape == (1, 1, -(-size[0] // 4), -(-size[1] // 4))
    resized = functional.interpolate(coarse, size, mode="bilinear", align_corners=False)
    torch.testing.assert_close(final, second, rtol=0, atol=0)
    torch.testing.assert_close(resized, second, rtol=0, atol=0)


def test_shape_resizes_from_the_coarse_map(network: nn.Module) -> None:
    x = photograph(64, 96)
    with torch.inference_mode():
        outs = network(x, shape=(51, 200))
        coarse = network.coarse(x)
    assert all(out.shape == (1, 1, 51, 200) for out in outs)
    direct = functional.interpolate(coarse, (51, 200), mode="bilinear", align_corners=False)
    torch.testing.assert_close(outs[1], direct, rtol=0, atol=0)


def test_half_precision_ends_in_float32(network: nn.Module) -> None:
    x = photograph(64, 96)
    with torch.inference_mode():
        full = network.coarse(x)
        with torch.autocast("cpu", torch.bfloat16):
            half, last = network.coarse(x), network(x)[5]
    assert half.dtype == last.dtype == torch.float32
    # bfloat16 has 8 bits: a wrong path, not rounding, would move the logits by their own size
    assert (half - full).abs().max() < 0.2 * full.abs().max()


def test_a_half_precision_checkpoint_becomes_float32(network: nn.Module) -> None:
    other = build().eval()
    halves = {
        key: value.half() if value.is_floating_point() else value
        for key, value in network.state_dict().items()
    }
    other.load_state_dict(halves, strict=True)
    assert {p.dtype for p in other.parameters()} == {torch.float32}


def test_convolutions_cost_what_was_counted() -> None:
    flops = spec_of("f3net")["flops"]
    with torch.device("meta"):
        network = build().eval()
        x = torch.empty(flops["input"])
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(x)
    assert counter.get_total_flops() == 2 * flops["conv_macs"]
    with FlopCounterMode(display=False) as fewer, torch.no_grad():
        network.coarse(x)
    assert fewer.get_total_flops() < counter.get_total_flops()


def test_training_needs_more_than_one_position() -> None:
    network = build().train()
    with pytest.raises(UsageError, match=r"20 x 32 pixels is too small to train on"):
        network(torch.zeros(1, 3, 20, 32))
    assert network(torch.zeros(1, 3, 1, 33))[1].shape == (1, 1, 1, 33)


def scaled_units(module: CrossFeature) -> None:
    """Make every unit of a module ReLU(x times a prime), so that results can be told apart."""
    primes = iter((2, 3, 5, 7, 11, 13, 17, 19))
    for branch in "hv":
        for place in "1234":
            conv = getattr(module, f"conv{place}{branch}")
            nn.init.zeros_(conv.bias)
            nn.init.dirac_(conv.weight)
            with torch.no_grad():
                conv.weight.mul_(next(primes))


def test_cross_feature_adds_the_first_unit_not_the_input() -> None:
    module = CrossFeature().eval()
    scaled_units(module)
    left, down = torch.full((1, 64, 4, 6), 0.5), torch.full((1, 64, 2, 3), 0.25)
    with torch.no_grad():
        horizontal, vertical = module(left, down)
        alone = module.vertical(left, down)
    a1, b1 = 2 * 0.5, 11 * 0.25
    meeting = 3 * a1 * 13 * b1
    # a fresh BatchNorm divides by sqrt(1 + 1e-5): up to five of them in a row, and a product
    assert horizontal.shape == vertical.shape == (1, 64, 4, 6)
    assert float(horizontal[0, 0, 0, 0]) == pytest.approx(7 * (5 * meeting + a1), rel=1e-4)
    assert float(vertical[0, 0, 0, 0]) == pytest.approx(19 * (17 * meeting + b1), rel=1e-4)
    torch.testing.assert_close(alone, vertical, rtol=0, atol=0)


def test_decoder_adds_the_feedback_to_all_four() -> None:
    torch.manual_seed(1)
    decoder = Decoder().eval()
    sizes = [(12, 9), (6, 5), (3, 3), (2, 2)]
    features = [torch.randn(1, 64, *size) for size in sizes]
    feedback = torch.randn(1, 64, 12, 9)
    fed = [
        x + functional.interpolate(feedback, x.shape[-2:], mode="bilinear", align_corners=False)
        for x in features
    ]
    with torch.no_grad():
        expected = decoder(fed)
        results = decoder(features, feedback)
        alone = decoder.prediction(features, feedback)
    for result, value in zip(results, expected, strict=True):
        torch.testing.assert_close(result, value)
    torch.testing.assert_close(results[3], fed[3])  # v5 leaves with the feedback in it
    torch.testing.assert_close(alone, results[4], rtol=0, atol=0)


def test_card() -> None:
    (card,) = CARDS
    assert card.preparation is not None
    assert card.preparation.normalise_first
    assert card.finish is not None
    assert card.finish.resize == "torch-logits"
    assert card.weights.file == "model-32"
