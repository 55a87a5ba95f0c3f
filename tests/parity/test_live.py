"""sodeval against pysodmetrics 1.6.2 itself, in an environment that has both.

Deselected by default: `pytest -m live tests/parity/test_live.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from sodeval import Evaluator
from tests import naive
from tests.cases import (
    COLUMNS,
    CURVES,
    PROTOCOL,
    constant_pairs,
    curves_of,
    measure,
    named_pairs,
    random_pair,
    row_of,
    tie_pair,
)
from tests.golden.make_goldens import reference_data_set, reference_scores
from tests.naive import disagreements

pytestmark = pytest.mark.live

SHARED = Path(__file__).parents[2].parent / "shared" / "pairs"
SETS = ("sod_dss", "pysod_examples", "bset_rs1", "bset_rs2", "synthetic")
needs_pairs = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real pairs (../shared/pairs) are not part of the project"
)

NAMED = named_pairs()

# The reference's names for our columns: per image, then of the data set.
PER_IMAGE = {
    "mae": "mae",
    "max_fbeta": "fm_max",
    "mean_fbeta": "fm_mean",
    "adp_fbeta": "fm_adp",
    "weighted_fbeta": "wfm",
    "smeasure": "sm",
    "max_emeasure": "em_max",
    "mean_emeasure": "em_mean",
    "adp_emeasure": "em_adp",
}
OF_CURVES = {
    "max_fbeta": "fm_curve_mean_then_max",
    "mean_fbeta": "fm_curve_mean_then_mean",
    "max_emeasure": "em_curve_mean_then_max",
    "mean_emeasure": "em_curve_mean_then_mean",
}
EXPECTED_CURVES = {"precision": "pre", "recall": "rec", "fbeta": "fm", "emeasure": "em"}


def assert_same(pred, gt, scale):
    row, curves = measure(pred, gt, scale)
    wanted_row, wanted_curves = reference_scores(pred, gt, scale)
    assert disagreements(row, wanted_row) == []
    assert disagreements(curves, wanted_curves) == []


def test_the_naive_transcription_is_the_reference():
    """Without sodeval: what test_naive.py compares with is what pysodmetrics computes.

    1e-12 for weighted F, too: both smooth with the 49 weights in one pass.
    """
    pairs = NAMED | {f"random_{seed}": random_pair(seed, 60) for seed in range(2000, 2040)}
    pairs |= {f"tie_{seed}": tie_pair(seed) for seed in range(2000, 2030)}
    wrong = {}
    for scale in PROTOCOL:
        for name, (pred, gt) in pairs.items():
            row, curves = naive.scores(pred, gt, scale)
            wanted_row, wanted_curves = reference_scores(pred, gt, scale)
            tolerance = dict.fromkeys(naive.TOLERANCE, 1e-12)
            lines = disagreements(row | curves, wanted_row | wanted_curves, tolerance)
            if lines:
                wrong[name, scale] = lines
    assert wrong == {}


@pytest.mark.parametrize("scale", PROTOCOL)
@pytest.mark.parametrize("name", NAMED)
def test_named_pair(name, scale):
    assert_same(*NAMED[name], scale)


@pytest.mark.parametrize("seed", range(1000, 1300))
def test_random_pair(seed):
    assert_same(*random_pair(seed), "none" if seed % 4 == 0 else "minmax")


@pytest.mark.parametrize("seed", range(1000, 1100))
def test_adaptive_threshold_on_a_level(seed):
    assert_same(*tie_pair(seed), "none" if seed % 4 == 0 else "minmax")


def test_constant_maps():
    wrong = {}
    for name, (pred, gt) in constant_pairs().items():
        lines = disagreements(measure(pred, gt)[0], reference_scores(pred, gt)[0])
        if lines:
            wrong[name] = lines
    assert wrong == {}


def read_set(name):
    """The pairs of a set by stem, as OpenCV reads them in grey."""
    pairs = {}
    for gt in sorted((SHARED / name / "gt").iterdir()):
        (pred,) = (SHARED / name / "pred").glob(gt.stem + ".*")
        pairs[gt.stem] = tuple(cv2.imread(str(f), cv2.IMREAD_GRAYSCALE) for f in (pred, gt))
    return pairs


def scored(pairs, protocol):
    evaluator = Evaluator(metrics="default", protocol=protocol)
    for name, (pred, gt) in pairs.items():
        evaluator.update(pred, gt, name=name)
    return evaluator.compute()


@needs_pairs
@pytest.mark.parametrize("scale", PROTOCOL)
@pytest.mark.parametrize("name", SETS)
def test_real_set(name, scale):
    pairs = read_set(name)
    report = scored(pairs, PROTOCOL[scale])
    assert len(report.per_image) == len(pairs)
    wrong = {}
    for stem, (pred, gt) in pairs.items():
        lines = disagreements(row_of(report, stem), reference_scores(pred, gt, scale)[0])
        if lines:
            wrong[stem] = lines
    assert wrong == {}
    wanted, wanted_curves = reference_data_set(pairs.values(), scale)
    assert disagreements(report.metrics, wanted) == []
    assert disagreements(curves_of(report), wanted_curves) == []


@needs_pairs
@pytest.mark.parametrize("name", SETS[:-1])
def test_expected_values(name):
    """The stored values of the sets: made by the same tool, perhaps on other versions."""
    tables = json.loads((SHARED / "expected_pysodmetrics.json").read_text(encoding="utf-8"))
    wanted = tables["sets"][name]
    report = scored(read_set(name), "pysodmetrics")
    assert len(report.per_image) == wanted["n"]
    wrong = {}
    for stem, row in wanted["images"].items():
        values = {column: row[PER_IMAGE[column]] for column in COLUMNS}
        lines = disagreements(row_of(report, stem), values)
        if lines:
            wrong[stem] = lines
    assert wrong == {}
    data_set = wanted["dataset"]
    columns = {
        column: data_set[OF_CURVES[column]]
        if column in OF_CURVES
        else data_set[PER_IMAGE[column]]["mean"]
        for column in COLUMNS
    }
    assert disagreements(report.metrics, columns) == []
    ascending = {name: data_set["curves"][EXPECTED_CURVES[name]][::-1] for name in CURVES}
    assert disagreements(curves_of(report), ascending) == []
