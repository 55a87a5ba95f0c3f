"""Reports are saved and loaded bit for bit."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

import sodeval
from sodeval import Evaluator, Report, Signature
from sodeval.errors import OutputError, ReportError
from sodeval.writing import check_target, replacing, write_text
from tests.files import disc, make_set, seen


@pytest.fixture(scope="module")
def report() -> Report:
    evaluator = Evaluator()
    for i in range(5):
        evaluator.update(seen(disc(i), i), disc(i), f"x{i}")
    corner = np.zeros((30, 40), np.uint8)
    corner[29, 39] = 255
    evaluator.update(seen(disc(9), 9), corner, "corner")
    return evaluator.compute()


def test_json_round_trip(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "r.json"
    report.to_json(path)
    loaded = Report.load(path)
    assert loaded.digest == report.digest
    assert loaded.metrics == report.metrics
    assert (loaded.created, loaded.environment) == (report.created, report.environment)
    assert loaded.dumps() == report.dumps()


def test_json_holds_what_the_contract_says(report: Report) -> None:
    data = json.loads(report.dumps())
    assert data["schema"] == 1
    assert data["tool"] == {"name": "sodeval", "version": sodeval.__version__}
    assert data["partial"] is False
    assert set(data["environment"]) == {"python", "numpy", "opencv", "numba", "platform"}
    assert data["digest"] == report.digest
    (result,) = data["results"]
    assert result["protocol"]["name"] == "pysodmetrics"
    assert (result["images"], result["expected"]) == (6, 6)
    assert result["undefined"] == {"smeasure": 1}
    assert result["provenance"] == {"kind": "maps"}
    assert (result["missing"], result["extra"], result["unreadable"]) == ([], [], [])
    assert list(result["metrics"]) == [
        "mae",
        "max_fbeta",
        "mean_fbeta",
        "adp_fbeta",
        "weighted_fbeta",
        "smeasure",
        "max_emeasure",
        "mean_emeasure",
        "adp_emeasure",
    ]
    assert Signature.parse(result["signature"]).fact["n"] == "6"


def test_undefined_is_null_and_left_out(report: Report) -> None:
    rows = report.per_image.set_index("name")
    assert np.isnan(rows.at["corner", "smeasure"])
    defined = rows["smeasure"].dropna()
    assert len(defined) == 5
    assert report.metrics["smeasure"] == pytest.approx(defined.mean(), abs=1e-15)


def test_scores_come_from_the_averaged_curve(report: Report) -> None:
    assert report.metrics["max_fbeta"] == report.curves["fbeta"].max()
    assert report.metrics["mean_emeasure"] == report.curves["emeasure"].mean()
    assert list(report.curves) == ["emeasure", "fbeta", "precision", "recall"]
    thresholds = report.thresholds["fbeta"]
    assert (thresholds[0], thresholds[-1], thresholds.size) == (0.0, 255.0, 256)
    assert report.curves["recall"][0] == 1.0, "at level 0 everything is predicted"


def test_digest_sees_numbers_and_not_the_clock(report: Report) -> None:
    later = Report(report.results, created="2030-01-01T00:00:00Z", environment={})
    assert later.digest == report.digest
    assert Report(()).digest != report.digest


def test_shorthands_need_one_result(tmp_path: Path) -> None:
    several = sodeval.score(*make_set(tmp_path, 2, methods=("a", "b")))
    for name in ("metrics", "signature", "curves", "thresholds"):
        with pytest.raises(ReportError, match=rf"report\.{name} needs exactly one result"):
            getattr(several, name)
    assert len(several.per_image) == 4
    assert list(several.to_frame()["method"]) == ["a", "b"]


def test_a_loaded_report_says_what_it_does_not_hold(report: Report, tmp_path: Path) -> None:
    report.to_json(tmp_path / "r.json")
    loaded = Report.load(tmp_path / "r.json")
    with pytest.raises(ReportError, match="no per-image rows; score again with --per-image"):
        _ = loaded.per_image
    with pytest.raises(ReportError, match="no curves; score again with --curves"):
        _ = loaded.curves


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot read the report .*: No such file or directory"),
        ("not json", "it is not JSON"),
        ("[]", "is not a sodeval report"),
        ('{"results": [], "schema": 99}', "has report schema 99; this version of sodeval reads"),
        ('{"results": [{}], "schema": 1}', "is not a whole report"),
        ('{"results": null, "schema": 1}', "is not a whole report"),
        ('{"results": [], "schema": 1, "tool": null}', "is not a whole report"),
        ("[" * 100_000, "it is not JSON"),
    ],
)
def test_what_is_no_report(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "r.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match=message):
        Report.load(path)


def test_what_else_a_report_holds_is_kept(report: Report, tmp_path: Path) -> None:
    data = json.loads(report.dumps())
    data["results"][0] |= {"ci95": {"mae": [0.1, 0.2]}, "cost": {"params": 3}}
    del data["digest"]
    (tmp_path / "r.json").write_text(json.dumps(data), encoding="utf-8")
    loaded = Report.load(tmp_path / "r.json")
    again = json.loads(loaded.dumps())["results"][0]
    assert (again["ci95"], again["cost"]) == ({"mae": [0.1, 0.2]}, {"params": 3})
    assert loaded.notes == ()
    data["results"][0]["cost"] = {"params": 4}
    (tmp_path / "r.json").write_text(json.dumps(data), encoding="utf-8")
    assert Report.load(tmp_path / "r.json").digest == loaded.digest, "cost is no score"


def test_an_edited_report_says_so(report: Report, tmp_path: Path) -> None:
    data = json.loads(report.dumps())
    data["results"][0]["metrics"]["mae"] = 0.0
    (tmp_path / "r.json").write_text(json.dumps(data), encoding="utf-8")
    assert "was edited" in Report.load(tmp_path / "r.json").notes[0]


def test_arrays_of_a_report_cannot_be_changed(report: Report) -> None:
    for array in (report.curves["fbeta"], report.thresholds["fbeta"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9.0


def test_links_are_followed_and_pipes_are_kept(tmp_path: Path) -> None:
    real, link, pipe = tmp_path / "real.json", tmp_path / "link.json", tmp_path / "pipe"
    real.write_text("old", encoding="utf-8")
    link.symlink_to(real)
    write_text(link, "new")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "new"
    os.mkfifo(pipe)
    check_target(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_text(pipe, "through")
    assert os.read(reader, 99) == b"through"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    write_text(path, "old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_targets_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for target in (tmp_path, tmp_path / "file" / "r.json"):
        with pytest.raises(OutputError, match="cannot write"):
            check_target(target)
        with pytest.raises(OutputError, match="cannot write"):
            write_text(target, "x")
    check_target(tmp_path / "new" / "folder" / "r.json")
    assert not (tmp_path / "new").exists(), "looking makes nothing"
