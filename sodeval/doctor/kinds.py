"""What kind of image file some bytes are: format, bits a sample, channels, orientation.

For telling a user what lies in a folder. The bytes are those of a file that was decoded before, so
nothing is checked twice; what cannot be found is left out, and nothing is ever raised.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_PNG_CHANNELS = {0: "grey", 2: "RGB", 3: "palette", 4: "grey + alpha", 6: "RGBA"}
_ORIENTATION = 0x0112  # the EXIF tag; 1 is upright
_SAMPLES = {1: "grey", 2: "grey + alpha", 3: "RGB", 4: "RGBA"}


class Kind(NamedTuple):
    """The kind of a file; ``orientation`` is its EXIF mark, 1 where it has none."""

    format: str
    bits: int = 8
    channels: str = ""
    orientation: int = 1

    def __str__(self) -> str:
        """As a person would say it: ``8-bit grey PNG``."""
        return " ".join(part for part in (f"{self.bits}-bit", self.channels, self.format) if part)


def kind_of(data: bytes) -> Kind:
    """The kind of an image file that can be decoded."""
    try:
        if data.startswith(b"\x89PNG"):
            return _png(data)
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith((b"II", b"MM")):
            tags = _tags(data)
            samples = tags.get(277, 1)
            channels = "palette" if tags.get(262) == 3 else _SAMPLES.get(samples, "")
            return Kind("TIFF", tags.get(258, 1), channels, tags.get(_ORIENTATION, 1))
        if data.startswith(b"BM"):
            return _bmp(data)
    except (struct.error, IndexError):
        pass  # the decoder was content with it; what it is called matters little
    return Kind("WebP", 8, "RGB") if data.startswith(b"RIFF") else Kind("image")


def _png(data: bytes) -> Kind:
    depth, colour = data[24], data[25]
    at, name = 8, b""
    while at + 8 <= len(data) and name != b"IDAT":  # writers put eXIf before the pixels
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"eXIf":
            exif = _tags(data[at + 8 : at + 8 + length])
            return Kind("PNG", depth, _PNG_CHANNELS.get(colour, ""), exif.get(_ORIENTATION, 1))
        at += 12 + length
    return Kind("PNG", depth, _PNG_CHANNELS.get(colour, ""))


def _jpeg(data: bytes) -> Kind:
    at, orientation = 2, 1
    while at + 4 <= len(data):
        if data[at] != 0xFF or data[at + 1] in (0x00, 0xFF):
            at += 1
            continue
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            orientation = _tags(data[at + 10 : at + 2 + length]).get(_ORIENTATION, 1)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            channels = {1: "grey", 3: "colour", 4: "CMYK"}.get(data[at + 9], "")
            return Kind("JPEG", data[at + 4], channels, orientation)
        at += 2 + length
    return Kind("JPEG", 8, "", orientation)


def _bmp(data: bytes) -> Kind:
    short = int.from_bytes(data[14:18], "little") == 12
    (bits,) = struct.unpack_from("<H", data, 24 if short else 28)
    if bits <= 8:
        return Kind("BMP", bits)  # with a table of colours, grey ones more often than not
    return Kind("BMP", 8, "RGBA" if bits == 32 else "RGB")


def _tags(data: bytes) -> dict[int, int]:
    """The first value of each tag of one number, in the first directory of a TIFF or of EXIF."""
    order = "<" if data[:2] == b"II" else ">"
    if data[2:4] not in (b"*\0", b"\0*"):
        return {}  # BigTIFF: its directory is laid out in another way
    found: dict[int, int] = {}
    try:
        (at,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, values = struct.unpack_from(order + "HHI", data, entry)
            where = entry + 8
            letter = {3: "H", 4: "I"}.get(kind)
            if letter is None:
                continue
            if values * struct.calcsize(letter) > 4:
                (where,) = struct.unpack_from(order + "I", data, where)
            (found[tag],) = struct.unpack_from(order + letter, data, where)
    except struct.error:
        pass  # a broken EXIF block says nothing
    return found
