"""Leaderboards: rows from reports, the order of them, and files that several processes change."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sodeval.boards import Leaderboard, Row
from sodeval.errors import DataError, OutputError, ReportError, UnknownNameError
from sodeval.report import Report
from sodeval.result import Result

SIGNATURE = "sodeval:pysodmetrics|mm:on;n:3|stems:0123456789ab|gt:ba9876543210|v:0.1.0"


def result(method: str = "a", dataset: str = "DUTS-TE", **values: Any) -> dict[str, Any]:
    return {
        "method": method,
        "dataset": dataset,
        "signature": SIGNATURE,
        "protocol": {"name": "pysodmetrics"},
        "images": 3,
        "expected": 3,
        "metrics": {"mae": 0.1, "max_fbeta": 0.9, "smeasure": None},
        "provenance": {"kind": "maps"},
        **values,
    }


def report(*results: dict[str, Any], partial: bool = False, created: str = "2026-11-20") -> Report:
    made = tuple(Result.from_dict(one) for one in results)
    return Report(made, partial=partial, created=created, environment={}, tool_version="0.1.0")


def test_a_row_holds_what_the_report_says(tmp_path: Path) -> None:
    measured = result(
        "csnet-L-x2",
        provenance={"kind": "measured"},
        model={
            "name": "csnet-L-x2",
            "weights_sha256": "8d72",
            "precision": "fp16",
            "fast": True,
        },
        cost={
            "params": 140894,
            "macs": {"torch": 496400000},
            "latency_ms": None,
            "images_per_second": 812.0,
            "device": "a GPU",
        },
    )
    one = report(measured)
    board = Leaderboard.load(tmp_path / "board")
    (change,) = board.add(one)
    assert str(change) == "DUTS-TE: csnet-L-x2 added"
    assert board.save() == (tmp_path / "board" / "sod" / "DUTS-TE.json",)
    (row,) = Leaderboard.load(tmp_path / "board").rows("duts_te")
    assert row == change.row
    assert (row.model, row.title, row.kind) == ("csnet-L-x2", "CSNet×2-L", "measured")
    assert row.metrics == {"mae": 0.1, "max_fbeta": 0.9, "smeasure": None}
    assert (row.signature, row.protocol, row.images) == (SIGNATURE, "pysodmetrics", 3)
    assert (row.weights_sha256, row.precision, row.device) == ("8d72", "fp16", "a GPU")
    assert row.settings == {"fast": True}
    assert (row.params, row.macs) == (140894, {"torch": 496400000})
    assert (row.latency_ms, row.images_per_second) == (None, 812.0)
    assert row.paper is not None
    assert row.paper["url"].startswith("https://")
    assert row.licence == "CC BY-NC-SA 4.0"
    assert (row.date, row.tool_version, row.report) == ("2026-11-20", "0.1.0", one.digest)


def test_the_file_is_for_people(tmp_path: Path) -> None:
    board = Leaderboard.load(tmp_path)
    board.add(report(result("b"), result("a")))
    (path,) = board.save()
    text = path.read_text(encoding="utf-8")
    assert text.startswith('{\n  "schema": 1,\n  "task": "sod",\n  "dataset": "DUTS-TE",\n  "rows"')
    assert text.endswith("]\n}\n")
    data = json.loads(text)
    assert [row["model"] for row in data["rows"]] == ["a", "b"]
    assert "precision" not in data["rows"][0], "what is not known is left out"
    assert list(tmp_path.iterdir()) == [tmp_path / "sod"], "no lock is left behind"
    again = Leaderboard.load(tmp_path)
    again.add(report(result("c")))
    again.save()
    more = path.read_text(encoding="utf-8")
    assert more.startswith(text[: text.rindex("\n    }") + len("\n    }")]), "a diff is one block"


@pytest.mark.parametrize(
    ("dataset", "file"),
    [
        ("DUTS-TE", "sod/DUTS-TE.json"),
        ("duts_te@5017", "sod/DUTS-TE@5017.json"),
        ("COD10K", "cod/COD10K.json"),
        ("garden gnomes", "other/garden gnomes.json"),
        ("../up", "other/%2E.%2Fup.json"),
        ("ä", "other/%C3%A4.json"),
    ],
)
def test_where_a_data_set_is_kept(tmp_path: Path, dataset: str, file: str) -> None:
    board = Leaderboard.load(tmp_path)
    board.add(report(result(dataset=dataset)))
    assert board.save() == (tmp_path / file,)
    assert len(Leaderboard.load(tmp_path).rows(dataset)) == 1


def test_a_newer_row_takes_the_place_of_the_older(tmp_path: Path) -> None:
    board = Leaderboard.load(tmp_path)
    board.add(report(result("a"), created="2026-01-01"))
    board.save()
    board = Leaderboard.load(tmp_path)
    newer = result("a", metrics={"mae": 0.05}, signature=SIGNATURE.replace("v:0.1.0", "v:0.2.0"))
    (change,) = board.add(report(newer, created="2026-02-02"))
    assert str(change) == "DUTS-TE: a replaced (the row of 2026-01-01)"
    assert change.replaced[0].metrics["mae"] == 0.1
    board.save()
    (row,) = Leaderboard.load(tmp_path).rows("DUTS-TE")
    assert (row.metrics, row.date) == ({"mae": 0.05}, "2026-02-02")


@pytest.mark.parametrize(
    "other",
    [
        {"signature": SIGNATURE.replace("pysodmetrics", "f3net-matlab")},
        {"signature": SIGNATURE.replace("stems:0", "stems:f")},
        {"provenance": {"kind": "measured"}},
        {"method": "b"},
    ],
)
def test_what_differs_stands_beside_it(tmp_path: Path, other: dict[str, Any]) -> None:
    board = Leaderboard.load(tmp_path)
    board.add(report(result("a")))
    (change,) = board.add(report({**result("a"), **other}))
    assert not change.replaced
    assert len(board.rows("DUTS-TE")) == 2


def test_the_name_of_a_row(tmp_path: Path) -> None:
    board = Leaderboard.load(tmp_path)
    ran = result("maps", model={"name": "u2net"})
    assert board.add(report(ran))[0].row.model == "u2net"
    assert board.add(report(ran), model="mine")[0].row.model == "mine"
    (change,) = board.add(report(result("preds")), model="u2net")
    assert (change.row.model, change.row.title != "u2net") == ("u2net", True)
    with pytest.raises(ReportError, match=r"holds 2 methods \(a, b\) and 'mine' can name one only"):
        board.add(report(result("a"), result("b")), model="mine")


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (report(result(), partial=True), "the report is of an interrupted run"),
        (report(), "the report has no results"),
        (report(result(), result(dataset="DUTS-TR")), "DUTS-TR is a training set"),
        (report(result(model="u2net")), "the result of 'a' has the model 'u2net', no object"),
        (report(result(cost={"macs": 3})), "cannot be a row: the row of 'a': macs is 3"),
    ],
)
def test_what_a_board_refuses(tmp_path: Path, made: Report, message: str) -> None:
    board = Leaderboard.load(tmp_path)
    with pytest.raises(ReportError, match=message):
        board.add(made)
    assert board.datasets == (), "all of a report or none of it"
    assert board.save() == ()


# --- ranking


def ranks(board: Leaderboard, metric: str) -> list[tuple[int, int, str]]:
    return [(one.group, one.rank, one.row.model) for one in board.rank("DUTS-TE", metric)]


def test_ranks_know_which_way_is_better(tmp_path: Path) -> None:
    board = Leaderboard.load(tmp_path)
    scores = {"a": (0.3, 0.7), "b": (0.1, 0.9), "c": (0.1, 0.8), "d": (0.2, None)}
    for model, (mae, max_fbeta) in scores.items():
        board.add(report(result(model, metrics={"mae": mae, "max_fbeta": max_fbeta})))
    assert ranks(board, "mae") == [(0, 1, "b"), (0, 1, "c"), (0, 3, "d"), (0, 4, "a")]
    assert ranks(board, "Max_FBeta") == [(0, 1, "b"), (0, 2, "c"), (0, 3, "a")]
    assert board.rank("DUTS-TE", "max_fbeta")[0].score == 0.9
    assert ranks(board, "hce") == []
    with pytest.raises(UnknownNameError, match="unknown column 'fbeta'; did you mean"):
        board.rank("DUTS-TE", "fbeta")
    with pytest.raises(UnknownNameError, match="unknown data set of this board 'DUTS-OMRON'"):
        board.rank("DUTS-OMRON", "mae")


def test_only_comparable_rows_are_ranked_together(tmp_path: Path) -> None:
    board = Leaderboard.load(tmp_path)
    for model in "abc":
        board.add(report(result(model, metrics={"mae": ord(model) / 1000})))
    matlab = SIGNATURE.replace("pysodmetrics", "f3net-matlab")
    board.add(report(result("z", signature=matlab, metrics={"mae": 0.0})))
    unknown_masks = SIGNATURE.replace("gt:ba9876543210|", "")
    board.add(report(result("d", signature=unknown_masks, metrics={"mae": 0.5})))
    assert ranks(board, "mae") == [(0, 1, "a"), (0, 2, "b"), (0, 3, "c"), (0, 4, "d"), (1, 1, "z")]


def test_published_figures_are_among_themselves(tmp_path: Path) -> None:
    board = Leaderboard.load(tmp_path)
    board.add(report(result("a", metrics={"mae": 0.5})))
    board.save()
    path = board.path("DUTS-TE")
    data = json.loads(path.read_text(encoding="utf-8"))
    for title, score in (("first", 0.7), ("second", 0.8)):
        paper = {"title": title, "url": "https://example.org"}
        reported = {"kind": "reported"}
        metrics = {"emeasure?": score, "mae": 0.01}
        row = {"model": "p", "title": "P", "metrics": metrics, "provenance": reported}
        data["rows"].append({**row, "paper": paper})
    path.write_text(json.dumps(data), encoding="utf-8")
    board = Leaderboard.load(tmp_path)
    assert ranks(board, "mae") == [(0, 1, "p"), (0, 1, "p"), (1, 1, "a")]
    assert [one.score for one in board.rank("DUTS-TE", "emeasure?")] == [0.8, 0.7]


# --- files


def stored(**changes: Any) -> dict[str, Any]:
    row = {"model": "a", "title": "A", "metrics": {"mae": 0.1}, "provenance": {"kind": "maps"}}
    row |= changes
    return {"schema": 1, "task": "sod", "dataset": "DUTS-TE", "rows": [row]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{", "is not a board file: it is not JSON"),
        ("[" * 100_000, "is not a board file: it is not JSON"),
        ([], "has board schema None; this version of sodeval reads schema 1"),
        ({**stored(), "schema": 2}, "has board schema 2"),
        ({**stored(), "rows": {}}, "it needs a 'dataset' and a list of 'rows'"),
        ({**stored(), "dataset": "ECSSD"}, "holds the data set 'ECSSD', whose file is"),
        ({**stored(), "rows": [3]}, "is not a board file: a row is no object"),
        ({**stored(), "rows": [{"model": "a"}]}, "a row has no 'title'"),
        (stored(model=3), "the row of 3: model is 3"),
        (stored(metrics=None), "the row of 'a': metrics is None"),
        (stored(metrics={"mae": "0.1"}), "the row of 'a': mae is '0.1'"),
        (stored(metrics={"mae": float("nan")}), "the row of 'a': mae is nan"),
        (stored(provenance={"kind": "guessed"}), "none of measured, maps, reported"),
        (stored(signature="sodeval"), "the row of 'a': not a signature: 'sodeval'"),
        (stored(images=True), "the row of 'a': images is True"),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, data: object, message: str) -> None:
    path = tmp_path / "sod" / "DUTS-TE.json"
    path.parent.mkdir()
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        Leaderboard.load(tmp_path)
    assert str(path) in str(caught.value)
    before = path.read_bytes()
    board = Leaderboard(tmp_path)
    board.add(report(result()))
    with pytest.raises(DataError):
        board.save()
    assert path.read_bytes() == before


def test_what_a_newer_version_stored_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "sod" / "DUTS-TE.json"
    path.parent.mkdir()
    path.write_text(json.dumps(stored(badge="new")), encoding="utf-8")
    board = Leaderboard.load(tmp_path)
    board.add(report(result("b")))
    board.save()
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    assert rows[0] == stored(badge="new")["rows"][0]


def test_folders_that_do_not_fit(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="is a file; a board is a folder"):
        Leaderboard.load(tmp_path / "file")
    board = Leaderboard(tmp_path / "file" / "board")
    board.add(report(result()))
    with pytest.raises(OutputError, match="cannot write the board"):
        board.save()
    assert repr(Leaderboard.load(tmp_path / "none")).endswith(": 0 data sets, 0 rows>")


def test_two_boards_of_one_folder_lose_nothing(tmp_path: Path) -> None:
    first, second = Leaderboard.load(tmp_path), Leaderboard.load(tmp_path)
    first.add(report(result("a")))
    second.add(report(result("b"), result("b", "ECSSD")))
    first.save()
    second.save()
    assert second.save() == (), "what is saved is saved once"
    assert [row.model for row in second.rows("DUTS-TE")] == ["a", "b"]
    assert Leaderboard.load(tmp_path).datasets == ("DUTS-TE", "ECSSD")


ADDING = """
import sys
from tests.unit.test_board import Leaderboard, report, result
folder, name = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
for i in range(10):
    board = Leaderboard.load(folder)
    board.add(report(result(f"{name}-{i}"), result(f"{name}-{i}", "ECSSD")))
    board.save()
"""


def test_processes_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ADDING, str(tmp_path / "board"), f"p{i}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            text=True,
        )
        for i in range(3)
    ]
    try:
        for process in processes:  # they import first, and start together
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        for process in processes:
            _, errors = process.communicate(timeout=120)
            assert process.returncode == 0, errors
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    board = Leaderboard.load(tmp_path / "board")
    wanted = {f"p{i}-{j}" for i in range(3) for j in range(10)}
    for dataset in ("DUTS-TE", "ECSSD"):
        assert {row.model for row in board.rows(dataset)} == wanted
    assert [path.name for path in (tmp_path / "board").iterdir()] == ["sod"]


def test_a_row_made_by_hand_is_checked() -> None:
    with pytest.raises(ValueError, match="the row of 'a': params is inf"):
        Row(
            model="a",
            title="A",
            metrics={},
            provenance={"kind": "maps"},
            params=float("inf"),
        )
