"""Files and arrays to maps. Awkward files are written byte by byte here, so each is what it says."""

from __future__ import annotations

import base64
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sodeval.errors import DecodeError, ShapeError, UnknownNameError
from sodeval.images import as_batch, as_gt, as_pred, decode, resize_to

H, W = 11, 13
RNG = np.random.default_rng(7)
GREY = RNG.integers(0, 256, (H, W), dtype=np.uint8)
SMOOTH = (np.add.outer(np.arange(H) * 9, np.arange(W) * 11)).astype(np.uint8)
MASK = np.where(SMOOTH > 100, np.uint8(255), np.uint8(0))
BGR = np.stack([SMOOTH, SMOOTH[::-1], SMOOTH[:, ::-1]], -1)


# Writers ----------------------------------------------------------------------------------------


def encode(extension, pixels, *flags):
    done, data = cv2.imencode(extension, pixels, list(flags))
    assert done
    return data.tobytes()


def pack(values, bits):
    """Pack the rows of ``values`` into bytes, ``bits`` each."""
    bitmap = np.unpackbits(values[..., None], axis=2)[..., 8 - bits :]
    return [row.tobytes() for row in np.packbits(bitmap.reshape(len(values), -1), axis=1)]


def chunk(kind, body=b"", checksum=None):
    if checksum is None:
        checksum = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def png(
    rows,
    colour=0,
    depth=8,
    *,
    size=(W, H),
    interlace=0,
    before=b"",
    after=b"",
    packed=None,
):
    packed = zlib.compress(b"".join(b"\0" + row for row in rows)) if packed is None else packed
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlace)
    middle = before + chunk(b"IDAT", packed[:20]) + chunk(b"IDAT", packed[20:]) + after
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + middle + chunk(b"IEND")


def rows_of(pixels, dtype="u1"):
    return [row.tobytes() for row in pixels.astype(dtype)]


def interlaced(pixels):
    """The rows of the seven passes of Adam7."""
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
    parts = [pixels[y::dy, x::dx] for y, x, dy, dx in (*passes, (1, 0, 2, 1))]
    return [row.tobytes() for part in parts if part.size for row in part]


def palette(*colours):
    return chunk(b"PLTE", bytes(v for colour in colours for v in colour))


def bmp(rows, bits, *, colours=(), packing=0, size=(W, H), stored=None):
    body = b"".join(row + bytes(-len(row) % 4) if not packing % 3 else row for row in rows)
    table = b"".join(bytes((*colour, 0)) for colour in colours)
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F) if packing == 3 else b""
    start = 54 + len(masks) + len(table)
    stored = len(body) if stored is None else stored
    return (
        struct.pack("<2sIII", b"BM", 0, 0, start)
        + struct.pack("<IiiHHIIiiII", 40, *size, 1, bits, packing, stored, 0, 0, len(colours), 0)
        + masks
        + table
        + body
    )


def run_lengths(pixels):
    """BMP's RLE8: runs of one, a line mark after each row and an end mark."""
    rows = [b"".join(bytes((1, v)) for v in row.tolist()) for row in pixels[::-1]]
    return [row + b"\0\0" for row in rows] + [b"\0\1"]


def tiff(
    pieces,
    *,
    bits=(8,),
    packing=1,
    photometric=1,
    size=(W, H),
    order="<",
    fields=None,
    tiled=0,
    more_pages=0,
    without=(),
):
    offsets = [8 + sum(map(len, pieces[:i])) for i in range(len(pieces))]
    body = b"".join(pieces)
    tags = {256: size[0], 257: size[1], 258: bits, 259: packing, 262: photometric, 277: len(bits)}
    if tiled:
        tags |= {322: tiled, 323: tiled, 324: offsets, 325: [len(p) for p in pieces]}
    else:
        tags |= {273: offsets, 278: -(-H // len(pieces)), 279: [len(p) for p in pieces]}
    tags |= fields or {}
    at = 8 + len(body)
    data = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", at) + body
    for page in range(1 + more_pages):
        kept = {tag: values for tag, values in tags.items() if tag not in without}
        pool_at = at + 2 + 12 * len(kept) + 4
        entries, pool = b"", b""
        for tag, values in sorted(kept.items()):
            values = [values] if isinstance(values, int) else values
            letter, kind = ("H", 3) if tag in (258, 259, 262, 277, 320) else ("I", 4)
            packed = struct.pack(f"{order}{len(values)}{letter}", *values)
            entries += struct.pack(order + "HHI", tag, kind, len(values))
            if len(packed) <= 4:
                entries += packed.ljust(4, b"\0")
            else:
                entries += struct.pack(order + "I", pool_at + len(pool))
                pool += packed
        at = pool_at + len(pool)
        next_page = at if page < more_pages else 0
        data += struct.pack(order + "H", len(kept)) + entries
        data += struct.pack(order + "I", next_page) + pool
    return data


def big_tiff(pixels):
    tags = ((256, W), (257, H), (258, 8), (259, 1), (262, 1), (273, 16), (277, 1), (278, H))
    tags = (*tags, (279, pixels.size))
    entries = b"".join(struct.pack("<HHQQ", tag, 4, 1, value) for tag, value in tags)
    directory = struct.pack("<Q", len(tags)) + entries + struct.pack("<Q", 0)
    start = 16 + pixels.size
    return b"II+\0" + struct.pack("<HHQ", 8, 0, start) + pixels.tobytes() + directory


def tiles(pixels, side=16):
    padded = np.zeros((-(-H // side) * side, -(-W // side) * side), np.uint8)
    padded[:H, :W] = pixels
    return [padded.tobytes()]


def with_exif(jpeg, orientation):
    entry = struct.pack("<HHIHH", 0x112, 3, 1, orientation, 0)
    body = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def cut_out(colour, alpha):
    return np.dstack([np.full((H, W, 3), colour, np.uint8), alpha])


# 8 x 8, by Pillow 13: a CMYK JPEG, and a disc as TIFF with CCITT group 4 and with JPEG inside.
CMYK_JPEG = base64.b64decode(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAbEhQXFBEbFxYXHhwbIChCKyglJShROj0wQmBVZWRfVV1baniZgWpxkHNbXYW1"
    "hpCeo6utq2eAvMm6pseZqKuk/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAEG/8QAHBAA"
    "AgAHAAAAAAAAAAAAAAAAAAUGFiExQmKh/9oADgRDAE0AWQBLAAA/ACG8Al7TgLV9qFMf/9k="
)
GROUP4_TIFF = base64.b64decode(
    "SUkqABAAAACXdP/2owAQAQkAAAEDAAEAAAAIAAAAAQEDAAEAAAAIAAAAAgEDAAEAAAABAAAAAwEDAAEAAAAEAAAABgED"
    "AAEAAAABAAAAEQEEAAEAAAAIAAAAFgEDAAEAAAAIAAAAFwEEAAEAAAAIAAAAHAEDAAEAAAABAAAAAAAAAA=="
)
JPEG_TIFF = base64.b64decode(
    "SUkqADoAAAD/2P/AAAsIAAgACAEBEQD/2gAIAQEAAD8AP+JN/wAI9/y7ef5P/bTzP5/e/DHtX//ZAAoAAAEDAAEAAAAI"
    "AAAAAQEDAAEAAAAIAAAAAgEDAAEAAAAIAAAAAwEDAAEAAAAHAAAABgEDAAEAAAABAAAAEQEEAAEAAAAIAAAAFgEDAAEA"
    "AAAIAAAAFwEEAAEAAAAIAAAAFwEEAAEAAAAxAAAAHAEDAAEAAAABAAAAWwEHACEBAAC4AAAAAAAAAP/Y/9sAQwAbEhQX"
)
