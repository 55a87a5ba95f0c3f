"""What a file is, by its first bytes; its name may say anything."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path
from typing import Literal

Kind = Literal[
    "empty",
    "zeros",
    "page",
    "git-lfs",
    "onnx",
    "tar",
    "gzip",
    "zip",
    "torch",
    "program",
    "safetensors",
    "?",
]

_PAGE = (b"<!doctype html", b"<html", b"<head")
_LFS = b"version https://git-lfs"
_ONNX = (0x12, 0x1A, 0x22, 0x3A, 0x42)  # tags of the fields that follow the version of an ONNX file


def kind_of(path: Path) -> Kind:
    """What a file is, as far as a checkpoint may be taken for it; ``?`` may be an old checkpoint.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        return "empty"
    if not head.strip(b"\0"):
        return "zeros"
    if is_page(head):
        return "page"
    if head.startswith(_LFS):
        return "git-lfs"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if tarfile.is_tarfile(path):
        return "tar"
    if len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 32:
        return "safetensors"
    if len(head) > 2 and head[0] == 0x08 and head[1] < 0x20 and head[2] in _ONNX:
        return "onnx"
    return "?"


def is_page(head: bytes) -> bool:
    """Whether these are the first bytes of a web page."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGE)


def _kind_of_zip(path: Path) -> Kind:
    """PyTorch's files are zip archives; a damaged one has no list of contents and stays one."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except Exception:  # its reader stumbles over damaged names and versions in several ways
        return "torch"
    if not any(name.endswith("/data.pkl") for name in names):
        return "zip"
    return "program" if any(name.endswith("/constants.pkl") for name in names) else "torch"
