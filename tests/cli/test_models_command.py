"""`sodeval models` as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sodeval import models
from sodeval.cli import cli
from sodeval.models import CARDS
from sodeval.models.card import ModelCard
from tests.file_server import FileServer, make_card, serving


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SODEVAL_WEIGHTS", "SODEVAL_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SODEVAL_CACHE", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["models", *args], env={"COLUMNS": "80"})


def words(text: str) -> str:
    return " ".join(text.split())


def test_list(cache: Path) -> None:
    done = run("list")
    assert done.exit_code == 0
    assert run().stdout == done.stdout
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["model", "task", "input", "params", "weights", "licence"]
    rows = lines[1 : lines.index("")]
    assert [row.split()[0] for row in rows] == list(CARDS)
    assert all(len(line) <= 80 and line == line.rstrip() for line in lines)
    by_name = {row.split()[0]: row for row in rows}
    assert by_name["dgnet-L512"].split()[1:] == ["sod", "512x512", "247.56", "M", "drive", "MIT"]
    assert "https" in by_name["csnet-L-x2"]
    assert by_name["csnet-L-x2"].endswith("CC BY-NC-SA 4.0 *")
    assert lines[-1] == "licence: * non-commercial use only"
    assert "none" in by_name["csnet-x1-1-0"]
    assert by_name["baseline-ft"].split()[1:] == ["sod", "any", "-", "-", "MIT"]
    (cache / "weights").mkdir()
    (cache / "weights" / "csnet-L-x2.pt").write_bytes(b"x")
    assert "  have  " in next(line for line in run().stdout.splitlines() if "csnet-L-x2" in line)


def test_list_of_one_task() -> None:
    assert [line.split()[0] for line in run("--task", "usod").stdout.splitlines()[1:2]] == [
        "dgnet-L512-usod"
    ]
    listed = json.loads(run("list", "--task", "segmentation", "--format", "json").stdout)
    assert [card["name"] for card in listed] == ["danet-resnet50", "danet-resnet101"]
    assert run("list", "--task", "rgbd").exit_code == 2


def test_json(cache: Path) -> None:
    listed = json.loads(run("--format", "json").stdout)
    assert [card["name"] for card in listed] == list(CARDS)
    card = json.loads(run("show", "CSNET-L-x2", "--format", "json").stdout)
    assert card in listed
    assert card["weights"]["sha256"] == CARDS["csnet-L-x2"].weights.sha256
    assert card["preparation"]["size"] == [224, 224]
    assert (card["available"], card["path"]) == ("https", None)


@pytest.mark.parametrize("name", CARDS)
def test_show(name: str) -> None:
    card = CARDS[name]
    done = run("show", name)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{name}: {card.title}\n")
    assert all(len(line) <= 80 or "/" in line for line in done.stdout.splitlines())
    said = words(done.stdout)
    for text in (card.paper, card.paper_url, card.code_url, card.licence.line, card.note):
        assert words(text) in said
    for text in (card.weights.url, card.weights.sha256, card.maps_url, card.maps_note):
        assert words(text or "") in said


def test_an_unknown_name() -> None:
    done = run("show", "dgnet-L521")
    assert done.exit_code == 2
    assert done.stderr == "sodeval: unknown model 'dgnet-L521'; did you mean 'dgnet-L512'?\n"
    assert run("fetch", "u2nett").exit_code == 2


def test_help_names_all_commands_and_loads_none() -> None:
    done = run("-h")
    listed = done.stdout.partition("Commands:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in listed.splitlines() if line[2] != " "] == [
        "list",
        "show",
        "profile",
        "fetch",
    ]
    assert "..." not in listed


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FileServer, dict[str, ModelCard]]]:
    """A model whose files are on a server of this machine."""
    pytest.importorskip("requests")
    with serving() as server:
        server.files["/a.pth"] = b"weights"
        card = make_card(server.address + "/a.pth", maps_url=server.address + "/maps.zip")
        cards = {card.name: replace(card, maps_note="As PNG.")}
        monkeypatch.setattr(models, "CARDS", cards)
        yield server, cards


def test_fetch(cache: Path, known: tuple[FileServer, dict[str, ModelCard]]) -> None:
    server, _ = known
    done = run("fetch", "dgnet-L512")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"{cache / 'weights' / 'dgnet-L512.pth'}\n"
    assert done.stderr == "A model: MIT.\n"
    assert (cache / "weights" / "dgnet-L512.pth").read_bytes() == b"weights"
    assert run("fetch", "dgnet-L512", "-q").stderr == ""
    assert len(server.asked) == 1
    assert run("fetch", "dgnet-L512", "--force").exit_code == 0
    assert len(server.asked) == 2


def test_fetch_maps(cache: Path, known: tuple[FileServer, dict[str, ModelCard]]) -> None:
    server, _ = known
    server.files["/maps.zip"] = b"PK\x05\x06" + bytes(18)  # an archive of nothing
    path = cache / "maps" / "dgnet-L512.zip"
    done = run("fetch", "--maps", "dgnet-L512")
    assert (done.exit_code, done.stdout) == (0, f"{path}\n")
    assert done.stderr.splitlines() == [
        "A model: MIT.",
        "note: As PNG.",
        f"to score them as they are: sodeval score {path} GT",
    ]


def test_fetch_what_cannot_be_fetched(
    cache: Path,
    known: tuple[FileServer, dict[str, ModelCard]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, cards = known
    server.statuses["/a.pth"] = 404
    done = run("fetch", "dgnet-L512")
    assert (done.exit_code, done.stdout) == (5, "")
    assert done.stderr.startswith(
        "sodeval: no weights for dgnet-L512: they cannot be fetched: the server has no such file"
    )
    assert f"save the file as {cache / 'weights' / 'dgnet-L512.pth'}," in done.stderr
    monkeypatch.setenv("SODEVAL_OFFLINE", "1")
    assert "SODEVAL_OFFLINE is set" in run("fetch", "dgnet-L512", "--force").stderr
    cards["none"] = make_card(name="none", note="Nobody has released any.")
    done = run("fetch", "none")
    assert done.exit_code == 5
    assert done.stderr.startswith("sodeval: no weights for none: Nobody has released any.\n")
    assert run("fetch", "none", "--maps").exit_code == 5
    cards["plain"] = replace(cards["none"], name="plain", preparation=None)
    done = run("fetch", "plain")
    assert done.exit_code == 2
    assert done.stderr.startswith("sodeval: plain needs no weights")


def test_nothing_heavy_is_loaded() -> None:
    code = (
        "import sys; from sodeval.cli import main\n"
        "heavy = {'torch', 'numpy', 'cv2', 'numba', 'pandas', 'rich', 'requests', 'gdown'}\n"
        "for args in ([], ['show', 'dgnet-L512'], ['list', '--format', 'json'], ['-h']):\n"
        "    sys.argv = ['sodeval', 'models', *args]; assert main() == 0\n"
        "    assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, stdout=subprocess.DEVNULL)
