"""DualGazeNet: what it may leave out, what a user may do with it, and its cards."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from sodeval.errors import UnknownNameError, UsageError
from sodeval.models.card import ModelCard
from sodeval.models.cards.dgnet import CARDS
from sodeval.models.networks.dgnet import build
from sodeval.models.networks.swin import Block
from tests.golden_weights import make_input, spec_of
from tests.models.print_parity import distance, network_of, shapes_of

RELEASED = ("L", "Lstar", "B", "Bstar")
TOLERANCE = 1e-5  # of the largest magnitude: float32 sums in another order; measured 4e-6 at most


@pytest.fixture(scope="module")
def small() -> Iterator[nn.Module]:
    yield network_of("dgnet-Bstar")
    gc.collect()


@pytest.fixture(scope="module")
def photo() -> Tensor:
    """Neither square nor a multiple of the windows."""
    return torch.from_numpy(make_input(np.array([1, 3, 64, 96])))


def test_literal_run_changes_only_the_last_digits(small: nn.Module, photo: Tensor) -> None:
    with torch.inference_mode():
        quick = small.final(photo)
        small.be_literal()
        literal = small.final(photo)
        small.be_literal(False)
        again = small.final(photo)
    assert distance(literal, quick.numpy()) < TOLERANCE
    assert torch.equal(again, quick)


IDLE = re.compile(
    r"mask_decoder\..*\.(attn1|norm1)\."
    r"|mask_decoder\.reverse_transformers\..*\.(norm2|attn2\.to_[qk])\."
)


def test_layers_without_influence_get_no_gradient(small: nn.Module, photo: Tensor) -> None:
    """Strict loading needs them, and no others."""
    small(photo).sum().backward()
    idle = [name for name, parameter in small.named_parameters() if parameter.grad is None]
    small.zero_grad()
    assert idle
    assert idle == [name for name, _ in small.named_parameters() if IDLE.match(name)]


def test_sides_are_multiples_of_32(small: nn.Module) -> None:
    for size in ((32, 32), (96, 32)):
        with torch.inference_mode():
            assert small.final(torch.zeros(1, 3, *size)).shape == (1, 1, *size)
    with pytest.raises(UsageError, match="multiples of 32, not 64 x 100"):
        small(torch.zeros(1, 3, 64, 100))


def test_swin_takes_one_size() -> None:
    network = shapes_of("dgnet-S")
    assert network(torch.empty(2, 3, 320, 320, device="meta")).shape == (2, 1, 320, 320)
    with pytest.raises(UsageError, match="320 x 320 pixels, not 352 x 352"):
        network(torch.empty(1, 3, 352, 352, device="meta"))


@pytest.mark.parametrize(
    ("token", "seen"), [(0, slice(0, 5)), (7, slice(5, 15)), (18, slice(15, 20))]
)
def test_swin_shifted_windows_end_at_the_border(token: int, seen: slice) -> None:
    """No published output exists to compare with: a token is seen in its own window alone."""
    torch.manual_seed(0)
    block = Block(32, 4, side=20, shift=5).eval()
    nn.init.normal_(block.attn.relative_position_bias_table)
    grid = torch.from_numpy(make_input(np.array([1, 20, 20, 32])))
    other = grid.clone()
    other[0, token, token] *= -1
    with torch.inference_mode():
        changed = (block(grid) != block(other)).any(3)[0]
    expected = torch.zeros(20, 20, dtype=torch.bool)
    expected[seen, seen] = True
    assert torch.equal(changed, expected)


def test_images_of_a_batch_do_not_mix(small: nn.Module) -> None:
    batch = torch.from_numpy(make_input(np.array([2, 3, 64, 64]), "batch"))
    with torch.inference_mode():
        together = small.final(batch)
        alone = torch.cat([small.final(image[None]) for image in batch])
    assert distance(together, alone.numpy()) < TOLERANCE


def test_channels_last_input_gives_the_same(small: nn.Module, photo: Tensor) -> None:
    with torch.inference_mode():
        expected = small.final(photo)
        got = small.final(photo.to(memory_format=torch.channels_last))
    assert distance(got, expected.numpy()) < TOLERANCE


def test_half_precision(small: nn.Module, photo: Tensor) -> None:
    with torch.inference_mode():
        full = small.final(photo).sigmoid()
        with torch.autocast("cpu", torch.bfloat16):
            half = small.final(photo)
    assert half.dtype == torch.float32
    # bfloat16 keeps 8 bits, through 21 blocks.
    assert float((half.sigmoid() - full).abs().mean()) < 0.03


def test_one_graph_for_the_compiler(small: nn.Module, photo: Tensor) -> None:
    compiled = torch.compile(small.final, fullgraph=True, backend="eager")
    with torch.inference_mode():
        assert distance(compiled(photo), small.final(photo).numpy()) < TOLERANCE


def test_unknown_variant_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'Lstar'"):
        build("lstar")  # type: ignore[arg-type]  # on purpose


def test_cards() -> None:
    names = [f"dgnet-{variant}{side}" for variant in RELEASED for side in (512, 352, 224)]
    assert [card.name for card in CARDS] == [*names, "dgnet-L512-cod", "dgnet-L512-usod"]
    assert [card.task for card in CARDS] == ["sod"] * 12 + ["cod", "usod"]
    assert CARDS[3].title == "DualGazeNet-L* (512)"
    assert CARDS[12].title == "DualGazeNet-L (512, COD)"
    addresses = [card.weights.url for card in CARDS]
    assert len(set(addresses)) == len(CARDS)
    assert all(url and url.startswith("https://drive.google.com/file/d/") for url in addresses)
    ambiguous = [card.name for card in CARDS if card.maps_note]
    assert ambiguous == names[:6]
    by_address: dict[str | None, int] = {}
    for card in CARDS:
        by_address[card.maps_url] = by_address.get(card.maps_url, 0) + 1
    assert [card.name for card in CARDS if by_address[card.maps_url] > 1] == ambiguous


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_published_figures(card: ModelCard) -> None:
    variant = card.options["variant"]
    assert card.preparation is not None
    assert card.preparation.size is not None
    side = card.preparation.size[0]
    spec = spec_of(f"dgnet-{variant}")
    assert card.published.size == (side, side) == card.preparation.size
    # Printed to two digits after the point, those of L* cut off.
    assert card.published.params == pytest.approx(
        spec["totals"]["published_convention"], abs=0.01e6
    )
    macs = spec["flops"]["by_input_size"][str(side)]["published_convention_macs"]
    # L and B at 512 are printed 0.03 and 0.02 G higher than the rule gives; why is not known.
    slack = 0.035e9 if side == 512 and variant in {"L", "B"} else 0.005e9
    assert card.published.macs == pytest.approx(macs, abs=slack)
