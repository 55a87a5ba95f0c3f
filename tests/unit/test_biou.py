"""Boundary IoU against a plain transcription and BiRefNet's own numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sodeval.kernels import boundary
from sodeval.metrics.biou import BoundaryIoU
from sodeval.protocols import get_protocol
from tests.cases import DISC_SHAPE, disc, mask, named_pairs, random_pair
from tests.golden.make_goldens import HERE, read_pair
from tests.naive_boundary import TOLERANCE, biou_curve, eroded_3x3, measured

GOLDEN = json.loads((HERE / "boundary.json").read_text(encoding="utf-8"))
NAMED = named_pairs()


def assert_same(pred: np.ndarray, gt: np.ndarray) -> None:
    row, curves = measured(BoundaryIoU(), pred, gt)
    wanted = biou_curve(pred, gt)
    np.testing.assert_array_equal(curves["biou"], wanted)  # the same division of whole numbers
    assert row["max_biou"] == wanted.max()
    assert abs(row["mean_biou"] - wanted.mean()) <= TOLERANCE


@pytest.mark.parametrize("name", NAMED)
def test_named_pair(name: str) -> None:
    assert_same(*NAMED[name])


@pytest.mark.parametrize("seed", range(30))
def test_random_pair(seed: int) -> None:
    assert_same(*random_pair(seed, 120))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data(), npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12))
def test_any_pair(data: st.DataObject, shape: tuple[int, int]) -> None:
    pred = data.draw(npst.arrays(np.uint8, shape))
    gt = data.draw(npst.arrays(np.uint8, shape, elements=st.sampled_from([0, 255])))
    assert_same(pred, gt)


@pytest.mark.parametrize("name", GOLDEN["images"])
def test_golden(name: str) -> None:
    row, _ = measured(BoundaryIoU(), *read_pair(HERE / "synthetic", name))
    for column in ("max_biou", "mean_biou"):
        assert abs(row[column] - GOLDEN["images"][name][column]) <= TOLERANCE


def test_max_and_mean_are_of_the_averaged_curve() -> None:
    names = GOLDEN["images"]
    lines = [measured(BoundaryIoU(), *read_pair(HERE / "synthetic", n))[1]["biou"] for n in names]
    average = np.mean(lines, axis=0)
    protocol = get_protocol("pysodmetrics")
    scores = BoundaryIoU().summarise({}, {"biou": average}, protocol)
    for column, wanted in GOLDEN["dataset"].items():
        assert abs(scores[column] - wanted) <= TOLERANCE
    nothing = {"max_biou": None, "mean_biou": None}
    assert BoundaryIoU().summarise(nothing, {}, protocol) == nothing


@pytest.mark.parametrize("reach", [1, 2, 3, 5, 8, 13])
@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (40, 3), (27, 27), (28, 31), (64, 33)])
def test_erosion(reach: int, shape: tuple[int, int]) -> None:
    image = np.random.default_rng(reach).integers(0, 256, shape, dtype=np.uint8)
    image[image < 200] += 55  # so that far from every window's smallest is 0
    wanted = image
    for _ in range(reach):
        wanted = eroded_3x3(wanted)
    np.testing.assert_array_equal(boundary.eroded(image, reach), wanted)


def test_a_perfect_map_scores_1_and_an_empty_ground_truth_0() -> None:
    gt = mask(disc(DISC_SHAPE, (12, 16), 7))
    _, curves = measured(BoundaryIoU(), gt, gt)
    assert np.all(curves["biou"][1:] == 1)
    row, curves = measured(BoundaryIoU(), gt, np.zeros_like(gt))
    assert row == {"max_biou": 0.0, "mean_biou": 0.0}
    assert not curves["biou"].any()


def test_a_map_without_values_has_no_score() -> None:
    gt = mask(disc(DISC_SHAPE, (12, 16), 7))
    row, curves = measured(BoundaryIoU(), np.full_like(gt, 9), gt, pred_scale="minmax-strict")
    assert row == {"max_biou": None, "mean_biou": None}
    assert curves == {}
