"""sodeval against the plain transcription of each formula in `tests/naive.py`."""

from __future__ import annotations

import pytest

from sodeval import Evaluator
from tests import naive
from tests.cases import (
    PROTOCOL,
    constant_pairs,
    curves_of,
    measure,
    named_pairs,
    random_pair,
    row_of,
    tie_pair,
)
from tests.naive import disagreements

NAMED = named_pairs()


def assert_same(pred, gt, scale):
    row, curves = measure(pred, gt, scale)
    wanted_row, wanted_curves = naive.scores(pred, gt, scale)
    assert disagreements(row, wanted_row) == []
    assert disagreements(curves, wanted_curves) == []


@pytest.mark.parametrize("scale", PROTOCOL)
@pytest.mark.parametrize("name", NAMED)
def test_named_pair(name, scale):
    assert_same(*NAMED[name], scale)


@pytest.mark.parametrize("scale", PROTOCOL)
@pytest.mark.parametrize("seed", range(30))
def test_random_pair(seed, scale):
    assert_same(*random_pair(seed, 80), scale)


@pytest.mark.parametrize("seed", range(60))
def test_adaptive_threshold_on_a_level(seed):
    """Both sides must add the map in NumPy's order to fall on the same side of the tie."""
    pred, gt = tie_pair(seed)
    row, _ = measure(pred, gt)
    p, g = naive.prepare(pred, gt)
    wanted = {
        "adp_fbeta": naive.adaptive_fbeta(p, g),
        "adp_emeasure": naive.adaptive_emeasure(p, g),
        "smeasure": naive.smeasure(p, g),
    }
    assert disagreements(row, wanted) == []


def test_constant_maps():
    """The last bit of a block's mean decides whether the block is constant: 1 or 0 in S."""
    pairs = constant_pairs()
    evaluator = Evaluator(metrics="default", protocol="pysodmetrics")
    for name, (pred, gt) in pairs.items():
        evaluator.update(pred, gt, name=name)
    report = evaluator.compute()
    wrong = {}
    for name, (pred, gt) in pairs.items():
        p, g = naive.prepare(pred, gt)
        wanted = {
            "mae": naive.mae(p, g),
            "adp_fbeta": naive.adaptive_fbeta(p, g),
            "adp_emeasure": naive.adaptive_emeasure(p, g),
            "smeasure": naive.smeasure(p, g),
        }
        lines = disagreements(row_of(report, name), wanted)
        if lines:
            wrong[name] = lines
    assert wrong == {}


@pytest.mark.parametrize("scale", PROTOCOL)
def test_data_set(scale):
    """Curves are averaged before max and mean; undefined images are left out and counted."""
    pairs = {name: pair for name, pair in NAMED.items() if pair[0].size < 1000}
    evaluator = Evaluator(metrics="default", protocol=PROTOCOL[scale])
    rows, lines = [], []
    for name, (pred, gt) in pairs.items():
        evaluator.update(pred, gt, name=name)
        row, line = naive.scores(pred, gt, scale)
        rows.append(row)
        lines.append(line)
    report = evaluator.compute()
    assert disagreements(report.metrics, naive.data_set(rows, lines)) == []
    assert disagreements(curves_of(report), naive.average_curves(lines)) == []
    missing = {name: sum(row[name] is None for row in rows) for name in naive.COLUMNS}
    assert report.results[0].undefined == {name: n for name, n in missing.items() if n}
