"""`sodeval doctor` as a user types it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from sodeval.cli import cli
from sodeval.doctor import diagnose
from sodeval.render.doctor import print_diagnosis
from tests.files import disc, make_set, write


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, ["doctor", *map(str, args)])


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return make_set(tmp_path / "SET", 6)


def test_clean(pair: tuple[Path, Path]) -> None:
    done = run(*pair)
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[0] == "SET"
    assert lines[1] == "              files  kind            pixels  values"
    assert lines[3] == "ground truth      6  8-bit grey PNG  40×30   0 % grey"
    assert lines[4] == "preds             6  8-bit grey PNG  40×30   grey"
    assert lines[5:] == ["", "Nothing here would spoil a score."]


def test_notes_are_clean(pair: tuple[Path, Path]) -> None:
    for path in pair[0].iterdir():
        path.rename(path.with_name(f"{path.stem}_sal.png"))
    done = run(*pair)
    assert done.exit_code == 0
    assert "note  files are matched without the suffix '_sal' of predictions." in done.stdout


def test_findings_worst_first(pair: tuple[Path, Path]) -> None:
    (pair[0] / "x3.png").unlink()
    write(pair[0] / "x4.png", np.zeros((15, 20), np.uint8))
    done = run(*pair)
    assert done.exit_code == 1
    said = [line for line in done.stdout.splitlines() if line.startswith(("err", "warn", "note"))]
    assert said == [
        "error    1 of 6 predictions is missing (x3). Use --missing skip to leave such images "
        "out, or --missing zero to score empty maps.",
        "warning  1 of 5 predictions is of another size than the mask, mostly 0.5 of it (x4). "
        "score resizes them; save them at the size of the image, or refuse them with "
        "--size-mismatch error.",
        "warning  1 of 5 predictions is black all over (x4). Look at the model's output.",
    ]
    assert done.stdout.endswith("1 error, 2 warnings.\n")
    assert "5/6" in done.stdout


def test_several_results_are_told_apart(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 3, methods=("a", "b"))
    (preds / "b" / "SET" / "x1.png").unlink()
    assert "error  b on SET: 1 of 3 predictions is missing (x1)." in run(preds, gts).stdout


@pytest.mark.parametrize("options", [["--json"], ["--format", "json"]])
def test_json(pair: tuple[Path, Path], options: list[str]) -> None:
    (pair[0] / "x3.png").unlink()
    done = run(*pair, *options)
    assert done.exit_code == 1
    data = json.loads(done.stdout)
    assert list(data) == ["schema", "results", "findings"]
    assert data["schema"] == 1
    (result,) = data["results"]
    assert (result["method"], result["dataset"]) == ("preds", "SET")
    assert (result["expected"], result["paired"], result["missing"]) == (6, 5, ["x3"])
    (finding,) = data["findings"]
    assert (finding["severity"], finding["kind"], finding["names"]) == ("error", "missing", ["x3"])


@pytest.mark.parametrize("side", [0, 1])
def test_unreadable_files_and_the_rest(pair: tuple[Path, Path], side: int) -> None:
    bad = pair[side] / "x2.png"
    bad.write_bytes(bad.read_bytes()[:60])
    done = run(*pair)
    assert done.exit_code == 3
    assert f"error  {bad} is a truncated PNG file" in done.stdout
    assert "5/6" in done.stdout if side == 0 else "5" in done.stdout
    assert json.loads(run(*pair, "--json").stdout)["findings"][0]["kind"] == "unreadable"


def make_folder_of_nothing(root: Path) -> Path:
    (root / "empty").mkdir()
    return root / "empty"


def make_file(root: Path) -> Path:
    (root / "file.txt").write_text("x", encoding="utf-8")
    return root / "file.txt"


def make_broken_zip(root: Path) -> Path:
    (root / "broken.zip").write_bytes(b"PK\x03\x04" + bytes(99))
    return root / "broken.zip"


def make_zip_of_texts(root: Path) -> Path:
    with zipfile.ZipFile(root / "texts.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    return root / "texts.zip"


def make_others(root: Path) -> Path:
    return write(root / "others" / "y.png", disc(0)).parent


@pytest.mark.parametrize(
    "make",
    [
        make_folder_of_nothing,
        make_file,
        make_broken_zip,
        make_zip_of_texts,
        make_others,
        lambda root: root / "nowhere",
    ],
)
@pytest.mark.parametrize("side", [0, 1])
def test_what_cannot_be_paired(pair: tuple[Path, Path], tmp_path: Path, make, side: int) -> None:
    sides: list[Path] = list(pair)
    sides[side] = make(tmp_path)
    done = run(*sides)
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.startswith("sodeval: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_named_like_an_image(pair: tuple[Path, Path]) -> None:
    (pair[0] / "x9.png").mkdir()
    assert run(*pair).exit_code == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_named_like_an_image(pair: tuple[Path, Path]) -> None:
    (pair[0] / "x1.png").unlink()
    os.mkfifo(pair[0] / "x1.png")
    assert run(*pair).exit_code == 3


def test_the_same_folder_twice(pair: tuple[Path, Path]) -> None:
    done = run(pair[1], pair[1])
    assert done.exit_code == 1
    assert "error  predictions and ground truth are the same files" in done.stdout


@pytest.mark.parametrize("options", [["--workers", "0"], ["--format", "xml"], ["--colour"]])
def test_usage(pair: tuple[Path, Path], options: list[str]) -> None:
    assert run(*pair, *options).exit_code == 2


def test_help() -> None:
    done = run("-h")
    assert done.exit_code == 0
    assert "Example: sodeval doctor preds/ gt/ --json" in done.stdout


@pytest.mark.parametrize("width", [50, 80, 160])
def test_on_a_terminal(pair: tuple[Path, Path], width: int) -> None:
    for path in pair[0].iterdir():
        write(path, np.zeros((8, 8), np.uint8))
    (pair[0] / "x3.png").rename(pair[0] / "\x1b[31mred.png")
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    print_diagnosis(diagnose(*pair), console)
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b[31m" not in text, "names cannot steer the terminal"
    assert "…" not in text, "nothing is cut"
    assert "black all over" in " ".join(text.split())


def test_where_the_terminal_knows_ascii_only(pair: tuple[Path, Path]) -> None:
    command = [sys.executable, "-m", "sodeval", "doctor", *map(str, pair)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert b"40x30" in done.stdout


def test_no_kernel_is_loaded(pair: tuple[Path, Path]) -> None:
    code = (
        "import sys; from sodeval.cli import main; "
        f"sys.argv = ['sodeval', 'doctor', {str(pair[0])!r}, {str(pair[1])!r}]; main(); "
        "loaded = set(sys.modules) & {'numba', 'pandas', 'torch', 'scipy'}; "
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
