"""Checkpoints that fit a network, and what is said of those that do not."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import torch
from torch import nn

from sodeval.errors import WeightsError
from sodeval.models import cards
from sodeval.models.card import ModelCard
from sodeval.models.cards.csnet import CARDS as CSNET
from sodeval.models.checkpoint import Checkpoint, load_into, read_checkpoint
from tests.file_server import make_card
from tests.models.small_network import build, save


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return build()


def variant(name: str, side: int, **options: object) -> ModelCard:
    return make_card(
        name=name,
        entry="tests.models.small_network:build",
        options=options,
        size=(side, side),
        size_in_args=True,
    )


@pytest.fixture(autouse=True)
def family(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModelCard]:
    known = {
        "broken": make_card(name="broken", entry="nowhere.at.all:build"),
        "small": variant("small", 512, width=4),
        "wide512": variant("wide512", 512, width=6),
        "wide352": variant("wide352", 352, width=6),
        "deep": variant("deep", 512, width=4, depth=2),
    }
    monkeypatch.setattr(cards, "CARDS", known)
    return known


def test_counters_may_be_missing_and_nothing_else(tmp_path: Path, network: nn.Module) -> None:
    state = network.state_dict()
    del state["1.num_batches_tracked"]
    path = save(tmp_path / "a.pth", state)
    other = build()
    load_into(other, read_checkpoint(path), make_card(), path)
    assert torch.equal(other.state_dict()["0.weight"], state["0.weight"])
    del state["1.running_mean"]
    with pytest.raises(WeightsError, match=r"1 entries missing.*\n  missing: 1\.running_mean"):
        load_into(build(), read_checkpoint(save(path, state)), make_card(), path)


def test_the_first_differences_and_their_number(network: nn.Module) -> None:
    state = network.state_dict()
    state["0.bias"] = torch.ones(7)
    state |= {f"more.{i}": torch.ones(1) for i in range(6)}
    del state["2.weight"]
    with pytest.raises(WeightsError) as told:
        load_into(build(), Checkpoint(state, None, "0", 1, ""), make_card(), "f.pth")
    assert str(told.value).splitlines() == [
        "f.pth does not fit dgnet-L512: 1 entries missing, 6 unexpected, 1 of another shape.",
        "  other shape: 0.bias is (7,), not (4,)",
        "  missing: 2.weight",
        "  unexpected: more.0",
        "  unexpected: more.1",
        "  unexpected: more.2",
        "  and 3 more",
    ]


def test_the_model_that_a_file_does_fit(family: dict[str, ModelCard]) -> None:
    for options, said in (
        ({"width": 6}, "This looks like wide512 or wide352."),
        ({"depth": 2}, "This looks like deep."),
        ({"width": 9}, "  other shape: 1.bias is (9,), not (4,)"),
    ):
        state = build(**options).state_dict()
        with pytest.raises(WeightsError) as told:
            load_into(build(), Checkpoint(state, None, "0", 1, ""), family["small"], "f.pth")
        assert said in str(told.value).splitlines()
        assert ("looks like" in str(told.value)) == ("looks like" in said)


def test_a_real_family(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {card.name: card for card in CSNET}
    monkeypatch.setattr(cards, "CARDS", known)
    state = build_network(known["csnet-L-x2"]).state_dict()
    with pytest.raises(WeightsError, match=r"\nThis looks like csnet-L-x2\.$"):
        load_into(
            build_network(known["csnet-L-x1"]),
            Checkpoint(state, None, "0", 1, ""),
            known["csnet-L-x1"],
            "f.pth",
        )


def build_network(card: ModelCard) -> nn.Module:
    module, _, function = card.entry.partition(":")
    network: nn.Module = getattr(import_module(module), function)(**card.options)
    return network


@pytest.mark.parametrize(
    "args",
    [
        {"input_size": 512},
        {"input_size": [512, 512]},
        {"img_size": (512,)},
        {"input_size": None, "image_size": "512"},
        {"input_size": "512x512"},
        {"size": "(512, 512)"},
    ],
)
def test_a_file_of_the_right_size(family: dict[str, ModelCard], args: dict[str, object]) -> None:
    network = build(width=6)
    checkpoint = Checkpoint(build(width=6).state_dict(), args, "0", 1, "net")
    assert load_into(network, checkpoint, family["wide512"], "f.pth") == []


def test_a_file_of_another_size(family: dict[str, ModelCard]) -> None:
    network = build(width=6)
    before = network.state_dict()["0.weight"].clone()
    for size, said in (
        (352, "f.pth was trained at 352x352, and wide512 is run at 512x512; use --model wide352."),
        ([224, 448], "f.pth was trained at 224x448, and wide512 is run at 512x512; no model here"),
    ):
        state = build(width=6).state_dict()
        checkpoint = Checkpoint(state, {"input_size": size}, "0", 1, "net")
        with pytest.raises(WeightsError) as told:
            load_into(network, checkpoint, family["wide512"], "f.pth")
        assert str(told.value).startswith(said)
    assert torch.equal(network.state_dict()["0.weight"], before)


@pytest.mark.parametrize("args", [None, {}, {"lr": 0.1}, {"input_size": "large"}])
def test_a_file_that_does_not_say_its_size(
    family: dict[str, ModelCard], args: dict[str, object] | None
) -> None:
    checkpoint = Checkpoint(build(width=6).state_dict(), args, "0", 1, "net")
    (note,) = load_into(build(width=6), checkpoint, family["wide512"], "f.pth")
    assert note.startswith("the input size cannot be known from this file")
    assert load_into(build(width=6), checkpoint, make_card(), "f.pth") == []


def test_another_file_than_the_published_one(network: nn.Module) -> None:
    card = make_card(sha256="ab")
    assert load_into(build(), Checkpoint(network.state_dict(), None, "ab", 1, ""), card, "f") == []
    (note,) = load_into(build(), Checkpoint(network.state_dict(), None, "cd", 1, ""), card, "f")
    assert note.startswith("f is not the file that the authors of dgnet-L512 published")
