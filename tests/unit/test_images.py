"""Files and arrays to maps. Awkward files are written byte by byte, so each is what it says."""

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
from sodeval.images import as_batch, as_gt, as_pred, decode

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


def tiles(pixels, side):
    padded = np.zeros((-(-H // side) * side, -(-W // side) * side), np.uint8)
    padded[:H, :W] = pixels
    return [padded.tobytes()]


def with_exif(jpeg, orientation):
    entry = struct.pack("<HHIHH", 0x112, 3, 1, orientation, 0)
    body = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def cut_out(colour, alpha):
    return np.dstack([np.full((H, W, 3), colour, np.uint8), alpha])


# 8 x 8, by Pillow 13: a CMYK JPEG, and a disc as TIFF packed by CCITT group 4.
CMYK_JPEG = base64.b64decode(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAbEhQXFBEbFxYXHhwbIChCKyglJShROj0wQmBVZWRfVV1baniZgWpxkHNbXYW1"
    "hpCeo6utq2eAvMm6pseZqKuk/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAEG/8QAHBAA"
    "AgAHAAAAAAAAAAAAAAAAAAUGFiExQmKh/9oADgRDAE0AWQBLAAA/ACG8Al7TgLV9qFMf/9k="
)
GROUP4_TIFF = base64.b64decode(
    "SUkqABAAAACXdP/2owAQAQkAAAEDAAEAAAAIAAAAAQEDAAEAAAAIAAAAAgEDAAEAAAABAAAAAwEDAAEAAAAEAAAABgED"
    "AAEAAAABAAAAEQEEAAEAAAAIAAAAFgEDAAEAAAAIAAAAFwEEAAEAAAAIAAAAHAEDAAEAAAABAAAAAAAAAA=="
)


# Good files: name -> (bytes, the map or None for "what cv2.imread says", traits) -----------------

RGB_ROWS = rows_of(BGR[..., ::-1])
WIDE = (GREY.astype(np.uint16) << 8) | 200  # 16 bits whose low byte would round up
JPEG = encode(".jpg", SMOOTH, cv2.IMWRITE_JPEG_QUALITY, 90)
COLOUR_JPEG = encode(".jpg", BGR)
UNEQUAL = {"unequal_channels"}
RED_GREEN = palette((0, 0, 0), (128, 0, 0), (0, 128, 0), (255, 255, 255))
GREYS = palette((0, 0, 0), (85, 85, 85), (170, 170, 170), (255, 255, 255))
INDICES = GREY >> 6
PROFILE = chunk(b"iCCP", b"x\0\0" + zlib.compress(b"no profile"))  # libpng warns about it
GAMMA = chunk(b"gAMA", struct.pack(">I", 45455))
ORIENTED = chunk(b"eXIf", b"Exif\0\0")  # libpng warns about it
GREY_TABLE = [(v, v, v) for v in range(256)]
GREY_16 = [(v * 17,) * 3 for v in range(16)]
FLIPPED = GREY[::-1]

GOOD = {
    "png-8": (png(rows_of(GREY)), GREY, set()),
    "png-cv2": (encode(".png", GREY), GREY, set()),
    "png-1": (png(pack(MASK >> 7, 1), depth=1), MASK, set()),
    "png-2": (png(pack(INDICES, 2), depth=2), INDICES * 85, set()),
    "png-4": (png(pack(GREY >> 4, 4), depth=4), (GREY >> 4) * 17, set()),
    "png-16": (png(rows_of(WIDE, ">u2"), depth=16), GREY, set()),
    "png-interlaced": (png(interlaced(GREY), interlace=1), GREY, set()),
    "png-trailing": (png(rows_of(GREY)) + b"trailing bytes", GREY, set()),
    "png-profile": (png(rows_of(GREY), before=PROFILE + GAMMA), GREY, set()),
    "png-bad-text": (png(rows_of(GREY), before=chunk(b"tEXt", b"a\0b", 5)), GREY, set()),
    "png-exif": (png(rows_of(GREY), after=ORIENTED), GREY, set()),
    "png-transparent-grey": (png(rows_of(GREY), before=chunk(b"tRNS", b"\0\5")), GREY, set()),
    "png-rgb": (png(RGB_ROWS, 2), None, UNEQUAL),
    "png-rgb-gamma": (png(RGB_ROWS, 2, before=GAMMA), None, UNEQUAL),
    "png-rgb-bad-text": (png(RGB_ROWS, 2, before=chunk(b"tEXt", b"a\0b", 5)), None, UNEQUAL),
    "png-rgb-16": (png(rows_of(BGR.astype(np.uint16) * 257, ">u2"), 2, 16), None, UNEQUAL),
    "png-grey-as-rgb": (encode(".png", cv2.merge([GREY] * 3)), GREY, set()),
    "png-grey-alpha": (png(rows_of(np.dstack([GREY, SMOOTH])), 4), GREY, set()),
    "png-grey-alpha-16": (
        png(rows_of(np.dstack([WIDE, WIDE]), ">u2"), 4, 16, before=GAMMA),
        GREY,
        set(),
    ),
    "png-cut-out": (encode(".png", cut_out(255, GREY)), GREY * 0 + 255, {"alpha_mask"}),
    "png-grey-cut-out": (
        png(rows_of(np.dstack([GREY * 0, MASK])), 4),
        GREY * 0,
        {"alpha_mask"},
    ),
    "png-opaque-rgba": (encode(".png", cut_out(9, GREY * 0 + 255)), GREY * 0 + 9, set()),
    "png-palette": (
        png(pack(INDICES, 2), 3, 2, before=RED_GREEN),
        None,
        {"palette", *UNEQUAL},
    ),
    "png-palette-8": (
        png(rows_of(INDICES), 3, before=RED_GREEN),
        None,
        {"palette", *UNEQUAL},
    ),
    "png-grey-palette": (png(pack(INDICES, 2), 3, 2, before=GREYS), INDICES * 85, {"palette"}),
    "png-colours-unused": (
        png(pack(INDICES * 0 + 3, 2), 3, 2, before=RED_GREEN),
        GREY * 0 + 255,
        {"palette"},
    ),
    "png-palette-cut-out": (
        png(
            pack(MASK >> 7, 1),
            3,
            1,
            before=palette((9, 9, 9), (9, 9, 9)) + chunk(b"tRNS", b"\0\xff"),
        ),
        GREY * 0 + 9,
        {"palette", "alpha_mask"},
    ),
    "jpeg": (JPEG, None, set()),
    "jpeg-progressive": (encode(".jpg", SMOOTH, cv2.IMWRITE_JPEG_PROGRESSIVE, 1), None, set()),
    "jpeg-restarts": (encode(".jpg", SMOOTH, cv2.IMWRITE_JPEG_RST_INTERVAL, 1), None, set()),
    "jpeg-trailing": (JPEG + b"trailing \xff\xd8 bytes", None, set()),
    "jpeg-padded": (JPEG[:2] + b"\xff" * 5 + JPEG[2:] + bytes(64), None, set()),
    "jpeg-turned": (with_exif(JPEG, 6), None, set()),
    "jpeg-comment-with-end-mark": (
        JPEG[:2] + b"\xff\xfe\0\4\xff\xd9" + JPEG[2:],
        None,
        set(),
    ),
    "jpeg-colour": (COLOUR_JPEG, None, UNEQUAL),
    "jpeg-grey-as-colour": (encode(".jpg", cv2.merge([SMOOTH] * 3)), None, set()),
    "jpeg-cmyk": (CMYK_JPEG, None, UNEQUAL),
    "bmp-1": (
        bmp(pack(MASK[::-1] >> 7, 1), 1, colours=[(0, 0, 0), (255, 255, 255)]),
        MASK,
        set(),
    ),
    "bmp-4": (bmp(pack(FLIPPED >> 4, 4), 4, colours=GREY_16), (GREY >> 4) * 17, set()),
    "bmp-8": (bmp(rows_of(FLIPPED), 8, colours=GREY_TABLE), GREY, set()),
    "bmp-8-top-down": (bmp(rows_of(GREY), 8, colours=GREY_TABLE, size=(W, -H)), GREY, set()),
    "bmp-8-no-stored-size": (
        bmp(rows_of(FLIPPED), 8, colours=GREY_TABLE, stored=0),
        GREY,
        set(),
    ),
    "bmp-8-colours": (
        bmp(rows_of(INDICES), 8, colours=[(0, 0, 0), (0, 0, 128), (0, 99, 0), (7, 7, 7)]),
        None,
        UNEQUAL,
    ),
    "bmp-run-lengths": (
        bmp(run_lengths(GREY), 8, colours=GREY_TABLE, packing=1),
        GREY,
        set(),
    ),
    "bmp-16": (bmp(rows_of(WIDE & 0x7FFF, "<u2"), 16), None, UNEQUAL),
    "bmp-16-masks": (bmp(rows_of(WIDE, "<u2"), 16, packing=3), None, UNEQUAL),
    "bmp-24": (bmp(rows_of(BGR), 24), None, UNEQUAL),
    "bmp-32": (bmp(rows_of(cut_out(7, GREY)), 32), GREY * 0 + 7, set()),
    "tiff": (tiff([GREY.tobytes()]), GREY, set()),
    "tiff-big-endian": (tiff([GREY.tobytes()], order=">"), GREY, set()),
    "tiff-strips": (tiff([GREY[:6].tobytes(), GREY[6:].tobytes()]), GREY, set()),
    "tiff-tiles": (tiff(tiles(GREY, 32), tiled=32), GREY, set()),
    "tiff-deflate-tiles": (
        tiff([zlib.compress(tiles(GREY, 16)[0])], packing=8, tiled=16),
        GREY,
        set(),
    ),
    "tiff-white-is-zero": (tiff([GREY.tobytes()], photometric=0), 255 - GREY, set()),
    "tiff-1": (tiff([b"".join(pack(MASK >> 7, 1))], bits=(1,)), MASK, set()),
    "tiff-16": (tiff([WIDE.astype("<u2").tobytes()], bits=(16,)), GREY, set()),
    "tiff-lzw": (encode(".tif", GREY, cv2.IMWRITE_TIFF_COMPRESSION, 5), GREY, set()),
    "tiff-deflate": (tiff([zlib.compress(GREY.tobytes())], packing=8), GREY, set()),
    "tiff-packbits": (
        tiff([b"".join(bytes((W - 1,)) + row for row in rows_of(GREY))], packing=32773),
        GREY,
        set(),
    ),
    "tiff-group4": (GROUP4_TIFF, None, set()),
    "tiff-rgb": (tiff([BGR.tobytes()], bits=(8, 8, 8), photometric=2), None, UNEQUAL),
    "tiff-planes": (
        tiff(
            [BGR[..., i].tobytes() for i in range(3)],
            bits=(8, 8, 8),
            photometric=2,
            fields={278: H, 284: 2},
        ),
        None,
        UNEQUAL,
    ),
    "tiff-palette": (
        tiff([GREY.tobytes()], photometric=3, fields={320: [v * 257 for v in range(256)] * 3}),
        GREY,
        {"palette"},
    ),
    "tiff-two-pages": (tiff([GREY.tobytes()], more_pages=1), GREY, set()),
    "tiff-big": (big_tiff(GREY), GREY, set()),
    "webp-lossless": (
        encode(".webp", cv2.merge([GREY] * 3), cv2.IMWRITE_WEBP_QUALITY, 101),
        GREY,
        set(),
    ),
    "webp-tiny": (
        base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="),
        None,
        set(),
    ),
    "webp-lossy": (encode(".webp", BGR, cv2.IMWRITE_WEBP_QUALITY, 80), None, UNEQUAL),
    "webp-alpha": (
        encode(".webp", cut_out(7, GREY // 2 + 99), cv2.IMWRITE_WEBP_QUALITY, 101),
        None,
        {"alpha_mask"},
    ),
    "webp-lossy-alpha": (encode(".webp", np.dstack([BGR, GREY // 2 + 99])), None, UNEQUAL),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_reads_as_cv2_reads_it(name, tmp_path, capfd):
    data, expected, traits = GOOD[name]
    decoded = decode(data, name)
    assert capfd.readouterr().err == ""
    path = tmp_path / "map.png"  # the content decides, not the extension
    path.write_bytes(data)
    peer = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    np.testing.assert_array_equal(decoded.pixels, peer)
    if expected is not None:
        np.testing.assert_array_equal(decoded.pixels, expected)
    assert decoded.traits == traits
    flags = decoded.pixels.flags
    assert decoded.pixels.dtype == np.uint8
    assert flags.c_contiguous
    assert flags.writeable
    assert flags.owndata


# Bad files ---------------------------------------------------------------------------------------


# A run-length BMP may leave pixels out and a JPEG may end anywhere after its end mark.
WHOLE = [n for n in GOOD if not n.endswith(("trailing", "padded"))]


@pytest.mark.parametrize("name", WHOLE)
def test_every_truncation_is_an_error_and_silent(name, capfd):
    data = GOOD[name][0]
    step = max(1, len(data) // 300)
    for length in sorted({*range(0, len(data), step), *range(len(data) - 20, len(data))}):
        with pytest.raises(DecodeError, match=r"^here is .*\.$"):
            decode(data[:length], "here")
    assert capfd.readouterr().err == ""


def test_every_flipped_bit_of_a_png_is_an_error_and_silent(capfd):
    data = png(rows_of(GREY))
    for position in range(len(data)):
        broken = bytearray(data)
        broken[position] ^= 1 << position % 8
        with pytest.raises(DecodeError):
            decode(bytes(broken), "here", max_pixels=10**6)
    assert capfd.readouterr().err == ""


def replaced(data, at, new):
    return data[:at] + new + data[at + len(new) :]


SHORT = zlib.compress(GREY.tobytes()[: W * 5])
FRAME = JPEG.index(b"\xff\xc0")
LOSSLESS = GOOD["webp-lossless"][0]
ANIMATED = b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\2\0\0\0" + bytes(24)
HUGE = png([], size=(30000, 20000), packed=b"")
HUGE_JPEG = replaced(JPEG, FRAME + 5, struct.pack(">HH", 30000, 20000))
HUGE_BMP = bmp([], 8, size=(30000, 20000))
FLOATS = tiff([GREY.astype("<f4").tobytes()], bits=(32,), fields={339: 3})

BAD = {
    "empty": (b"", r"is empty \(zero bytes\)\. Copy"),
    "html": (b"<html>", r"is not an image \(it starts with '<html>'\)"),
    "text": (b"\r\n\tnot found\nsecond line", r"not an image \(it starts with 'not found'\)"),
    "blank": (b"\n\n\n", r"not an image \(it starts with the bytes 0a 0a 0a\)"),
    "noise": (bytes(40), r"not an image \(it starts with the bytes 00 00 00"),
    "bm-text": (b"BM is a text", "not an image"),
    "wave": (b"RIFF\0\0\0\0WAVEfmt ", "not an image"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    "gif": (b"GIF89a" + bytes(40), "is a GIF, which is not read here. Save it as an 8-bit grey"),
    "avif": (b"\0\0\0\x20ftypavif" + bytes(40), "AVIF"),
    "npy": (b"\x93NUMPY\1\0", "is a NumPy file"),
    "pgm": (b"P5\n2 1\n255\n\0\0", "is a PNM file"),
    "png-text-mode": (GOOD["png-8"][0].replace(b"\r\n", b"\n"), "text mode"),
    "png-checksum": (replaced(GOOD["png-8"][0], 45, b"\0\0"), "corrupt PNG file: the checksum"),
    "png-no-pixels": (GOOD["png-8"][0][:33] + chunk(b"IEND"), "holds no pixels"),
    "png-no-header": (GOOD["png-8"][0][:8] + chunk(b"IDAT", bytes(40)), "start with a header"),
    "png-no-palette": (png(rows_of(INDICES), 3), "its palette is missing"),
    "png-depth-3": (png(rows_of(GREY), depth=3), "its header is impossible"),
    "png-apple": (png(rows_of(GREY), before=chunk(b"CgBI", b"1234")), "PNG variant"),
    "png-zero": (png([], size=(0, 5)), "is 0 x 5 pixels"),
    "png-too-wide": (png([], size=(1_000_001, 1)), "more than OpenCV reads"),
    "png-huge": (HUGE, "is 30000 x 20000 = 600000000 .* limit of 268435456.* --max-pixels"),
    "jpeg-huge": (HUGE_JPEG, "is 20000 x 30000 = 600000000 .* limit of 268435456"),
    "bmp-huge": (HUGE_BMP, "is 30000 x 20000 = 600000000 .* --max-pixels"),
    "tiff-huge": (tiff([b"x"], size=(30000, 20000)), "600000000 .* --max-pixels"),
    "webp-huge": (
        replaced(ANIMATED, 20, b"\0\0\0\0" + b"\xff\xff\0" * 2),
        "65536 x 65536 = .* --max-pixels",
    ),
    "jpeg-zero": (replaced(JPEG, FRAME + 5, b"\0\0"), "is 13 x 0 pixels"),
    "jpeg-no-scan": (JPEG[: JPEG.index(b"\xff\xda")] + b"\xff\xd9", "holds no pixels"),
    "jpeg-noise": (b"\xff\xd8" + b"hello" * 20, "truncated JPEG"),
    "jpeg-12": (replaced(JPEG, FRAME + 4, b"\x0c"), "is a 12-bit JPEG"),
    "jpeg-lossless": (replaced(JPEG, FRAME + 1, b"\xc3"), "is a lossless JPEG"),
    "bmp-packing": (bmp([], 24, packing=4), "BMP variant"),
    "bmp-zero": (bmp([], 8, size=(5, 0)), "is 5 x 0 pixels"),
    "webp-animated": (ANIMATED, "is an animated WebP"),
    "webp-no-frame": (b"RIFF\x18\0\0\0WEBPVP8 \4\0\0\0" + bytes(12), "holds no whole picture"),
    "webp-26": (
        base64.b64decode("UklGRhIAAABXRUJQVlA4TAYAAAAvQWxvAGs="),
        "WebP of less than 32 bytes",
    ),
    "webp-size": (replaced(LOSSLESS, 4, struct.pack("<I", 40)), "truncated WebP"),
    "tiff-float": (FLOATS, "TIFF of 32-bit floating-point samples.* Save it as an 8-bit"),
    "tiff-double": (tiff([bytes(9)], bits=(64,), fields={339: 3}), "64-bit floating-point"),
    "tiff-signed": (tiff([GREY.tobytes()], fields={339: 2}), "8-bit signed"),
    "tiff-32": (tiff([GREY.astype("<u4").tobytes()], bits=(32,)), "TIFF of 32-bit samples"),
    "tiff-2": (tiff([b"".join(pack(INDICES, 2))], bits=(2,)), "TIFF of 2-bit samples"),
    "tiff-five": (tiff([bytes(5 * H * W)], bits=(8,) * 5), "5 samples a pixel"),
    "tiff-zstd": (tiff([bytes(40)], packing=50000), "TIFF with compression 50000"),
    "tiff-turned": (tiff([GREY.tobytes()], fields={274: 6}), "turned by 90 degrees"),
    "tiff-short-strip": (tiff([GREY.tobytes()[:99]]), "a strip has 99 of 143 bytes"),
    "tiff-deflate-short": (tiff([SHORT], packing=8), "compressed pixels at byte 8 are damaged"),
    "tiff-deflate-flip": (
        tiff([zlib.compress(GREY.tobytes())[:-1] + b"x"], packing=8),
        "compressed pixels at byte 8 are damaged",
    ),
    "tiff-small-tiles": (tiff(tiles(GREY, 16), tiled=16), "multiple of 1024 bytes"),
    "tiff-no-strips": (tiff([GREY.tobytes()], without=(273,)), "where all its pixels are"),
    "tiff-no-sizes": (tiff([GREY.tobytes()], without=(279,)), "where all its pixels are"),
    "tiff-no-rows": (tiff([GREY.tobytes()], fields={278: 0}), "its header is impossible"),
    "tiff-zero": (tiff([GREY.tobytes()], size=(0, 3)), "is 0 x 3 pixels"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_an_error_that_says_what_and_what_next(name, capfd):
    data, message = BAD[name]
    with pytest.raises(DecodeError, match=message) as caught:
        decode(data, "preds/a.png")
    text = str(caught.value)
    assert text.startswith("preds/a.png is ")
    assert text.count(". ") == 1  # one sentence on what is wrong, one on what to do
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "data",
    [
        png([], packed=SHORT),
        png([], packed=zlib.compress(bytes(W * H + H))[:-4]),
        bmp(run_lengths(GREY)[:4], 8, colours=GREY_TABLE, packing=1),
    ],
    ids=["png-few-rows", "png-stream-cut", "bmp-run-lengths-cut"],
)
def test_damage_that_only_the_decoder_sees_is_an_error(data):
    """The container is right, checksums and all: libpng says so on stderr before we can."""
    with pytest.raises(
        DecodeError, match=r"^here cannot be decoded: its pixel data are damaged\. "
    ):
        decode(data, "here")


def test_the_pixel_limit_is_an_argument():
    data = png(rows_of(GREY))
    assert decode(data, "x", max_pixels=H * W).pixels.shape == (H, W)
    with pytest.raises(DecodeError, match="is 13 x 11 = 143 pixels, over the limit of 142"):
        decode(data, "x", max_pixels=H * W - 1)


def test_the_limit_holds_before_the_file_is_complete():
    with pytest.raises(DecodeError, match="--max-pixels"):
        decode(HUGE[:40], "x")


def test_a_raised_limit_stops_at_what_opencv_reads():
    with pytest.raises(DecodeError, match="more than OpenCV reads"):
        decode(png([], size=(40000, 40000)), "x", max_pixels=2**40)


@pytest.mark.parametrize("name", [n for n in GOOD if not n.startswith("png")])
def test_damage_anywhere_ends_in_a_map_or_a_decode_error(name):
    data = GOOD[name][0]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    for _ in range(150):
        broken = bytearray(data)
        for position in rng.integers(0, len(data), 3):
            broken[position] = rng.choice((0, 1, 127, 128, 255))
        try:
            decoded = decode(bytes(broken), "x", max_pixels=10**5)
        except DecodeError:
            continue
        assert decoded.pixels.ndim == 2


# Arrays ------------------------------------------------------------------------------------------

LEVELS = np.arange(256, dtype=np.uint8).reshape(16, 16)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4", np.longdouble])
@pytest.mark.parametrize("convert", [as_pred, as_gt])
def test_a_byte_over_255_gives_the_byte_again(dtype, convert):
    values = (LEVELS / 255).astype(dtype)
    before = values.copy()
    np.testing.assert_array_equal(convert(values), LEVELS)
    np.testing.assert_array_equal(values, before)


def test_floor_truncates_as_astype_does():
    values = np.linspace(0, 1, 999, dtype=np.float32).reshape(27, 37)
    expected = (values * 255).astype(np.uint8)
    np.testing.assert_array_equal(as_pred(values, rounding="floor"), expected)
    assert (as_pred(values) != expected).any()


def test_rounding_has_two_names():
    with pytest.raises(UnknownNameError, match="did you mean 'floor'"):
        as_pred(LEVELS, rounding="flor")


@pytest.mark.parametrize("convert", [as_pred, as_gt])
def test_uint8_passes_through(convert):
    assert convert(LEVELS) is LEVELS


@pytest.mark.parametrize("convert", [as_pred, as_gt])
@pytest.mark.parametrize(
    "view",
    [
        LEVELS[::2],
        LEVELS[:, ::2],
        LEVELS[::-1],
        LEVELS[:, ::-1],
        LEVELS.T,
        np.asfortranarray(LEVELS),
        np.broadcast_to(LEVELS[0], (4, 16)),
        np.frombuffer(LEVELS.tobytes(), np.uint8).reshape(16, 16),
    ],
)
def test_any_other_layout_is_copied(view, convert):
    out = convert(view)
    np.testing.assert_array_equal(out, view)
    assert out.dtype == np.uint8
    assert out.flags.c_contiguous
    assert out.flags.writeable
    assert not np.shares_memory(out, view)


@pytest.mark.parametrize("convert", [as_pred, as_gt])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    "dtype", [bool, np.int8, np.uint16, ">i4", np.int64, np.uint64, np.float32]
)
def test_other_types_become_writable_c_order(dtype, order, convert):
    values = np.array([[0, 1, 1], [1, 0, 1]], dtype=dtype, order=order)
    out = convert(values)
    top = 255 if values.dtype.kind in "bf" else 1  # integers are taken as stored
    np.testing.assert_array_equal(out, [[0, top, top], [top, 0, top]])
    assert out.dtype == np.uint8
    assert out.flags.c_contiguous
    assert out.flags.writeable


def test_lists_are_arrays_too():
    np.testing.assert_array_equal(as_pred([[0.0, 0.5], [1.0, 0.25]]), [[0, 128], [255, 64]])
    np.testing.assert_array_equal(as_gt([[0, 255]]), [[0, 255]])


def test_a_few_ulp_outside_are_inside():
    values = np.array([[-1e-7, 1 + 1e-7]], np.float32)
    np.testing.assert_array_equal(as_pred(values), [[0, 255]])
    np.testing.assert_array_equal(as_pred(values, rounding="floor"), [[0, 255]])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            np.array([[-3.2, 5.1]], np.float32),
            r"values run from -3\.2 to 5\.1; expected uint8 0\.\.255 or float in \[0, 1\] "
            r"\(apply a sigmoid\?\)",
        ),
        (np.array([[0.0, 255.0]]), r"values run from 0 to 255; .* \(divide by 255"),
        (np.array([[0.0, 1.001]]), r"values run from 0 to 1\.001"),
        (np.array([[0.5, np.nan]]), r"1 of 2 values are NaN or infinite"),
        (np.array([[np.inf, -np.inf]], np.float16), r"2 of 2 values are NaN or infinite"),
        (np.array([[-1, 3]]), r"values run from -1 to 3; expected uint8 0\.\.255"),
        (np.array([[256]], np.uint16), r"values run from 256 to 256"),
        (np.zeros((3, 4, 5)), r"shape is \(3, 4, 5\); expected \(H, W\)"),
        (np.float32(0.5), r"shape is \(\); expected \(H, W\)"),
        (np.zeros((0, 5)), r"shape is \(0, 5\), which holds no pixels"),
        (np.zeros((2, 2), complex), r"dtype is complex128"),
        (np.array([["a", "b"]]), r"dtype is <U1"),
        ([[None, 1]], r"dtype is object"),
        ([[1, 2], [3]], r"a list that is no numeric array"),
    ],
)
def test_what_is_no_map_is_refused_with_its_name(values, message):
    with pytest.raises(ShapeError, match=f"^prediction 'x': {message}"):
        as_pred(values, label="prediction 'x'")
    with pytest.raises(ShapeError, match=r"^ground truth: "):
        as_gt(values)


def test_a_ground_truth_needs_no_sigmoid():
    with pytest.raises(ShapeError, match=r"run from -1 to 2; .* \(a mask of labels\?"):
        as_gt(np.array([[-1.0, 2.0]]))


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=30),
    st.sampled_from([np.float32, np.float64]),
)
def test_rounding_is_to_the_nearest_byte(values, dtype):
    array = np.array([values], dtype)
    assert np.abs(as_pred(array) - array.astype(np.float64) * 255).max() <= 0.5 + 1e-4
    floor = as_pred(array, rounding="floor").astype(int)
    assert ((as_pred(array) - floor) >= 0).all()


# Tensors and batches -----------------------------------------------------------------------------


def test_tensors_of_every_type():
    torch = pytest.importorskip("torch")
    levels = torch.from_numpy(LEVELS.copy())
    for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        tensor = (levels.to(torch.float64) / 255).to(dtype).requires_grad_()
        np.testing.assert_array_equal(as_pred(tensor), LEVELS)
    np.testing.assert_array_equal(as_pred(levels), LEVELS)
    np.testing.assert_array_equal(as_pred(levels.T), LEVELS.T)
    np.testing.assert_array_equal(as_gt(levels > 128), (LEVELS > 128) * 255)
    with pytest.raises(ShapeError, match=r"values run from -4 to 9\.5"):
        as_pred(torch.tensor([[-4.0, 9.5]], dtype=torch.bfloat16))
    with pytest.raises(ShapeError, match="no numeric array"):
        as_pred(torch.eye(3).to_sparse())


class Counted:
    """A stand-in for a tensor on a device, which counts its way to the host."""

    moves = 0

    def __init__(self, values):
        self.values = values

    def detach(self):
        return self

    def cpu(self):
        Counted.moves += 1
        return self

    def float(self):
        return Counted(self.values.astype(np.float32))

    def numpy(self):
        return self.values


def test_a_batch_moves_to_the_host_once():
    Counted.moves = 0
    images = as_batch(Counted(np.stack([LEVELS] * 5)[:, None]))
    assert Counted.moves == 1
    assert len(images) == 5
    for image in images:
        assert as_pred(image).base is image.base  # not copied either


@pytest.mark.parametrize(
    ("shape", "count"), [((4, 6), 1), ((1, 4, 6), 1), ((3, 4, 6), 3), ((3, 1, 4, 6), 3)]
)
def test_batches_come_apart(shape, count):
    batch = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    images = as_batch(batch)
    assert [image.shape for image in images] == [(4, 6)] * count
    np.testing.assert_array_equal(np.stack(images), batch.reshape(count, 4, 6))


@pytest.mark.parametrize("shape", [(5,), (2, 3, 4, 6), (1, 2, 1, 4, 6)])
def test_other_shapes_are_no_batch(shape):
    with pytest.raises(ShapeError, match=r"^batch: shape is .*; expected \(H, W\), \(N, H, W\) or"):
        as_batch(np.zeros(shape))


@pytest.mark.parametrize("shape", [(0, 4, 6), (2, 1, 0, 6), (0, 6)])
def test_an_empty_batch_is_refused(shape):
    with pytest.raises(ShapeError, match=r"^preds: shape is .* which holds no pixels"):
        as_batch(np.zeros(shape), label="preds")
