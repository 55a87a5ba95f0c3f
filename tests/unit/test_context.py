"""Context-measures against the plain transcription, PySODMetrics' numbers and published colours."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sodeval.metrics.base import Pair, Reference, Sample
from sodeval.metrics.camouflage import camouflage_degree, ciede2000, srgb_to_lab
from sodeval.metrics.context import CamouflageContext, Context, gaussian
from sodeval.protocols import get_protocol
from tests import naive_context
from tests.cases import disc, mask, named_pairs, random_pair
from tests.golden.make_context import GOLDEN, names, photo, read
from tests.naive import prepare

PROTOCOL = get_protocol("pysodmetrics")
NAMED = named_pairs()
# The reference filters g as float32: K⋆g may differ by a unit in its last place, 6e-8, at single
# pixels, but their mean is far closer.
SINGLE = 1e-9
# OpenCV adds up kernels of fewer than 130 taps in single precision, tap by tap, and the plain
# transcription does not; in an image of a few pixels nothing averages the 6e-8 out.
DIRECT_TAPS, DIRECT = 130, 1e-7
GOLDEN_ROWS = json.loads(GOLDEN.read_text(encoding="utf-8"))["images"]


def sample(pred: np.ndarray, gt: np.ndarray, image: np.ndarray | None = None) -> Sample:
    return Sample(Pair(pred, Reference(gt, image).under(PROTOCOL)), PROTOCOL)


def context(pred: np.ndarray, gt: np.ndarray) -> float:
    value = Context().measure(sample(pred, gt), PROTOCOL).row["context"]
    assert value is not None
    return value


def camouflage(pred: np.ndarray, gt: np.ndarray, image: np.ndarray) -> float:
    value = CamouflageContext().measure(sample(pred, gt, image), PROTOCOL).row["camouflage_context"]
    assert value is not None
    return value


def assert_plain(pred: np.ndarray, gt: np.ndarray) -> None:
    p, g = prepare(pred, gt)
    direct = g.any() and naive_context.gaussian(g).size < DIRECT_TAPS
    wanted = naive_context.context(p, g)
    assert context(pred, gt) == pytest.approx(wanted, rel=0, abs=DIRECT if direct else SINGLE)


@pytest.mark.parametrize("name", NAMED)
def test_named_pair(name):
    assert_plain(*NAMED[name])


@pytest.mark.parametrize("seed", range(20))
def test_random_pair(seed):
    assert_plain(*random_pair(seed, 70))


@pytest.mark.parametrize("seed", [1, 2])
def test_an_object_of_many_tiles(seed):
    """Larger than 320 pixels: cut into tiles, some empty, some filled evenly."""
    rng = np.random.default_rng(seed)
    shape = (350, 400)
    gt = disc(shape, (170, 190), 165) & ~disc(shape, (170, 190), 90 * (seed - 1))
    pred = np.where(disc(shape, (160, 200), 150), 255, 0).astype(np.uint8)
    pred[:, :150] = rng.integers(0, 256, (350, 150))
    assert_plain(pred, mask(gt))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_small_maps(height, width, share, seed):
    rng = np.random.default_rng(seed)
    gt = mask(rng.random((height, width)) < share)
    assert_plain(rng.integers(0, 256, gt.shape, dtype=np.uint8), gt)


def line(step: tuple[int, int], count: int) -> np.ndarray:
    gt = np.zeros((40, 40), np.uint8)
    for k in range(count):
        gt[5 + k * step[0], 4 + k * step[1]] = 255
    return gt


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("step", [(0, 1), (1, 0), (1, 1), (3, 1), (2, 4)])
def test_objects_on_one_line(step, count):
    pred = np.random.default_rng(8).integers(0, 256, (40, 40), dtype=np.uint8)
    assert_plain(pred, line(step, count))
    assert 0 < context(pred, line(step, count)) < 1


def test_a_line_is_the_limit_of_thin_objects():
    whole = 10**8
    limit = gaussian(whole, whole, whole)
    thin = [gaussian(whole, whole - e, whole) for e in (10**7, 10**6, 1)]
    distance = [np.abs(kernel - limit).max() for kernel in thin]
    assert distance[0] > distance[1] > distance[2]
    # the last has a variance of 1e-8 of the trace across, and as much less along the line
    assert distance[2] < 1e-8


@pytest.mark.parametrize("name", names())
def test_golden(name):
    pred, gt = read(name)
    wanted = GOLDEN_ROWS[name]
    assert context(pred, gt) == pytest.approx(wanted["context"], rel=0, abs=SINGLE)
    assert camouflage(pred, gt, photo(gt.shape)) == pytest.approx(
        wanted["camouflage_context"], rel=0, abs=SINGLE
    )


def camouflage_cases() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Masks and photographs: with and without patches, and with nothing to tell them apart."""
    shape = (44, 52)
    blob, ring = disc(shape, (20, 24), 13), disc(shape, (21, 25), 18) & ~disc(shape, (21, 25), 10)
    flat = np.full((*shape, 3), (90, 140, 60), np.uint8)
    noise = np.random.default_rng(6).integers(0, 256, (*shape, 3), dtype=np.uint8)
    return {
        "waves": (blob, photo(shape)),
        "ring": (ring, photo(shape, 7)),
        "noise": (blob, noise),
        "flat": (blob, flat),
        "no patch in the object": (disc(shape, (20, 24), 2), photo(shape)),
        "no surroundings": (np.ones(shape, bool), photo(shape)),
        "one row of patches": (np.ones((8, 40), bool) & (np.arange(40) < 20), photo((8, 40))),
        "smaller than a patch": (np.ones((5, 4), bool), photo((5, 4))),
    }


@pytest.mark.parametrize("name", camouflage_cases())
def test_camouflage_degree(name):
    g, image = camouflage_cases()[name]
    got = camouflage_degree(Reference(mask(g), image).under(PROTOCOL))
    # 1e-9: cube roots and sines of two libraries, magnified by up to 8 exp(8)/(exp(8) - 1)
    np.testing.assert_allclose(got, naive_context.camouflage_degree(g, image), rtol=0, atol=1e-9)
    assert got.min() >= 0
    assert got.max() <= 1
    pred = np.random.default_rng(4).integers(0, 256, g.shape, dtype=np.uint8)
    p, _ = prepare(pred, mask(g))
    wanted = naive_context.camouflage_context(p, g, image)
    assert camouflage(pred, mask(g), image) == pytest.approx(wanted, rel=0, abs=SINGLE)


def test_without_the_photograph_there_is_no_camouflage():
    row = CamouflageContext().measure(sample(*NAMED["soft"]), PROTOCOL).row
    assert row == {"camouflage_context": None}


def test_a_map_that_its_scaling_leaves_undefined():
    strict = dataclasses.replace(PROTOCOL, name="strict", pred_scale="minmax-strict")
    _, gt = NAMED["soft"]
    truth = Reference(gt, photo(gt.shape)).under(strict)
    constant = Sample(Pair(np.full(gt.shape, 9, np.uint8), truth), strict)
    assert Context().measure(constant, strict).row == {"context": None}
    assert CamouflageContext().measure(constant, strict).row == {"camouflage_context": None}


def test_values_of_many_levels_score_as_their_bytes():
    """A map of 32-bit codes, as one resized without rounding has."""
    pred, gt = NAMED["soft"]
    raw = np.arange(0, 256, 0.5)
    codes = pred.astype(np.int32) * 2
    wide = Sample(Pair(codes, Reference(gt).under(PROTOCOL), raw), PROTOCOL)
    # 1e-12: the sum of p runs over other codes
    assert Context().measure(wide, PROTOCOL).row["context"] == pytest.approx(
        context(pred, gt), rel=0, abs=1e-12
    )


# Sharma, Wu and Dalal 2005, table 1: pairs that tell wrong implementations, to four digits
SHARMA = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
    ((50.0, -0.001, 2.49), (50.0, 0.0009, -2.49), 4.8045),
    ((50.0, -0.001, 2.49), (50.0, 0.0011, -2.49), 4.7461),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (56.0, -27.0, -3.0), 31.9030),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("first", "second", "wanted"), SHARMA)
def test_published_colour_differences(first, second, wanted):
    got = ciede2000(np.array([first]), np.array([second]))[0]
    assert got == pytest.approx(wanted, abs=5e-5)
    assert naive_context.ciede2000(first, second) == pytest.approx(got, rel=0, abs=1e-11)


def test_lab_of_every_grey_and_of_the_corners():
    pixels = np.array(
        [[v, v, v] for v in range(256)]
        + [[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)],
        np.uint8,
    )
    wanted = np.array([naive_context.srgb_to_lab(pixel) for pixel in pixels])
    np.testing.assert_allclose(srgb_to_lab(pixels), wanted, rtol=0, atol=1e-11)
