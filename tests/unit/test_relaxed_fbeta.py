"""The relaxed F-measure against a plain transcription and the Model Garden's own numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sodeval.metrics.relaxed_fbeta import RelaxedFBeta
from tests.cases import DISC_SHAPE, disc, mask, named_pairs, random_pair
from tests.golden.make_goldens import HERE, read_pair
from tests.naive_boundary import measured, relaxed_euclidean, relaxed_garden, same

GOLDEN = json.loads((HERE / "boundary.json").read_text(encoding="utf-8"))
NAMED = named_pairs()
NAIVE = {"euclidean": relaxed_euclidean, "model-garden": relaxed_garden}


def score(
    pred: np.ndarray, gt: np.ndarray, reach: str = "euclidean", protocol: str = "pysodmetrics"
) -> float | None:
    row, _ = measured(RelaxedFBeta(), pred, gt, protocol, relaxed_reach=reach)
    return row["relaxed_fbeta"]


def assert_same(pred: np.ndarray, gt: np.ndarray) -> None:
    for reach, naive in NAIVE.items():
        got, wanted = score(pred, gt, reach), naive(pred, gt)
        assert same(got, wanted), (reach, got, wanted)


@pytest.mark.parametrize("name", NAMED)
def test_named_pair(name: str) -> None:
    assert_same(*NAMED[name])


@pytest.mark.parametrize("seed", range(20))
def test_random_pair(seed: int) -> None:
    assert_same(*random_pair(seed, 70))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data(), npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12))
def test_any_pair(data: st.DataObject, shape: tuple[int, int]) -> None:
    pred = data.draw(npst.arrays(np.uint8, shape))
    gt = data.draw(npst.arrays(np.uint8, shape, elements=st.sampled_from([0, 255])))
    assert_same(pred, gt)


@pytest.mark.parametrize("name", GOLDEN["images"])
def test_golden(name: str) -> None:
    pair = read_pair(HERE / "synthetic", name)
    # the tool has no min-max
    assert same(score(*pair, "model-garden", "pysodmetrics-raw"), GOLDEN["images"][name]["garden"])


@pytest.mark.parametrize(
    ("away", "euclidean", "garden"),
    [((0, 2), 1, 1.3 / 1.3), ((0, 3), 1, 0), ((2, 2), 1, 1), ((2, 3), 0, 0), ((0, 4), 0, 0)],
)
def test_what_is_near(away: tuple[int, int], euclidean: float, garden: float) -> None:
    """One pixel against another: 3 pixels away is near, the diagonal (2, 3) is not."""
    gt, pred = np.zeros((2, 15, 15), np.uint8)
    gt[7, 7] = 255
    pred[7 + away[0], 7 - away[1]] = 255
    assert score(pred, gt) == euclidean
    # its denominator has 1e-8 more
    assert abs(score(pred, gt, "model-garden") - garden) < 1e-7


def test_swapped_numerators_can_exceed_1() -> None:
    gt, pred = np.zeros((2, 15, 15), np.uint8)
    gt[7, 5:10] = 255
    pred[7, 7] = 255
    # five hits of the ground truth over one predicted pixel: P = 5, R = 1/5
    assert abs(score(pred, gt, "model-garden") - 1.3 * 1 / (0.3 * 5 + 0.2)) < 1e-7
    assert score(pred, gt) == 1.0


def test_empty_borders() -> None:
    gt = mask(disc(DISC_SHAPE, (12, 16), 7))
    none = np.zeros_like(gt)
    assert [score(*pair) for pair in ((none, none), (gt, none), (none, gt))] == [1.0, 0.0, 0.0]
    for pair in ((none, none), (gt, none), (none, gt)):
        assert score(*pair, "model-garden") is None


def test_a_full_mask_has_a_border_along_the_frame() -> None:
    full = np.full((9, 9), 255, np.uint8)
    assert score(full, full) == 1.0


def test_a_map_without_values_has_no_score() -> None:
    gt = mask(disc(DISC_SHAPE, (12, 16), 7))
    flat = np.full_like(gt, 9)
    row, _ = measured(RelaxedFBeta(), flat, gt, pred_scale="minmax-strict")
    assert row == {"relaxed_fbeta": None}
