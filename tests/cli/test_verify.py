"""`sodeval verify` as a user types it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from sodeval.cli import cli
from sodeval.figures import parse_value
from sodeval.protocols import PROTOCOLS
from sodeval.render.verify import print_verification
from sodeval.verification import verify
from tests.files import make_set

SYNTHETIC = Path(__file__).parents[1] / "golden" / "synthetic"
PAIRS = (SYNTHETIC / "pred", SYNTHETIC / "gt")


def run(*args: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["verify", *map(str, args)], input=stdin)


def test_a_reproduced_figure_names_its_protocols() -> None:
    done = run(*PAIRS, "--value", "max_fbeta=0.6992", "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[0] == "pred on synthetic · 17 images"
    assert lines[3] == "max Fβ ↑  0.6992  reproduced by dualgazenet"
    assert " ".join(line.strip() for line in lines[4:6]) == (
        "pysodmetrics gives 0.54447; no single convention is enough: max_fbeta per-image instead "
        "of mean-curve gives 0.64276, gt_scale one-to-255 instead of none gives 0.60053"
    )
    assert lines[7].startswith("max_fbeta  Max F is ")
    assert lines[-1] == "Reproduced."


def test_a_figure_that_is_not_reproduced() -> None:
    done = run(*PAIRS, "--value", "mae=0.190", "--value", "mae=0.1914", "-q")
    assert done.exit_code == 1
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[3] == "MAE ↓   0.190  reproduced by pysodmetrics, birefnet, jiwei-matlab"
    assert lines[4] == (
        "MAE ↓  0.1914  not reproduced; closest: pysodmetrics 0.19034, off by 0.00106"
    )
    assert lines[-1] == "1 of 2 figures are reproduced."


def test_digits_cut_off_are_said_and_do_not_count() -> None:
    done = run(*PAIRS, "--value", "hce=0", "--value", "max_fbeta=0.69", "-q")
    assert done.exit_code == 1
    assert "its digits cut off, not rounded: dualgazenet, salmetric" in done.stdout


def test_percent_and_unknown_kind() -> None:
    done = run(*PAIRS, "--value", "Em=64.32", "--value", "maxF=54.4%", "-q")
    assert done.exit_code == 0
    assert "E of unknown kind  64.32  reproduced by pysodmetrics, birefnet as adp E" in done.stdout
    assert "max Fβ ↑           54.4%  reproduced by pysodmetrics, birefnet" in done.stdout


@pytest.fixture
def two(tmp_path: Path) -> Path:
    make_set(tmp_path, 4, methods=("a", "b"))
    return tmp_path


def test_a_paper_s_table(two: Path) -> None:
    scored = CliRunner().invoke(
        cli, ["score", str(two / "preds"), str(two / "gt"), "--format", "json", "-q"]
    )
    metrics = {r["method"]: r["metrics"] for r in json.loads(scored.stdout)["results"]}
    table = two / "paper.csv"
    table.write_text(
        "Method,Dataset,maxF,MAE\n"
        + "".join(f"{m},set,{v['max_fbeta']:.3f},{v['mae']:.3f}\n" for m, v in metrics.items())
        + "absent,set,0.9,0.1\n",
        encoding="utf-8",
    )
    done = run(two / "preds", two / "gt", "--paper", table)
    assert done.exit_code == 0, done.stdout
    assert "1 row without maps, not checked: absent on set\n" in done.stderr
    assert "a on SET · 4 images" in done.stdout
    assert "b on SET · 4 images" in done.stdout
    assert "All 4 figures are reproduced." in done.stdout
    text = table.read_text(encoding="utf-8")
    again = run(two / "preds", two / "gt", "--paper", "-", "-q", stdin=text)
    assert (again.exit_code, again.stdout, again.stderr) == (0, done.stdout, "")
    loose = run(two / "preds", two / "gt", "--value", "mae=0.1", "-q")
    assert (loose.exit_code, loose.stdout) == (3, "")
    assert "fits 2 results: a on SET, b on SET" in loose.stderr


def test_a_row_without_method_and_data_set_is_the_only_result(tmp_path: Path) -> None:
    table = tmp_path / "paper.csv"
    table.write_text("MAE\n.190\n", encoding="utf-8")
    assert run(*PAIRS, "--paper", table, "-q").exit_code == 0
    table.write_text("method,MAE\nx,.190\n", encoding="utf-8")
    done = run(*PAIRS, "--paper", table, "-q")
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr == (
        "sodeval: no row of the table is among the maps: it has x, and they are pred on "
        "synthetic. One method's row may leave out method and dataset.\n"
    )


@pytest.fixture(scope="module")
def as_json() -> dict[str, Any]:
    args = ["--value", "mae=0.2009", "--value", "smeasure=0.123", "--format", "json", "-q"]
    done = run(*PAIRS, *args)
    assert done.exit_code == 1
    data: dict[str, Any] = json.loads(done.stdout)
    return data


def test_json(as_json: dict[str, Any]) -> None:
    assert (as_json["schema"], as_json["reproduced"]) == (1, False)
    raw, none = as_json["cells"]
    assert (raw["method"], raw["dataset"], raw["images"]) == ("pred", "synthetic", 17)
    assert (raw["column"], raw["given"], raw["value"]) == ("mae", "0.2009", 0.2009)
    assert raw["reproduced"] == [{"protocol": "pysodmetrics-raw", "column": "mae"}]
    (why,) = raw["why"]
    assert (why["convention"], why["value"], why["default"]) == ("pred_scale", "none", "minmax")
    assert why["enough"]
    assert why["score"] == pytest.approx(0.2009246066421564, abs=1e-12)
    assert [score["protocol"] for score in raw["scores"]] == list(PROTOCOLS)
    assert none["reproduced"] == none["why"] == []
    assert none["closest"]["protocol"] in PROTOCOLS
    assert none["closest"]["off"] == none["closest"]["score"] - 0.123
    assert len(as_json["signatures"]) == len(PROTOCOLS)
    assert all(entry["signature"].startswith("sodeval:") for entry in as_json["signatures"])


def test_csv_has_a_row_for_each_protocol() -> None:
    done = run(*PAIRS, "--value", "mean_fbeta=0.5853", "--format", "csv", "-q")
    rows = {row["protocol"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert list(rows) == list(PROTOCOLS)
    assert rows["f3net-matlab"]["match"] == "rounded"
    assert rows["f3net-matlab"]["printed"] == "false"
    assert float(rows["pysodmetrics"]["score"]) == pytest.approx(0.479786091618118, abs=1e-12)
    assert done.exit_code == 1


def test_markdown() -> None:
    done = run(*PAIRS, "--value", "mae=0.190", "--format", "markdown", "-q")
    assert done.stdout == (
        "| Method | Data set | Column | Given | Verdict |\n|:--|:--|:--|--:|:--|\n"
        "| pred | synthetic | MAE ↓ | 0.190 | "
        "reproduced by pysodmetrics, birefnet, jiwei-matlab |\n\nReproduced.\n"
    )


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_change_nothing(as_json: dict[str, Any], workers: int) -> None:
    args = ["--value", "mae=0.2009", "--value", "smeasure=0.123", "--format", "json", "-q"]
    assert json.loads(run(*PAIRS, *args, "--workers", workers).stdout) == as_json


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        ([], 2, "give figures to verify: --value COLUMN=NUMBER, or --paper TABLE.csv."),
        (["--value", "mae=0.1", "--paper", "x.csv"], 2, "give --value or --paper, not both"),
        (["--value", "mae=x"], 2, "--value 'mae=x': 'x' is not a number"),
        (["--value", "mea=0.1"], 2, "--value: unknown column 'mea'."),
        (["--paper", "absent.csv"], 3, "cannot read the table absent.csv: No such file"),
    ],
)
def test_what_cannot_be_is_said_before_scoring(args: list[str], code: int, words: str) -> None:
    done = run("no-preds", "no-gt", *args)
    assert (done.exit_code, done.stdout) == (code, "")
    assert words in done.stderr


def test_unreadable_files_end_with_3(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 3)
    (preds / "x1.png").write_bytes(b"no image")
    done = run(preds, gts, "--value", "mae=0.5", "--missing", "skip")
    assert done.exit_code == 3
    assert "2 of 3 images" in done.stdout


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_is_cut_off(width: int) -> None:
    figures = [parse_value("max_fbeta=0.6992"), parse_value("Em=0.5")]
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False)
    print_verification(verify(*PAIRS, figures), console)
    lines = out.getvalue().splitlines()
    assert all(len(line) <= width for line in lines)
    words = " ".join(out.getvalue().split())
    assert "dualgazenet" in words
    assert "…" not in words


def test_a_terminal_without_greek() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_verification(verify(*PAIRS, [parse_value("maxF=0.6992")]), Console(file=out, width=90))
    out.flush()
    assert b"max Fb ^" in out.buffer.getvalue()  # type: ignore[attr-defined]


def test_help() -> None:
    done = run("--help")
    assert done.exit_code == 0
    assert "Example: sodeval verify preds/ gt/ --value max_fbeta=0.853" in done.stdout
