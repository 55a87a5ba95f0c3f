"""Label maps: files and arrays whose pixels are class numbers, read raw.

A palette file gives the index and not the colour, a grey file the stored sample and not its
brightness: no luma, no scaling, nothing dropped. What may have lost the numbers is refused.
"""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.errors import DecodeError, ShapeError
from sodeval.image_headers import AGAIN, Flaw, _page, read_header
from sodeval.images import MAX_PIXELS, as_batch

LabelMap = NDArray[np.uint16]
"""(H, W), C-contiguous."""

LARGEST = 65535
_AS_IDS = "Save the label ids as a grey or palette PNG."


def decode_labels(data: bytes, label: str, *, max_pixels: int = MAX_PIXELS) -> LabelMap:
    """Read the bytes of a label map as uint16 (H, W).

    PNG: grey of 1 to 16 bits gives the sample (the white of a 1-bit file is 1, not 255), a palette
    the index. TIFF (first page, grey of 1, 8 or 16 bits) and BMP (8 bits, its colours the ramp of
    greys) likewise. Colour is read only where all channels are equal, alpha only ignored where it
    is constant. JPEG and WebP are refused.

    Args:
        data: the whole file.
        label: what to call the file in an error message.
        max_pixels: the largest width times height; checked in the header, before decoding.

    Raises:
        DecodeError: the file is damaged or too large, or does not hold label ids.
    """
    try:
        source, steps = _plain(data, max_pixels)
        stored = _stored(source)
    except Flaw as flaw:
        raise DecodeError(f"{label} {flaw}") from None
    if steps > 1:
        stored = stored // np.uint8(steps)
    return np.ascontiguousarray(stored, np.uint16)


def as_labels(array: object, *, label: str = "labels") -> list[LabelMap]:
    """Take one label map or a batch of them apart into uint16 (H, W) maps.

    Args:
        array: (H, W), (N, H, W) or (N, 1, H, W) of whole numbers or bool; NumPy, or torch on any
            device.
        label: what to call the array in an error message.

    Raises:
        ShapeError: another shape, empty, not whole numbers, or outside 0..65535.
    """
    maps = as_batch(array, label=label)
    for one in maps:
        if one.dtype.kind not in "bui":
            raise ShapeError(
                f"{label}: dtype is {one.dtype}; expected whole numbers (take the argmax of scores)"
            )
        if one.dtype not in (np.bool_, np.uint8, np.uint16):
            low, high = int(one.min()), int(one.max())
            if low < 0 or high > LARGEST:
                raise ShapeError(
                    f"{label}: labels run from {low} to {high}; expected 0 to {LARGEST} "
                    "(write ignored pixels as the ignored label, as in labels[labels < 0] = 255)"
                )
    return [np.ascontiguousarray(one, np.uint16) for one in maps]


def resize_labels(labels: LabelMap, shape: tuple[int, int]) -> LabelMap:
    """Resize to ``shape`` (height, width) by the nearest pixel, so that no label is made up.

    Pixel centres are aligned as in PIL's NEAREST and OpenCV's INTER_NEAREST_EXACT: row i takes row
    floor((i + 1/2) H / H'). It is computed in whole numbers, so a centre that falls between two
    pixels takes the later one; there the two tools round either way.
    """
    index = [
        (2 * np.arange(new) + 1) * old // (2 * new)
        for old, new in zip(labels.shape, shape, strict=True)
    ]
    return np.ascontiguousarray(labels[index[0]][:, index[1]])


def _stored(data: bytes) -> NDArray[np.uint8 | np.uint16]:
    """Decode without any conversion; one channel, for all of them are equal."""
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise Flaw(f"cannot be decoded: its pixel data are damaged. {AGAIN}")
    if pixels.dtype not in (np.uint8, np.uint16):
        raise Flaw(f"holds {pixels.dtype} samples, not label ids. {_AS_IDS}")
    stored: NDArray[np.uint8 | np.uint16] = np.asarray(pixels)
    if stored.ndim == 2:
        return stored
    first, *others = (stored[..., channel] for channel in range(stored.shape[2]))
    if not all(np.array_equal(first, other) for other in others[:2]):
        raise Flaw(f"holds colours, not label ids. {_AS_IDS}")
    if len(others) == 3 and others[2].min() != others[2].max():
        raise Flaw(f"has an alpha channel that varies, so its labels may be there. {_AS_IDS}")
    return first


def _plain(data: bytes, max_pixels: int) -> tuple[bytes, int]:
    """Raise `Flaw`, or give a file that OpenCV decodes to samples times a factor."""
    source = read_header(data, max_pixels).data
    if data.startswith(b"\x89PNG"):
        depth, colour = source[24], source[25]
        steps = 255 // (2**depth - 1) if depth < 8 else 1  # OpenCV spreads them over 0..255
        return (_indices(source) if colour == _PALETTE else source), steps
    if data.startswith((b"II", b"MM")):
        return source, _tiff_steps(source)
    if data.startswith(b"BM"):
        _check_bmp(source)
        return source, 1
    kind = "JPEG" if data.startswith(b"\xff\xd8") else "WebP"
    raise Flaw(f"is a {kind}, which does not keep label ids. {_AS_IDS}")


_PALETTE = 3
_CHUNK = struct.Struct(">I4s")


def _indices(data: bytes) -> bytes:
    """A whole palette PNG as the grey PNG of its indices: both pack their samples alike."""
    header = b"IHDR" + data[16:25] + b"\0" + data[26:29]
    parts: list[bytes | memoryview] = [data[:12], header, zlib.crc32(header).to_bytes(4, "big")]
    view = memoryview(data)
    position, kind = 33, b""
    while kind != b"IEND":
        length, kind = _CHUNK.unpack_from(data, position)
        end = position + 12 + length
        if kind in (b"IDAT", b"IEND"):
            parts.append(view[position:end])
        position = end
    return b"".join(parts)


_BITS, _PACKING, _PHOTOMETRIC, _ORIENTATION = 258, 259, 262, 274
_TIFF_TAGS = frozenset((_BITS, _PACKING, _PHOTOMETRIC, _ORIENTATION))
_TIFF_REFUSED = {
    0: "a TIFF that stores white as zero",
    3: "a TIFF with a colour table",
    5: "a CMYK TIFF",
    6: "a YCbCr TIFF",
}


def _tiff_steps(data: bytes) -> int:
    order, big = ("<" if data[:2] == b"II" else ">"), 43 in data[2:4]
    (at,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
    page = _page(data, order, big, at, _TIFF_TAGS)
    what = _TIFF_REFUSED.get(page.one(_PHOTOMETRIC, 1))
    if page.one(_PACKING, 1) == 7:
        what = "a TIFF of JPEG data"
    elif page.one(_ORIENTATION, 1) != 1:
        what = "a TIFF that is marked as turned"
    if what:
        raise Flaw(f"is {what}, which is not read for label maps. {_AS_IDS}")
    return 255 if page.one(_BITS, 1) == 1 else 1


def _check_bmp(data: bytes) -> None:
    """OpenCV gives colours, which are the indices only if the table is the ramp of greys."""
    (start,) = struct.unpack_from("<I", data, 10)
    (size,) = struct.unpack_from("<I", data, 14)
    bits = data[28] if size >= 40 else 0
    table = data[14 + size : start]
    ramp = bytes(range(256))
    if bits in (24, 32) or (bits == 8 and all(table[c:1024:4] == ramp for c in range(3))):
        return
    raise Flaw(f"is a BMP whose colours are not the greys 0 to 255 in order. {_AS_IDS}")
