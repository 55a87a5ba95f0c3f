"""Maps that are not there, or hold nothing, never make a score better."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

import sodeval
from sodeval.cli import cli
from sodeval.protocols import PROTOCOLS
from tests.files import make_set


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_missing_map_costs_what_an_empty_one_misses(tmp_path: Path, protocol: str) -> None:
    preds, gts = make_set(tmp_path, 4)
    (preds / "x2.png").unlink()
    report = sodeval.score(preds, gts, protocol=protocol, missing="zero")
    rows = report.per_image.set_index("name")
    gt = cv2.imread(str(gts / "x2.png"), cv2.IMREAD_GRAYSCALE)
    # single-precision sums of salmetric; guards of 1e-8 in u2net's and isnet's divisors
    assert rows.mae["x2"] == pytest.approx(np.mean(gt > 128), abs=1e-6)
    mean = report.metrics["mae"]
    assert mean == pytest.approx(rows.mae.mean(), abs=1e-8)
    assert "zero:1" in report.signature


def test_blank_maps_of_a_tool_that_counts_them_as_zero_are_said(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 4)
    cv2.imwrite(str(preds / "x1.png"), np.zeros((30, 40), np.uint8))
    done = run("score", preds, gts, "--protocol", "f3net-matlab", "--format", "json")
    (result,) = sodeval.score(preds, gts, protocol="f3net-matlab").results
    assert result.warnings["blank_adds_zero"] == 1
    assert result.undefined["mae"] == 1
    assert "adds 0 to every mean, MAE included" in " ".join(done.stderr.split())


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("count", [1, 6])
def test_every_protocols_report_compares_with_itself(
    tmp_path: Path, protocol: str, count: int
) -> None:
    preds, gts = make_set(tmp_path, count)
    if count > 1:
        cv2.imwrite(str(preds / "x1.png"), np.zeros((30, 40), np.uint8))
    report = tmp_path / "r.json"
    table = tmp_path / "r.per-image.csv"
    options = ("--protocol", protocol, "-o", report, "--per-image", table, "-q")
    assert run("score", preds, gts, *options).exit_code == 0
    done = run("compare", report, report, "--format", "csv", "-q")
    assert done.exit_code == 0, done.stderr


def test_protocols_that_cannot_be_named(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 2)
    done = run("score", preds, gts, "--protocol", ",")
    assert done.exit_code == 2
    assert done.stderr == "sodeval: no protocol was named; try 'pysodmetrics' or 'all'.\n"
    named = [PROTOCOLS["u2net"], "isnet"]
    assert len(sodeval.score(preds, gts, protocol=named).results) == 2


def test_a_column_is_not_a_metric(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 2)
    done = run("score", preds, gts, "--metrics", "max_fbeta")
    assert done.exit_code == 2
    assert done.stderr == "sodeval: max_fbeta is a column of fbeta; ask for --metrics fbeta.\n"
    assert run("metrics", "show", "f1").stdout.startswith("dice: ")
    assert run("metrics", "show", "dis").stdout.startswith("dis: mae, fbeta")
