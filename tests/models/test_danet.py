"""DANet's sizes, and its attentions and its authors' evaluation written out plainly."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from sodeval.errors import UnknownNameError, UsageError
from sodeval.models.card import IMAGENET_MEAN, IMAGENET_STD
from sodeval.models.cards.danet import CARDS
from sodeval.models.networks import danet
from sodeval.models.networks.danet import ChannelAttention, PositionAttention, build
from sodeval.models.networks.sliding import sliding_scores
from tests.golden_weights import make_input, spec_of
from tests.models.print_parity import network_of

BACKBONES = ("resnet50", "resnet101")


@pytest.fixture(scope="module")
def network() -> nn.Module:
    """On ResNet-50: the other differs in depth alone."""
    return network_of("danet-resnet50")


@pytest.mark.parametrize(("size", "eighth"), [((145, 72), (19, 9)), ((1, 8), (1, 1))])
def test_sizes_are_halved_and_rounded_up(
    network: nn.Module, size: tuple[int, int], eighth: tuple[int, int]
) -> None:
    # ceil_mode in the max-pool would make 36 pixels 19, not 18, and so 10 of the last 9
    x = torch.from_numpy(make_input(np.array((1, 3, *size))))
    with torch.inference_mode():
        features = network.pretrained(x)
        fused, *_ = network(x)
        final = network.final(x)
    assert features[-1].shape[-2:] == eighth
    assert final.shape == (1, 19, *size)
    torch.testing.assert_close(final, fused, rtol=0, atol=0)


def test_maxpool_of_an_even_size() -> None:
    pool = build("resnet50").pretrained.maxpool
    assert [pool(torch.zeros(1, 1, n, n)).shape[-1] for n in (73, 72)] == [37, 36]


def test_half_precision_ends_in_float32(network: nn.Module) -> None:
    x = torch.from_numpy(make_input(np.array((1, 3, 40, 48))))
    with torch.inference_mode():
        full = network.final(x)
        with torch.autocast("cpu", torch.bfloat16):
            half = network.final(x)
    assert half.dtype == torch.float32
    # bfloat16 has 8 bits: a wrong path, not rounding, would move the logits by their own size
    assert (half - full).abs().max() < 0.2 * full.abs().max()


@pytest.mark.parametrize("backbone", BACKBONES)
def test_products_cost_what_was_counted(backbone: str) -> None:
    flops = spec_of(f"danet-{backbone}")["flops"]["by_input_size"]["224"]["by_operator"]
    with torch.device("meta"):
        network = build(backbone).eval()
        x = torch.empty(1, 3, 224, 224)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(x)
    assert counter.get_total_flops() == 2 * (flops["conv"] + flops["bmm"])


def test_training_needs_more_than_one_position() -> None:
    network = build("resnet50", classes=2).train()
    with pytest.raises(UsageError, match=r"8 x 5 pixels is too small to train on"):
        network(torch.zeros(1, 3, 8, 5))
    assert network(torch.zeros(1, 3, 9, 1))[0].shape == (1, 2, 9, 1)


def test_unknown_backbone() -> None:
    with pytest.raises(UnknownNameError, match="DANet backbone"):
        build("res2net50")


@pytest.mark.parametrize("block", [1 << 24, 2 * 35, 7])
def test_position_attention(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(danet, "BLOCK", block)  # all at once, a row or two at a time
    torch.manual_seed(1)
    module = PositionAttention(16).double()
    nn.init.constant_(module.gamma, 0.7)
    x = torch.randn(2, 16, 5, 7, dtype=torch.float64)
    with torch.no_grad():
        result = module(x).flatten(2).numpy()
        q, k, v = (
            conv(x).flatten(2).numpy()
            for conv in (module.query_conv, module.key_conv, module.value_conv)
        )
    flat = x.flatten(2).numpy()
    for n in range(2):
        for i in range(35):
            energy = np.array([q[n, :, i] @ k[n, :, j] for j in range(35)])
            weight = np.exp(energy) / np.exp(energy).sum()
            expected = 0.7 * (v[n] @ weight) + flat[n, :, i]
            np.testing.assert_allclose(result[n, :, i], expected, rtol=0, atol=1e-12)


def test_channel_attention_prefers_the_unlike() -> None:
    module = ChannelAttention()
    nn.init.constant_(module.gamma, 0.7)
    x = torch.from_numpy(make_input(np.array((2, 6, 3, 4)))) / 2
    with torch.no_grad():
        result = module(x).flatten(2).numpy()
    for n, flat in enumerate(x.flatten(2).double().numpy()):
        for row in range(6):
            energy = np.array([flat[row] @ flat[other] for other in range(6)])
            weight = np.exp(energy.max() - energy)
            expected = 0.7 * (weight / weight.sum()) @ flat + flat[row]
            # float32
            np.testing.assert_allclose(result[n, row], expected, rtol=0, atol=1e-5)
            assert weight.argmax() == energy.argmin()


def test_channel_attention_stands_sums_beyond_half_precision() -> None:
    module = ChannelAttention()
    nn.init.constant_(module.gamma, 0.5)
    x = 20 * torch.from_numpy(make_input(np.array((1, 8, 32, 32))))  # squares sum to 4e5
    with torch.no_grad(), torch.autocast("cpu", torch.float16):
        half = module(x.half())
    with torch.no_grad():
        full = module(x.half().float())
    assert half.isfinite().all()
    # one rounding to half precision, of values up to 100
    torch.testing.assert_close(half.float(), full, rtol=0, atol=0.1)


class StandIn(nn.Module):
    """Colours to classes, plus a 3x3 convolution and a ramp: sees borders, sides and mirrors."""

    def __init__(self, crop: int):
        super().__init__()
        rng = np.random.default_rng(3)
        self.crop = crop
        self.colours = torch.from_numpy(rng.normal(0, 0.5, (5, 3, 1, 1)).astype(np.float32))
        self.near = torch.from_numpy(rng.normal(0, 0.2, (5, 3, 3, 3)).astype(np.float32))
        ramp = np.linspace(0, 1, crop, dtype=np.float32)
        place = ramp[:, None] * 0.3 + ramp**2
        self.place = torch.from_numpy(place)

    def final(self, x: Tensor) -> Tensor:
        assert x.shape[-2:] == (self.crop, self.crop)
        near = functional.conv2d(x, self.near, padding=1)
        return functional.conv2d(x, self.colours) + near * self.place


def corners_resize(image: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """Bilinear (C, H, W) with aligned corners."""
    for axis, wanted in ((1, size[0]), (2, size[1])):
        have = image.shape[axis]
        position = np.arange(wanted) * ((have - 1) / (wanted - 1) if wanted > 1 else 0.0)
        low = np.minimum(position.astype(int), have - 1)
        high = np.minimum(low + 1, have - 1)
        share = (position - low).reshape([-1 if a == axis else 1 for a in range(3)])
        image = np.take(image, low, axis) * (1 - share) + np.take(image, high, axis) * share
    return image


def plain_scores(
    network: StandIn, photograph: NDArray[np.float32], base: int
) -> NDArray[np.float64]:
    """The authors' evaluation: (3, H, W) to (classes, H, W)."""
    _, height, width = photograph.shape
    crop = network.crop
    if height > width:
        size = (base, int(width * base / height + 0.5))
    else:
        size = (int(height * base / width + 0.5), base)
    image = corners_resize(photograph.astype(np.float64), size)
    stride = int(crop * 2 / 3)
    total, count = np.zeros((5, *size)), np.zeros(size)
    places = [range(max(math.ceil((n - crop) / stride), 0) + 1) for n in size]
    for i in places[0]:
        for j in places[1]:
            top, left = i * stride, j * stride
            bottom, right = min(top + crop, size[0]), min(left + crop, size[1])
            window = np.empty((3, crop, crop))
            window[...] = ((0 - np.array(IMAGENET_MEAN)) / np.array(IMAGENET_STD))[:, None, None]
            window[:, : bottom - top, : right - left] = image[:, top:bottom, left:right]

            def logits(x: NDArray[np.float64]) -> NDArray[np.float64]:
                tensor = torch.from_numpy(np.ascontiguousarray(x[None], np.float32))
                return network.final(tensor)[0].double().numpy()

            scores = np.exp(logits(window) + logits(window[:, :, ::-1])[:, :, ::-1])
            total[:, top:bottom, left:right] += scores[:, : bottom - top, : right - left]
            count[top:bottom, left:right] += 1
    assert count.min() >= 1
    return corners_resize(total / count, (height, width))


@pytest.mark.parametrize(
    ("height", "width"), [(20, 40), (33, 21), (7, 9), (9, 4), (48, 48), (5, 60), (60, 50)]
)
@pytest.mark.parametrize("base", [48, 20, 12, 9])
def test_sliding_windows(height: int, width: int, base: int) -> None:
    network = StandIn(12)
    photograph = make_input(np.array((2, 3, height, width)))
    result = sliding_scores(network, torch.from_numpy(photograph), base=base, crop=12).numpy()
    assert result.dtype == np.float32
    assert result.shape == (2, 5, height, width)
    for one, scores in zip(photograph, result, strict=True):
        expected = plain_scores(network, one, base)
        # float32: exponentials and steep resizes make 1e-5 of an error of 1e-6 in the logits
        np.testing.assert_allclose(scores, expected, rtol=0, atol=5e-5 * expected.max())


def test_the_authors_windows() -> None:
    """1024 x 2048, as Cityscapes photographs are: two rows of four windows."""
    tops: list[tuple[int, ...]] = []

    class Counts(nn.Module):
        def final(self, x: Tensor) -> Tensor:
            tops.append(tuple(x.shape))
            return torch.zeros(x.shape[0], 1, *x.shape[-2:])

    scores = sliding_scores(Counts(), torch.zeros(1, 3, 1024, 2048))
    assert tops == [(2, 3, 768, 768)] * 8
    assert (scores == 1).all()


def test_sliding_refuses_what_cannot_slide() -> None:
    with pytest.raises(UsageError, match="a crop of at least 2"):
        sliding_scores(StandIn(1), torch.zeros(1, 3, 4, 4), crop=1)
    with pytest.raises(UsageError, match="not empty"):
        sliding_scores(StandIn(4), torch.zeros(1, 3, 0, 4), crop=4)


def test_cards() -> None:
    assert [card.name for card in CARDS] == ["danet-resnet50", "danet-resnet101"]
    for card in CARDS:
        assert card.labels == card.options["classes"] == 19
        assert card.evaluations == ("whole", "authors")
    assert CARDS[0].weights.url is None
    assert CARDS[0].weights.note
