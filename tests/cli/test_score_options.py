"""``sodeval score``: protocols, intervals, breakdowns, tags and photographs."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sodeval
from sodeval.cli import cli
from sodeval.protocols import PROTOCOLS
from sodeval.signature import Signature
from tests.files import make_set


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, str]:
    preds, gts = make_set(tmp_path, 7)
    return str(preds), str(gts)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["score", *arguments])


def test_all_protocols_at_once_are_the_single_runs(folders: tuple[str, str]) -> None:
    done = run(*folders, "--protocol", "all", "--format", "json", "-q")
    assert done.exit_code == 0, done.output
    results = json.loads(done.stdout)["results"]
    assert [result["protocol"]["name"] for result in results] == list(PROTOCOLS)
    for result in results:
        (single,) = sodeval.score(*folders, protocol=result["protocol"]["name"]).results
        assert single.to_dict() == result
    first, second = (Signature.parse(result["signature"]) for result in results[:2])
    assert not first.comparable(second)


def test_some_protocols(folders: tuple[str, str]) -> None:
    done = run(*folders, "--protocol", "u2net,isnet", "-q")
    assert done.exit_code == 0
    assert "u2net" in done.stdout
    assert "isnet" in done.stdout
    assert "birefnet" not in done.stdout
    wrong = run(*folders, "--protocol", "u2net,isnot")
    assert wrong.exit_code == 2
    assert wrong.stderr == "sodeval: unknown protocol 'isnot'; did you mean 'isnet'?\n"


def test_intervals(folders: tuple[str, str]) -> None:
    done = run(*folders, "--ci", "--seed", "5", "--format", "json", "-q")
    (result,) = json.loads(done.stdout)["results"]
    assert list(result["ci95"]) == list(result["metrics"])
    for column, (low, high) in result["ci95"].items():
        assert low <= result["metrics"][column] <= high, column
    assert "|seed:5|" in result["signature"]
    digest = json.loads(done.stdout)["digest"]
    again = run(*folders, "--ci", "--seed", "5", "--workers", "3", "--format", "json", "-q")
    assert json.loads(again.stdout)["digest"] == digest
    table = run(*folders, "--ci", "-q").stdout
    assert "95 % interval" in table
    rows = list(csv.DictReader(StringIO(run(*folders, "--ci", "--format", "csv", "-q").stdout)))
    assert float(rows[0]["mae_ci95_low"]) < float(rows[0]["mae"]) < float(rows[0]["mae_ci95_high"])
    assert " [" in run(*folders, "--ci", "--format", "markdown", "-q").stdout


def test_breakdowns_and_tags(folders: tuple[str, str], tmp_path: Path) -> None:
    tags = tmp_path / "tags.csv"
    tags.write_text("name,weather\nx0,sun\nx1,rain\nx2,sun\n")
    report = tmp_path / "r.json"
    done = run(*folders, "--tags", str(tags), "-o", str(report), "-q")
    assert done.exit_code == 0, done.output
    (result,) = json.loads(report.read_text())["results"]
    groups = result["breakdowns"]
    assert {"size", "objects", "boundary", "border", "tag:weather"} == set(groups)
    assert {name: group["images"] for name, group in groups["tag:weather"].items()} == {
        "rain": 1,
        "sun": 2,
        "untagged": 4,
    }
    for kind in ("size", "objects", "boundary", "border"):
        assert sum(group["images"] for group in groups[kind].values()) == 7
        if len(groups[kind]) == 1:
            (only,) = groups[kind].values()
            assert only["metrics"] == result["metrics"]
    assert sodeval.Report.load(report).results[0].breakdowns == groups
    assert "untagged" in done.stdout


def test_tags_of_other_images(folders: tuple[str, str], tmp_path: Path) -> None:
    tags = tmp_path / "tags.csv"
    tags.write_text("name,weather\nelsewhere,sun\n")
    done = run(*folders, "--tags", str(tags))
    assert done.exit_code == 3
    assert str(tags) in done.stderr
    assert done.stderr.count("\n") == 1


def test_photographs_that_are_not_there(folders: tuple[str, str], tmp_path: Path) -> None:
    done = run(*folders, "--metrics", "camouflage_context")
    assert done.exit_code == 2
    assert done.stderr == (
        "sodeval: camouflage_context needs the photographs; give them with --images DIR.\n"
    )
    done = run(*folders, "--metrics", "context", "--images", str(tmp_path / "nowhere"))
    assert done.exit_code == 3
    assert done.stderr.startswith("sodeval: ")
    assert done.stderr.count("\n") == 1


def test_a_protocol_that_refuses_other_sizes(tmp_path: Path) -> None:
    import cv2
    import numpy as np

    preds, gts = make_set(tmp_path, 3)
    cv2.imwrite(str(preds / "x1.png"), np.zeros((10, 20), np.uint8))
    done = run(str(preds), str(gts), "--protocol", "u2net", "-q")
    assert done.exit_code == 3
    assert "which protocol u2net refuses" in done.stderr
    done = run(str(preds), str(gts), "--protocol", "all", "--size-mismatch", "resize", "-q")
    assert done.exit_code == 0
    assert "|rs:pred-to-gt|rsf:matlab-cubic|" in done.stdout
