"""What ONNX files say of themselves, read without onnx."""

from __future__ import annotations

import pytest

from sodeval.errors import MissingExtraError, WeightsError
from sodeval.models import onnx as ours
from sodeval.models.card import Finish, Preparation
from sodeval.models.onnx import load_onnx, metadata
from sodeval.models.onnx_metadata import usage_of
from tests.models.onnx_files import part


def test_metadata_state_it_all() -> None:
    preparation = Preparation(reader="skimage", size=(2, 3), resize="none", double=True, multiple=4)
    finish = Finish(activation="none", stretch=True, resize="torch", rounding="round")
    usage = usage_of(metadata(preparation, finish), "m.onnx", (2, 3))
    assert (usage.preparation, usage.finish, usage.notes) == (preparation, finish, ())


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ("{", "its metadata 'sodeval' are not JSON"),
        ("[" * 100_000, "its metadata 'sodeval' are not JSON"),
        ("[]", "are no object like"),
        ('{"finish": 3}', "are no object like"),
        ('{"finnish": {}}', "unknown metadata 'finnish'; did you mean 'finish'"),
        (part({"sizes": [3, 4]}), "preparation: unknown field 'sizes'; did you mean 'size'"),
        (part({"size": 352}), r"preparation: size is 352; expected \[height, width\] or null"),
        (part({"size": [3, True]}), "preparation: size is .3, true.; expected"),
        (part({"reader": "PIL"}), 'reader is "PIL"; expected one of opencv, pillow, skimage'),
        (part({"reader": ["pillow"]}), "reader is .*; expected one of"),
        (part({"mean": [1, 2]}), r"mean is \[1, 2\]; expected three numbers"),
        (part({"mean": 0.5}), "mean is 0.5; expected three numbers"),
        (part({"std": [1, 0, 1]}), "std has a zero"),
        ('{"preparation": {"std": [1, NaN, 1]}}', r"std is \[1, NaN, 1\]; expected three num"),
        (part({"double": 1}), "double is 1; expected true or false"),
        (part({"multiple": 0}), "multiple is 0; expected a positive integer"),
        (part({}, {"activation": "softmax"}), "finish: activation is .softmax.; expected one of"),
        (part({}, {"activation": "argmax", "resize": "skimage"}), "are resized by 'torch'"),
    ],
)
def test_metadata_that_say_something_else(stored: str, message: str) -> None:
    with pytest.raises(WeightsError, match=r"^m\.onnx: .*" + message):
        usage_of(stored, "m.onnx", (8, 8))


def test_without_onnxruntime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"the model m\.onnx needs .*'sodeval\[onnx\]'"):
        load_onnx("m.onnx")
