"""A loaded network: what `load_model` gives, in every mode it has."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import sodeval
from sodeval.errors import ShapeError, UnknownNameError, UsageError, WeightsError
from sodeval.models.network_model import NetworkModel
from sodeval.runner import run
from tests.golden_weights import GOLDEN, make_input, spec_of, state_of
from tests.models.photographs import make_set, photograph

NAME = "csnet-x1-5-5"


def state(name: str = NAME) -> dict[str, torch.Tensor]:
    return {key: torch.from_numpy(value) for key, value in state_of(spec_of(name)).items()}


def loaded(**options: Any) -> NetworkModel:
    model = sodeval.load_model(NAME, weights="none", device="cpu", **options)
    assert isinstance(model, NetworkModel)
    model.network.load_state_dict(state())
    return model


def levels(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    return int(np.abs(a.astype(int) - b).max())


def test_raw_is_the_golden_output_as_array_and_as_tensor() -> None:
    model = loaded()
    case = np.load(GOLDEN / f"{NAME}.npz")
    x = make_input(case["shape"], str(case["salt"]))
    out = model.raw(x)
    assert isinstance(out, np.ndarray)
    assert out.dtype == np.float32
    tensor = model.raw(torch.from_numpy(x))
    assert isinstance(tensor, torch.Tensor)
    np.testing.assert_array_equal(tensor.numpy(), out)
    assert not tensor.is_inference()
    step = int(case["stride"]) if "stride" in case else 1
    gap = np.abs(out[..., ::step, ::step] - case["out"]).max()
    assert gap <= 1e-5 * np.abs(case["out"]).max()  # summation order of float32


def test_raw_refuses_what_is_no_input() -> None:
    model = loaded()
    for shape in ((3, 32, 32), (1, 1, 32, 32), (0, 3, 32, 32)):
        with pytest.raises(ShapeError, match=r"expected \(N, 3, H, W\)"):
            model.raw(np.zeros(shape, np.float32))
    with pytest.raises(UsageError, match="16"):
        model.raw(np.zeros((1, 3, 33, 32), np.float32))


def test_predict_refuses_what_is_no_photograph() -> None:
    model = loaded()
    with pytest.raises(ShapeError, match="dtype is float64"):
        model.predict(np.zeros((8, 8, 3)))
    with pytest.raises(ShapeError, match=r"expected \(H, W, 3\)"):
        model.predict(np.zeros((8, 8, 4), np.uint8))


@pytest.mark.parametrize("shape", [(40, 52), (300, 17), (1, 1), (225, 224)])
def test_predict_gives_a_map_of_the_photograph_s_size(shape: tuple[int, int]) -> None:
    image = photograph(3, *shape)
    model = loaded()
    saliency = model.predict(image)
    assert saliency.shape == shape
    assert saliency.dtype == np.uint8
    np.testing.assert_array_equal(model.predict(image), saliency)
    turned = np.ascontiguousarray(image.transpose(1, 0, 2)).transpose(1, 0, 2)
    np.testing.assert_array_equal(model.predict(turned), saliency)


def test_the_network_may_be_given_other_weights_at_any_time() -> None:
    image = photograph(1)
    for options in ({}, {"fast": True}):
        model = loaded(**options)
        before = model.predict(image)
        other = {k: v * 0.5 if k.startswith("cls_layer") else v for k, v in state().items()}
        model.network.load_state_dict(other)
        after = model.predict(image)
        assert levels(before, after) > 1
        model.network.load_state_dict(state())
        np.testing.assert_array_equal(model.predict(image), before)


@pytest.mark.parametrize("fast", [False, True])
def test_a_batch_moves_a_map_by_one_level_at_most(tmp_path: Path, fast: bool) -> None:
    make_set(tmp_path, 6, sizes=True)
    maps = {}
    for size in (1, 4):
        folder = tmp_path / f"maps{size}"
        run(loaded(fast=fast), images=tmp_path / "im", maps=folder, batch_size=size)
        maps[size] = [cv2.imread(str(p), -1) for p in sorted(folder.glob("*.png"))]
    # convolutions of another batch size add in another order: the last bits of float32
    assert max(levels(a, b) for a, b in zip(maps[1], maps[4], strict=True)) <= 1
    model = loaded(fast=fast)
    for path, written in zip(sorted((tmp_path / "im").iterdir()), maps[1], strict=True):
        image = cv2.imread(str(path))[..., ::-1]
        np.testing.assert_array_equal(model.predict(image), written)


def test_fast_stays_near_the_faithful_map() -> None:
    image = photograph(2, 120, 160)
    gap = np.abs(loaded(fast=True).predict(image).astype(int) - loaded().predict(image))
    assert gap.max() <= 2  # both resize bilinearly without antialias; float32 against float64


@pytest.mark.parametrize("fast", [False, True])
def test_an_output_that_is_no_number_is_an_error(fast: bool) -> None:
    model = loaded(fast=fast)
    broken = {k: v * float("nan") if k == "cls_layer.bias" else v for k, v in state().items()}
    model.network.load_state_dict(broken)
    with pytest.raises(ShapeError, match="NaN"):
        model.predict(photograph(1))


def test_fast_takes_grey_photographs_as_the_faithful_path_does() -> None:
    grey = np.ascontiguousarray(photograph(4, 60, 90)[..., 0])
    found = {}
    for fast in (False, True):
        model = sodeval.load_model("u2netp", "none", "cpu", fast=fast)
        assert isinstance(model, NetworkModel)
        model.network.load_state_dict(state("u2netp"))
        found[fast] = model.predict(grey)
    assert levels(found[False], found[True]) <= 2


def test_fast_refuses_a_size_where_the_faithful_path_does(tmp_path: Path) -> None:
    make_set(tmp_path, 2)
    cv2.imwrite(str(tmp_path / "im" / "tiny.png"), np.zeros((20, 20, 3), np.uint8))
    for fast in (False, True):
        model = sodeval.load_model("csf-resnet50", "none", "cpu", fast=fast)
        assert isinstance(model, NetworkModel)
        model.preparation = replace(model.preparation, smallest=33)
        outcome = run(model, images=tmp_path / "im", maps=tmp_path / f"maps{fast}")
        assert outcome.made == 2
        (why,) = outcome.failed.values()
        assert "tiny.png" in why


def test_weights_made_in_inference_mode_can_be_run_fast() -> None:
    model = loaded(fast=True)
    with torch.inference_mode():
        other = {key: value.clone() for key, value in state().items()}
    model.network.load_state_dict(other, assign=True)
    assert levels(model.predict(photograph(1)), loaded().predict(photograph(1))) <= 2


def test_a_network_left_in_training_mode_is_not_trained_by_looking() -> None:
    model = loaded()
    expected = model.predict(photograph(1))
    before = {key: value.clone() for key, value in model.network.state_dict().items()}
    model.network.train()
    np.testing.assert_array_equal(model.predict(photograph(1)), expected)
    model.network.train()
    model.raw(np.zeros((1, 3, 32, 32), np.float32))
    assert all(torch.equal(before[key], v) for key, v in model.network.state_dict().items())


def test_raw_takes_read_only_arrays_and_tensors_with_gradients() -> None:
    x = np.zeros((1, 3, 32, 32), np.float32)
    x.setflags(write=False)
    out = loaded().raw(x)
    tensor = torch.zeros(1, 3, 32, 32, requires_grad=True)
    np.testing.assert_array_equal(np.asarray(loaded().raw(tensor)), out)


def test_bf16_stays_near_fp32() -> None:
    image = photograph(2, 120, 160)
    gap = np.abs(loaded(precision="bf16").predict(image).astype(int) - loaded().predict(image))
    assert gap.mean() < 4  # 8 bits of fraction over some thirty layers
    assert loaded(precision="bf16").settings()["precision"] == "bf16"


def test_settings_say_what_a_map_depends_on() -> None:
    assert loaded().settings() == {"name": NAME, "weights_sha256": None, "precision": "fp32"}
    assert loaded(fast=True).settings()["fast"] is True


def test_names_and_options_that_do_not_exist() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'csnet-L-x"):
        sodeval.load_model("csnet-L-x3", weights="none")
    with pytest.raises(UnknownNameError, match="evaluation of csnet"):
        sodeval.load_model(NAME, weights="none", evaluation="authors")
    with pytest.raises(UnknownNameError, match="device"):
        sodeval.load_model(NAME, weights="none", device="gpu")
    with pytest.raises(UnknownNameError, match="precision"):
        sodeval.load_model(NAME, weights="none", device="cpu", precision="fp8")
    with pytest.raises(UsageError, match="fp16 is for GPUs"):
        sodeval.load_model(NAME, weights="none", device="cpu", precision="fp16")
    with pytest.raises(UsageError, match="baseline-ft has no weights"):
        sodeval.load_model("baseline-ft", weights="x.pth")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_cuda_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="'cuda' is not available"):
        sodeval.load_model(NAME, weights="none", device="cuda")


def test_a_checkpoint_is_loaded_and_hashed(tmp_path: Path) -> None:
    path = tmp_path / "w.pth"
    torch.save({"state_dict": state()}, path)
    model = sodeval.load_model(NAME, weights=str(path), device="cpu")
    assert isinstance(model, NetworkModel)
    assert model.weights_sha256 is not None
    assert len(model.weights_sha256) == 64
    np.testing.assert_array_equal(model.predict(photograph(1)), loaded().predict(photograph(1)))
    with pytest.raises(WeightsError):
        sodeval.load_model("u2netp", weights=str(path), device="cpu")


def test_f3net_resizes_its_coarse_logits_once() -> None:
    model = sodeval.load_model("f3net", weights="none", device="cpu")
    assert isinstance(model, NetworkModel)
    model.network.load_state_dict(state("f3net"))
    image = photograph(4, 60, 90)
    saliency = model.predict(image)
    with torch.inference_mode():
        x = torch.from_numpy(model.prepare(image))[None]
        logits = model.network(x, (60, 90))[1]
    expected = np.rint(torch.sigmoid(logits)[0, 0].numpy() * np.float32(255)).astype(np.uint8)
    assert levels(saliency, expected) <= 1


def test_label_maps_and_the_authors_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    from sodeval.models.networks import sliding

    # windows of 48 pixels on a photograph enlarged to 96, not of 768 on one of 2048
    small = partial(sliding.sliding_scores, base=96, crop=48)
    monkeypatch.setattr(sliding, "sliding_scores", small)
    image = photograph(5, 40, 60)
    found = {}
    for evaluation in ("whole", "authors"):
        model = sodeval.load_model("danet-resnet50", "none", "cpu", evaluation=evaluation)
        assert isinstance(model, NetworkModel)
        model.network.load_state_dict(state("danet-resnet50"))
        found[evaluation] = model.predict(image)
        assert model.labels == 19
        assert found[evaluation].shape == (40, 60)
        assert found[evaluation].max() < 19
    assert model.settings()["evaluation"] == "authors"
    assert (found["whole"] != found["authors"]).any()
    x = torch.from_numpy(model.prepare(image))[None]
    with torch.inference_mode():
        expected = small(model.network, x)[0].argmax(0)
    np.testing.assert_array_equal(found["authors"], expected.numpy())


def test_u2net_takes_grey_photographs_as_its_authors_do() -> None:
    model = sodeval.load_model("u2netp", weights="none", device="cpu")
    assert isinstance(model, NetworkModel)
    grey = photograph(4, 60, 90)[..., 0]
    prepared = model.prepare(np.ascontiguousarray(grey))
    np.testing.assert_array_equal(prepared[0], prepared[1])  # the mean and std of red for all
    colour = model.prepare(np.repeat(grey[..., None], 3, axis=2))
    assert np.abs(colour[1] - prepared[1]).max() > 0.01
