from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sodeval.models.filters import sigmoid, skimage_linear, torch_linear

SIDES = st.integers(1, 24)
SHAPES = st.tuples(SIDES, SIDES)
BORDERS = st.sampled_from(["reflect", "constant"])
# Equal, shrinking, enlarging, both at once, and sides of one pixel.
PAIRS = [
    ((37, 53), (37, 53)),
    ((61, 83), (32, 16)),
    ((61, 83), (5, 83)),
    ((13, 7), (224, 224)),
    ((90, 7), (31, 64)),
    ((1, 9), (4, 4)),
    ((5, 1), (1, 7)),
    ((1, 1), (3, 2)),
    ((300, 200), (1, 1)),
]


def skimage_resize(values, shape, border):
    """Channels last, as scikit-image has them."""
    transform = pytest.importorskip("skimage.transform")
    last = np.ascontiguousarray(np.moveaxis(values, 0, -1))
    made = transform.resize(last, shape, order=1, mode=border, anti_aliasing=False)
    return np.moveaxis(made, -1, 0)


@pytest.mark.parametrize("border", ["reflect", "constant"])
@pytest.mark.parametrize(("shape", "out"), PAIRS)
@pytest.mark.parametrize("channels", [1, 3])
def test_bytes_and_doubles_as_scikit_image(shape, out, channels, border):
    values = np.random.default_rng(1).integers(9, 256, (channels, *shape)).astype(np.uint8)
    for given_values in (values, values / 255):
        made = skimage_linear(given_values, out, border)
        expected = skimage_resize(given_values, out, border)
        assert made.shape == (channels, *out)
        assert made.dtype == expected.dtype == np.float64
        assert made.flags.c_contiguous
        np.testing.assert_allclose(made, expected, rtol=0, atol=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.data(), SHAPES, SHAPES, BORDERS)
def test_any_bytes_as_scikit_image(data, shape, out, border):
    values = data.draw(arrays(np.uint8, (1, *shape)))
    expected = skimage_resize(values, out, border)
    np.testing.assert_allclose(skimage_linear(values, out, border), expected, rtol=0, atol=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.data(), SHAPES, SHAPES, BORDERS)
def test_any_single_as_scikit_image(data, shape, out, border):
    unit = st.floats(0, 1, width=32)
    values = data.draw(arrays(np.float32, (1, *shape), elements=unit))
    made = skimage_linear(values, out, border)
    assert made.dtype == np.float32
    # one ulp of float32: both sum in float64, in another order, and round once
    np.testing.assert_array_max_ulp(made, skimage_resize(values, out, border), 1, np.float32)


def test_strides_do_not_matter():
    image = np.random.default_rng(2).integers(0, 256, (40, 60, 3)).astype(np.uint8)
    view = image.transpose(2, 0, 1)
    for out in ((8, 8), (30, 50), (80, 20)):
        made = skimage_linear(view, out, "reflect")
        assert made.flags.c_contiguous
        np.testing.assert_array_equal(
            made, skimage_linear(np.ascontiguousarray(view), out, "reflect")
        )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 255), SHAPES, SHAPES, BORDERS)
def test_flat_stays_flat(level, shape, out, border):
    made = skimage_linear(np.full((3, *shape), level, np.uint8), out, border)
    assert (made == level * (1 / 255)).all()


@pytest.mark.parametrize(("shape", "out"), PAIRS)
def test_antialiased_as_torchvision(shape, out):
    torch = pytest.importorskip("torch")
    from tests.models.torchvision_resize import resize_tensor

    values = np.random.default_rng(3).integers(0, 256, (3, *shape)).astype(np.float32)
    expected = resize_tensor(torch.from_numpy(values), out).numpy()
    np.testing.assert_array_equal(torch_linear(values, out, antialias=True), expected)


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize(("shape", "out"), PAIRS)
def test_without_torch(shape, out, antialias, monkeypatch):
    pytest.importorskip("torch")
    values = np.random.default_rng(4).random((2, *shape), np.float32)
    expected = torch_linear(values, out, antialias=antialias)
    monkeypatch.setitem(sys.modules, "torch", None)
    made = torch_linear(values, out, antialias=antialias)
    assert made.dtype == np.float32
    assert made.flags.c_contiguous
    # torch places its taps in float32: at position 300 they are 300 * 2**-24 = 2e-5 off
    np.testing.assert_allclose(made, expected, rtol=0, atol=4e-5)


def test_sigmoid_without_torch(monkeypatch):
    torch = pytest.importorskip("torch")
    values = np.linspace(-120, 120, 5001, dtype=np.float32)
    expected = torch.from_numpy(values).sigmoid().numpy()
    np.testing.assert_array_equal(sigmoid(values), expected)
    monkeypatch.setitem(sys.modules, "torch", None)
    made = sigmoid(values)
    assert made.dtype == np.float32
    # a few ulp of 1: two implementations of exp
    np.testing.assert_allclose(made, expected, rtol=0, atol=3e-7)
