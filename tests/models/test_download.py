"""Downloads from a server on this machine; nothing here touches the network."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sodeval.errors import MissingExtraError, OutputError, WeightsError
from sodeval.locking import locked
from sodeval.models import download, transfer
from sodeval.models.download import TransferError, fetch, fetch_maps
from tests.file_server import FileServer, make_card, serving

requests = pytest.importorskip("requests")

BODY = bytes(range(256)) * 4000  # about a megabyte
SHA = hashlib.sha256(BODY).hexdigest()
PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>"
DRIVE_FILE = "https://drive.google.com/file/d/1yrZqmhb0wNuvmOVb8GfBVUkRjBK-F6hi/view"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("SODEVAL_OFFLINE", raising=False)
    with serving() as state:
        state.files["/a.pth"] = BODY
        yield state


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "dgnet-L512.pth"


class Told:
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int | None]] = []

    def start(self, total: int | None) -> None:
        self.calls.append(("start", total))

    def advance(self, done: int) -> None:
        self.calls.append(("advance", done))

    def stop(self) -> None:
        self.calls.append(("stop", None))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_good_file(server: FileServer, target: Path) -> None:
    told = Told()
    card = make_card(server.address + "/a.pth", sha256=SHA.upper())
    assert fetch(card, target, progress=told) == target
    assert target.read_bytes() == BODY
    assert names(target.parent) == ["dgnet-L512.pth", "dgnet-L512.pth.json"]
    record = json.loads(target.with_name("dgnet-L512.pth.json").read_text())
    assert (record["schema"], record["sha256"], record["bytes"]) == (1, SHA, len(BODY))
    assert record["url"] == card.weights.url
    assert told.calls[0] == ("start", len(BODY))
    assert told.calls[-2:] == [("advance", len(BODY)), ("stop", None)]
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        assert target.stat().st_mode & 0o777 == 0o666 & ~mask


def test_what_is_there_is_not_fetched_again_unless_forced(server: FileServer, target: Path) -> None:
    card = make_card(server.address + "/a.pth")
    fetch(card, target)
    fetch(card, target)
    assert len(server.asked) == 1
    fetch(card, target, force=True)
    assert len(server.asked) == 2
    assert target.read_bytes() == BODY


def test_a_wrong_hash_keeps_nothing(server: FileServer, target: Path) -> None:
    card = make_card(server.address + "/a.pth", sha256="0" * 64)
    with pytest.raises(TransferError, match=f"SHA-256 {SHA}, expected {'0' * 64}"):
        fetch(card, target)
    assert names(target.parent) == []


def test_a_file_that_changes_without_a_published_hash(server: FileServer, target: Path) -> None:
    card = make_card(server.address + "/a.pth")
    fetch(card, target)
    server.files["/a.pth"] = BODY[:-1]
    with pytest.raises(TransferError, match=r"another file than on 20.*If the authors have repl"):
        fetch(card, target, force=True)
    assert target.read_bytes() == BODY
    assert names(target.parent) == ["dgnet-L512.pth", "dgnet-L512.pth.json"]
    # at another address it may be another file
    server.files["/b.pth"] = BODY[:-1]
    fetch(make_card(server.address + "/b.pth"), target, force=True)
    assert target.read_bytes() == BODY[:-1]


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/octet-stream"])
def test_a_web_page_is_no_file(server: FileServer, target: Path, kind: str) -> None:
    server.files["/a.pth"], server.kinds["/a.pth"] = PAGE, kind
    with pytest.raises(TransferError, match="the address gives a web page, not the file"):
        fetch(make_card(server.address + "/a.pth"), target)
    assert names(target.parent) == []


def test_an_empty_file_and_a_pointer(server: FileServer, target: Path) -> None:
    card = make_card(server.address + "/a.pth")
    server.files["/a.pth"] = b""
    with pytest.raises(TransferError, match="gives an empty file"):
        fetch(card, target)
    server.files["/a.pth"] = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"
    with pytest.raises(TransferError, match="gives a Git LFS pointer, not the file"):
        fetch(card, target)
    assert names(target.parent) == []


def test_a_broken_connection_is_taken_up_in_the_same_call(server: FileServer, target: Path) -> None:
    server.breaks = [300_000, 400_000]
    told = Told()
    fetch(make_card(server.address + "/a.pth"), target, progress=told)
    assert target.read_bytes() == BODY
    offsets = [asked for _, asked in server.asked]
    assert offsets[0] is None
    assert all(offset is not None for offset in offsets[1:])
    assert len(offsets) == 3
    assert told.calls[-2:] == [("advance", len(BODY)), ("stop", None)]


def test_a_connection_that_keeps_breaking_is_taken_up_by_the_next_call(
    server: FileServer, target: Path
) -> None:
    server.breaks = [300_000, 0]
    with pytest.raises(TransferError, match=r"broke after 2.*of 1,024,000 bytes; they are kept"):
        fetch(make_card(server.address + "/a.pth"), target)
    assert names(target.parent) == ["dgnet-L512.pth.part", "dgnet-L512.pth.part.json"]
    have = target.with_name("dgnet-L512.pth.part").stat().st_size
    assert 0 < have <= 300_000
    fetch(make_card(server.address + "/a.pth", sha256=SHA), target)
    assert server.asked[-1] == ("/a.pth", f"bytes={have}-")
    assert target.read_bytes() == BODY


@pytest.mark.parametrize("change", ["no ranges", "new tag", "new size", "no tag", "other address"])
def test_a_part_of_another_file_is_not_gone_on_with(
    server: FileServer, target: Path, change: str
) -> None:
    url, body = server.address + "/a.pth", BODY
    if change in ("new size", "no tag"):
        server.tag = None
    server.breaks = [300_000, 0]
    with pytest.raises(TransferError):
        fetch(make_card(url), target)
    if change == "no ranges":
        server.ranges = False
    elif change == "new tag":
        server.tag, body = '"two"', BODY[::-1]
    elif change == "new size":
        body = BODY[::-1] + b"more"
    elif change == "other address":
        url, body = server.address + "/b.pth", BODY[::-1]
        server.files["/b.pth"] = body
    server.files["/a.pth"] = body
    fetch(make_card(url), target)
    assert target.read_bytes() == body


def test_a_part_that_is_already_whole(server: FileServer, target: Path) -> None:
    server.breaks = [300_000, 0]
    with pytest.raises(TransferError):
        fetch(make_card(server.address + "/a.pth"), target)
    target.with_name("dgnet-L512.pth.part").write_bytes(BODY)
    fetch(make_card(server.address + "/a.pth", sha256=SHA), target)
    assert target.read_bytes() == BODY


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, r"no such file \(404\)"),
        (403, r"refuses it \(403\)"),
        (429, r"too many requests \(429\)"),
        (503, "answers 503; try again later"),
        (418, "answers 418$"),
    ],
)
def test_answers_that_are_no_file(server: FileServer, target: Path, status: int, said: str) -> None:
    server.statuses["/a.pth"] = status
    with pytest.raises(TransferError, match=said):
        fetch(make_card(server.address + "/a.pth"), target)
    assert names(target.parent) == []


def test_no_server(monkeypatch: pytest.MonkeyPatch, target: Path) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TransferError, match=r"127\.0\.0\.1 refuses the connection"):
        fetch(make_card(f"http://127.0.0.1:{port}/a.pth"), target)


def test_no_network(monkeypatch: pytest.MonkeyPatch, target: Path) -> None:
    monkeypatch.setenv("NO_PROXY", "*")

    def nothing(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    told = Told()
    with pytest.raises(TransferError, match=r"name drive\.google\.com cannot be looked up"):
        fetch(make_card(DRIVE_FILE), target, progress=told)
    assert told.calls == [("stop", None)]


def test_no_answer_in_time(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.gate.clear()
    monkeypatch.setattr(transfer, "_TIMEOUT", (2, 0.1))
    with pytest.raises(TransferError, match="does not answer in time"):
        fetch(make_card(server.address + "/a.pth"), target)


def test_only_web_addresses(target: Path) -> None:
    with pytest.raises(TransferError, match="no https address"):
        fetch(make_card("file:///etc/passwd"), target)


def test_a_full_disk(server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(transfer.os, "fsync", full)
    with pytest.raises(OutputError, match=r"No space left.*SODEVAL_CACHE=FOLDER") as raised:
        fetch(make_card(server.address + "/a.pth"), target)
    assert raised.value.exit_code == 3
    assert not target.exists()


def test_a_cache_that_cannot_be_made(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        fetch(make_card(server.address + "/a.pth"), tmp_path / "file" / "a.pth")


def test_without_the_package(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(MissingExtraError, match="fetching weights") as raised:
        fetch(make_card("https://127.0.0.1/a.pth"), target)
    assert raised.value.exit_code == 4


def test_two_processes_fetch_once(server: FileServer, target: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from sodeval.models.download import fetch; "
        "from tests.file_server import make_card; "
        "fetch(make_card(sys.argv[1]), Path(sys.argv[2]))"
    )
    server.gate.clear()
    command = [sys.executable, "-c", code, server.address + "/a.pth", str(target)]
    root = Path(__file__).parents[2]
    both = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE) for _ in range(2)]
    deadline = time.monotonic() + 20
    while not server.asked and time.monotonic() < deadline:
        time.sleep(0.02)
    server.gate.set()
    for process in both:
        _, said = process.communicate(timeout=30)
        assert process.returncode == 0, said
    assert len(server.asked) == 1
    assert target.read_bytes() == BODY
    assert names(target.parent) == ["dgnet-L512.pth", "dgnet-L512.pth.json"]


def test_one_at_a_time(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(5):
            with locked(tmp_path / "a.lock"):
                inside += 1
                most = max(most, inside)
                time.sleep(0.002)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert names(tmp_path) == []


@pytest.fixture
def drive(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> FileServer:
    """A server that stands for Google Drive; ``/uc`` is what it shows first."""
    monkeypatch.setattr(transfer, "DRIVE", server.address)
    server.kinds["/uc"] = "text/html; charset=utf-8"
    return server


def warning_page(address: str) -> bytes:
    return (
        "<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head>"
        f'<body><form id="download-form" action="{address}/a.pth" method="get">'
        '<input type="hidden" name="id" value="1yrZ"><input type="hidden" name="confirm" value="t">'
        "</form></body></html>"
    ).encode()


def test_drive_behind_its_warning(drive: FileServer, target: Path) -> None:
    pytest.importorskip("gdown")
    drive.files["/uc"] = warning_page(drive.address)
    fetch(make_card(DRIVE_FILE), target)
    assert target.read_bytes() == BODY
    assert [path for path, _ in drive.asked] == ["/uc", "/a.pth"]


def test_drive_goes_on(drive: FileServer, target: Path) -> None:
    pytest.importorskip("gdown")
    drive.files["/uc"] = warning_page(drive.address)
    drive.breaks = [10_000, 300_000]  # the first is more than the page has
    fetch(make_card(DRIVE_FILE), target)
    assert target.read_bytes() == BODY
    assert [asked is None for _, asked in drive.asked] == [True, True, True, False]


def test_drive_small_file(drive: FileServer, target: Path) -> None:
    drive.files["/uc"], drive.kinds["/uc"] = BODY, "application/octet-stream"
    drive.breaks = [300_000]
    fetch(make_card(DRIVE_FILE), target)
    assert target.read_bytes() == BODY


@pytest.mark.parametrize(
    ("status", "page", "said"),
    [
        (
            200,
            "<title>Google Drive - Quota exceeded</title>"
            "<a href=https://accounts.google.com>Sign in</a>"
            '<p class="uc-error-subcaption">Too many users have viewed or downloaded this.</p>',
            "quota for this file is used up",
        ),
        (404, "<title>Page not found</title>", "no such file any more"),
        (200, "<title>Sign in</title><a href=https://accounts.google.com>", "asks for a login"),
        (403, "<title>Forbidden</title>", "asks for a login or a permission"),
        (200, "<title>Wartung</title>", r"a web page, not the file \(its title: 'Wartung'\)"),
    ],
)
def test_drive_refuses(drive: FileServer, target: Path, status: int, page: str, said: str) -> None:
    pytest.importorskip("gdown")
    drive.files["/uc"] = f"<!DOCTYPE html><html>{page}</html>".encode()
    drive.statuses["/uc"] = status
    with pytest.raises(TransferError, match=said):
        fetch(make_card(DRIVE_FILE), target)
    assert names(target.parent) == []


def test_drive_without_the_package(
    drive: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gdown.download", None)
    drive.files["/uc"] = warning_page(drive.address)
    with pytest.raises(MissingExtraError, match="Google Drive"):
        fetch(make_card(DRIVE_FILE), target)


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("DUTS-TE/a.png", b"not read here")
    return held.getvalue()


def test_maps(server: FileServer, tmp_path: Path) -> None:
    server.files["/maps.zip"] = zipped()
    card = make_card(maps_url=server.address + "/maps.zip")
    path = fetch_maps(card, tmp_path)
    assert path == tmp_path / "dgnet-L512.zip"
    assert zipfile.is_zipfile(path)
    fetch_maps(card, tmp_path)
    assert len(server.asked) == 1


def test_maps_that_are_none(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WeightsError, match="no saliency maps of dgnet-L512 are published"):
        fetch_maps(make_card(), tmp_path)
    card = make_card(maps_url=server.address + "/a.pth")
    with pytest.raises(WeightsError, match="no whole zip archive"):
        fetch_maps(card, tmp_path)
    server.files["/a.pth"] = PAGE
    with pytest.raises(WeightsError, match=r"web page.*\n  next: open http.* and save the arch"):
        fetch_maps(card, tmp_path)
    monkeypatch.setenv("SODEVAL_OFFLINE", "1")
    with pytest.raises(WeightsError, match="SODEVAL_OFFLINE is set"):
        fetch_maps(card, tmp_path)
    assert names(tmp_path) == []


def test_a_card_without_an_address(target: Path) -> None:
    with pytest.raises(TransferError, match="none are published"):
        fetch(make_card(), target)


def test_a_damaged_record_is_no_obstacle(server: FileServer, target: Path) -> None:
    card = make_card(server.address + "/a.pth")
    fetch(card, target)
    download._record_of(target).write_text("[")
    fetch(card, target, force=True)
    assert json.loads(download._record_of(target).read_text())["sha256"] == SHA
