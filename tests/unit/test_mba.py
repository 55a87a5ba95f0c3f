"""Mean boundary accuracy against a plain transcription and BiRefNet's own numbers."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sodeval.metrics.mba import MBA, radii_of
from tests.cases import DISC_SHAPE, disc, mask, named_pairs, random_pair
from tests.golden.make_goldens import HERE, read_pair
from tests.naive_boundary import ellipse, mba, measured, same

GOLDEN = json.loads((HERE / "boundary.json").read_text(encoding="utf-8"))
NAMED = named_pairs()
RULES = ("byte>128", "p>0.5")


def assert_same(pred: np.ndarray, gt: np.ndarray) -> None:
    for rule in RULES:
        row, _ = measured(MBA(), pred, gt, mba_binary=rule)
        wanted = mba(pred, gt, rule)
        assert same(row["mba"], wanted), (rule, row["mba"], wanted)


@pytest.mark.parametrize("name", NAMED)
def test_named_pair(name: str) -> None:
    assert_same(*NAMED[name])


@pytest.mark.parametrize("seed", range(10))
def test_random_pair(seed: int) -> None:
    assert_same(*random_pair(seed, 60))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data(), npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12))
def test_any_pair(data: st.DataObject, shape: tuple[int, int]) -> None:
    pred = data.draw(npst.arrays(np.uint8, shape))
    gt = data.draw(npst.arrays(np.uint8, shape, elements=st.sampled_from([0, 255])))
    assert_same(pred, gt)


@pytest.mark.parametrize("shape", [(5, 1200), (1100, 4)])
def test_bands_of_several_radii(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    pred = rng.integers(0, 256, shape, dtype=np.uint8)
    assert_same(pred, mask(rng.random(shape) < 0.01))


def test_a_large_image_against_opencv() -> None:
    shape = (700, 900)
    rng = np.random.default_rng(6)
    gt = mask(disc(shape, (300, 850), 260) ^ disc(shape, (200, 400), 90))
    pred = cv2.GaussianBlur(rng.integers(0, 256, shape, dtype=np.uint8), (0, 0), 9)
    g, right = (gt > 128).astype(np.uint8), (pred > 128) == (gt > 128)
    radii = radii_of(shape)
    assert radii == (1, 1, 2, 3, 4)
    shares = []
    for r in radii:
        element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1))
        shares.append(right[cv2.morphologyEx(g, cv2.MORPH_GRADIENT, element) > 0].mean())
    assert same(measured(MBA(), pred, gt)[0]["mba"], sum(shares) / 5)


@pytest.mark.parametrize("radius", range(1, 30))
def test_the_ellipse_is_opencvs(radius: int) -> None:
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    assert [(y - radius, x - radius) for y, x in np.argwhere(element)] == ellipse(radius)


@pytest.mark.parametrize("name", GOLDEN["images"])
def test_golden(name: str) -> None:
    row, _ = measured(MBA(), *read_pair(HERE / "synthetic", name))
    assert same(row["mba"], GOLDEN["images"][name]["mba"])


@pytest.mark.parametrize("shape", [(1, 1), (20, 30), (149, 150)])
def test_small_images_have_one_radius(shape: tuple[int, int]) -> None:
    assert set(radii_of(shape)) == {1}


def test_without_a_border_there_is_no_score() -> None:
    pred = NAMED["soft"][0]
    for gt in (np.zeros_like(pred), np.full_like(pred, 255)):
        assert measured(MBA(), pred, gt)[0] == {"mba": None}


def test_a_map_without_values() -> None:
    gt = mask(disc(DISC_SHAPE, (12, 16), 7))
    flat = np.full_like(gt, 9)
    strict = {"pred_scale": "minmax-strict"}
    assert measured(MBA(), flat, gt, mba_binary="p>0.5", **strict)[0]["mba"] is None
    assert measured(MBA(), flat, gt, mba_binary="byte>128", **strict)[0]["mba"] is not None
