"""What an image file says about itself before a decoder sees it.

C decoders answer a damaged file in three ways: nothing, a partly filled picture, or a line on
stderr. A score must come from none of them, so the container is checked here first: declared
sizes, checksums where the format has them, and that all of the file is there. (A PNG whose
checksums are right and whose pixel data are not is refused too, though libpng says so on stderr.)
JPEG, WebP, LZW and CCITT data carry no checksum; a flipped bit inside them is a different picture,
not an error.

The list of formats is closed. OpenCV 4.10 reads neither GIF nor AVIF nor animated WebP, and later
versions do; a score must not depend on that, so they are refused everywhere.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import NamedTuple

MAX_SIDE = 1_000_000  # libpng's default limit; OpenCV's own is 2**20
MOST_PIXELS = 2**30  # OpenCV's CV_IO_MAX_IMAGE_PIXELS

AGAIN = "Copy or write the file again."
AS_PNG = "Save it as an 8-bit grey PNG."


class Flaw(Exception):
    """Why a file cannot be used, worded to follow its name ("is empty …")."""


class Header(NamedTuple):
    """What decoding needs to know; ``data`` is what to give the decoder."""

    data: bytes
    colour: bool = False  # it may hold unequal channels or an alpha channel
    palette: bool = False
    deep: bool = False  # 16 bits a sample


def read_header(data: bytes, max_pixels: int) -> Header:
    """Raise `Flaw` unless ``data`` is a whole image of at most ``max_pixels`` pixels."""
    if not data:
        raise Flaw(f"is empty (zero bytes). {AGAIN}")
    for signature, parse in _FORMATS:
        if data.startswith(signature):
            return parse(data, max_pixels)
    raise _foreign(data)


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width < 1 or height < 1:
        raise Flaw(f"is {width} x {height} pixels: there is nothing to read. {AGAIN}")
    if width * height > max_pixels:
        raise Flaw(
            f"is {width} x {height} = {width * height} pixels, over the limit of {max_pixels}. "
            "Check the file, or raise the limit with --max-pixels."
        )
    if max(width, height) > MAX_SIDE or width * height > MOST_PIXELS:
        raise Flaw(
            f"is {width} x {height} pixels, more than OpenCV reads "
            f"({MAX_SIDE} a side, {MOST_PIXELS} in all). Scale it down."
        )


def _truncated(kind: str, where: str) -> Flaw:
    return Flaw(f"is a truncated {kind} file: {where}. {AGAIN}")


def _corrupt(kind: str, where: str) -> Flaw:
    return Flaw(f"is a corrupt {kind} file: {where}. {AGAIN}")


def _unread(kind: str) -> Flaw:
    return Flaw(f"is {kind}, which is not read here. {AS_PNG}")


_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IHDR = struct.Struct(">IIBBBBB")
_CHUNK = struct.Struct(">I4s")
_CHECKSUM = struct.Struct(">I")
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_GREY, _PALETTE, _GREY_ALPHA = 0, 3, 4
_CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_ANCILLARY = 0x20  # bit 5 of a chunk's first letter: decoders may skip it


def _png(data: bytes, max_pixels: int) -> Header:
    if not data.startswith(_PNG_SIGNATURE) and not _PNG_SIGNATURE.startswith(data):
        raise _corrupt("PNG", "its signature is damaged, as by a copy in text mode")
    if len(data) < 33:
        raise _truncated("PNG", "it ends inside its header")
    if data[8:16] != b"\0\0\0\rIHDR":
        raise _corrupt("PNG", "it does not start with a header")
    width, height, depth, colour, packing, filters, interlace = _IHDR.unpack_from(data, 16)
    _check_size(width, height, max_pixels)
    if depth not in _DEPTHS.get(colour, ()) or packing or filters or interlace > 1:
        raise _corrupt("PNG", "its header is impossible")

    # libpng warns on stderr about profiles and texts it does not like. In a grey file no ancillary
    # chunk moves a pixel, so all go. In a colour file gAMA, sRGB and iCCP do (luma is then taken in
    # linear light), so only the broken ones go, which libpng would skip as well.
    grey = colour in (_GREY, _GREY_ALPHA)
    view = memoryview(data)
    kept, chunks = [view[:8]], 0
    body: dict[bytes, memoryview] = {}
    position, kind = 8, b""
    while kind != b"IEND":
        if position + 12 > len(data):
            raise _truncated("PNG", "its end mark (IEND) is missing")
        length, kind = _CHUNK.unpack_from(data, position)
        end = position + 8 + length
        if end + 4 > len(data):
            raise _truncated("PNG", f"it ends inside the chunk at byte {position}")
        intact = zlib.crc32(view[position + 4 : end]) == _CHECKSUM.unpack_from(data, end)[0]
        chunks += 1
        ancillary = kind[0] & _ANCILLARY
        if not intact and (not ancillary or kind.upper() in _CRITICAL):  # its name may be damaged
            raise _corrupt("PNG", f"the checksum of the chunk at byte {position} is wrong")
        if not ancillary and kind not in _CRITICAL:
            raise _unread("a PNG variant")
        if intact and not (grey and ancillary):
            kept.append(view[position : end + 4])
            body[kind] = view[position + 8 : end]
        position = end + 4
    if b"IDAT" not in body:
        raise _truncated("PNG", "it holds no pixels")
    if len(kept) <= chunks:
        data = b"".join(kept)
    if colour != _PALETTE:
        return Header(data, colour=colour != _GREY, deep=depth == 16)
    if b"PLTE" not in body:
        raise _corrupt("PNG", "its palette is missing")
    table = bytes(body[b"PLTE"])
    coloured = not table[::3] == table[1::3] == table[2::3]
    return Header(data, colour=coloured or b"tRNS" in body, palette=True)


# FF 00 is a stuffed data byte, FF FF is padding and D0 to D7 are restarts: none begins a segment.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_SOI, _EOI, _SOS, _TEM = 0xD8, 0xD9, 0xDA, 0x01
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_READ_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}  # baseline, extended, progressive; arithmetic


def _jpeg(data: bytes, max_pixels: int) -> Header:
    position, components, scanned = 2, 0, False
    while found := _MARKER.search(data, position):
        position = found.end()
        marker = data[position - 1]
        if marker == _EOI:
            if scanned and components:
                return Header(data, colour=components > 1)
            raise _truncated("JPEG", "it holds no pixels")
        if marker in (_SOI, _TEM):
            continue
        end = position + int.from_bytes(data[position : position + 2], "big")
        if end > len(data):
            break
        if marker in _FRAMES:
            if end < position + 8:
                raise _corrupt("JPEG", "its header is impossible")
            depth, height, width, components = struct.unpack_from(">BHHB", data, position + 2)
            _check_size(width, height, max_pixels)
            if depth != 8 or marker not in _READ_FRAMES:
                raise _unread("a lossless JPEG" if depth == 8 else f"a {depth}-bit JPEG")
        scanned |= marker == _SOS
        position = max(end, position)
    raise _truncated("JPEG", "its end mark (EOI) is missing")


def _bmp(data: bytes, max_pixels: int) -> Header:
    size = int.from_bytes(data[14:18], "little")
    if size not in (12, 40, 52, 56, 64, 108, 124):
        raise _foreign(data)
    if len(data) < 14 + size:
        raise _truncated("BMP", "it ends inside its header")
    (start,) = struct.unpack_from("<I", data, 10)
    if size == 12:  # OS/2
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        packing = stored = 0
    else:
        width, height, _, bits, packing, stored = struct.unpack_from("<iiHHII", data, 18)
    height = abs(height)  # negative: stored from the top row down
    _check_size(width, height, max_pixels)
    if bits not in (1, 4, 8, 16, 24, 32) or packing not in (0, 1, 2, 3):
        raise _unread("a BMP variant")
    if packing in (0, 3):  # not run lengths: the header's own figure is often 0 or wrong
        stored = (width * bits + 31) // 32 * 4 * height
    if start + stored > len(data):
        raise _truncated("BMP", f"it has {len(data)} of {start + stored} bytes")
    return Header(data, colour=True)


_WEBP_HEADERS = {b"VP8X": 10, b"VP8 ": 10, b"VP8L": 5}


def _webp(data: bytes, max_pixels: int) -> Header:
    if data[8:12] != b"WEBP":
        raise _foreign(data)
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise _truncated("WebP", f"it has {len(data)} of {end} bytes")
    if len(data) < 32:
        raise _unread("a WebP of less than 32 bytes")  # by OpenCV either
    position = 12
    while position + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, position)
        body = data[position + 8 : position + 8 + min(length, 10)]
        position += 8 + length + length % 2
        if position - length % 2 > end or len(body) < _WEBP_HEADERS.get(kind, 0):
            break
        if kind == b"VP8X":
            width, height = (1 + int.from_bytes(body[at : at + 3], "little") for at in (4, 7))
            _check_size(width, height, max_pixels)
            if body[0] & 0x02:
                raise _unread("an animated WebP")
        elif kind in (b"VP8 ", b"VP8L"):
            if kind == b"VP8 ":
                width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
            else:
                sides = int.from_bytes(body[1:5], "little")
                width, height = 1 + (sides & 0x3FFF), 1 + (sides >> 14 & 0x3FFF)
            _check_size(width, height, max_pixels)
            return Header(data, colour=True)
    raise _truncated("WebP", "it holds no whole picture")


_TIFF_LETTERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}  # field types that hold whole numbers
_TIFF_SIZES = dict(enumerate((0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8)))
_WIDTH, _HEIGHT, _BITS, _PACKING, _PHOTOMETRIC, _ORIENTATION = 256, 257, 258, 259, 262, 274
_STRIPS, _SAMPLES, _STRIP_ROWS, _STRIP_BYTES, _PLANAR = 273, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES, _SAMPLE_FORMAT = 322, 323, 324, 325, 339
_TIFF_TAGS = frozenset((*range(256, 285), *range(322, 326), 339))
_DEFLATE = (8, 32946)
# none, CCITT (3), LZW, JPEG, deflate, PackBits: what every OpenCV wheel can unpack. An unknown
# scheme is not an error to it: the picture comes back unfilled.
_TIFF_PACKINGS = (1, 2, 3, 4, 5, 7, *_DEFLATE, 32773)


class _Page(NamedTuple):
    """A TIFF page's directory: its whole-number fields, and where the next directory is."""

    fields: dict[int, tuple[int, ...]]
    next: int

    def one(self, tag: int, default: int) -> int:
        return self.fields.get(tag, (default,))[0]


def _page(data: bytes, order: str, big: bool, at: int, tags: frozenset[int]) -> _Page:
    """Read ``tags`` of the directory at byte ``at``; `struct.error` where the file is too short."""
    head, entry, pointer, inline = ("Q", "HHQ", "Q", 8) if big else ("H", "HHI", "I", 4)
    (count,) = struct.unpack_from(order + head, data, at)
    at += struct.calcsize(order + head)
    end = at + count * (4 + 2 * inline)
    (next_at,) = struct.unpack_from(order + pointer, data, end)
    fields: dict[int, tuple[int, ...]] = {}
    for where in range(at, end, 4 + 2 * inline) if tags else ():
        tag, kind, values = struct.unpack_from(order + entry, data, where)
        size, where = values * _TIFF_SIZES.get(kind, 0), where + 4 + inline
        if size > inline:
            (where,) = struct.unpack_from(order + pointer, data, where)
            if where + size > len(data):
                raise struct.error
        if tag in tags - fields.keys() and size and (letter := _TIFF_LETTERS.get(kind)):
            fields[tag] = struct.unpack_from(f"{order}{values}{letter}", data, where)
    return _Page(fields, next_at)


def _tiff(data: bytes, max_pixels: int) -> Header:
    order, big = ("<" if data[:2] == b"II" else ">"), 43 in data[2:4]
    try:
        (at,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
        page = _page(data, order, big, at, _TIFF_TAGS)
        # Later pages are not read, but libtiff follows the chain and complains when it breaks.
        walked, at = {at}, page.next
        while at and at not in walked:
            walked.add(at)
            at = _page(data, order, big, at, frozenset()).next
    except (struct.error, OverflowError):
        raise _truncated("TIFF", "it ends before its directory does") from None
    width, height = page.one(_WIDTH, 0), page.one(_HEIGHT, 0)
    _check_size(width, height, max_pixels)
    bits, samples = page.one(_BITS, 1), page.one(_SAMPLES, 1)
    packing, photometric = page.one(_PACKING, 1), page.one(_PHOTOMETRIC, 1)
    if page.one(_SAMPLE_FORMAT, 1) != 1 or bits not in (1, 8, 16):
        what = {2: "signed", 3: "floating-point"}.get(page.one(_SAMPLE_FORMAT, 1), "")
        raise _unread(f"a TIFF of {bits}-bit {what} samples".replace("  ", " "))
    if not 1 <= samples <= 4:
        raise _unread(f"a TIFF of {samples} samples a pixel")
    if packing not in _TIFF_PACKINGS:
        raise _unread(f"a TIFF with compression {packing}")
    if page.one(_ORIENTATION, 1) > 4:  # OpenCV 4.12 reads it from memory and refuses it on disk
        raise _unread("a TIFF that is marked as turned by 90 degrees")
    _check_pieces(data, page, width, height, bits * samples)
    grey = photometric in (0, 1) and samples == 1
    return Header(data, colour=not grey, palette=photometric == 3, deep=bits == 16)


def _check_pieces(data: bytes, page: _Page, width: int, height: int, pixel_bits: int) -> None:
    """Check that every strip or tile of a TIFF page lies in the file and is long enough."""
    if _TILES in page.fields:
        tall, wide = page.one(_TILE_HEIGHT, 0), page.one(_TILE_WIDTH, 0)
        starts, sizes = page.fields[_TILES], page.fields.get(_TILE_BYTES, ())
    else:
        tall, wide = min(page.one(_STRIP_ROWS, height), height), width
        starts, sizes = page.fields.get(_STRIPS, ()), page.fields.get(_STRIP_BYTES, ())
    if not tall or not wide:
        raise _corrupt("TIFF", "its header is impossible")
    packing = page.one(_PACKING, 1)
    planes = page.one(_SAMPLES, 1) if page.one(_PLANAR, 1) == 2 else 1
    plane_pieces = -(-height // tall) * -(-width // wide)
    if min(len(starts), len(sizes)) < plane_pieces * planes:
        raise _corrupt("TIFF", "it does not say where all its pixels are")
    subsampled = page.one(_PHOTOMETRIC, 1) == 6  # YCbCr: sizes depend on the chroma grid
    row_bytes = (wide * (pixel_bits // planes) + 7) // 8
    for index, (start, size) in enumerate(zip(starts, sizes, strict=False)):
        if start + size > len(data):
            raise _truncated("TIFF", f"it has {len(data)} of {start + size} bytes")
        rows = tall
        if _TILES not in page.fields:  # the last strip is shorter, tiles are padded
            rows = min(tall, height - index % plane_pieces * tall)
        if packing == 1 and not subsampled and size < row_bytes * rows:
            raise _truncated("TIFF", f"a strip has {size} of {row_bytes * rows} bytes")
        if packing == 1 and _TILES in page.fields and size % 1024:
            # libtiff rounds its buffer up, then OpenCV refuses the tile; a file on disk it can map
            raise _unread("a TIFF of plain tiles that are no multiple of 1024 bytes")
        if packing in _DEFLATE:  # libtiff would keep what it could unpack
            piece = data[start : start + size]
            if not _inflates(piece, row_bytes * rows, row_bytes * tall):
                raise _corrupt("TIFF", f"the compressed pixels at byte {start} are damaged")


def _inflates(piece: bytes, least: int, most: int) -> bool:
    """Whether a deflated ``piece`` is whole, right by its checksum, and of a fitting size."""
    stream = zlib.decompressobj()
    try:  # the limit is for bombs; it leaves room to get to the checksum behind the last byte
        return least <= len(stream.decompress(piece, most + 1)) <= most and stream.eof
    except zlib.error:
        return False


# What people put into a folder of maps by mistake, so that the message can say what it is.
_FOREIGN = (
    (b"GIF8", "a GIF"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 file"),
    (b"v/1\x01", "an OpenEXR file"),
    (b"#?RADIANCE", "a Radiance HDR file"),
    (b"8BPS", "a Photoshop file"),
    *((b"P%d\n" % digit, "a PNM file") for digit in range(1, 8)),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"\x89HDF", "an HDF5 or MATLAB file"),
)


def _foreign(data: bytes) -> Flaw:
    for signature, name in _FOREIGN:
        if data.startswith(signature):
            return _unread(name)
    if data[4:8] == b"ftyp":
        return _unread("an AVIF, HEIF or video file")
    if data.startswith(b"version https://git-lfs"):
        return Flaw("is a Git LFS pointer, not the image itself. Fetch it with: git lfs pull")
    head = data[:64].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    line = head.splitlines()[0][:20] if head else ""
    readable = line and line.isprintable() and "\ufffd" not in line
    start = repr(line) if readable else f"the bytes {data[:8].hex(' ')}"
    return Flaw(f"is not an image (it starts with {start}). {AGAIN}")


_FORMATS = (
    (b"\x89PNG", _png),
    (b"\xff\xd8", _jpeg),
    (b"BM", _bmp),
    (b"RIFF", _webp),
    *((signature, _tiff) for signature in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
)
