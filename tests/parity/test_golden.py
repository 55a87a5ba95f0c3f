"""sodeval against committed numbers of PySODMetrics 1.6.2, made by running it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sodeval import Evaluator
from tests.cases import COLUMNS, CURVES, PROTOCOL, curves_of, measure, row_of
from tests.golden.make_goldens import GOLDEN, HERE, SYNTHETIC, names_in, read_pair
from tests.naive import disagreements

PAIRS = HERE / "pairs"
SYNTHETIC_PAIRS = HERE / "synthetic"


@pytest.fixture(scope="module")
def golden() -> dict:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def synthetic() -> dict:
    return json.loads(SYNTHETIC.read_text(encoding="utf-8"))["protocols"]


def scored(folder, names, protocol):
    evaluator = Evaluator(metrics="default", protocol=protocol)
    for name in names:
        evaluator.update(*read_pair(folder, name), name=name)
    return evaluator.compute()


def test_every_pair_has_a_golden_row(golden):
    assert names_in(PAIRS) == sorted(golden["images"])


@pytest.mark.parametrize("name", names_in(PAIRS))
def test_image(name, golden):
    row, curves = measure(*read_pair(PAIRS, name))
    wanted = golden["images"][name]
    assert disagreements(row, wanted["metrics"]) == []
    assert disagreements(curves, wanted["curves"]) == []


def test_data_set(golden):
    names = names_in(PAIRS)
    report = scored(PAIRS, names, "pysodmetrics")
    assert disagreements(report.metrics, golden["dataset"]) == []
    images = golden["images"].values()
    for curve in CURVES:
        defined = [image["curves"][curve] for image in images if image["curves"][curve]]
        average = np.mean(defined, axis=0)
        assert disagreements(curves_of(report), {curve: average}) == []


def test_undefined_values_are_counted_not_scored(golden):
    report = scored(PAIRS, names_in(PAIRS), "pysodmetrics")
    rows = [image["metrics"] for image in golden["images"].values()]
    missing = {column: sum(row[column] is None for row in rows) for column in COLUMNS}
    assert report.results[0].undefined == {k: n for k, n in missing.items() if n}


@pytest.mark.parametrize("protocol", PROTOCOL.values())
def test_synthetic_images(protocol, synthetic):
    report = scored(SYNTHETIC_PAIRS, names_in(SYNTHETIC_PAIRS), protocol)
    wanted = synthetic[protocol]["sets"]["synthetic"]["images"]
    assert sorted(wanted) == names_in(SYNTHETIC_PAIRS)
    for name, row in wanted.items():
        assert disagreements(row_of(report, name), row) == [], name


@pytest.mark.parametrize("protocol", PROTOCOL.values())
@pytest.mark.parametrize("part", ["synthetic", "synthetic_defined"])
def test_synthetic_data_set(part, protocol, synthetic):
    wanted = synthetic[protocol]["sets"][part]
    names = wanted["images"] if part == "synthetic_defined" else names_in(SYNTHETIC_PAIRS)
    report = scored(SYNTHETIC_PAIRS, names, protocol)
    assert sorted(wanted["dataset"]) == sorted(COLUMNS)
    assert disagreements(report.metrics, wanted["dataset"]) == []
