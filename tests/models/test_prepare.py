from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from sodeval.errors import ShapeError, UsageError
from sodeval.models.card import Preparation
from sodeval.models.prepare import input_size, prepare
from tests.models.scripts import CSF, CSNET, DGNET, F3NET, INPUTS, PREPARATIONS, U2NET

SHAPES = [(61, 83), (300, 401), (400, 267)]  # smaller and larger than the inputs


def photograph(*shape):
    return np.random.default_rng(sum(shape)).integers(3, 240, shape).astype(np.uint8)


def require(name):
    if name in ("csnet", "u2net"):
        pytest.importorskip("skimage")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", PREPARATIONS)
def test_as_the_authors(name, shape):
    require(name)
    image = photograph(*shape, 3)
    rules = PREPARATIONS[name]
    made = prepare(image, rules)
    size = rules.size or shape
    assert made.shape == (3, *size)
    assert made.dtype == np.float32
    assert made.flags.c_contiguous
    expected = INPUTS[name](image, size).astype(np.float32)
    # 1e-7 of the range of some 5 is one ulp: scikit-image sums its four taps in another order
    atol = 5e-7 if name in ("csnet", "u2net") else 0
    np.testing.assert_allclose(made, expected, rtol=0, atol=atol)


@pytest.mark.parametrize("name", ["csnet", "u2net", "dgnet", "f3net"])
def test_another_size(name):
    require(name)
    image = photograph(97, 130, 3)
    made = prepare(image, PREPARATIONS[name], (64, 160))
    expected = INPUTS[name](image, (64, 160))
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-6)  # the cast to float32


def test_opencv_before_the_constants():
    image = photograph(61, 83, 3)
    made = prepare(image, Preparation(reader="opencv", size=(40, 100), resize="opencv"))
    resized = cv2.resize(image.astype(np.float32), (100, 40), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(made, INPUTS["csf"](resized, None))


def test_the_photographs_own_size():
    image = photograph(32, 48, 3)
    made = prepare(image, replace(CSNET, size=None))
    np.testing.assert_allclose(made, INPUTS["csf"](image, None), rtol=0, atol=1e-6)  # float32 there


def test_grey_as_red():
    pytest.importorskip("skimage")
    image = photograph(61, 83)
    made = prepare(image, U2NET)
    np.testing.assert_allclose(made, INPUTS["u2net"](image, (320, 320)), rtol=0, atol=5e-7)
    np.testing.assert_array_equal(made[0], made[2])


@pytest.mark.parametrize("rules", [CSNET, DGNET, F3NET, CSF])
def test_grey_is_three_equal_channels(rules):
    image = photograph(61, 83)
    np.testing.assert_array_equal(
        prepare(image, rules), prepare(np.stack([image] * 3, axis=2), rules)
    )


def test_black_does_not_divide_by_zero():
    made = prepare(np.zeros((9, 9, 3), np.uint8), U2NET)
    expected = -np.array(U2NET.mean) / np.array(U2NET.std)
    np.testing.assert_allclose(made[:, 0, 0], expected, rtol=1e-6)


def test_dark_photographs_get_brighter():
    image = photograph(50, 60, 3) // 4
    np.testing.assert_allclose(prepare(image, U2NET), prepare(image * 4, U2NET), rtol=0, atol=1e-6)


@pytest.mark.parametrize("rules", PREPARATIONS.values())
def test_layout_does_not_matter_and_nothing_is_changed(rules):
    image = photograph(61, 83, 3)
    stored = image.copy()
    turned = np.asfortranarray(image)
    turned.flags.writeable = False
    np.testing.assert_array_equal(prepare(turned, rules), prepare(image, rules))
    np.testing.assert_array_equal(image, stored)


def test_byte_scale_after_scikit_image():
    rules = replace(CSNET, scale="byte", mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), size=None)
    image = photograph(16, 32, 3)
    np.testing.assert_allclose(prepare(image, rules), image.transpose(2, 0, 1), rtol=1e-7)


def test_a_size_that_does_not_fit():
    with pytest.raises(UsageError, match="multiples of 16, such as 96 x 112"):
        prepare(photograph(60, 80, 3), CSNET, (100, 112))
    with pytest.raises(ShapeError, match=r"a photograph of 60 x 80 .* multiples of 16"):
        prepare(photograph(60, 80, 3), replace(CSNET, size=None))


def test_a_size_that_is_too_small():
    rules = replace(CSF, smallest=33)
    with pytest.raises(ShapeError, match=r"a photograph of 20 x 80 .* no fewer than 33 pixels"):
        prepare(photograph(20, 80, 3), rules)
    with pytest.raises(UsageError, match=r"an input of 16 x 64 .* too small"):
        prepare(photograph(60, 80, 3), replace(F3NET, smallest=32), (16, 64))


def test_a_network_without_resizing_takes_no_size():
    with pytest.raises(UsageError, match="at its own size"):
        prepare(photograph(60, 80, 3), CSF, (64, 64))
    assert input_size((60, 80), CSF, (60, 80)) == (60, 80)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros(4, np.uint8),
    ],
)
def test_no_photograph(image):
    with pytest.raises(ShapeError, match="photograph: "):
        prepare(image, Preparation(reader="pillow", size=None, resize="none"))
