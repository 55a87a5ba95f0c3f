"""`sodeval protocols` and `sodeval metrics` as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from sodeval.cli import cli
from sodeval.meanings import meanings
from sodeval.metrics import METRICS
from sodeval.protocols import PROTOCOLS


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, list(args), env={"COLUMNS": "80"})


def words(text: str) -> str:
    return " ".join(text.split())


def test_list() -> None:
    done = run("protocols", "list")
    assert (done.exit_code, done.stdout) == (0, run("protocols").stdout)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["protocol", *PROTOCOLS]
    listed = json.loads(run("protocols", "--format", "json").stdout)
    assert [entry["name"] for entry in listed] == list(PROTOCOLS)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_show_says_everything(name: str) -> None:
    protocol = PROTOCOLS[name]
    done = run("protocols", "show", name.upper())
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{name}\n")
    assert all(len(line) <= 80 or "://" in line for line in done.stdout.splitlines())
    said = words(done.stdout)
    assert protocol.notes
    for text in (protocol.about, protocol.source, *protocol.notes, ", ".join(protocol.prints)):
        assert text in said
    for field, key, value in protocol.conventions():
        assert f"{field} {value} {key} {meanings()[field].text}" in said


def test_show_marks_what_differs_from_the_default() -> None:
    lines = run("protocols", "show", "pysodmetrics-raw").stdout.splitlines()
    marked = [line.split() for line in lines if line.startswith("* ")]
    assert marked == [["*", "pred_scale", "none", "pred"]]
    assert "Conventions; * marks those that are not as in pysodmetrics" in lines
    assert not any("*" in line for line in run("protocols", "show", "pysodmetrics").stdout)


def test_show_json() -> None:
    data = json.loads(run("protocols", "show", "u2net", "--format", "json").stdout)
    protocol = PROTOCOLS["u2net"]
    assert data.items() >= protocol.to_dict().items()
    assert data["prints"] == list(protocol.prints)
    assert data["notes"] == list(protocol.notes)
    assert data["meanings"]["levels"] == meanings()["levels"].text


def test_diff() -> None:
    assert run("protocols", "diff", "pysodmetrics", "pysodmetrics-raw").stdout == (
        "pysodmetrics and pysodmetrics-raw differ in 1 of "
        f"{len(list(PROTOCOLS['u2net'].conventions()))} conventions\n"
        "\n"
        "convention  pysodmetrics  pysodmetrics-raw\n"
        "pred_scale  minmax        none\n"
        "    minmax: (v/255 - min) / (max - min) per image, a constant map stays v/255;\n"
        "    minmax-strict: likewise, a constant map is undefined (0/0); max: v/max;\n"
        "    max+1e-8: v/(max + 1e-8); mat2gray: d v - d min with d = 1/(max - min)\n"
        "    rounded first, a constant map above 0 is 1.\n"
    )


def test_diff_holds_only_what_differs() -> None:
    done = run("protocols", "diff", "u2net", "isnet")
    one, other = (
        {field: value for field, _, value in PROTOCOLS[name].conventions()}
        for name in ("u2net", "isnet")
    )
    fields = [line.split()[0] for line in done.stdout.splitlines()[3:] if line[:1].strip()]
    assert fields == [field for field in one if one[field] != other[field]]
    data = json.loads(run("protocols", "diff", "U2NET", "isnet", "--format", "json").stdout)
    assert (data["a"], data["b"]) == ("u2net", "isnet")
    for entry in data["differences"]:
        field = entry["convention"]
        assert (entry["a"], entry["b"]) == (one[field], other[field])
        assert entry["meaning"] == meanings()[field].text
    assert [entry["convention"] for entry in data["differences"]] == fields


def test_diff_of_one_with_itself() -> None:
    done = run("protocols", "diff", "u2net", "U2Net")
    assert (done.exit_code, done.stdout) == (0, "u2net and u2net agree in every convention.\n")


@pytest.mark.parametrize(
    "args", [("protocols", "show", "u3net"), ("protocols", "diff", "u2net", "u3net")]
)
def test_unknown(args: tuple[str, ...]) -> None:
    done = run(*args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "sodeval: unknown protocol 'u3net'; did you mean 'u2net'?\n"


@pytest.mark.parametrize("name", METRICS)
def test_metrics(name: str) -> None:
    assert name in run("metrics").stdout
    done = run("metrics", "show", name)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{name}: {METRICS[name].title}")


@pytest.mark.parametrize(
    "args", [["list"], ["show", "u2net"], ["diff", "u2net", "isnet"], ["show", "-h"]]
)
def test_nothing_heavy_is_loaded(args: list[str]) -> None:
    code = (
        "import sys; from sodeval.cli import main; "
        f"sys.argv = ['sodeval', 'protocols', *{args!r}]; main(); "
        "loaded = set(sys.modules) & {'cv2', 'numba', 'numpy', 'pandas', 'rich', 'torch'}; "
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("command", [["protocols"], ["protocols", "diff"], ["metrics", "show"]])
def test_help_has_an_example(command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.exit_code == 0
    assert "Example: sodeval " in done.stdout
