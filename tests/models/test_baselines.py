"""Baselines against their papers written out slowly, and where the answer is known."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module

import cv2
import numpy as np
import pytest
from numba.core.registry import CPUDispatcher

from sodeval.errors import ShapeError
from sodeval.kernels.barrier import barrier_distance, reconstruct
from sodeval.models.baselines import center, frequency_tuned, minimum_barrier, spectral_residual
from sodeval.models.baselines.steps import fit, lab, stretch
from sodeval.models.cards.baselines import CARDS
from tests import naive_baselines as naive

Saliency = Callable[[np.ndarray], np.ndarray]
ALL: dict[str, Saliency] = {
    "ft": frequency_tuned.saliency,
    "sr": spectral_residual.saliency,
    "mbd": minimum_barrier.saliency,
    "center": center.saliency,
}
LOOKING = ("ft", "sr", "mbd")  # those whose map depends on what the photograph shows


def photograph(seed: int, shape: tuple[int, int]) -> np.ndarray:
    """Smooth colours with a disc of another colour and some noise."""
    rng = np.random.default_rng(seed)
    height, width = shape
    coarse = rng.uniform(60, 200, (3, 4, 3))
    image = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:height, :width]
    radius = min(shape) / 5
    image[np.hypot(y - 0.45 * height, x - 0.6 * width) < radius] = rng.uniform(0, 255, 3)
    return np.clip(image + rng.normal(0, 4, image.shape), 0, 255).astype(np.uint8)


def disc(
    centre: tuple[int, int], radius: int, shape: tuple[int, int] = (120, 160)
) -> tuple[np.ndarray, np.ndarray]:
    """A photograph of one orange disc on flat blue-grey, and where the disc is."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    inside = np.hypot(y - centre[0], x - centre[1]) <= radius
    image = np.empty((*shape, 3), np.uint8)
    image[:] = (90, 100, 120)
    image[inside] = (240, 140, 30)
    return image, inside


# --- against the papers, written out slowly -----------------------------------------------------


def test_lab_is_that_of_the_formula() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (12, 17, 3), dtype=np.uint8)
    image[0, :3] = [[0, 0, 0], [255, 255, 255], [2, 1, 0]]
    # a few roundings of numbers up to 500
    np.testing.assert_allclose(lab(image), naive.lab(image), rtol=0, atol=1e-11)
    assert np.abs(lab(image)[0, 1] - (100, 0, 0)).max() < 1e-11


@pytest.mark.parametrize("shape", [(23, 31), (40, 1), (1, 9), (2, 2)])
def test_frequency_tuned_is_that_of_the_paper(shape: tuple[int, int]) -> None:
    image = photograph(1, shape)
    wanted = naive.to_bytes(naive.frequency_tuned(image))
    # half a level of rounding, and what sums in another order may add to it
    assert np.abs(frequency_tuned.saliency(image) - wanted).max() <= 1
    assert (frequency_tuned.saliency(image) == wanted).mean() > 0.99


@pytest.mark.parametrize("shape", [(64, 64), (40, 64), (64, 23), (64, 1)])
def test_spectral_residual_is_that_of_the_paper(shape: tuple[int, int]) -> None:
    image = photograph(2, shape)
    wanted = naive.to_bytes(naive.spectral_residual(image))
    assert np.abs(spectral_residual.saliency(image) - wanted).max() <= 1
    assert (spectral_residual.saliency(image) == wanted).mean() > 0.99


@pytest.mark.parametrize("shape", [(60, 300), (300, 41), (1, 300)])
def test_minimum_barrier_is_that_of_the_paper(shape: tuple[int, int]) -> None:
    image = photograph(3, shape)
    wanted = np.rint(255 * naive.minimum_barrier(image))
    assert np.abs(minimum_barrier.saliency(image) - wanted).max() <= 1
    assert (minimum_barrier.saliency(image) == wanted).mean() > 0.99


# --- photographs with a known answer ------------------------------------------------------------


def test_a_small_disc_is_all_that_differs_from_the_mean() -> None:
    image, inside = disc((40, 50), 20)
    saliency = frequency_tuned.saliency(image)
    core = cv2.erode(inside.astype(np.uint8), np.ones((5, 5))) == 1
    beyond = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5))) == 0
    assert (saliency[core] == 255).all()
    # the mean lies this share of the way from the background to the disc
    share = inside.mean()
    assert saliency[beyond].max() <= np.ceil(255 * share / (1 - share))


def test_the_odd_one_out_has_the_residual() -> None:
    image = np.full((256, 256), 90, np.uint8)
    for row in range(16, 256, 32):
        for column in range(16, 256, 32):
            image[row - 2 : row + 2, column - 10 : column + 10] = 200
    image[170:182, 42:54] = 90
    image[174 - 8 : 174 + 12, 46:50] = 200  # upright among lying bars
    saliency = spectral_residual.saliency(np.repeat(image[..., None], 3, axis=2))
    row, column = np.unravel_index(saliency.argmax(), saliency.shape)
    assert abs(row - 176) < 24
    assert abs(column - 48) < 24


def test_a_disc_inside_has_a_barrier_and_a_disc_at_the_border_less() -> None:
    image, inside = disc((60, 80), 25)
    saliency = minimum_barrier.saliency(image)
    core = cv2.erode(inside.astype(np.uint8), np.ones((9, 9))) == 1
    beyond = cv2.dilate(inside.astype(np.uint8), np.ones((9, 9))) == 0
    # the sigmoid of 0 and of 1; the centredness at the disc's edge is 1 - 25 / 100
    assert saliency[beyond].max() == 2
    assert saliency[core].min() > 215
    assert saliency.max() in (252, 253)
    both = image.copy()
    touching, where = disc((60, 0), 25)
    both[where] = touching[where]
    saliency = minimum_barrier.saliency(both)
    assert saliency[60, 80] > 240
    assert saliency[where].max() < 40


def test_the_centre_prior_is_a_gaussian() -> None:
    saliency = center.saliency(np.zeros((101, 201, 3), np.uint8))
    assert saliency[50, 100] == 255 == saliency.max()
    y, x = np.mgrid[:101, :201]
    exponent = ((y - 50) / (101 / 4)) ** 2 + ((x - 100) / (201 / 4)) ** 2
    np.testing.assert_array_equal(saliency, np.rint(255 * np.exp(-exponent / 2)))
    assert saliency[0, 0] == saliency.min() == 5
    assert center.saliency(np.zeros((1, 1, 3), np.uint8)) == 255


@pytest.mark.parametrize("name", ["ft", "sr", "center"])
def test_a_turned_photograph_gives_a_turned_map(name: str) -> None:
    """Not so minimum barrier: its three scans begin at the upper left."""
    image = photograph(7, (96, 128))
    saliency = ALL[name](image).astype(int)
    for turn in (np.flipud, np.fliplr, lambda array: array.swapaxes(0, 1)):
        turned = ALL[name](np.ascontiguousarray(turn(image)))
        # sums run in another order, so that a value between two levels may round either way
        assert np.abs(turned - turn(saliency)).max() <= 1


# --- any photograph -----------------------------------------------------------------------------

SHAPES = [(1, 1), (1, 2), (2, 1), (2, 3), (5, 4), (1, 400), (700, 2), (64, 64), (301, 299)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ALL)
def test_any_size(name: str, shape: tuple[int, int]) -> None:
    image = np.random.default_rng(8).integers(0, 256, (*shape, 3), dtype=np.uint8)
    saliency = ALL[name](image)
    assert saliency.shape == shape
    assert saliency.dtype == np.uint8


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", LOOKING)
def test_nothing_stands_out_of_one_colour(name: str, shape: tuple[int, int]) -> None:
    for colour in ((0, 0, 0), (255, 255, 255), (13, 77, 201)):
        image = np.empty((*shape, 3), np.uint8)
        image[:] = colour
        assert not ALL[name](image).any()


@pytest.mark.parametrize("name", ALL)
def test_almost_one_colour(name: str) -> None:
    image = np.full((40, 50, 3), 128, np.uint8)
    image[20, 25] = (129, 128, 128)
    saliency = ALL[name](image)
    assert saliency[20, 25] > 200


@pytest.mark.parametrize("name", ALL)
def test_the_same_bytes_from_any_layout(name: str) -> None:
    image = photograph(9, (90, 120))
    before = image.copy()
    wanted = ALL[name](image)
    frozen = image.copy()
    frozen.setflags(write=False)
    wide = np.zeros((180, 120, 4), np.uint8)
    wide[::2, :, :3] = image
    for one in (image, frozen, np.asfortranarray(image), wide[::2, :, :3]):
        saliency = ALL[name](one)
        np.testing.assert_array_equal(saliency, wanted)
        assert saliency.flags.c_contiguous
        assert saliency.flags.writeable
    np.testing.assert_array_equal(image, before)


def test_layouts_compile_nothing_anew() -> None:
    for shape in ((90, 120), (1, 7)):
        minimum_barrier.saliency(np.asfortranarray(photograph(10, shape)))
    for kernel in (barrier_distance, reconstruct):
        assert isinstance(kernel, CPUDispatcher)
        assert len(kernel.signatures) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 5), np.uint8),
        np.zeros((4, 5, 1), np.uint8),
        np.zeros((4, 5, 4), np.uint8),
        np.zeros((4, 5, 3)),
        np.zeros((0, 5, 3), np.uint8),
        np.zeros((2, 4, 5, 3), np.uint8),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
@pytest.mark.parametrize("name", ALL)
def test_what_is_no_photograph(name: str, wrong: np.ndarray) -> None:
    with pytest.raises(ShapeError, match=r"takes uint8 \(H, W, 3\), RGB"):
        ALL[name](wrong)


def test_resizing_keeps_every_side() -> None:
    assert fit(np.zeros((400, 300, 3), np.uint8), 64).shape == (64, 48, 3)
    assert fit(np.zeros((1, 3000, 3), np.uint8), 64).shape == (1, 64, 3)
    assert fit(np.zeros((4, 2, 3), np.uint8), 300).shape == (300, 150, 3)


def test_rounding_is_not_stretched() -> None:
    assert not stretch(7.0 + np.array([[0.0, 1e-15], [3e-15, 0.0]])).any()
    assert not stretch(np.zeros((2, 2))).any()
    np.testing.assert_array_equal(stretch(np.array([[2.0, 3.0, 4.0]])), [[0, 128, 255]])


# --- cards --------------------------------------------------------------------------------------


def test_cards() -> None:
    assert [card.name for card in CARDS] == [f"baseline-{name}" for name in ALL]
    for card, function in zip(CARDS, ALL.values(), strict=True):
        module, _, attribute = card.entry.partition(":")
        assert getattr(import_module(module), attribute) is function
        assert not card.needs_torch
        assert card.finish is None
        assert card.weights.url is None
        assert card.paper_url.startswith("https://doi.org/10.")


def test_no_torch_is_loaded() -> None:
    code = (
        "import sys, numpy as np; from importlib import import_module; "
        "from sodeval.models.cards.baselines import CARDS; "
        "image = np.zeros((8, 9, 3), np.uint8); image[4, 4] = 200; "
        "entries = [card.entry.split(':') for card in CARDS]; "
        "[getattr(import_module(m), f)(image) for m, f in entries]; "
        "assert not set(sys.modules) & {'torch', 'pandas'}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
