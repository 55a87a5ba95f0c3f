from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from sodeval.errors import ShapeError, UsageError
from sodeval.models.card import Finish
from sodeval.models.finish import finish
from sodeval.models.on_device import finish_on_device, prepare_on_device
from sodeval.models.prepare import prepare
from tests.models.scripts import CSF, CSNET, FINISHES, PREPARATIONS, U2NET

SHAPES = [(150, 200), (200, 133), (700, 900)]

# How far inputs are from the faithful ones, in grey levels of the photograph: rounding of float32
# alone. OpenCV and torch place their taps in it too, at positions of some hundreds.
INPUT_LEVELS = {"csnet": 2e-4, "u2net": 2e-4, "dgnet": 0.0, "f3net": 0.05, "csf": 0.0}


def photograph(*shape):
    """Smooth colour and grain."""
    rng = np.random.default_rng(sum(shape))
    small = rng.integers(0, 256, (9, 12, 3)).astype(np.uint8)
    smooth = cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)


def output(name, *shape):
    """Sure inside and outside, an edge between, as saliency networks give."""
    rng = np.random.default_rng(1)
    mask = np.zeros(shape, np.float32)
    for _ in range(4):
        centre = [int(rng.integers(0, side)) for side in shape[::-1]]
        cv2.circle(mask, centre, shape[0] // 6, 1.0, -1)
    logits = cv2.GaussianBlur(mask, (0, 0), 2.0) * 12 - 6
    out = (logits + rng.normal(0, 0.05, shape)).astype(np.float32)[None]
    return 1 / (1 + np.exp(-out)) if name == "u2net" else out


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", PREPARATIONS)
def test_inputs_are_close(name, shape):
    rules = PREPARATIONS[name]
    image = photograph(*shape)
    made = prepare_on_device(torch.from_numpy(image), rules)
    assert made.shape == (3, *(rules.size or shape))
    assert made.dtype == torch.float32
    assert made.is_contiguous()
    levels = np.array(rules.std)[:, None, None] * (1 if rules.scale == "byte" else 255)
    apart = np.abs(made.numpy() - prepare(image, rules)) * levels
    assert apart.max() <= INPUT_LEVELS[name]


def test_grey():
    image = photograph(60, 80)[..., 0].copy()
    for rules in (CSNET, U2NET, CSF):
        made = prepare_on_device(torch.from_numpy(image), rules, (64, 80) if rules.size else None)
        assert made.shape[0] == 3
        expected = prepare(image, rules, (64, 80) if rules.size else None)
        np.testing.assert_allclose(made.numpy(), expected, rtol=0, atol=1e-5)


def test_black_does_not_divide_by_zero():
    made = prepare_on_device(torch.zeros(9, 9, 3, dtype=torch.uint8), U2NET)
    assert made.isfinite().all()


def test_sizes_are_checked():
    with pytest.raises(UsageError, match="multiples of 16"):
        prepare_on_device(torch.zeros(9, 9, 3, dtype=torch.uint8), CSNET, (100, 112))
    for image in (torch.zeros(9, 9, 3), torch.zeros(9, 9, 4, dtype=torch.uint8)):
        with pytest.raises(ShapeError, match="photograph: "):
            prepare_on_device(image, CSNET)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FINISHES)
def test_maps_are_close(name, shape):
    out = output(name, *(shape if name == "csf" else (160, 160)))
    made = finish_on_device(torch.from_numpy(out), FINISHES[name], shape)
    assert made.shape == shape
    assert made.dtype == torch.uint8
    assert made.is_contiguous()
    expected = finish(out, FINISHES[name], shape)
    apart = np.abs(made.numpy().astype(int) - expected)
    if name in ("dgnet", "f3net", "csf"):  # the same operations
        assert not apart.any()
    elif name == "csnet":  # a value on the edge of a level may fall to either side in float32
        assert apart.max() <= 1
        assert np.count_nonzero(apart) <= 1e-4 * apart.size
    else:  # bytes are interpolated, so sums halfway between two levels are common
        assert apart.max() <= 2
        assert np.count_nonzero(apart) <= 0.01 * apart.size


def test_a_flat_map_under_stretch_is_zero():
    assert not finish_on_device(torch.full((1, 8, 8), 0.7), FINISHES["u2net"], (5, 6)).any()


def test_half_precision_is_taken():
    out = torch.from_numpy(output("dgnet", 32, 32)).half()
    expected = finish(out.float(), FINISHES["dgnet"], (40, 50))
    np.testing.assert_array_equal(finish_on_device(out, FINISHES["dgnet"], (40, 50)), expected)


@pytest.mark.parametrize("resize", ["none", "torch", "skimage"])
def test_labels(resize):
    out = torch.from_numpy(np.random.default_rng(0).standard_normal((19, 6, 8)).astype(np.float32))
    rules = replace(Finish(activation="argmax"), resize=resize)
    shape = (6, 8) if resize == "none" else (13, 21)
    np.testing.assert_array_equal(finish_on_device(out, rules, shape), finish(out, rules, shape))


def test_nan_and_infinity_are_refused():
    out = torch.zeros(1, 8, 8)
    out[0, 0, :2] = torch.inf
    with pytest.raises(ShapeError, match="2 of 64 values are NaN or infinite"):
        finish_on_device(out, FINISHES["dgnet"], (9, 9))
    assert finish_on_device(out, FINISHES["dgnet"], (9, 9), check=False).shape == (9, 9)


def test_outputs_of_another_shape():
    with pytest.raises(ShapeError, match="network output: shape is"):
        finish_on_device(torch.zeros(8, 8), FINISHES["dgnet"], (8, 8))
    with pytest.raises(ShapeError, match="no rule for resizing"):
        finish_on_device(torch.zeros(1, 8, 8), FINISHES["csf"], (9, 8))
