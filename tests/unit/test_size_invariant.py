"""Size-invariant metrics against their plain transcription and against pysodmetrics."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sodeval.metrics.base import Pair, Reference, Sample
from sodeval.metrics.size_invariant import SizeInvariant, fbeta, target_counts, targets
from sodeval.protocols import EvalProtocol, get_protocol
from tests import naive, naive_size_invariant
from tests.cases import PROTOCOL, mask, named_pairs, random_pair, tie_pair

GOLDEN = Path(__file__).parents[1] / "golden"
NAMED = named_pairs()
# The counts are exact; F has three roundings, and sums over pixels and levels another order.
TOLERANCE = 1e-13
REFERENCE = get_protocol("pysodmetrics")


def sample_of(pred: np.ndarray, gt: np.ndarray, protocol: EvalProtocol = REFERENCE) -> Sample:
    return Sample(Pair(pred, Reference(gt).under(protocol)), protocol)


def row_of(sample: Sample) -> dict[str, float | None]:
    return dict(SizeInvariant().measure(sample, sample.protocol).row)


def boxes_of(gt: np.ndarray) -> list[list[int]]:
    return Reference(mask(gt)).under(REFERENCE).derived(targets).boxes.tolist()


def assert_same(pred: np.ndarray, gt: np.ndarray, scale: str = "minmax") -> None:
    """The columns, and what target_counts gives at the levels and at both thresholds."""
    sample = sample_of(pred, gt, get_protocol(PROTOCOL[scale]))
    wanted = naive_size_invariant.scores(pred, gt, scale)
    undefined = {column for column, value in wanted.items() if value is None}
    got = row_of(sample)
    assert {column for column, value in got.items() if value is None} == undefined
    known = {column: value for column, value in wanted.items() if column not in undefined}
    assert {c: got[c] for c in known} == pytest.approx(known, abs=TOLERANCE, rel=0)
    alone = naive_size_invariant.alone(*naive.prepare(pred, gt, scale))
    at_levels, adaptive, binary = counted(sample)
    lines = zip(*(naive.fbeta_curves(*pair) for pair in alone), strict=True)
    for got, curves in zip(at_levels, lines, strict=True):
        np.testing.assert_allclose(got, np.array(curves), atol=TOLERANCE, rtol=0)
    cut = [naive.adaptive_fbeta(*pair) for pair in alone]
    np.testing.assert_allclose(adaptive[2], cut, atol=TOLERANCE, rtol=0)
    cut = [naive.precision_recall_fbeta(p > 0.5, g)[2] for p, g in alone]
    np.testing.assert_allclose(binary[2], cut, atol=TOLERANCE, rtol=0)


def counted(sample: Sample) -> list[list[np.ndarray]]:
    """Precision, recall and F of all targets: at the levels, adaptive, and of p > 0.5."""
    parts = list(target_counts(sample))
    positives = np.concatenate([part.positives for part in parts])
    return [
        list(fbeta(np.concatenate([part[n] for part in parts]), positives, 0.3)) for n in range(3)
    ]


@pytest.mark.parametrize("name", NAMED)
def test_named_pair(name: str) -> None:
    assert_same(*NAMED[name])


@pytest.mark.parametrize("scale", PROTOCOL)
@pytest.mark.parametrize("seed", range(12))
def test_random_pair(seed: int, scale: str) -> None:
    assert_same(*random_pair(seed, 60), scale)


shapes = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=11)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.data(), st.sampled_from(sorted(PROTOCOL)))
def test_any_pair(data: st.DataObject, scale: str) -> None:
    shape = data.draw(shapes)
    pred = data.draw(npst.arrays(np.uint8, shape, elements=st.integers(0, 255)))
    gt = data.draw(npst.arrays(np.uint8, shape, elements=st.sampled_from([0, 255, 255])))
    assert_same(pred, gt, scale)


@pytest.mark.parametrize("seed", range(20))
def test_adaptive_threshold_on_a_level(seed: int) -> None:
    assert_same(*tie_pair(seed))


def islands() -> tuple[np.ndarray, np.ndarray]:
    """Five targets, boxes in boxes, and two components too small; the golden file has it."""
    y, x = np.indices((60, 80))
    gt = np.zeros((60, 80), bool)
    gt[4:20, 5:9] = gt[16:20, 5:30] = gt[6:13, 14:27] = gt[28:50, 40:70] = True
    gt[55:58, 3:7] = gt[2:6, 70:76] = gt[40:55, 8:20] = True
    gt[31:47, 44:66] = False
    gt[36:42, 50:60] = True
    pred = (120 * gt + ((y * 7 + x * 11) % 97) + x // 2).astype(np.uint8)
    return pred, mask(gt)


def test_targets_are_large_components() -> None:
    _, gt = islands()
    assert boxes_of(gt) == [
        [4, 19, 5, 29],
        [6, 12, 14, 26],
        [28, 49, 40, 69],
        [36, 41, 50, 59],
        [40, 54, 8, 19],
    ]
    corner = np.zeros((30, 40), bool)
    corner[:7, :7] = corner[7:14, 7:14] = True  # 49 pixels each, touching at a corner alone
    assert boxes_of(corner) == [[0, 6, 0, 6], [7, 13, 7, 13]]
    corner[0, 7] = True
    assert boxes_of(corner) == [[0, 6, 0, 7]]
    assert boxes_of(np.zeros((3, 4))) == [[0, 2, 0, 3]]


def test_more_targets_than_bits() -> None:
    """Where the reference's bit per target overflows: 86 of 130 rectangles are large enough."""
    gt = np.zeros((80, 143), bool)
    for n in range(130):
        y, x = n // 13 * 8, n % 13 * 11
        gt[y : y + 6, x : x + 9] = True
        gt[y, x : x + 5] = n % 3 > 0  # 49 pixels left
    pred = np.random.default_rng(8).integers(0, 256, gt.shape, dtype=np.uint8)
    assert len(boxes_of(gt)) == 86
    assert_same(pred, mask(gt))


def test_thousands_of_targets() -> None:
    """No component is large, so all of the largest area count: here single pixels."""
    rng = np.random.default_rng(9)
    gt = np.zeros((160, 200), bool)
    gt[::2, ::2] = True
    pred = rng.integers(0, 256, gt.shape, dtype=np.uint8)
    pred[0, :2] = 0, 255  # so that the protocol leaves the values alone
    sample = sample_of(pred, mask(gt))
    p = pred[gt] / 255
    level = pred[gt].astype(int)
    zero = 1.3 / (0.3 + gt.size)  # F at level 0, which all pixels pass
    row = row_of(sample)
    best = np.where(level > 0, 1.0, zero)
    assert row["si_max_fbeta"] == pytest.approx(best.mean(), abs=TOLERANCE)
    assert row["si_mean_fbeta"] == pytest.approx(((level + zero) / 256).mean(), abs=TOLERANCE)
    ratio = np.count_nonzero(~gt) / len(p)
    wanted = (ratio * (pred[~gt] / 255).mean() + (1 - p).sum()) / (len(p) + ratio)
    assert row["si_mae"] == pytest.approx(wanted, abs=TOLERANCE)
    assert sum(len(part.positives) for part in target_counts(sample)) == 8000


def test_no_background_left() -> None:
    """Boxes that cover the image leave no background to average: null, the reference's NaN."""
    gt = np.zeros((20, 30), bool)
    gt[:, :2] = gt[0] = True  # its box is the whole image
    gt[5:15, 5:25] = True
    pred = np.random.default_rng(10).integers(0, 256, gt.shape, dtype=np.uint8)
    assert row_of(sample_of(pred, mask(gt)))["si_mae"] is None
    assert_same(pred, mask(gt))
    for whole in (np.zeros_like(gt), np.ones_like(gt)):
        p, g = naive.prepare(pred, mask(whole))
        row = row_of(sample_of(pred, mask(whole)))
        assert row["si_mae"] == pytest.approx(naive.mae(p, g), abs=TOLERANCE)


def test_maps_of_many_values() -> None:
    protocol = get_protocol("pysodmetrics-raw")
    rng = np.random.default_rng(11)
    _, gt = islands()
    raw = np.sort(rng.uniform(0, 255, 3000))
    codes = rng.integers(0, raw.size, gt.shape).astype(np.int32)
    sample = Sample(Pair(codes, Reference(gt).under(protocol), raw), protocol)
    p, g = raw[codes] / 255, gt > 128
    curves = naive_size_invariant.fbeta_curves(p, g)
    row = row_of(sample)
    assert row["si_mae"] == pytest.approx(naive_size_invariant.si_mae(p, g), abs=TOLERANCE)
    assert row["si_max_fbeta"] == pytest.approx(curves.max(axis=1).mean(), abs=TOLERANCE)
    assert row["si_mean_fbeta"] == pytest.approx(curves.mean(axis=1).mean(), abs=TOLERANCE)
    wanted = [naive.adaptive_fbeta(*pair) for pair in naive_size_invariant.alone(p, g)]
    np.testing.assert_allclose(counted(sample)[1][2], wanted, atol=TOLERANCE, rtol=0)


def test_a_map_without_values_has_no_score() -> None:
    protocol = replace(REFERENCE, pred_scale="minmax-strict")
    assert set(row_of(sample_of(*NAMED["constant_90"], protocol)).values()) == {None}


def test_golden_values() -> None:
    """Each image's numbers; null where pysodmetrics gives NaN or fails."""
    golden = json.loads((GOLDEN / "size_invariant.json").read_text())
    pairs = {"islands": islands()}
    for path in sorted((GOLDEN / "synthetic" / "pred").glob("*.png")):
        gt = cv2.imread(str(GOLDEN / "synthetic" / "gt" / path.name), cv2.IMREAD_GRAYSCALE)
        pairs[path.stem] = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), gt
    assert set(pairs) == set(golden["images"])
    for name, wanted in golden["images"].items():
        sample = sample_of(*pairs[name])
        _, adaptive, binary = counted(sample)
        got = row_of(sample)
        got |= {"adp": float(adaptive[2].mean()), "bin": float(binary[2].mean())}
        known = {column: value for column, value in wanted.items() if value is not None}
        assert {c: got[c] for c in known} == pytest.approx(known, abs=TOLERANCE, rel=0), name
    missing = [name for name, row in golden["images"].items() if None in row.values()]
    assert missing == ["checker", "full_gt"]  # more targets than bits; no background
