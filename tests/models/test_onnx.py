"""Users' ONNX models: files made here, node by node, and what is said of those that do not fit."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sodeval.errors import (
    ShapeError,
    UnknownNameError,
    UsageError,
    WeightsError,
)
from sodeval.models.card import Finish, Preparation
from sodeval.models.onnx import OnnxModel, load_onnx, metadata
from sodeval.models.onnx_metadata import FINISH, PREPARATION
from tests.files import write
from tests.models.onnx_files import (
    IMAGE,
    PLAIN,
    RED,
    SIGMOID,
    make,
    make_cast,
    metadata_without_size,
    node,
    part,
)

onnx = pytest.importorskip("onnx", reason="the test files are made with onnx")
pytest.importorskip("onnxruntime", reason="ONNX models need onnxruntime, which is an extra")


def expected(image: np.ndarray) -> np.ndarray:
    """What RED gives at the photograph's own size: plain NumPy in double precision."""
    logits = (image / 255 * RED.ravel()).sum(axis=2)
    return np.asarray(255 / (1 + np.exp(-logits)))


# --- what it computes


def test_a_model_of_any_size(tmp_path: Path) -> None:
    path = make(tmp_path / "red.onnx", ["n", 3, "h", "w"], stored=metadata(PLAIN, SIGMOID))
    model = load_onnx(path, device="cpu")
    assert (model.name, model.device, model.reader, model.notes) == ("red", "cpu", "pillow", ())
    assert model.settings() == {
        "name": "red",
        "weights_sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest(),
        "precision": "as exported",
    }
    for image in (IMAGE, IMAGE[:7, :5], np.ascontiguousarray(IMAGE[::-1])):
        out = model.predict(image)
        assert (out.dtype, out.shape) == (np.dtype(np.uint8), image.shape[:2])
        # one level: single against double precision at a half
        np.testing.assert_allclose(out, expected(image), atol=0.51)


@pytest.mark.parametrize("batch", ["n", 1, 3, None])
def test_batches_of_any_or_a_fixed_number(tmp_path: Path, batch: str | int | None) -> None:
    path = make(tmp_path / "m.onnx", [batch, 3, 20, 30], stored=metadata_without_size())
    model = load_onnx(path, device="cpu")
    rng = np.random.default_rng(1)
    images = [rng.integers(0, 256, (20, 30, 3)).astype(np.uint8) for _ in range(5)]
    prepared = [model.prepare(image) for image in images]
    assert len({model.group(one) for one in prepared}) == 1
    outs = model.submit(prepared).result()
    assert len(outs) == 5
    for out, image in zip(outs, images, strict=True):
        assert out.shape == (1, 20, 30)
        np.testing.assert_array_equal(model.finish(out, (20, 30)), model.predict(image))


def test_a_fixed_size_is_the_models(tmp_path: Path) -> None:
    path = make(tmp_path / "m.onnx", ["n", 3, 16, 24], stored=metadata_without_size())
    model = load_onnx(path, device="cpu")
    assert model.preparation.size == (16, 24)
    assert model.prepare(IMAGE).shape == (3, 16, 24)
    assert model.predict(IMAGE).shape == (20, 30)


def test_three_axes_are_one_channel(tmp_path: Path) -> None:
    squeezed = [node("Constant", "axis", value_ints=[1]), node("Squeeze", "y", "axis", "z")]
    stored = metadata(PLAIN, SIGMOID)
    flat = make(tmp_path / "a.onnx", ["n", 3, "h", "w"], extra=squeezed, last="z", stored=stored)
    deep = make(tmp_path / "b.onnx", ["n", 3, "h", "w"], stored=stored)
    flat_map, deep_map = (load_onnx(path, device="cpu").predict(IMAGE) for path in (flat, deep))
    np.testing.assert_array_equal(flat_map, deep_map)


def test_class_scores_become_labels(tmp_path: Path) -> None:
    stored = json.dumps(
        {
            "preparation": json.loads(metadata(PLAIN, SIGMOID))["preparation"],
            "finish": {"activation": "argmax"},
        }
    )
    weights = np.eye(3).reshape(3, 3, 1, 1)  # the scores of a class are a colour
    path = make(tmp_path / "m.onnx", ["n", 3, "h", "w"], weights=weights, stored=stored)
    model = load_onnx(path, device="cpu")
    np.testing.assert_array_equal(model.predict(IMAGE), IMAGE.argmax(axis=2))
    assert "finish resize torch" in model.notes[0]


def test_several_threads_may_run_it(tmp_path: Path) -> None:
    path = make(tmp_path / "m.onnx", ["n", 3, "h", "w"], stored=metadata(PLAIN, SIGMOID))
    model = load_onnx(path, device="cpu")
    wanted = model.predict(IMAGE)
    seen: list[bool] = []

    def work() -> None:
        seen.extend(np.array_equal(model.predict(IMAGE), wanted) for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 80


def test_weights_beside_the_file_count(tmp_path: Path) -> None:
    """The file alone does not say which weights it has, where they are kept outside."""
    hashes = []
    for factor in (1, 2):
        folder = tmp_path / str(factor)
        folder.mkdir()
        path = make(
            folder / "m.onnx",
            ["n", 3, "h", "w"],
            weights=factor * RED,
            stored=metadata(PLAIN, SIGMOID),
            outside="m.onnx.data",
        )
        hashes.append(load_onnx(path, device="cpu").weights_sha256)
    first, second = ((tmp_path / n / "m.onnx").read_bytes() for n in ("1", "2"))
    assert first == second
    assert hashes[0] != hashes[1]
    both = first + (tmp_path / "1" / "m.onnx.data").read_bytes()
    assert hashes[0] == hashlib.sha256(both).hexdigest()
    (tmp_path / "1" / "m.onnx.data").unlink()
    with pytest.raises(WeightsError, match="cannot load the model"):
        load_onnx(str(tmp_path / "1" / "m.onnx"), device="cpu")


# --- what is assumed


def test_what_is_not_stated_is_assumed_and_said(tmp_path: Path) -> None:
    path = make(tmp_path / "m.onnx", [1, 3, 16, 16])
    model = load_onnx(path, device="cpu")
    assert model.preparation == Preparation(
        reader=PREPARATION.reader, size=(16, 16), resize=PREPARATION.resize
    )
    assert model.finish_rules == FINISH
    (note,) = model.notes
    for said in (
        "preparation reader pillow",
        "preparation resize opencv",
        "preparation mean [0.485, 0.456, 0.406]",
        "finish activation sigmoid",
        "finish resize skimage",
        "finish rounding floor",
    ):
        assert said in note
    assert model.predict(IMAGE).shape == (20, 30)


def test_a_size_must_come_from_somewhere(tmp_path: Path) -> None:
    path = make(tmp_path / "m.onnx", ["n", 3, "h", "w"])
    with pytest.raises(WeightsError, match="takes inputs of any size; say which it was made for"):
        load_onnx(path, device="cpu")
    path = make(tmp_path / "m.onnx", ["n", 3, "h", "w"], stored=part({"size": None}))
    assert load_onnx(path, device="cpu").preparation.size is None
    path = make(tmp_path / "m.onnx", ["n", 3, "h", "w"], stored=part({"size": [8, 9]}))
    assert load_onnx(path, device="cpu").prepare(IMAGE).shape == (3, 8, 9)
    for size in ([8, 9], None):
        path = make(tmp_path / "m.onnx", ["n", 3, 16, 16], stored=part({"size": size}))
        with pytest.raises(WeightsError, match=r"its input is fixed to .16, 16.; leave the size"):
            load_onnx(path, device="cpu")


def test_a_second_sigmoid_is_not_applied_unasked(tmp_path: Path) -> None:
    ends: dict[str, Any] = {"extra": [node("Sigmoid", "y", "z")], "last": "z"}
    stated = {"size": None, "mean": [0, 0, 0], "std": [1, 1, 1]}
    path = make(tmp_path / "m.onnx", ["n", 3, "h", "w"], stored=part(stated), **ends)
    with pytest.raises(ShapeError, match="seems to end in a sigmoid of its own; state the activ"):
        load_onnx(path, device="cpu").predict(IMAGE)
    right = part(stated, {"activation": "none", "rounding": "round"})
    path = make(tmp_path / "m.onnx", ["n", 3, "h", "w"], stored=right, **ends)
    out = load_onnx(path, device="cpu").predict(IMAGE)
    np.testing.assert_allclose(out, expected(IMAGE), atol=0.51)
    path = make(tmp_path / "m.onnx", ["n", 3, "h", "w"], stored=right)
    with pytest.raises(ShapeError, match="'none', which needs 0 to 1; is it 'sigmoid'"):
        load_onnx(path, device="cpu").predict(IMAGE)


# --- what is refused


def test_files_that_are_no_model(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot read the model .*No such file"):
        load_onnx(str(tmp_path / "none.onnx"))
    (tmp_path / "bad.onnx").write_bytes(b"not a model")
    with pytest.raises(WeightsError, match=r"cannot load the model .*bad.onnx") as caught:
        load_onnx(str(tmp_path / "bad.onnx"))
    assert "\n" not in str(caught.value)


def test_inputs_and_outputs_that_do_not_fit(tmp_path: Path) -> None:
    helper = onnx.helper
    path = tmp_path / "m.onnx"
    two = [helper.make_tensor_value_info(name, 1, [1, 3, 8, 8]) for name in ("x", "other")]
    with pytest.raises(WeightsError, match=r"has 2 inputs \(x, other\); expected one"):
        load_onnx(make(path, [], inputs=two), device="cpu")
    four = np.ones((1, 4, 1, 1))
    with pytest.raises(WeightsError, match=r"its input 'x' is tensor\(float\) of shape \[1, 4, 8"):
        load_onnx(make(path, [1, 4, 8, 8], weights=four), device="cpu")
    double = [helper.make_tensor_value_info("z", 11, [1, 3, 8, 8])]
    cast = helper.make_node("Cast", ["z"], ["x"], to=1)
    graph_first = make_cast(path, double, cast)
    with pytest.raises(WeightsError, match=r"its input 'z' is tensor\(double\) of shape"):
        load_onnx(graph_first, device="cpu")
    both = np.concatenate([RED, RED])
    stored = metadata(PLAIN, SIGMOID)
    two_channels = "first output has 2 channels and its activation is 'sigmoid'; expected one"
    with pytest.raises(WeightsError, match=two_channels):
        load_onnx(make(path, ["n", 3, "h", "w"], weights=both, stored=stored), device="cpu")
    kept = [node("Equal", "y", "y", "e"), node("ReduceMin", "i", "k", axes=[0, 2, 3], keepdims=0)]
    kept.insert(1, node("Cast", "e", "i", to=1))
    kept += [node("Cast", "k", "b", to=9), node("Compress", "y", "b", "z", axis=1)]
    unsaid = make(path, ["n", 3, "h", "w"], weights=both, stored=stored, extra=kept, last="z")
    with pytest.raises(ShapeError, match=two_channels):
        load_onnx(unsaid, device="cpu").predict(IMAGE)
    mean = [node("GlobalAveragePool", "y", "p"), node("Flatten", "p", "z")]
    wrong = make(path, ["n", 3, "h", "w"], extra=mean, last="z", stored=stored)
    with pytest.raises(ShapeError, match=r"gives an output of shape \(1, 1\) for 1 images"):
        load_onnx(wrong, device="cpu").predict(IMAGE)
    big = np.ones((1, 3, 50, 50))
    with pytest.raises(ShapeError, match=r"m cannot run on an input of shape \(1, 3, 20, 30\): "):
        load_onnx(make(path, ["n", 3, "h", "w"], weights=big, stored=stored)).predict(IMAGE)


# --- devices


def test_devices_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    path = make(tmp_path / "m.onnx", [1, 3, 16, 16])
    cpu = ["CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: cpu)
    assert load_onnx(path, device="auto").device == "cpu"
    with pytest.raises(UsageError, match=r"'cuda' is not available: .* has CPU.*-gpu"):
        load_onnx(path, device="cuda")
    with pytest.raises(UsageError, match="device 'mps' is not available"):
        load_onnx(path, device="mps")
    for unknown in ("gpu", "cuda:x", "cpu:1"):
        with pytest.raises(UnknownNameError, match="unknown device"):
            load_onnx(path, device=unknown)


def test_cuda_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What onnxruntime is told where it has CUDA; and a provider that does not start is noticed."""
    import onnxruntime

    path = make(tmp_path / "m.onnx", [1, 3, 16, 16])
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    asked: list[Any] = []
    started = ["CUDAExecutionProvider", "CPUExecutionProvider"]

    class Session:
        def __init__(self, path: str, options: object, providers: list[Any]):
            asked.append(providers)

        def __getattr__(self, name: str) -> Any:
            return getattr(session, name)

        def get_providers(self) -> list[str]:
            return started

    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: started)
    assert load_onnx(path, device="auto").device == "cuda:0"
    assert load_onnx(path, device="cuda:1").device == "cuda:1"
    assert asked[1][0] == ("CUDAExecutionProvider", {"device_id": "1", "use_tf32": "0"})
    started = ["CPUExecutionProvider"]
    monkeypatch.setattr(
        onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", *started]
    )
    assert load_onnx(path, device="auto").device == "cpu"
    with pytest.raises(UsageError, match="onnxruntime cannot start its CUDA provider"):
        load_onnx(path, device="cuda")


def test_only_the_photograph_that_it_cannot_run_is_lost(tmp_path: Path) -> None:
    """A kernel of 25 rows fits two photographs of three; they come in one run, and in batches."""
    from sodeval.runner import run

    for name, height in (("a", 30), ("b", 20), ("c", 30)):
        write(tmp_path / "im" / f"{name}.png", np.full((height, 40, 3), 9, np.uint8))
    kernel = np.full((1, 3, 25, 25), 1e-3)
    stored = metadata(PLAIN, SIGMOID)
    path = make(tmp_path / "m.onnx", ["n", 3, "h", "w"], weights=kernel, stored=stored)
    model = load_onnx(path, device="cpu")
    done = run(model, images=tmp_path / "im", maps=tmp_path / "maps", batch_size=2)
    assert done.made == 2
    (why,) = done.failed.values()
    assert "m cannot run on an input of shape (1, 3, 20, 40): " in why
    assert "b.png" in why


def test_one_of_a_batch_is_to_blame(tmp_path: Path) -> None:
    """Inputs of one size share a batch; the activation is 'none' and one output leaves [0, 1]."""
    from sodeval.runner import run

    for name, red in (("a", 9), ("b", 255), ("c", 30)):
        image = np.zeros((20, 40, 3), np.uint8)
        image[5:, :, 2] = red  # OpenCV writes BGR
        write(tmp_path / "im" / f"{name}.png", image)
    weights = np.array([2.0, 0, 0]).reshape(1, 3, 1, 1)
    stored = metadata(PLAIN, Finish(activation="none", resize="skimage"))
    path = make(tmp_path / "m.onnx", ["n", 3, "h", "w"], weights=weights, stored=stored)
    model = load_onnx(path, device="cpu")
    done = run(model, images=tmp_path / "im", maps=tmp_path / "maps", batch_size=3)
    assert done.made == 2
    (why,) = done.failed.values()
    assert "b.png" in why


def test_memory_that_does_not_suffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_onnx(make(tmp_path / "m.onnx", [1, 3, 16, 16]), device="cpu")

    class Full:
        def get_outputs(self) -> list[Any]:
            return model_outputs

        def run(self, *_: object) -> None:
            raise RuntimeError("BFCArena: Failed to allocate memory for requested buffer of size 9")

    model_outputs = model._session.get_outputs()
    monkeypatch.setattr(model, "_session", Full())
    with pytest.raises(MemoryError, match="Failed to allocate"):
        model.predict(IMAGE)


def test_it_is_a_batched_predictor(tmp_path: Path) -> None:
    from sodeval.models.predictor import Batched

    model = load_onnx(make(tmp_path / "m.onnx", [1, 3, 16, 16]), device="cpu")
    assert isinstance(model, OnnxModel)
    assert isinstance(model, Batched)
