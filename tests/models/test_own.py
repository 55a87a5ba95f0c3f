"""The user's own models: what is accepted, and what is said of the rest."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sodeval.errors import DataError, ShapeError, UnknownNameError, UsageError, WeightsError
from sodeval.models.own import load_own, own_names, refuse_clash

IMAGE = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).astype(np.uint8)


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    """Modules and folders that a test leaves behind must not be seen by the next."""
    modules, path = set(sys.modules), list(sys.path)
    yield
    assert sys.path == path, "loading leaves no folder behind"
    for name in set(sys.modules) - modules:
        if name.startswith(("sodeval_own_", "sibling", "plugin")):
            del sys.modules[name]


def spec(folder: Path, text: str, function: str = "build", name: str = "mine.py") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return f"{folder / name}:{function}"


def returning(expression: str) -> str:
    return f"import numpy as np\ndef build():\n    return lambda image: {expression}\n"


# --- what a function may give


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("image[..., 0]", IMAGE[..., 0]),
        ("image[..., 1] / 255", IMAGE[..., 1]),
        ("(image[..., 2] / 255).astype(np.float32)", IMAGE[..., 2]),
        ("image[..., 0] > 100", np.where(IMAGE[..., 0] > 100, 255, 0)),
        ("image[..., 0].astype(int)", IMAGE[..., 0]),
        ("np.full(image.shape[:2], 0.5)", np.full((6, 8), 128)),  # round(127.5) is even
    ],
)
def test_a_function_of_the_photograph(tmp_path: Path, expression: str, expected: object) -> None:
    model = load_own(spec(tmp_path, returning(expression)))
    out = model.predict(IMAGE)
    assert out.dtype == np.uint8
    np.testing.assert_array_equal(out, expected)
    assert (model.name, model.card, model.labels, model.notes) == ("mine", None, None, ())
    assert model.settings() == {
        "name": "mine",
        "weights_sha256": None,
        "precision": "unknown",
        "code_sha256": hashlib.sha256((tmp_path / "mine.py").read_bytes()).hexdigest(),
    }
    assert (model.device, model.reader, model.concurrent) == ("unknown", "opencv", False)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("image", r"the map of mine: shape is \(6, 8, 3\); expected \(H, W\)"),
        ("image[:4, :, 0]", r"shape is \(4, 8\) and its photograph's \(6, 8\); resize the map"),
        ("image[..., 0] / 50 - 2", "values run from -.*; .*apply a sigmoid"),
        ("image[..., 0] * 1.0", "expected uint8 0..255 or float in .*divide by 255"),
        ("np.full((6, 8), np.nan)", "48 of 48 values are NaN or infinite"),
        ("np.full((6, 8), 300)", "values run from 300 to 300"),
        ("'map'", "the map of mine: "),
        ("None", "the map of mine: "),
    ],
)
def test_what_is_no_map(tmp_path: Path, expression: str, message: str) -> None:
    model = load_own(spec(tmp_path, returning(expression)))
    with pytest.raises(ShapeError, match=message):
        model.predict(IMAGE)


def test_what_is_no_photograph(tmp_path: Path) -> None:
    model = load_own(spec(tmp_path, returning("image[..., 0]")))
    with pytest.raises(ShapeError, match="photograph: dtype is float64"):
        model.predict(IMAGE / 255)  # type: ignore[arg-type]
    np.testing.assert_array_equal(model.predict(IMAGE[..., 1]), IMAGE[..., 1])  # grey


def test_an_object_with_predict_says_what_it_is(tmp_path: Path) -> None:
    text = """
class Model:
    reader, labels, device, precision, concurrent = "skimage", 19, "cuda:0", "fp16", True
    def predict(self, image):
        return image[..., 0] % 19
build = Model
"""
    model = load_own(spec(tmp_path, text))
    np.testing.assert_array_equal(model.predict(IMAGE), IMAGE[..., 0] % 19)
    assert (model.reader, model.labels, model.concurrent) == ("skimage", 19, True)
    assert (model.device, model.precision) == ("cuda:0", "fp16")


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ("reader = 'PIL'", "mine: reader is 'PIL'; expected one of opencv, pillow, skimage"),
        ("labels = 'cat'", "mine: labels is 'cat'; expected None, or 2 to 256 classes"),
    ],
)
def test_attributes_are_checked(tmp_path: Path, attribute: str, message: str) -> None:
    text = f"class build:\n    {attribute}\n    def predict(self, image): pass\n"
    with pytest.raises(UsageError, match=message):
        load_own(spec(tmp_path, text))


def test_a_function_that_fails_says_where(tmp_path: Path) -> None:
    text = "def predict(image):\n    x = 1\n    return image @ image\ndef build(): return predict\n"
    model = load_own(spec(tmp_path, text))
    with pytest.raises(DataError) as caught:
        model.predict(IMAGE)
    message = str(caught.value)
    assert message.startswith("mine fails on a photograph of 8x6 pixels: ValueError: matmul")
    assert message.endswith(f"({tmp_path / 'mine.py'}, line 3).")
    assert "\n" not in message


def test_a_list_of_models_loads_nothing_heavy() -> None:
    heavy = ("cv2", "numba", "numpy", "pandas", "rich", "torch")
    code = (
        "import sys; from sodeval.models.own import own_names; own_names(); "
        f"loaded = set(sys.modules) & set({heavy!r}); assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


# --- options


def test_auto_is_the_processor_without_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "def build(device): return lambda image: image[..., 0]\n"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert load_own(spec(tmp_path, text)).device == "cpu"
    assert load_own(spec(tmp_path, text), device="cuda:3").device == "cuda:3"


def test_options_reach_the_parameters_of_their_names(tmp_path: Path) -> None:
    text = """
def build(weights, device="cpu", size=32, **rest):
    assert size == 32
    def predict(image):
        raise AssertionError
    predict.told = weights, device, rest
    return predict
"""
    weights = tmp_path / "w.pth"
    weights.write_bytes(b"weights")
    model = load_own(spec(tmp_path, text), device="cpu", weights=str(weights), precision="bf16")
    assert (model.device, model.precision) == ("cpu", "bf16")
    assert model.weights_sha256 == hashlib.sha256(b"weights").hexdigest()
    told = model._predict.told  # type: ignore[attr-defined]
    assert told == (str(weights), "cpu", {"precision": "bf16"})
    untrained = load_own(spec(tmp_path, text), weights="none")
    assert untrained.weights_sha256 is None
    assert untrained._predict.told[0] == "none"  # type: ignore[attr-defined]
    assert untrained.device != "auto", "the function is told a device that is there"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": __file__}, "has no parameter 'weights'; add one, or leave --weights .* out"),
        ({"device": "cuda"}, "has no parameter 'device'; add one, or leave --device cuda out"),
        ({"precision": "fp16"}, "has no parameter 'precision'"),
    ],
)
def test_an_option_without_a_parameter_is_refused(
    tmp_path: Path, options: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        load_own(spec(tmp_path, returning("image[..., 0]")), **options)


def test_weights_that_are_not_there(tmp_path: Path) -> None:
    text = "def build(weights): return weights\n"
    with pytest.raises(WeightsError, match=r"cannot read the weights .*none\.pth: No such file"):
        load_own(spec(tmp_path, text), weights=str(tmp_path / "none.pth"))


# --- errors of files


@pytest.mark.parametrize(
    ("text", "function", "message"),
    [
        ("build = 3\n", "build", "has no function 'build'; it defines none"),
        ("def make(): pass\ndef other(): pass\n", "build", "no function 'build'; it has make, oth"),
        ("def f(: pass\n", "build", r"cannot import .*: SyntaxError: .*\(.*mine.py, line 1\)"),
        ("import nothing_like_it\n", "build", r"ModuleNotFoundError: No module .* line 1\)\.$"),
        ("\nimport sys\nsys.exit('bye')\n", "build", r"SystemExit: bye \(.*mine.py, line 3\)"),
        ("def build(size): pass\n", "build", "mine.py:build needs size, and is given device"),
        ("def build():\n    return 1 / 0\n", "build", r"fails: ZeroDivisionError: .* line 2\)"),
        ("def build():\n    raise ValueError\n", "build", r"fails: ValueError \(.*, line 2\)"),
        ("def build(): pass\n", "build", "returns None; expected a function of the photograph"),
        ("def build(): return 3\n", "build", "returns int; expected"),
        ("class M: pass\ndef build(): return M\n", "build", "returns the class M, not an instance"),
        ("def build(): return (1, 2)\n", "build", r"returns \(int, int\); a network comes as"),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, text: str, function: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        load_own(spec(tmp_path, text, function))
    assert "\n" not in str(caught.value)


def test_specs_that_name_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file .*absent.py; --model takes FILE.py"):
        load_own(f"{tmp_path}/absent.py:build")
    with pytest.raises(UsageError, match=r"name the function that makes .* as in m.py:build"):
        load_own("m.py")
    with pytest.raises(UnknownNameError, match="unknown model 'nobody-has-this'"):
        load_own("nobody-has-this")


def test_an_import_that_fails_leaves_no_module(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load_own(spec(tmp_path, "raise ValueError\n"))
    assert not [name for name in sys.modules if name.startswith("sodeval_own_mine")]


# --- importing


def test_two_folders_may_have_files_of_one_name(tmp_path: Path) -> None:
    text = "from sibling_network import LEVEL\nimport numpy as np\n" + (
        "def build(): return lambda image: np.full(image.shape[:2], LEVEL, np.uint8)\n"
    )
    models = []
    settings = []
    for level in (3, 5):
        folder = tmp_path / str(level)
        found = spec(folder, text)
        (folder / "sibling_network.py").write_text(f"LEVEL = {level}\n", encoding="utf-8")
        models.append(load_own(found))
        settings.append(models[-1].settings())
    assert [int(model.predict(IMAGE)[0, 0]) for model in models] == [3, 5]
    assert settings[0] != settings[1], "what stands beside the file is part of the model"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    for level in (1, 2):
        text = returning(f"np.full(image.shape[:2], {level}, np.uint8)")
        found = spec(tmp_path, text)
        later = 1_700_000_000 + 10 * level  # Python's cache of byte code goes by the second
        os.utime(tmp_path / "mine.py", (later, later))
        assert load_own(found).predict(IMAGE)[0, 0] == level


def test_siblings_can_be_imported_while_building(tmp_path: Path) -> None:
    (tmp_path / "sibling_late.py").write_text("RED = 0\n", encoding="utf-8")
    text = "def build():\n    import sibling_late as s\n    return lambda im: im[..., s.RED]\n"
    np.testing.assert_array_equal(load_own(spec(tmp_path, text)).predict(IMAGE), IMAGE[..., 0])


def test_a_dataclass_in_the_file(tmp_path: Path) -> None:
    text = """
from __future__ import annotations
from dataclasses import dataclass
@dataclass
class Red:
    channel: int = 0
    def predict(self, image):
        return image[..., self.channel]
def make(): return Red()
"""
    model = load_own(spec(tmp_path, text, "make"))
    assert model.name == "mine-make", "two functions of a file are two models"
    np.testing.assert_array_equal(model.predict(IMAGE), IMAGE[..., 0])


# --- networks


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
    torch = pytest.importorskip("torch", reason="a network needs torch, which is an extra")
    from sodeval.models.network_model import NetworkModel

    model = load_own(spec(tmp_path, NETWORK, function), device="cpu", precision="bf16")
    assert isinstance(model, NetworkModel)
    assert isinstance(model.network, torch.nn.Module)
    assert not model.network.training
    assert model.predict(IMAGE).shape == (6, 8)
    assert (model.device, model.precision, model.reader) == ("cpu", "bf16", "pillow")
    assert model.settings().keys() >= {"name", "precision", "code_sha256"}


def test_a_network_tells_weights_that_are_in_no_file(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="a network needs torch, which is an extra")
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
    pytest.importorskip("torch", reason="a network needs torch, which is an extra")
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
    pytest.importorskip("torch", reason="a network needs torch, which is an extra")
    with pytest.raises(UsageError, match="a network comes as") as caught:
        load_own(spec(tmp_path, NETWORK, function))
    assert shown in str(caught.value)


def test_a_tensor_is_a_map(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="tensors are torch's, which is an extra")
    text = "import torch\n" + returning("torch.from_numpy(image[..., 0] / 255).requires_grad_()")
    np.testing.assert_array_equal(load_own(spec(tmp_path, text)).predict(IMAGE), IMAGE[..., 0])


# --- installed packages


def install(folder: Path, package: str, names: str, text: str = "") -> None:
    """What pip leaves behind of a package with entry points."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
    (info / "METADATA").write_text(head, encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[sodeval.models]\n{names}\n", encoding="utf-8")
    (folder / f"{package}.py").write_text(text, encoding="utf-8")


def test_an_installed_package(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        text = returning("image[..., 1]")
        install(tmp_path, "plugin_green", "green = plugin_green:build\nlost = nowhere:build", text)
        assert {"green", "lost"} <= set(own_names())
        assert "plugin_green" not in sys.modules, "a list imports nothing"
        model = load_own("green")
        assert model.name == "green"
        assert model.settings()["package"] == "plugin_green 1.0"
        np.testing.assert_array_equal(model.predict(IMAGE), IMAGE[..., 1])
        with pytest.raises(UsageError, match="cannot import the model 'lost' of the package plug"):
            load_own("lost")
        with pytest.raises(UnknownNameError, match="unknown model 'gren'; did you mean 'green'"):
            load_own("gren")


def test_errors_of_a_package(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        text = "LEVEL = 3\ndef build():\n    raise KeyError('size')\n"
        install(tmp_path, "plugin_bad", "bad = plugin_bad:build\nlevel = plugin_bad:LEVEL", text)
        where = r"fails: KeyError: 'size' \(.*plugin_bad.py, line 3\)"
        with pytest.raises(UsageError, match=f"the model 'bad' of the package plugin_bad {where}"):
            load_own("bad")
        with pytest.raises(UsageError, match="registered as plugin_bad:LEVEL, which is no funct"):
            load_own("level")


def test_names_that_clash(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        install(tmp_path, "plugin_one", "mine = plugin_one:build\nU2Net = plugin_one:build")
        install(tmp_path, "plugin_two", "mine = plugin_two:build")
        with pytest.raises(
            UsageError, match="the package plugin_one and the package plugin_two both regis"
        ):
            load_own("mine")
        for call in (load_own, refuse_clash):
            with pytest.raises(
                UsageError, match="the package plugin_one registers a model 'U2Net', which is a nam"
            ):
                call("U2Net")
        with pytest.raises(UsageError, match="registers a model 'U2Net'"):
            refuse_clash("u2net")
        refuse_clash("u2netp")
