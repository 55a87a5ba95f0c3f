"""Files that are checkpoints, and files that only look like one."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import pathlib
import pickle
import sys
import tarfile
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from torch import nn

from sodeval.errors import MissingExtraError, WeightsError
from sodeval.models import find_card
from sodeval.models.checkpoint import load_into, read_checkpoint
from tests.file_server import make_card
from tests.models.research import ABSENT, CHECKPOINTS
from tests.models.small_network import build, save


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return build()


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
    monkeypatch.setitem(sys.modules, "safetensors", None)
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


def test_published_files() -> None:
    """The authors' own files, where a reader has them; they may not be redistributed with us."""
    path = CHECKPOINTS / "csnet-L-x1.pth.tar"
    if not path.is_file():
        pytest.skip(ABSENT)
    read = read_checkpoint(path)
    assert read.container == "state_dict"
    assert read.args is None
    assert read.sha256 == find_card("csnet-L-x1").weights.sha256
    assert {value.dtype for value in read.state.values()} == {torch.float32, torch.int64}
