"""Why a download failed, in words."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import requests

_STATUS = {
    401: "the server asks for a login (401)",
    403: "the server refuses it (403): a permission or a download quota",
    404: "the server has no such file (404)",
    410: "the server has removed the file (410)",
    429: "the server has had too many requests (429); try again later",
}


def status_text(status: int) -> str:
    """An HTTP status that is no success."""
    if status in _STATUS:
        return _STATUS[status]
    return f"the server answers {status}" + ("; try again later" if status >= 500 else "")


def title_of(page: str) -> str:
    """The title of a web page, for the end of a sentence."""
    found = re.search(r"<title[^>]*>([^<]{1,80})", page, re.IGNORECASE)
    return f" (its title: {found[1].strip()!r})" if found else ""


def drive_text(page: str, status: int) -> str:
    """Why Google Drive shows a page where a file should be."""
    low = page.lower()
    if "quota exceeded" in low or "too many users" in low:
        why = "Google Drive's download quota for this file is used up; it is free again in a day"
    elif status == 404 or "not found" in low:
        why = "Google Drive has no such file any more"
    elif "accounts.google.com" in low or "need access" in low or status in (401, 403):
        why = "Google Drive asks for a login or a permission: it is not public, or not any more"
    else:
        why = f"Google Drive gives a web page, not the file{title_of(page)}"
    return why


def connection_text(
    error: requests.RequestException, url: str, have: int, total: int | None
) -> str:
    """A connection that failed, after ``have`` bytes of ``total`` are kept."""
    import requests

    host = urlsplit(url).hostname
    chain = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) or "resolve" in str(cause) for cause in chain):
        return f"the name {host} cannot be looked up (no network?)"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy that the environment names does not answer"
    if isinstance(error, requests.exceptions.SSLError):
        return f"the certificate of {host} cannot be verified"
    if have:
        of = "" if total is None else f" of {total:,}"
        return (
            f"the connection broke after {have:,}{of} bytes; they are kept, "
            "and the same command goes on from there"
        )
    if isinstance(error, requests.Timeout):
        return f"{host} does not answer in time"
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain):
        return f"{host} refuses the connection"
    return f"there is no connection to {host}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that led to it, also where it is only an argument of its wrapper."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        linked = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [other for other in linked if isinstance(other, BaseException)]
