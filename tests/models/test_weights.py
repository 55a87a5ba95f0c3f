"""Where checkpoints are looked for, in which order, and what is said where there are none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sodeval.errors import OutputError, WeightsError
from sodeval.models import download, weights
from sodeval.models.card import ModelCard
from sodeval.models.transfer import TransferError
from sodeval.models.weights import cache_folder, cached_path, find_weights, locate
from tests.file_server import make_card

DRIVE_FILE = "https://drive.google.com/file/d/1yrZqmhb0wNuvmOVb8GfBVUkRjBK-F6hi/view"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, and no settings."""
    for name in ("SODEVAL_WEIGHTS", "SODEVAL_CACHE", "SODEVAL_OFFLINE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_the_cache_of_each_platform(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_folder() == home / ".cache" / "sodeval"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "xdg"))
    assert cache_folder() == home / "xdg" / "sodeval"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == home / ".cache" / "sodeval"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_folder() == home / "Library" / "Caches" / "sodeval"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(home / "Local"))
    assert cache_folder() == home / "Local" / "sodeval" / "Cache"
    monkeypatch.delenv("LOCALAPPDATA")
    assert cache_folder() == home / "AppData" / "Local" / "sodeval" / "Cache"
    monkeypatch.setenv("SODEVAL_CACHE", "~/own")
    assert cache_folder() == home / "own"
    assert cached_path(make_card()) == home / "own" / "weights" / "dgnet-L512.pth"


def test_the_order(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = make_card(suffix=".pth.tar")
    own = home / "mine"
    own.mkdir()
    monkeypatch.setenv("SODEVAL_WEIGHTS", "~/mine")
    assert find_weights(card) is None
    wanted = [
        put(cached_path(card)),
        put(cached_path(card).with_name("dgnet-L512.pth")),
        *(put(own / f"dgnet-L512{suffix}") for suffix in (".pth.tar", ".safetensors")),
        *(put(own / f"dgnet-L512{suffix}") for suffix in (".pt", ".pth")),
        put(home / "given"),
    ]
    assert find_weights(card, "~/given") == wanted.pop()
    while wanted:
        assert find_weights(card) == wanted[-1]
        assert locate(card) == wanted[-1]
        wanted.pop().unlink()
    assert find_weights(card) is None


def test_a_suffix_of_the_card_and_folders_of_that_name(home: Path) -> None:
    card = make_card(suffix=".bin")
    (home / ".cache" / "sodeval" / "weights" / "dgnet-L512.pth").mkdir(parents=True)
    assert find_weights(card) is None
    put(cached_path(card))
    assert find_weights(card) == home / ".cache" / "sodeval" / "weights" / "dgnet-L512.bin"


def test_a_given_file_that_is_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(cached_path(make_card()))
    with pytest.raises(WeightsError, match=r"^weights: there is no file nowhere\.pth; check"):
        locate(make_card(), "nowhere.pth")
    with pytest.raises(WeightsError, match="is a folder; name the checkpoint in it"):
        locate(make_card(), home)
    monkeypatch.setenv("SODEVAL_WEIGHTS", "not looked at")
    assert locate(make_card(), put(home / "a.pth")) == home / "a.pth"


def test_a_folder_that_is_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SODEVAL_WEIGHTS", "nowhere")
    with pytest.raises(WeightsError, match="SODEVAL_WEIGHTS names nowhere, which does not exist"):
        find_weights(make_card())
    monkeypatch.setenv("SODEVAL_WEIGHTS", str(put(home / "file")))
    with pytest.raises(WeightsError, match="which is a file; name a folder"):
        find_weights(make_card())


def test_it_is_fetched_into_the_cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fetch(card: ModelCard, target: Path, *, force: bool, progress: object) -> Path:
        asked.append((card.name, target, force))
        return put(target)

    monkeypatch.setattr(download, "fetch", fetch)
    card = make_card(DRIVE_FILE)
    target = home / ".cache" / "sodeval" / "weights" / "dgnet-L512.pth"
    assert locate(card) == target
    assert locate(card) == target
    assert asked == [("dgnet-L512", target, False)]
    locate(card, force=True)
    assert asked[1:] == [("dgnet-L512", target, True)]


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_offline(home: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr(download, "fetch", None)
    monkeypatch.setenv("SODEVAL_OFFLINE", value)
    with pytest.raises(WeightsError, match="they are not on this machine, and SODEVAL_OFFLINE"):
        locate(make_card(DRIVE_FILE))
    for off in ("", "0", "False", " no "):
        monkeypatch.setenv("SODEVAL_OFFLINE", off)
        assert not weights.is_offline()


def test_what_to_do_where_it_cannot_be_fetched(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*args: object, **kwargs: object) -> Path:
        raise TransferError("the name drive.google.com cannot be looked up (no network?)")

    monkeypatch.setattr(download, "fetch", fetch)
    cache = home / ".cache" / "sodeval" / "weights"
    with pytest.raises(WeightsError) as told:
        locate(make_card(DRIVE_FILE, note="Of 512x512."))
    assert told.value.exit_code == 5
    assert str(told.value).splitlines() == [
        "no weights for dgnet-L512: they cannot be fetched: the name drive.google.com cannot be "
        "looked up (no network?).",
        "  looked for: dgnet-L512 with .pth, .pt, .safetensors, .pth.tar",
        "  in:         $SODEVAL_WEIGHTS (not set)",
        f"              {cache}",
        "  note:       Of 512x512.",
        f"  next:       open {DRIVE_FILE} in a browser,",
        f"              save the file as {cache / 'dgnet-L512.pth'},",
        "              or give it with --weights FILE",
    ]


def test_what_to_do_where_nothing_is_published(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SODEVAL_WEIGHTS", str(home))
    cache = home / ".cache" / "sodeval" / "weights"
    with pytest.raises(WeightsError) as told:
        locate(make_card(page="https://example.org", note="Nobody has released any."))
    assert str(told.value).splitlines() == [
        "no weights for dgnet-L512: Nobody has released any.",
        "  looked for: dgnet-L512 with .pth, .pt, .safetensors, .pth.tar",
        f"  in:         $SODEVAL_WEIGHTS ({home})",
        f"              {cache}",
        "  see:        https://example.org",
        f"  next:       put a checkpoint of your own at {cache / 'dgnet-L512.pth'},",
        "              or give it with --weights FILE",
    ]
    with pytest.raises(WeightsError, match=r"^no weights for dgnet-L512: none are published"):
        locate(make_card())


def test_without_leave_to_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "fetch", None)
    with pytest.raises(WeightsError, match="`sodeval models fetch dgnet-L512` fetches them"):
        locate(make_card(DRIVE_FILE), download=False)


def test_a_disk_that_is_full_is_no_missing_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*args: object, **kwargs: object) -> Path:
        raise OutputError("cannot write there")

    monkeypatch.setattr(download, "fetch", fetch)
    with pytest.raises(OutputError, match=r"^cannot write there$"):
        locate(make_card(DRIVE_FILE))


def test_looking_loads_nothing_heavy() -> None:
    code = (
        "import sys; from sodeval.models.weights import find_weights; "
        "from sodeval.models import CARDS; [find_weights(card) for card in CARDS.values()]; "
        "heavy = {'torch', 'numpy', 'cv2', 'numba', 'pandas', 'rich', 'requests', 'gdown'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
