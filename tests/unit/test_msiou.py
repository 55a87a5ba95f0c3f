"""Multiscale IoU against its plain transcription and against pysodmetrics."""

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

from sodeval.metrics.base import Measured, Pair, Reference, Sample
from sodeval.metrics.msiou import MSIoU, binary_score, cells, curve, cut_score
from sodeval.protocols import get_protocol
from tests import naive, naive_msiou
from tests.cases import PROTOCOL, mask, named_pairs, random_pair

GOLDEN = Path(__file__).parents[1] / "golden"
NAMED = named_pairs()
RULES = ("exact", "float16")
# Ratios and their sum have the same few roundings on both sides; the mean adds 257 numbers.
TOLERANCE = 1e-14


def sample_of(
    pred: np.ndarray, gt: np.ndarray, scale: str = "minmax", rule: str = "float16"
) -> Sample:
    protocol = replace(get_protocol(PROTOCOL[scale]), msiou_cells=rule)
    return Sample(Pair(pred, Reference(gt).under(protocol)), protocol)


def measure(sample: Sample) -> Measured:
    return MSIoU().measure(sample, sample.protocol)


def binary_of(sample: Sample, line: np.ndarray) -> float:
    return cut_score(sample, sample.tables.values > 0.5, line)


def assert_same(pred: np.ndarray, gt: np.ndarray, scale: str, rule: str) -> None:
    sample = sample_of(pred, gt, scale, rule)
    got = measure(sample)
    row, line, binary = naive_msiou.scores(pred, gt, scale, rule)
    assert got.row == pytest.approx(row, abs=TOLERANCE, rel=0)
    np.testing.assert_allclose(got.curves["msiou"], line, atol=TOLERANCE, rtol=0)
    assert binary_of(sample, got.curves["msiou"]) == pytest.approx(binary, abs=TOLERANCE)


@pytest.mark.parametrize("name", NAMED)
def test_named_pair(name: str) -> None:
    pred, gt = NAMED[name]
    if np.unique(pred).size > 99 and name not in ("soft", "noise_gt"):
        pred = pred // 16 * 16  # the transcription looks at every mask
    assert_same(pred, gt, "minmax", "float16")


@pytest.mark.parametrize("scale", PROTOCOL)
@pytest.mark.parametrize("seed", range(8))
def test_random_pair(seed: int, scale: str) -> None:
    pred, gt = random_pair(seed, 30)
    assert_same(pred // 16 * 16, gt, scale, RULES[seed % 2])


shapes = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data(), st.sampled_from(sorted(PROTOCOL)), st.sampled_from(RULES))
def test_any_pair(data: st.DataObject, scale: str, rule: str) -> None:
    shape = data.draw(shapes)
    few = st.lists(st.integers(0, 255), min_size=1, max_size=5).map(sorted)
    pred = data.draw(npst.arrays(np.uint8, shape, elements=st.sampled_from(data.draw(few))))
    gt = data.draw(npst.arrays(np.uint8, shape, elements=st.sampled_from([0, 255])))
    assert_same(pred, gt, scale, rule)


def test_every_neighbourhood() -> None:
    """Whether a pixel is an edge in each of the 256 cases; the ground truth marks it as one."""
    gt = np.array([[1, 1, 1], [0, 0, 0], [0, 0, 0]], np.uint8)
    assert naive_msiou.edges(gt > 0)[1, 1]
    protocol = get_protocol("pysodmetrics")
    truth = Reference(mask(gt)).under(protocol)
    for kind in range(256):
        bits = [kind >> n & 1 for n in range(8)]
        pred = np.array([*bits[:4], 0, *bits[4:]], np.uint8).reshape(3, 3)
        wanted = naive_msiou.score(pred > 0, gt > 0, "exact")
        assert binary_score(pred, truth, protocol) == pytest.approx(wanted, abs=TOLERANCE)
        own = cells(Reference(mask(pred)).under(protocol)).smallest[::-1, ::-1]
        np.testing.assert_array_equal(own == 0, naive_msiou.edges(pred > 0))


def test_cells_are_aligned_at_the_bottom_right() -> None:
    """With zeros at the bottom and on the right instead, these two would share a cell of size 4."""
    pred, gt = np.zeros((2, 5, 6), np.uint8)
    gt[0, :2] = pred[2:4, :2] = 1
    sample = sample_of(pred, mask(gt))
    for size in range(10):
        marked = naive_msiou.marked(naive_msiou.edges(gt > 0), 2**size)
        assert np.count_nonzero(marked) == sample.gt.derived(cells).counts[size]
    assert_same(pred, mask(gt), "minmax", "exact")


def rough() -> tuple[np.ndarray, np.ndarray]:
    """A pair of so many edges that half precision cannot count them; the golden file has it."""
    y, x = np.indices((90, 70))
    pred = ((y * y * 31 + x * x * 17 + x * y * 7) % 251).astype(np.uint8)
    return pred, mask(np.roll(pred, 3, 1) // 16 % 2)


def test_half_precision_moves_the_score() -> None:
    scores = {rule: measure(sample_of(*rough(), rule=rule)).row["adp_msiou"] for rule in RULES}
    assert 0 < abs(scores["exact"] - scores["float16"]) < 1e-3


def test_more_edges_than_half_precision_knows() -> None:
    """More than 65519 cells count as infinitely many: the ratio is 0, and nothing warns."""
    gt = np.random.default_rng(5).random((300, 290)) < 0.5
    assert_same(mask(gt), mask(gt), "minmax", "float16")


def test_large_cells_part_a_large_image() -> None:
    """An image of several cells of 512: a coarse map, so that few masks are tried."""
    rng = np.random.default_rng(6)
    coarse = rng.choice(np.array([0, 90, 255], np.uint8), (14, 3))
    gt = np.zeros((560, 120), np.uint8)
    gt[520:540, 40:90] = 255
    gt[30:60, 100:118] = 255
    assert_same(np.kron(coarse, np.ones((40, 40), np.uint8)), gt, "minmax", "exact")


def test_no_foreground_scores_one() -> None:
    for pred in (NAMED["noise"][0], np.zeros((26, 34), np.uint8)):
        got = measure(sample_of(pred, np.zeros_like(pred)))
        assert got.row == {"max_msiou": 1.0, "mean_msiou": 1.0, "adp_msiou": 1.0}
        assert got.curves["msiou"].tolist() == [1.0] * 257


def test_a_threshold_between_two_values_of_one_level() -> None:
    """Maps of more than 256 values: the cut is no entry of the curve."""
    protocol = get_protocol("pysodmetrics-raw")
    rng = np.random.default_rng(7)
    raw = np.sort(rng.uniform(100, 110, 400))
    codes = rng.integers(0, 400, (20, 24)).astype(np.int32)
    gt = mask(rng.random(codes.shape) < 0.3)
    sample = Sample(Pair(codes, Reference(gt).under(protocol), raw), protocol)
    line = curve(sample.quantised, sample.gt, protocol)
    p = raw[codes] / 255
    q = np.floor(255 * p)
    for at in (0, 57, 200, 399):
        threshold = raw[at] / 255
        got = cut_score(sample, sample.tables.values >= threshold, line)
        wanted = naive_msiou.score(p >= threshold, gt > 128, protocol.msiou_cells)
        assert got == pytest.approx(wanted, abs=TOLERANCE)
    for level in (0, 100, 105, 110, 256):
        wanted = naive_msiou.score(q >= level, gt > 128, protocol.msiou_cells)
        assert line[level] == pytest.approx(wanted, abs=TOLERANCE)


def test_a_map_without_values_has_no_score() -> None:
    protocol = replace(get_protocol("pysodmetrics"), pred_scale="minmax-strict")
    pred, gt = NAMED["constant_90"]
    got = measure(Sample(Pair(pred, Reference(gt).under(protocol)), protocol))
    assert set(got.row.values()) == {None}
    assert not got.curves


def test_golden_values() -> None:
    """Each image's numbers, and the set's: max and mean of the averaged curve."""
    golden = json.loads((GOLDEN / "msiou.json").read_text())
    pairs = {"rough": rough()}
    for path in sorted((GOLDEN / "synthetic" / "pred").glob("*.png")):
        gt = cv2.imread(str(GOLDEN / "synthetic" / "gt" / path.name), cv2.IMREAD_GRAYSCALE)
        pairs[path.stem] = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), gt
    assert set(pairs) == set(golden["images"])
    rows, lines = [], []
    for name, wanted in golden["images"].items():
        sample = sample_of(*pairs[name])
        got = measure(sample)
        row = {**got.row, "bin_msiou": binary_of(sample, got.curves["msiou"])}
        assert row == pytest.approx(wanted, abs=TOLERANCE, rel=0), name
        if name != "rough":
            rows.append(row)
            lines.append(got.curves["msiou"])
    means = {column: float(np.mean([row[column] for row in rows])) for column in rows[0]}
    protocol = get_protocol("pysodmetrics")
    summary = MSIoU().summarise(means, {"msiou": np.mean(lines, axis=0)}, protocol)
    assert summary == pytest.approx(golden["dataset"], abs=TOLERANCE, rel=0)


def test_the_transcription_takes_levels_of_the_map() -> None:
    """Guards the oracle: floor(255 p) of a stretched map, 257 levels, the last one empty."""
    pred, gt = NAMED["low_range"]
    p, g = naive.prepare(pred, gt)
    line = naive_msiou.curve(p, g, "exact")
    assert len(line) == 257
    assert line[256] == naive_msiou.score(np.zeros(g.shape, bool), g, "exact")
