"""Files that are checkpoints, files that only look like one, and networks they do not fit."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import pathlib
import pickle
import tarfile
import zipfile
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from sodeval.errors import MissingExtraError, WeightsError  # noqa: E402
from sodeval.models import cards  # noqa: E402
from sodeval.models.card import ModelCard  # noqa: E402
from sodeval.models.checkpoint import Checkpoint, load_into, read_checkpoint  # noqa: E402
from tests.file_server import make_card  # noqa: E402


def build(width: int = 4, depth: int = 1) -> nn.Module:
    """A network with weights, statistics and a counter."""
    layers: list[nn.Module] = [nn.Conv2d(3, width, 3), nn.BatchNorm2d(width)]
    layers += [nn.Conv2d(width, width, 1) for _ in range(depth)]
    return nn.Sequential(*layers)


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return build()


def save(path: Path, content: object, *, legacy: bool = False) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return path


def variant(name: str, side: int, **options: object) -> ModelCard:
    return make_card(
        name=name,
        entry=f"{__name__}:build",
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


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return list(one) == list(other) and all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("container", ["", "state_dict", "net", "model"])
def test_containers(tmp_path: Path, network: nn.Module, container: str, legacy: bool) -> None:
    state = network.state_dict()
    args = argparse.Namespace(input_size=512, lr=1e-4, data=None)
    content = {container: state, "epoch": 3, "args": args} if container else state
    path = save(tmp_path / "a.pth.tar", content, legacy=legacy)
    read = read_checkpoint(path)
    assert same(read.state, state)
    assert read.container == container
    assert read.args == (vars(args) if container else None)
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read.bytes == path.stat().st_size
    other = build()
    assert load_into(other, read, make_card(), path) == []
    assert same(other.state_dict(), state)


def test_options_may_be_a_dictionary(tmp_path: Path, network: nn.Module) -> None:
    path = save(tmp_path / "a.pth", {"net": network.state_dict(), "args": {"input_size": 352}})
    assert read_checkpoint(path).args == {"input_size": 352}


def test_safetensors(tmp_path: Path, network: nn.Module) -> None:
    save_file = pytest.importorskip("safetensors.torch").save_file
    state, path = network.state_dict(), tmp_path / "a.safetensors"
    save_file(state, path, metadata={"input_size": "512"})
    read = read_checkpoint(path)
    assert same(dict(sorted(read.state.items())), dict(sorted(state.items())))
    assert read.args == {"input_size": "512"}
    # content, not the name, says what a file is
    assert read_checkpoint(path.rename(tmp_path / "a.pth")).state.keys() == state.keys()
    save(path, state)
    assert same(read_checkpoint(path).state, state)


def test_safetensors_without_the_package(
    tmp_path: Path, network: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("safetensors.torch").save_file(network.state_dict(), tmp_path / "a.pt")
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    with pytest.raises(MissingExtraError, match=r"reading a\.pt"):
        read_checkpoint(tmp_path / "a.pt")


def test_prefix_and_half_precision(tmp_path: Path, network: nn.Module) -> None:
    state = network.half().state_dict()
    path = save(tmp_path / "a.pth", {f"module.{key}": value for key, value in state.items()})
    read = read_checkpoint(path).state
    assert list(read) == list(state)
    kinds = {value.dtype for value in read.values()}
    assert kinds == {torch.float32, torch.int64}
    # only where all keys have it: a network may have a part of that name
    path = save(tmp_path / "b.pth", {"module.a": torch.ones(1), "b": torch.ones(1)})
    assert list(read_checkpoint(path).state) == ["module.a", "b"]


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


class Hostile:
    """Would create a file if it were built."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.marker),)


class Evaluated(Hostile):
    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return eval, (f"__import__('os').mkdir({str(self.marker)!r})",)


class Opened(Hostile):
    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.marker,)


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize(
    ("kind", "wanted"),
    [(Hostile, r"\w+\.mkdir"), (Evaluated, r"[\w.]*eval"), (Opened, r"[\w.]+")],
)
@pytest.mark.parametrize("beside", [True, False])
def test_code_is_not_run(
    tmp_path: Path,
    network: nn.Module,
    kind: type[Hostile],
    wanted: str,
    legacy: bool,
    beside: bool,
) -> None:
    marker = tmp_path / "marker"
    hostile = kind(marker)
    content = {"net": network.state_dict(), "args": hostile} if beside else hostile
    path = save(tmp_path / "a.pth", content, legacy=legacy)
    with pytest.raises(WeightsError, match=f"wants {wanted} to be run .* so it is refused") as told:
        read_checkpoint(path)
    assert told.value.exit_code == 5
    assert not marker.exists()
    # the file is what it seems: PyTorch would run it
    torch.load(path, weights_only=False)
    assert marker.exists()


def test_a_bare_pickle_is_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    (tmp_path / "a.pth").write_bytes(pickle.dumps(Hostile(marker)))
    with pytest.raises(WeightsError):
        read_checkpoint(tmp_path / "a.pth")
    assert not marker.exists()


def test_options_under_an_older_pytorch(
    tmp_path: Path, network: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(torch.serialization, "safe_globals", raising=False)
    content = {"net": network.state_dict(), "args": argparse.Namespace(input_size=512)}
    with pytest.raises(WeightsError, match=r"update it to 2\.5 or later"):
        read_checkpoint(save(tmp_path / "a.pth", content))


@pytest.mark.parametrize("legacy", [False, True])
def test_other_classes_are_refused_by_name(
    tmp_path: Path, network: nn.Module, legacy: bool
) -> None:
    for held, wanted in ((network, "Sequential"), (pathlib.PurePosixPath("a"), "PurePosixPath")):
        path = save(tmp_path / "a.pth", {"model": held}, legacy=legacy)
        with pytest.raises(WeightsError, match=rf"{path} wants [\w.]+\.{wanted} to be run"):
            read_checkpoint(path)


def tar_of(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return held.getvalue()


def zip_of(*members: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in members:
            archive.writestr(name, b"x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n <!DOCTYPE html><html>", "is a web page, not a checkpoint"),
        (b"\xef\xbb\xbf<HTML><head>", "is a web page, not a checkpoint"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "is a Git LFS pointer"),
        (b"\x08\x07\x12\x07pytorch", "is an ONNX network"),
        (tar_of("model.pth", b"x"), "is a tar archive"),
        (gzip.compress(b"x"), "is compressed"),
        (zip_of("model.pth"), "is a zip archive without weights of its own"),
        (zip_of("a/data.pkl", "a/constants.pkl"), "is a TorchScript program"),
        (b"PK\x03\x04" + bytes(100), "is cut off or damaged"),
        (b"no checkpoint at all", "no checkpoint that PyTorch can read"),
        (bytes(5000), "begins with nothing but zeros"),
        ((90).to_bytes(8, "little") + b'{"a":', "is cut off or damaged"),
    ],
)
def test_files_that_are_something_else(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=said) as told:
        read_checkpoint(path)
    assert str(told.value).startswith(str(path))


def test_a_file_that_is_not_there_or_not_to_be_read(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot read"):
        read_checkpoint(tmp_path / "none.pth")
    with pytest.raises(WeightsError, match="cannot read"):
        read_checkpoint(tmp_path)


@pytest.mark.parametrize("form", ["zip", "legacy", "safetensors"])
def test_cut_off_anywhere(tmp_path: Path, network: nn.Module, form: str) -> None:
    path = tmp_path / "a.pth"
    if form == "safetensors":
        pytest.importorskip("safetensors.torch").save_file(network.state_dict(), path)
    else:
        save(path, network.state_dict(), legacy=form == "legacy")
    whole = path.read_bytes()
    for length in {1, 2, 3, 9, 20, 100, len(whole) // 3, len(whole) // 2, len(whole) - 1}:
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError, match=r"cut off or damaged|no checkpoint"):
            read_checkpoint(path)


@pytest.mark.parametrize("legacy", [False, True])
def test_damaged_anywhere(tmp_path: Path, network: nn.Module, legacy: bool) -> None:
    path = save(tmp_path / "a.pth", {"net": network.state_dict()}, legacy=legacy)
    whole, random = path.read_bytes(), Random(7)
    refused = 0
    for _ in range(150):
        changed = bytearray(whole)
        for _ in range(random.choice((1, 2, 8))):
            changed[random.randrange(len(whole))] = random.randrange(256)
        path.write_bytes(changed)
        try:
            read_checkpoint(path)  # bytes of a tensor may be any
        except WeightsError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([1, 2], "holds one list, not the weights"),
        (torch.ones(2), "holds one Tensor, not the weights"),
        ({}, "holds no weights that we can find.*it holds nothing"),
        ({"epoch": 1, "optimizer": {}}, "it holds epoch, optimizer"),
        ({"state_dict": {"a": 1}}, "it holds a"),
    ],
)
def test_content_that_is_no_state_dict(tmp_path: Path, content: object, said: str) -> None:
    path = save(tmp_path / "a.pth", content)
    with pytest.raises(WeightsError, match=said):
        read_checkpoint(path)


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
    csnet = pytest.importorskip("sodeval.models.cards.csnet")
    known = {card.name: card for card in csnet.CARDS}
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


def test_published_files() -> None:
    """The authors' own files, where a reader has them; they may not be redistributed with us."""
    folder = os.environ.get("SODEVAL_TEST_CHECKPOINTS")
    beside = Path(__file__).parents[3] / "shared" / "checkpoints"
    path = (Path(folder) if folder else beside) / "csnet-L-x1.pth.tar"
    if not path.is_file():
        pytest.skip("no csnet-L-x1.pth.tar: name its folder in SODEVAL_TEST_CHECKPOINTS")
    read = read_checkpoint(path)
    assert read.container == "state_dict"
    assert read.args is None
    assert read.sha256 == "581f02dad8f7333329264fcdf5710111db947246ad43852d3aa0518393157995"
    assert {value.dtype for value in read.state.values()} == {torch.float32, torch.int64}
