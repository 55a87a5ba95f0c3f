"""`sodeval compare`: what a user types and sees, and the numbers behind it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from sodeval import Report
from sodeval.candidates import gather, plain_means
from sodeval.cli import cli
from sodeval.comparison import Comparison, compare
from sodeval.metrics import better
from sodeval.protocols import get_protocol
from sodeval.render.compare import print_comparison
from tests.files import disc, make_set, seen, write


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two methods on one data set: predictions, reports, and their tables."""
    root = tmp_path_factory.mktemp("compared")
    preds, gts = make_set(root, 6, methods=("a", "b"))
    for method in "ab":
        done = run(
            "score", preds / method, gts, "-q", "-o", root / f"{method}.json",
            "--per-image", root / f"{method}.per-image.csv",
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
    return root


def folders(root: Path) -> tuple[object, ...]:
    return root / "preds" / "a", root / "preds" / "b", "--gt", root / "gt"


@pytest.fixture(scope="module")
def compared(made: Path) -> dict[str, Any]:
    done = run("compare", *folders(made), "--format", "json")
    assert done.exit_code == 0, done.stderr
    data: dict[str, Any] = json.loads(done.stdout)
    return data


# --- the numbers --------------------------------------------------------------------------------


def test_scores_are_those_of_score(made: Path, compared: dict[str, Any]) -> None:
    reports = [Report.load(made / f"{method}.json") for method in "ab"]
    (pair,) = compared["comparisons"]
    assert (pair["a"], pair["b"], pair["images"]) == ("a", "b", 6)
    assert pair["signatures"] == {"a": reports[0].signature, "b": reports[1].signature}
    assert set(pair["columns"]) == set(reports[0].metrics)
    for column, change in pair["columns"].items():
        a, b = (report.metrics[column] for report in reports)
        assert a is not None
        assert b is not None
        assert (change["a"], change["b"], change["difference"]) == (a, b, b - a)
        low, high = change["ci95"]
        assert low <= b - a <= high


def test_p_of_all_swaps(compared: dict[str, Any]) -> None:
    (pair,) = compared["comparisons"]
    assert (pair["exact"], pair["swaps"], compared["tests"]) == (True, 64, 9)
    for change in pair["columns"].values():
        assert (change["p"] * 64) % 2 == 0, "each swap has its mirror"
        assert change["p"] <= change["p_holm"] <= 1


def test_images_are_counted_and_listed(made: Path, compared: dict[str, Any]) -> None:
    rows = {}
    for method in "ab":
        with (made / f"{method}.per-image.csv").open(encoding="utf-8") as file:
            rows[method] = {row["name"]: row for row in csv.DictReader(file)}
    for column, change in compared["comparisons"][0]["columns"].items():
        sign = 1 if better(column) == "higher" else -1
        gains = {
            n: sign * (float(rows["b"][n][column]) - float(rows["a"][n][column])) for n in rows["a"]
        }
        counts = [sum(g > 1e-12 for g in gains.values()), sum(g < -1e-12 for g in gains.values())]
        assert [change["wins"], change["losses"]] == counts
        assert change["wins"] + change["ties"] + change["losses"] == 6
        assert change["undefined"] == 0
        most = sorted((n for n in gains if gains[n] > 1e-12), key=lambda n: -gains[n])[:5]
        assert [moved["name"] for moved in change["improved"]] == most
        for moved in change["worsened"]:
            assert moved["a"] == float(rows["a"][moved["name"]][column])
            assert gains[moved["name"]] < 0


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_tables_give_what_folders_give(made: Path, compared: dict[str, Any], kind: str) -> None:
    names = [made / (f"{m}.json" if kind == "json" else f"{m}.per-image.csv") for m in "ab"]
    done = run("compare", *names, "--format", "json")
    assert done.exit_code == 0, done.stderr
    columns = json.loads(done.stdout)["comparisons"][0]["columns"]
    plain = ["mae", "adp_fbeta", "weighted_fbeta", "smeasure", "adp_emeasure"]
    assert list(columns) == plain
    for column in plain:
        whole = compared["comparisons"][0]["columns"][column]
        if kind == "csv":
            # a table has no report whose sum it could repeat bit for bit
            for key in ("a", "b", "difference"):
                assert columns[column].pop(key) == pytest.approx(whole[key], abs=1e-15)
        del columns[column]["p_holm"], columns[column]["verdict"]  # fewer tests were made
        assert columns[column].items() <= whole.items()
    assert "not compared: max_fbeta, mean_fbeta, max_emeasure, mean_emeasure;" in done.stderr
    assert ("tables carry no signature" in done.stderr) == (kind == "csv")


def test_parquet(made: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    for method in "ab":
        shutil.copy(made / f"{method}.json", tmp_path)
        done = run(
            "score", made / "preds" / method, made / "gt", "-q",
            "--per-image", tmp_path / f"{method}.per-image.parquet",
        )  # fmt: skip
        assert done.exit_code == 0
    from_csv = run("compare", made / "a.json", made / "b.json", "--format", "json")
    done = run("compare", tmp_path / "a.json", tmp_path / "b.json", "--format", "json")
    assert (done.exit_code, done.stdout) == (0, from_csv.stdout)


def test_workers_and_runs_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    texts = []
    for workers in (1, 3):
        out = tmp_path / f"{workers}.json"
        done = run("compare", *folders(made), "--workers", workers, "-o", out, "--format", "json")
        assert done.stdout == out.read_text(encoding="utf-8")
        texts.append(done.stdout)
    assert texts[0] == texts[1]


def test_a_method_against_itself(made: Path) -> None:
    done = run("compare", made / "a.json", made / "a.json", "--format", "json")
    (pair,) = json.loads(done.stdout)["comparisons"]
    assert pair["a"] != pair["b"], "told apart by what was typed and a number"
    for change in pair["columns"].values():
        assert (change["difference"], change["p"], change["ci95"]) == (0.0, 1.0, [0.0, 0.0])
        assert (change["wins"], change["ties"], change["losses"]) == (0, 6, 0)
        assert change["verdict"] == "no difference shown"


def test_holm_goes_over_everything(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 13, methods=("a", "b", "c"))
    # method folders in one folder stand for all of them; the first is the reference
    done = run("compare", preds, "--gt", gts, "--format", "json", "--metrics", "mae,smeasure")
    assert done.exit_code == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["reference"] == "a"
    assert [(pair["a"], pair["b"]) for pair in data["comparisons"]] == [("a", "b"), ("a", "c")]
    assert data["tests"] == 4
    raw = [c["p"] for pair in data["comparisons"] for c in pair["columns"].values()]
    corrected = [c["p_holm"] for pair in data["comparisons"] for c in pair["columns"].values()]
    assert corrected[int(np.argmin(raw))] == min(1.0, 4 * min(raw))
    assert [pair["exact"] for pair in data["comparisons"]] == [False, False]


def test_what_is_undefined_is_null(tmp_path: Path) -> None:
    head = "method,dataset,name,mae,smeasure\n"
    for method, cells in (("a", ("0.5,", "0.25,", "0.25,0.5")), ("b", ("0.5,", "0.5,", "0.5,"))):
        rows = [f"{method},S,x{i},{cell}\n" for i, cell in enumerate(cells)]
        (tmp_path / f"{method}.csv").write_text(head + "".join(rows), encoding="utf-8")
    done = run("compare", tmp_path / "a.csv", tmp_path / "b.csv", "--format", "json")
    assert done.exit_code == 0, done.stderr
    assert "NaN" not in done.stdout
    data = json.loads(done.stdout)
    change = data["comparisons"][0]["columns"]["smeasure"]
    assert (change["a"], change["b"], change["difference"]) == (0.5, None, None)
    assert (change["p"], change["p_holm"], change["ci95"]) == (None, None, None)
    assert (change["undefined"], change["verdict"], data["tests"]) == (3, "undefined", 1)
    assert "Undefined, so not compared: S." in run(
        "compare", tmp_path / "a.csv", tmp_path / "b.csv"
    ).stdout  # fmt: skip


@pytest.mark.parametrize("count", [1, 2])
def test_very_few_images(tmp_path: Path, count: int) -> None:
    preds, gts = make_set(tmp_path, count, methods=("a", "b"))
    done = run("compare", preds, "--gt", gts, "--format", "json")
    assert done.exit_code == 0, done.stderr
    for change in json.loads(done.stdout)["comparisons"][0]["columns"].values():
        assert change["p"] >= 2 / 2**count
        assert change["verdict"] == "no difference shown"
        if count == 1:
            assert change["ci95"] == pytest.approx([change["difference"]] * 2, abs=1e-15)


@pytest.mark.parametrize("protocol", ["pysodmetrics", "birefnet"])
def test_columns_that_a_table_holds_whole(protocol: str) -> None:
    assert plain_means("mae", get_protocol(protocol)) == ["mae"]
    plain = plain_means("fbeta", get_protocol(protocol))
    per_image = get_protocol(protocol).max_fbeta == "per-image"
    assert ("max_fbeta" in plain) == per_image
    assert "adp_fbeta" in plain


# --- what is printed ----------------------------------------------------------------------------


def comparison(root: Path) -> Comparison:
    preds, gt = root / "preds", root / "gt"
    return compare(gather([str(preds)], str(gt)).candidates)


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits(made: Path, width: int) -> None:
    text = io.StringIO()
    print_comparison(comparison(made), Console(file=text, width=width))
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert "…" not in text.getvalue()
    assert "\x1b" not in text.getvalue(), "no colour without a terminal"
    assert lines[0] == "SET · 6 images"
    for heading in ("MAE ↓", "max Fβ ↑", "adp E ↑"):
        assert sum(line.startswith(heading) for line in lines) == (2 if width == 80 else 1)


def test_a_difference_is_said_in_words(tmp_path: Path) -> None:
    for method, base in (("good", 0.1), ("bad", 0.2)):
        rows = [f"{method},S,x{i},{base + i / 1000},{1 - base}\n" for i in range(12)]
        text = "method,dataset,name,mae,smeasure\n" + "".join(rows)
        (tmp_path / f"{method}.csv").write_text(text, encoding="utf-8")
    done = run("compare", tmp_path / "good.csv", tmp_path / "bad.csv")
    assert "B is worse in MAE, S." in done.stdout
    assert "Images where B lost most in MAE ↓" in done.stdout
    done = run("compare", tmp_path / "bad.csv", tmp_path / "good.csv")
    assert "B is better in MAE, S." in done.stdout
    assert "0.0005    0.0010" in done.stdout, "2 of 4096 swaps; twice that for two tests"


def test_formats_hold_the_same_numbers(made: Path, compared: dict[str, Any]) -> None:
    mae = compared["comparisons"][0]["columns"]["mae"]
    rows = list(
        csv.DictReader(io.StringIO(run("compare", *folders(made), "--format", "csv").stdout))
    )
    assert len(rows) == 9
    assert float(rows[0]["difference"]) == mae["difference"]
    assert [float(rows[0]["ci95_low"]), float(rows[0]["ci95_high"])] == mae["ci95"]
    text = run("compare", *folders(made), "--format", "markdown", "--decimals", 3).stdout
    assert text.startswith("**SET**, 6 images: A = a (the reference), B = b\n")
    assert f"| {mae['a']:.3f} | {mae['b']:.3f} |" in text


def test_quiet(made: Path) -> None:
    assert run("compare", made / "a.json", made / "b.json", "-q").stderr == ""


# --- what is refused ----------------------------------------------------------------------------


def test_predictions_need_ground_truth(made: Path) -> None:
    done = run("compare", *folders(made)[:2])
    assert done.exit_code == 2
    assert "--gt" in done.stderr
    done = run("compare", made / "a.json", made / "b.json", "--gt", made / "gt")
    assert done.exit_code == 2
    assert "without it" in done.stderr


def test_one_method_is_not_enough(made: Path) -> None:
    done = run("compare", made / "a.json")
    assert done.exit_code == 2
    assert done.stderr == "sodeval: there is only one method; name another to compare it with.\n"
    assert run("compare").exit_code == 2


def test_other_images(made: Path, tmp_path: Path) -> None:
    lines = (made / "a.per-image.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "fewer.csv").write_text("".join(lines[:-2]), encoding="utf-8")
    done = run("compare", made / "b.per-image.csv", tmp_path / "fewer.csv")
    assert done.exit_code == 3
    assert done.stderr == (
        "sodeval: a and b do not hold the same images of SET: 2 in b only (first: x4). "
        "Score both on the same images.\n"
    )


def test_predictions_that_are_left_out(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "preds" / "b", tmp_path / "b")
    (tmp_path / "b" / "SET" / "x3.png").unlink()
    done = run(
        "compare", made / "preds" / "a", tmp_path / "b", "--gt", made / "gt", "--missing", "skip"
    )
    assert done.exit_code == 3
    assert "1 in a only (first: x3)" in done.stderr


def test_other_conventions(made: Path, tmp_path: Path) -> None:
    done = run(
        "score", made / "preds" / "b", made / "gt", "-q", "--protocol", "pysodmetrics-raw",
        "-o", tmp_path / "b.json", "--per-image", tmp_path / "b.per-image.csv",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    done = run("compare", made / "a.json", tmp_path / "b.json")
    assert done.exit_code == 3
    assert "b cannot be compared with a on SET: protocol pysodmetrics against" in done.stderr


def test_other_data_sets(made: Path, tmp_path: Path) -> None:
    text = (made / "b.per-image.csv").read_text(encoding="utf-8")
    (tmp_path / "b.csv").write_text(text.replace("SET", "OTHER"), encoding="utf-8")
    done = run("compare", made / "a.per-image.csv", tmp_path / "b.csv")
    assert done.exit_code == 3
    assert "b and a share no data set: OTHER against SET." in done.stderr
    (tmp_path / "both.csv").write_text(
        text + text.replace("SET", "OTHER").partition("\n")[2], encoding="utf-8"
    )
    done = run("compare", made / "a.per-image.csv", tmp_path / "both.csv")
    assert done.exit_code == 0
    assert "OTHER: only b has it; not compared with a" in done.stderr


def test_a_report_without_its_table(made: Path, tmp_path: Path) -> None:
    shutil.copy(made / "a.json", tmp_path / "a.json")
    done = run("compare", tmp_path / "a.json", made / "b.json")
    assert done.exit_code == 3
    table = tmp_path / "a.per-image.csv"
    assert done.stderr == (
        f"sodeval: {tmp_path / 'a.json'} holds no per-image rows, and {table} does not exist. "
        f"Score again with -o {tmp_path / 'a.json'} --per-image {table}.\n"
    )
    others = (made / "b.per-image.csv").read_text(encoding="utf-8")
    for text in (others, others.replace("\nb,", "\na,")):
        table.write_text(text, encoding="utf-8")
        done = run("compare", tmp_path / "a.json", made / "b.json")
        assert done.exit_code == 3
        assert "is not the table of its report" in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column 'method'"),
        ("method,dataset,name,mae\n", "has no rows"),
        ("method,dataset,name,mae\na,S,x,0.1\na,S,x,0.2\n", "'x' twice"),
        ("method,dataset,name,mae\na,S,x\n", "line 2 has 3 cells"),
        ("method,dataset,name,mae\na,S,x,much\n", "column mae"),
        ("method,dataset,name,mae\na,S,x,inf\n", "infinity"),
        ("method,dataset,name,colour\na,S,x,1\n", "has no column that can be compared"),
        ("method,dataset,protocol,name,mae\na,S,p,x,1\na,S,q,x,1\n", "several protocols"),
    ],
)
def test_tables_that_are_none(made: Path, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    done = run("compare", made / "a.per-image.csv", tmp_path / "bad.csv")
    assert done.exit_code == 3
    assert words in done.stderr


def test_tables_without_the_metric(made: Path) -> None:
    done = run("compare", made / "a.json", made / "b.json", "--metrics", "hce")
    assert done.exit_code == 3
    assert "has no columns of hce" in done.stderr
    done = run("compare", made / "a.json", made / "b.json", "--metrics", "maee")
    assert (done.exit_code, done.stdout) == (2, "")


def test_an_output_that_cannot_be_written(made: Path, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("", encoding="utf-8")
    done = run("compare", *folders(made), "-o", tmp_path / "f" / "out.json")
    assert (done.exit_code, done.stdout) == (3, "")


def test_an_unreadable_file(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 4, methods=("a", "b"))
    for method in "ab":
        (preds / method / "SET" / "x1.png").write_bytes(b"no image")
    stopped = run("compare", preds, "--gt", gts)
    assert stopped.exit_code == 3
    done = run("compare", preds, "--gt", gts, "--missing", "skip", "--format", "json")
    assert done.exit_code == 3, "as score: the rest is compared, and the exit code says so"
    assert json.loads(done.stdout)["comparisons"][0]["images"] == 3


def test_methods_of_one_name_are_told_apart(made: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        for i in range(3):
            write(tmp_path / name / "preds" / f"x{i}.png", seen(disc(i), i + len(name)))
    gt = tmp_path / "gt"
    for i in range(3):
        write(gt / f"x{i}.png", disc(i))
    one, two = (str(tmp_path / name / "preds") for name in ("one", "two"))
    done = run("compare", one, two, "--gt", gt, "--format", "json")
    assert done.exit_code == 0, done.stderr
    (pair,) = json.loads(done.stdout)["comparisons"]
    assert (pair["a"], pair["b"]) == (one, two)
