"""A web server on this machine that can break off, refuse, lie and go on from an offset."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sodeval.models.card import Licence, ModelCard, Preparation, Weights


def make_card(
    url: str | None = None,
    name: str = "dgnet-L512",
    *,
    sha256: str | None = None,
    suffix: str = ".pth",
    page: str | None = None,
    note: str = "",
    maps_url: str | None = None,
    size_in_args: bool = False,
    entry: str = "nowhere:build",
    options: dict[str, object] | None = None,
    size: tuple[int, int] = (512, 512),
) -> ModelCard:
    """A card with only what weights need."""
    return ModelCard(
        name=name,
        title=name,
        task="sod",
        entry=entry,
        options=options or {},
        paper="",
        paper_url="",
        code_url="",
        year=2025,
        licence=Licence(name="MIT", line="A model: MIT."),
        preparation=Preparation(reader="opencv", size=size, resize="opencv"),
        weights=Weights(
            url=url, page=page, sha256=sha256, suffix=suffix, note=note, size_in_args=size_in_args
        ),
        maps_url=maps_url,
    )


@dataclass
class FileServer:
    """What is served, how, and what was asked for.

    Attributes:
        files: path -> content.
        kinds: path -> content type, where it is not a file's.
        statuses: path -> answer instead of 200.
        breaks: bytes sent before the connection breaks, one for each request in turn.
        ranges: whether an offset is understood.
        tag: the state of all files, as servers tell it.
        gate: every answer waits for it.
        asked: path and ``Range`` of each request.
    """

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    breaks: list[int] = field(default_factory=list)
    ranges: bool = True
    tag: str | None = '"one"'
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[FileServer]:
    """Serve on a free port until the block ends."""
    state = FileServer()
    state.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            state.asked.append((path, self.headers.get("Range")))
            state.gate.wait(20)
            if path not in state.files:
                self.send_error(404)
                return
            self._answer(path, state.files[path])

        def _answer(self, path: str, body: bytes) -> None:
            wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
            same = self.headers.get("If-Range") in (None, state.tag)
            offset = int(wanted[1]) if wanted and same and state.ranges else 0
            if offset >= len(body) > 0:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.end_headers()
                return
            self.send_response(206 if offset else state.statuses.get(path, 200))
            if offset:
                self.send_header("Content-Range", f"bytes {offset}-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Type", state.kinds.get(path, "application/octet-stream"))
            self.send_header("Content-Length", str(len(body) - offset))
            if state.tag is not None:
                self.send_header("ETag", state.tag)
            self.end_headers()
            rest = body[offset:]
            self.wfile.write(rest[: state.breaks.pop(0)] if state.breaks else rest)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
