"""`sodeval run` as a user types it: exit codes, exact words, and files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from sodeval import Report
from sodeval.cli import cli
from tests.models.photographs import make_set


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, ["run", *(str(arg) for arg in args)])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    make_set(tmp_path / "in", 5, sizes=True)
    return tmp_path / "in"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_set(tmp_path / "root" / "sod" / "ECSSD", 3)
    make_set(tmp_path / "root" / "sod" / "PASCAL-S", 2)
    make_set(tmp_path / "root" / "sod" / "DUTS-TR", 2)
    return tmp_path / "root"


def test_maps_only(data: Path, tmp_path: Path) -> None:
    done = run("--model", "baseline-sr", "--images", data / "im", "--maps", tmp_path / "maps")
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert "5 maps made in" in done.stderr
    assert "bottleneck: " in done.stderr
    maps = sorted((tmp_path / "maps").glob("*.png"))
    assert [one.stem for one in maps] == [f"p{i:02d}" for i in range(5)]
    stored = cv2.imread(str(maps[1]), cv2.IMREAD_UNCHANGED)
    assert stored.shape == (52, 40)
    assert stored.dtype == np.uint8


def test_one_table_over_all_test_sets(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    done = run("--model", "baseline-ft", "--data", root, "-o", out)
    assert done.exit_code == 0, done.output
    assert "ECSSD" in done.stdout
    assert "PASCAL-S" in done.stdout
    assert "DUTS-TR" not in done.output
    report = Report.load(out)
    assert [r.dataset for r in report.results] == ["ECSSD", "PASCAL-S"]
    result = json.loads(out.read_text())["results"][0]
    assert result["method"] == "baseline-ft"
    assert result["provenance"] == {"kind": "measured"}
    assert result["model"] == {"name": "baseline-ft"}
    assert set(result["cost"]) == {"params", "macs", "latency_ms", "images_per_second", "device"}


def test_a_limit_stands_in_the_signature(root: Path) -> None:
    done = run("--model", "baseline-ft", "--data", root, "--dataset", "ecssd", "--limit", 2)
    assert done.exit_code == 0, done.output
    assert "skip:1" in done.stdout


def test_it_goes_on_and_says_so(data: Path, tmp_path: Path) -> None:
    line = ["--model", "baseline-ft", "--images", data / "im", "--maps", tmp_path / "maps"]
    assert "2 maps made" in run(*line, "--limit", 2).stderr
    assert "3 maps made, 2 kept" in run(*line).stderr
    assert "5 maps made" in run(*line, "--overwrite").stderr
    other = run("--model", "baseline-sr", *line[2:])
    assert other.exit_code == 2
    assert "name 'baseline-ft' and not 'baseline-sr'" in other.stderr


def test_a_broken_photograph_ends_in_3_and_the_rest_is_done(data: Path, tmp_path: Path) -> None:
    (data / "im" / "p01.png").write_bytes(b"no image")
    done = run(
        "--model", "baseline-ft", "--images", data / "im", "--gt", data / "gt",
        "--maps", tmp_path / "maps",
    )  # fmt: skip
    assert done.exit_code == 3
    assert "p01.png" in done.stderr
    assert "4 of 5 images" in done.stdout
    assert len(list((tmp_path / "maps").glob("*.png"))) == 4


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (("--model", "dgnet-L521"), 2, "did you mean 'dgnet-"),
        (("--model", "baseline-ft", "--images", "nowhere"), 3, "'nowhere' does not exist"),
        (("--model", "baseline-ft", "--device", "cuda"), 2, "runs on the processor"),
        (("--model", "baseline-ft", "--precision", "fp16"), 2, "no precision to choose"),
        (("--model", "baseline-ft", "--fast"), 2, "nothing to fold or compile"),
        (("--model", "baseline-ft", "--precision", "fp8"), 2, "'fp8' is not one of"),
        (("--model", "csnet-L-x1", "--weights", "none", "--device", "gpu"), 2, "unknown device"),
        (("--model", "baseline-ft", "--metrics", "mea"), 2, "did you mean 'mba'"),
        (("--model", "baseline-ft", "--protocol", "u3net"), 2, "did you mean 'u2net'"),
        (("--model", "csnet-L-x1", "--weights", "gone.pth"), 5, "gone.pth"),
        (("--model", "csnet-x1-5-5"), 5, "csnet-x1-5-5"),
        (("--model", "nofile.py:build"), 2, "nofile.py"),
        (("--model", "nofile.onnx"), 5, "nofile.onnx"),
    ],
)
def test_bad_input(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    if line[1].startswith("csnet"):
        pytest.importorskip("torch")
    if line[1].endswith(".onnx"):
        pytest.importorskip("onnxruntime")
    monkeypatch.setenv("SODEVAL_OFFLINE", "1")
    monkeypatch.setenv("SODEVAL_CACHE", str(tmp_path / "cache"))
    more = () if "--images" in line else ("--images", data / "im", "--gt", data / "gt")
    done = run(*line, *more, "--maps", tmp_path / "maps")
    assert done.exit_code == code, done.output
    assert words in done.stderr
    assert "Traceback" not in done.output


def test_what_a_users_model_prints_is_no_result(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "prints.py"
    file.write_text(
        "print('imported')\n"
        "def build():\n"
        "    print('built')\n"
        "    def predict(image):\n"
        "        print('called')\n"
        "        return image[..., 0]\n"
        "    return predict\n"
    )
    line = ("--images", data / "im", "--gt", data / "gt", "--format", "json")
    done = run("--model", f"{file}:build", *line)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["results"][0]["method"] == "prints"
    assert "called" in done.stderr


def test_scores_go_to_a_board(root: Path, tmp_path: Path) -> None:
    board = tmp_path / "board"
    done = run("--model", "baseline-ft", "--data", root, "--board", board)
    assert done.exit_code == 0, done.output
    assert "ECSSD: baseline-ft added" in done.stderr
    stored = json.loads((board / "sod" / "ECSSD.json").read_text())
    assert stored["rows"][0]["model"] == "baseline-ft"
    assert "replaced" in run("--model", "baseline-ft", "--data", root, "--board", board).stderr


def test_an_untrained_network_is_not_for_a_board(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    board = tmp_path / "board"
    untrained = ("--model", "csnet-L-x1", "--weights", "none", "--board", board, "--data", root)
    done = run(*untrained)
    assert done.exit_code == 2, done.output
    assert "without trained weights" in done.stderr


def test_a_first_line_without_options_says_what_to_do() -> None:
    done = run("--model", "baseline-ft", "--images", "photos")
    assert done.exit_code == 2
    assert "--maps DIR" in done.stderr
    done = run("--model", "baseline-ft", "--no-score", "--maps", "maps", "-o", "r.json")
    assert done.exit_code == 2
    assert "nothing is scored" in done.stderr


def test_no_photographs(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("--model", "baseline-ft", "--images", tmp_path / "empty", "--maps", tmp_path / "m")
    assert done.exit_code == 3
    assert "no images" in done.stderr


def test_photographs_are_looked_for_before_weights(tmp_path: Path) -> None:
    line = ("--model", "dgnet-L512", "--weights", "gone.pth", "--maps", tmp_path / "maps")
    assert "'nowhere' does not exist" in run(*line, "--images", "nowhere").stderr
    assert "is no folder" in run(*line, "--data", tmp_path / "nowhere").stderr


def test_weights_that_are_nowhere_name_every_place(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    monkeypatch.setenv("SODEVAL_OFFLINE", "1")
    monkeypatch.setenv("SODEVAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SODEVAL_WEIGHTS", str(tmp_path / "weights"))
    (tmp_path / "weights").mkdir()
    done = run("--model", "dgnet-L512", "--images", data / "im", "--maps", tmp_path / "maps")
    assert done.exit_code == 5
    for place in (tmp_path / "weights", tmp_path / "cache", "drive.google.com", "--weights"):
        assert str(place) in done.stderr
    assert not (tmp_path / "maps").exists()


def without(package: str, *args: object) -> subprocess.CompletedProcess[str]:
    """Run a command line in a process in which a package is not installed."""
    code = (
        f"import sys; sys.modules[{package!r}] = None; "
        "from sodeval.cli import main; sys.exit(main())"
    )
    line = [sys.executable, "-c", code, *(str(arg) for arg in args)]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=dict(os.environ))


def test_without_torch(data: Path, tmp_path: Path) -> None:
    line = ("--images", data / "im", "--maps", tmp_path / "maps")
    done = without("torch", "run", "--model", "csnet-L-x1", *line)
    assert done.returncode == 4
    assert "pip install 'sodeval[run]'" in done.stderr
    assert "https://download.pytorch.org/whl/cpu" in done.stderr
    assert without("torch", "run", "--model", "baseline-ft", *line).returncode == 0
    assert without("torch", "models").returncode == 0


def test_help_names_every_option_and_imports_little() -> None:
    code = (
        "import sys; from sodeval.cli import main; sys.argv[1:] = ['run', '--help']; main(); "
        "print([m for m in ('numpy', 'torch', 'cv2', 'numba', 'pandas', 'rich') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
    assert "--batch-size" in done.stdout
