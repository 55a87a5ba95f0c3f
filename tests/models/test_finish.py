from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from sodeval.errors import ShapeError
from sodeval.models.card import Finish
from sodeval.models.finish import finish
from tests.models.saving_scripts import SAVED
from tests.models.scripts import FINISHES

SHAPES = [(61, 83), (37, 120), (130, 41)]
LIBRARIES = {"csnet": "skimage", "u2net": "PIL"}


def output(name, *shape, seed=0):
    """Smooth logits, as networks give; a map in [0, 1] where the network ends in a sigmoid."""
    coarse = np.random.default_rng(seed).standard_normal((1, 1, 7, 9)) * 4
    logits = functional.interpolate(torch.from_numpy(coarse), shape, mode="bicubic")[0].float()
    return (logits.sigmoid() if name == "u2net" else logits).numpy()


def require(name):
    if name in LIBRARIES:
        pytest.importorskip(LIBRARIES[name])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FINISHES)
def test_as_the_authors(name, shape):
    require(name)
    out = output(name, *(shape if name == "csf" else (64, 64)))
    made = finish(out, FINISHES[name], shape)
    assert made.shape == shape
    assert made.dtype == np.uint8
    assert made.flags.c_contiguous
    expected = SAVED[name](out, shape)
    np.testing.assert_array_equal(made, expected)
    assert np.ptp(expected) > 100


@given(
    st.sampled_from([name for name in FINISHES if name != "csf"]),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.tuples(st.integers(2, 40), st.integers(2, 40)),
    st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_any_size_as_the_authors(name, shape, size, seed):
    require(name)
    out = output(name, *size, seed=seed)
    made = finish(out, FINISHES[name], shape).astype(int)
    apart = np.abs(made - SAVED[name](out, shape))
    # scikit-image sums in another order: a value on the edge of a level may fall to either side
    assert apart.max() <= (name == "csnet")
    assert np.count_nonzero(apart) <= 1


@pytest.mark.parametrize("name", FINISHES)
def test_tensors_and_arrays_give_the_same(name):
    shape = (64, 64)
    out = output(name, *shape)
    expected = finish(out, FINISHES[name], shape)
    for other in (
        torch.from_numpy(out),
        torch.from_numpy(out).clone().requires_grad_(),
        np.asfortranarray(out),
    ):
        np.testing.assert_array_equal(finish(other, FINISHES[name], shape), expected)
    frozen = out.copy()
    frozen.flags.writeable = False
    np.testing.assert_array_equal(finish(frozen, FINISHES[name], shape), expected)


@pytest.mark.parametrize("name", FINISHES)
def test_the_output_is_not_changed(name):
    out = output(name, 64, 64)
    stored = out.copy()
    finish(out, FINISHES[name], (64, 64))
    np.testing.assert_array_equal(out, stored)


@pytest.mark.parametrize("name", FINISHES)
def test_without_torch(name, monkeypatch):
    shape = (64, 64) if name == "csf" else (61, 83)
    out = output(name, 64, 64)
    expected = finish(out, FINISHES[name], shape)
    monkeypatch.setitem(sys.modules, "torch", None)
    apart = np.abs(finish(out, FINISHES[name], shape).astype(int) - expected)
    assert apart.max() <= 1  # the last bits of sigmoid and filter
    assert np.count_nonzero(apart) <= 3


def test_floor_and_round():
    out = np.array([[[0.0, 0.999, 1.0], [0.5, 0.4999, 126.5 / 255]]], np.float32)
    rules = Finish(activation="none")
    assert finish(out, rules, (2, 3)).tolist() == [[0, 254, 255], [127, 127, 126]]
    rounded = finish(out, replace(rules, rounding="round"), (2, 3))
    assert rounded.tolist() == [[0, 255, 255], [128, 127, 126]]  # halves to even


def test_a_flat_map_under_stretch_is_zero():
    rules = FINISHES["u2net"]
    assert not finish(np.full((1, 8, 8), 0.7, np.float32), rules, (5, 6)).any()


def test_stretch_reaches_both_ends():
    out = np.array([[[0.2, 0.3], [0.4, 0.3]]], np.float32)
    assert finish(out, Finish(activation="none", stretch=True), (2, 2)).tolist() == [
        [0, 127],
        [255, 127],
    ]


def test_out_of_range_values_are_clipped():
    out = np.array([[[-0.5, 1.5]]], np.float32)
    assert finish(out, Finish(activation="none"), (1, 2)).tolist() == [[0, 255]]


def test_labels():
    out = np.random.default_rng(0).standard_normal((19, 6, 8)).astype(np.float32)
    rules = Finish(activation="argmax")
    made = finish(out, rules, (6, 8))
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made, out.argmax(0))
    enlarged = functional.interpolate(torch.from_numpy(out)[None], (13, 21), mode="bilinear")
    for resize in ("torch", "skimage", "pillow-bytes", "torch-logits"):
        made = finish(out, replace(rules, resize=resize), (13, 21))
        np.testing.assert_array_equal(made, enlarged[0].argmax(0).numpy())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", FINISHES)
def test_nan_and_infinity_are_refused(name, value):
    out = output(name, 64, 64)
    out[0, 3, 4] = value
    with pytest.raises(ShapeError, match=r"1 of 4096 values are NaN or infinite.*fp32"):
        finish(out, FINISHES[name], (64, 64))


@pytest.mark.parametrize("shape", [(8, 8), (2, 8, 8), (0, 8, 8), (1, 0, 8), (1, 1, 8, 8)])
def test_outputs_of_another_shape(shape):
    with pytest.raises(ShapeError, match="network output: shape is"):
        finish(np.zeros(shape, np.float32), FINISHES["dgnet"], (8, 8))


def test_too_many_classes():
    with pytest.raises(ShapeError, match="C from 1 to 256"):
        finish(np.zeros((257, 2, 2), np.float32), Finish(activation="argmax"), (2, 2))


def test_sizes_that_should_agree():
    with pytest.raises(ShapeError, match="8 x 8 for a photograph of 9 x 8"):
        finish(np.zeros((1, 8, 8), np.float32), FINISHES["csf"], (9, 8))
