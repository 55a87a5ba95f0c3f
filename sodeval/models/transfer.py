"""One file over https or from Google Drive into ``<name>.part``, going on where it was cut off."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from sodeval import __version__
from sodeval.errors import MissingExtraError, OutputError, WeightsError
from sodeval.models.trouble import connection_text, drive_text, status_text, title_of

if TYPE_CHECKING:
    import requests

DRIVE = "https://drive.google.com"

_CHUNK = 1 << 18
_TIMEOUT = (20, 60)  # seconds to connect, and between two pieces
_ATTEMPTS = 4  # connections in one call; another is made only while each brings something
_PAGE_LIMIT = 1 << 18  # bytes of a web page that are looked at
_DRIVE_FILE = re.compile(r"^https?://(?:drive|docs)\.google\.com/.*?(?:/d/|[?&]id=)([\w-]{20,})")


class Transfer(Protocol):
    """What is told of a download while it runs."""

    def start(self, total: int | None) -> None:
        """It begins, or goes on after a break; of ``total`` bytes, None if nobody says."""
        ...

    def advance(self, done: int) -> None:
        """``done`` bytes are here so far."""
        ...

    def stop(self) -> None:
        """It has ended, one way or another."""
        ...


class TransferError(WeightsError):
    """Why a file could not be fetched; whoever asked for it says from where, and what is next."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """What must be known of a partial file to go on with it."""

    url: str
    total: int | None
    version: str | None  # the server's mark of this state of the file


def transfer(url: str, part: Path, progress: Transfer | None = None) -> None:
    """Fetch a file whole into ``part``, or go on with what is there.

    Args:
        url: https, or the address of a file on Google Drive.
        part: where the bytes go. After a broken connection it stays, for the next call.
        progress: told how far it is.

    Raises:
        TransferError: it cannot be fetched.
        OutputError: it cannot be written.
        MissingExtraError: the package for downloads is not installed.
    """
    if urlsplit(url).scheme not in ("https", "http"):
        raise TransferError(f"{url} is no https address")
    try:
        import requests
    except ImportError as error:
        raise MissingExtraError("run", "fetching weights") from error
    try:
        with requests.Session() as session:
            # offsets count the bytes on disk, so nothing may be compressed on its way
            session.headers["Accept-Encoding"] = "identity"
            session.headers["User-Agent"] = f"sodeval/{__version__}"
            for attempt in range(1, _ATTEMPTS + 1):
                before = _size(part)
                try:
                    _fetch(session, url, part, progress)
                    return
                except requests.RequestException as error:
                    if attempt == _ATTEMPTS or _size(part) <= before:
                        begun = _read_begun(part, url)
                        total = None if begun is None else begun.total
                        why = connection_text(error, url, _size(part), total)
                        raise TransferError(why) from error
    except OSError as error:
        raise OutputError(_not_written(error, part)) from error
    finally:
        if progress is not None:
            progress.stop()


def _fetch(session: requests.Session, url: str, part: Path, progress: Transfer | None) -> None:
    begun, have = _read_begun(part, url), _size(part)
    headers: dict[str, str] = {}
    if begun is not None and have:
        headers["Range"] = f"bytes={have}-"
        if begun.version is not None:
            headers["If-Range"] = begun.version
    with _open(session, url, headers) as response:
        known = _whole_size(response)
        goes_on = (
            response.status_code == 206
            and begun is not None
            and response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            and known == begun.total
        )
        if headers and not goes_on and response.status_code in (206, 416):
            # another file than the one begun, or an offset that makes no sense: from the beginning
            discard(part)
            return _fetch(session, url, part, progress)
        if response.status_code not in (200, 206):
            raise TransferError(status_text(response.status_code))
        if not goes_on:
            have = 0
            discard(part)
            _write_begun(part, _Begun(url, known, _version(response)))
        if progress is not None:
            progress.start(known)
            progress.advance(have)
        with part.open("ab") as file:
            for piece in response.iter_content(_CHUNK):
                file.write(piece)
                have += len(piece)
                if progress is not None:
                    progress.advance(have)
            file.flush()
            os.fsync(file.fileno())
    if known is not None and have != known:
        import requests

        raise requests.ConnectionError("closed early")


def _open(session: requests.Session, url: str, headers: dict[str, str]) -> requests.Response:
    on_drive = _DRIVE_FILE.match(url)
    if on_drive is None:
        response = session.get(url, headers=headers, stream=True, timeout=_TIMEOUT)
        if _is_page(response) and response.ok:
            raise TransferError(
                f"the address gives a web page, not the file{title_of(_text(response))}"
            )
        return response
    address = f"{DRIVE}/uc?export=download&id={on_drive[1]}"
    response = session.get(address, stream=True, timeout=_TIMEOUT)
    if _is_page(response):
        address = _behind_the_page(_text(response), response.status_code)
    elif not headers or not response.ok:
        return response
    else:
        address = response.url
    response.close()
    response = session.get(address, headers=headers, stream=True, timeout=_TIMEOUT)
    if _is_page(response):
        raise TransferError(drive_text(_text(response), response.status_code))
    return response


def _behind_the_page(page: str, status: int) -> str:
    """Large files on Google Drive come behind a page: "cannot be scanned for viruses"."""
    try:
        from gdown.download import get_url_from_gdrive_confirmation
    except ImportError as error:
        raise MissingExtraError("run", "fetching from Google Drive") from error
    try:
        return get_url_from_gdrive_confirmation(page)
    except Exception as error:  # its error class has moved between releases
        raise TransferError(drive_text(page, status)) from error


def discard(part: Path) -> None:
    """Remove a partial file and what is noted of it."""
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _note(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _read_begun(part: Path, url: str) -> _Begun | None:
    with suppress(OSError, ValueError, TypeError):
        begun = _Begun(**json.loads(_note(part).read_text(encoding="utf-8")))
        known = begun.version is not None or begun.total is not None
        return begun if known and begun.url == url else None
    return None


def _write_begun(part: Path, begun: _Begun) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    _note(part).write_text(json.dumps(asdict(begun)), encoding="utf-8")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _whole_size(response: requests.Response) -> int | None:
    if response.status_code == 206:
        size = response.headers.get("Content-Range", "").rpartition("/")[2]
    else:
        size = response.headers.get("Content-Length", "")
    return int(size) if size.isdecimal() else None


def _version(response: requests.Response) -> str | None:
    mark = response.headers.get("ETag", "")
    if mark and not mark.startswith("W/"):  # a weak mark does not promise the same bytes
        return mark
    return response.headers.get("Last-Modified")


def _is_page(response: requests.Response) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")


def _text(response: requests.Response) -> str:
    page = b""
    for piece in response.iter_content(_CHUNK):
        page += piece
        if len(page) > _PAGE_LIMIT:
            break
    return page.decode("utf-8", "replace")


def _not_written(error: OSError, part: Path) -> str:
    return (
        f"cannot write {part}: {error.strerror or error}. "
        "SODEVAL_CACHE=FOLDER puts downloads elsewhere; the same command then starts anew."
    )
