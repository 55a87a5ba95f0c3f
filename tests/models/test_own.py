"""The user's own models: what is accepted, and what is said of the rest."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sodeval.errors import DataError, ShapeError, UnknownNameError, UsageError, WeightsError
from sodeval.models.own import load_own
from tests.models.own_files import IMAGE, forgetting, returning, spec


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    with forgetting():
        yield


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
    not_bytes: Any = IMAGE / 255
    with pytest.raises(ShapeError, match="photograph: dtype is float64"):
        model.predict(not_bytes)
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


@pytest.mark.parametrize("error", ["MemoryError", "SystemExit(3)", "KeyError('eye')"])
def test_whatever_a_function_raises_costs_one_photograph(tmp_path: Path, error: str) -> None:
    text = f"def build(): return predict\ndef predict(image):\n    raise {error}\n"
    with pytest.raises(DataError, match=r"^mine fails on a photograph of 8x6 pixels: .*, line 3"):
        load_own(spec(tmp_path, text)).predict(IMAGE)


# --- options


def test_auto_is_the_processor_without_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "def build(device): return lambda image: image[..., 0]\n"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert load_own(spec(tmp_path, text)).device == "cpu"
    assert load_own(spec(tmp_path, text), device="cuda:3").device == "cuda:3"


def test_options_reach_the_parameters_of_their_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """
def build(weights, device="cpu", size=32, **rest):
    assert size == 32
    def predict(image):
        raise AssertionError
    print((weights, device, rest))
    return predict
"""
    weights = tmp_path / "w.pth"
    weights.write_bytes(b"weights")
    model = load_own(spec(tmp_path, text), device="cpu", weights=str(weights), precision="bf16")
    assert (model.device, model.precision) == ("cpu", "bf16")
    assert model.weights_sha256 == hashlib.sha256(b"weights").hexdigest()
    assert capsys.readouterr().out == f"{(str(weights), 'cpu', {'precision': 'bf16'})}\n"
    untrained = load_own(spec(tmp_path, text), weights="none")
    assert untrained.weights_sha256 is None
    assert capsys.readouterr().out.startswith("('none', ")
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


PLACELESS = """
import sys, types
for name, file in (("sibling_ops", "_ops.py"), ("sibling_gone", __file__ + ".gone")):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__file__ = file
import sibling_level
def build(): return lambda image: image[..., sibling_level.RED]
"""


def test_modules_that_are_in_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of torch's say that they are of a file without a folder, which would be the user's."""
    (tmp_path / "sibling_level.py").write_text("RED = 0\n", encoding="utf-8")
    spec(tmp_path, PLACELESS)
    monkeypatch.chdir(tmp_path)
    settings = load_own("mine.py:build").settings()
    both = PLACELESS.encode() + b"RED = 0\n"
    assert settings["code_sha256"] == hashlib.sha256(both).hexdigest()


def test_code_that_cannot_be_read(tmp_path: Path) -> None:
    text = (
        "import os\ndef build():\n    os.remove(__file__)\n    return lambda image: image[..., 0]\n"
    )
    with pytest.raises(UsageError, match=r"cannot read .*mine\.py: No such file"):
        load_own(spec(tmp_path, text))
