"""Users' networks: a module with its preparation and finish."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from sodeval.errors import ShapeError, UsageError
from sodeval.models.network_model import NetworkModel
from sodeval.models.own import load_own
from tests.files import write
from tests.models.own_files import IMAGE, forgetting, returning, spec


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    with forgetting():
        yield


NETWORK = """
import torch
from sodeval.models.card import Finish, Preparation
PREPARATION = Preparation(reader="pillow", size=(16, 16), resize="opencv")
FINISH = Finish(activation="sigmoid", resize="torch")
def network(): return torch.nn.Conv2d(3, 1, 1)
def build(weights=None): return network(), PREPARATION, FINISH
def bare(): return network()
def short(): return network(), PREPARATION
class Holder:
    preparation, finish = PREPARATION, FINISH
    def __init__(self): self.network = network()
class Module(torch.nn.Conv2d):
    preparation, finish = PREPARATION, FINISH
def module(): return Module(3, 1, 1)
"""


@pytest.mark.parametrize("function", ["build", "Holder", "module"])
def test_a_network_runs_in_batches(tmp_path: Path, function: str) -> None:
    model = load_own(spec(tmp_path, NETWORK, function), device="cpu", precision="bf16")
    assert isinstance(model, NetworkModel)
    assert isinstance(model.network, torch.nn.Module)
    assert not model.network.training
    assert model.predict(IMAGE).shape == (6, 8)
    assert (model.device, model.precision, model.reader) == ("cpu", "bf16", "pillow")
    assert model.settings().keys() >= {"name", "precision", "code_sha256"}


def test_a_network_tells_weights_that_are_in_no_file(tmp_path: Path) -> None:
    found = spec(tmp_path, NETWORK)
    states = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        states.append(load_own(found, device="cpu").settings()["state_sha256"])
    assert states[0] == states[1] != states[2]
    weights = tmp_path / "w.pth"
    weights.write_bytes(b"weights")
    assert "state_sha256" not in load_own(found, device="cpu", weights=str(weights)).settings()


def test_logits_are_no_map(tmp_path: Path) -> None:
    text = NETWORK.replace('"sigmoid"', '"none"')
    text += "def build(): return Nine(), PREPARATION, FINISH\n"
    text += "class Nine(torch.nn.Module):\n    def final(self, x): return x[:, :1] * 9\n"
    with pytest.raises(ShapeError, match="the activation in its Finish is 'none', which needs 0"):
        load_own(spec(tmp_path, text), device="cpu").predict(IMAGE)
    stretched = text.replace('activation="none"', 'activation="none", stretch=True')
    assert load_own(spec(tmp_path / "s", stretched), device="cpu").predict(IMAGE).max() > 200


@pytest.mark.parametrize(
    ("function", "shown"),
    [("bare", "(Conv2d, None, None)"), ("short", "(Conv2d, Preparation)")],
)
def test_a_network_without_the_rest(tmp_path: Path, function: str, shown: str) -> None:
    with pytest.raises(UsageError, match="a network comes as") as caught:
        load_own(spec(tmp_path, NETWORK, function))
    assert shown in str(caught.value)


def test_a_tensor_is_a_map(tmp_path: Path) -> None:
    text = "import torch\n" + returning("torch.from_numpy(image[..., 0] / 255).requires_grad_()")
    np.testing.assert_array_equal(load_own(spec(tmp_path, text)).predict(IMAGE), IMAGE[..., 0])


def network_of(folder: Path, forward: str, finish: str = "FINISH") -> NetworkModel:
    """A network with the given body of ``forward``, on the third line of the file from its end."""
    text = NETWORK + f"def build(): return Mine(), PREPARATION, {finish}\n"
    text += f"class Mine(torch.nn.Module):\n    def forward(self, x):\n        {forward}\n"
    model = load_own(spec(folder, text), device="cpu")
    assert isinstance(model, NetworkModel)
    return model


@pytest.mark.parametrize(
    "forward",
    [
        "return x[:, :1], x[:, 1:2]",
        "return [x[:, :1], None, 'sides']",
        "return (x[:, :1].double(),)",
        "return x[:, :1].bfloat16()",
    ],
)
def test_the_first_of_several_outputs_is_the_map(tmp_path: Path, forward: str) -> None:
    expected = network_of(tmp_path / "one", "return x[:, :1]").predict(IMAGE)
    made = network_of(tmp_path / "many", forward)
    # one level: bfloat16 has 8 bits
    np.testing.assert_allclose(made.predict(IMAGE).astype(int), expected, atol=1)
    inputs = np.zeros((2, 3, 16, 16), np.float32)
    assert made.raw(inputs).shape == (2, 1, 16, 16)


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        ("return None", "gives None for 1 photographs; expected a float tensor (1, C, h, w)"),
        ("return {'out': x}", "gives a dict for 1 photographs"),
        ("return ()", "gives a tuple of 0 for 1 photographs"),
        ("return [[x], x]", "gives a list of 2 that begins with a list of 1 for 1 photographs"),
        ("return x[0, :1]", "gives a float32 tensor (1, 16, 16) for 1 photographs"),
        ("return x.sum()", "gives a float32 tensor () for 1 photographs"),
        ("return x.long()", "gives a int64 tensor (1, 3, 16, 16) for 1 photographs"),
        ("return torch.cat([x, x])", "gives a float32 tensor (2, 3, 16, 16) for 1 photographs"),
    ],
)
def test_what_is_no_output(tmp_path: Path, forward: str, message: str) -> None:
    model = network_of(tmp_path, forward)
    for call in (lambda: model.predict(IMAGE), lambda: model.raw(np.zeros((1, 3, 16, 16), "f4"))):
        with pytest.raises(ShapeError) as caught:
            call()
        assert f"the network of mine {message}" in str(caught.value)


@pytest.mark.parametrize(
    "finish", ["FINISH", 'Finish(activation="sigmoid", resize="torch-logits")']
)
def test_a_network_that_fails_says_where(tmp_path: Path, finish: str) -> None:
    model = network_of(tmp_path, "return x @ x[:, :, :3]", finish)
    with pytest.raises(UsageError) as caught:
        model.predict(IMAGE)
    message = str(caught.value)
    line = len((tmp_path / "mine.py").read_text(encoding="utf-8").splitlines())
    start = "the network of mine fails on an input of shape (1, 3, 16, 16): RuntimeError: "
    assert message.startswith(start)
    assert message.endswith(f"({tmp_path / 'mine.py'}, line {line}).")
    assert "\n" not in message


def test_a_method_coarse_is_watched_too(tmp_path: Path) -> None:
    text = NETWORK + (
        "class Two(torch.nn.Module):\n"
        "    def coarse(self, x): raise KeyError('sides')\n"
        "    def final(self, x): return x, x\n"
        'LOGITS = Finish(activation="sigmoid", resize="torch-logits")\n'
        "def build(): return Two(), PREPARATION, LOGITS\n"
    )
    model = load_own(spec(tmp_path, text), device="cpu")
    with pytest.raises(UsageError, match=r"fails on an input .*: KeyError: 'sides'"):
        model.predict(IMAGE)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("MemoryError", MemoryError),
        ("torch.cuda.OutOfMemoryError('CUDA out of memory.')", RuntimeError),
        ("RuntimeError('DefaultCPUAllocator: can\\'t allocate memory')", RuntimeError),
    ],
)
def test_a_lack_of_memory_is_for_the_runner(
    tmp_path: Path, error: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        network_of(tmp_path, f"raise {error}").predict(IMAGE)


def test_only_the_photograph_that_it_cannot_run_is_lost(tmp_path: Path) -> None:
    from sodeval.runner import run

    for name, level in (("a", 9), ("b", 200), ("c", 30)):
        write(tmp_path / "im" / f"{name}.png", np.full((20, 40, 3), level, np.uint8))
    model = network_of(tmp_path, "assert x.max() < 1, 'too bright'; return x[:, :1]")
    done = run(model, images=tmp_path / "im", maps=tmp_path / "maps", batch_size=3)
    assert done.made == 2
    (why,) = done.failed.values()
    assert "b.png" in why
    assert "AssertionError: too bright" in why


def test_a_network_that_cannot_be_used(tmp_path: Path) -> None:
    text = NETWORK + "def build(): return torch.nn.LazyConv2d(1, 1), PREPARATION, FINISH\n"
    with pytest.raises(
        UsageError, match=r"cannot use the network of .*mine.py:build: RuntimeError"
    ):
        load_own(spec(tmp_path, text), device="cpu")


def test_a_file_in_the_current_folder(tmp_path: Path) -> None:
    """As the first thing that imports torch, some of whose modules say no folder."""
    spec(tmp_path, NETWORK)
    code = (
        "import sys; from sodeval.models.own import load_own; assert 'torch' not in sys.modules; "
        "print(sorted(load_own('mine.py:build', device='cpu').settings()))"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "code_sha256" in done.stdout


def test_label_maps_say_how_many_classes(tmp_path: Path) -> None:
    text = NETWORK + "ARGMAX = Finish(activation='argmax')\n"
    text += "class Three(torch.nn.Conv2d):\n    labels = 3\n"
    text += "def build(): return Three(3, 3, 1), PREPARATION, ARGMAX\n"
    text += "def silent(): return torch.nn.Conv2d(3, 3, 1), PREPARATION, ARGMAX\n"
    assert load_own(spec(tmp_path, text), device="cpu").labels == 3
    with pytest.raises(UsageError, match="an attribute 'labels' that says how many"):
        load_own(spec(tmp_path, text, "silent"), device="cpu")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("Preparation(reader='pill', size=None, resize='none')", "reader is 'pill'; expected one"),
        ("Preparation(reader='opencv', size=64, resize='opencv')", "size is 64; expected"),
        ("Finish(activation='sigm')", "activation is 'sigm'; expected one of sigmoid"),
    ],
)
def test_words_that_mean_nothing(tmp_path: Path, wrong: str, told: str) -> None:
    text = NETWORK + f"def build(): return network(), {wrong}, FINISH\n"
    with pytest.raises(UsageError, match=f"ValueError: {told}.*mine.py"):
        load_own(spec(tmp_path, text), device="cpu")
