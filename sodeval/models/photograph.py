"""Photograph files become RGB arrays, by the rules of the library a model's authors read with.

OpenCV decodes for all three, so that Pillow and scikit-image are not needed. It agrees with both to
the bit on files of 8 bits, grey, palette or RGB, and on RGB with alpha, but for two rarities: CMYK
is one level off Pillow's, and the alpha of a TIFF is multiplied in. Where the libraries lose the
picture, the sensible reading is taken instead: 16-bit grey becomes its high byte (Pillow clips it
to 255), CMYK becomes RGB (scikit-image hands out C, M, Y and K), and grey with alpha becomes RGB.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.errors import DecodeError
from sodeval.image_headers import AGAIN, AS_PNG, Flaw, read_header
from sodeval.images import MAX_PIXELS
from sodeval.models.card import Reader

# EXIF orientation turns the picture for OpenCV only; alpha is dropped, never blended. ANYCOLOR
# leaves grey files grey, and is also what keeps the depth at 8 bits.
_FLAGS: dict[Reader, int] = {
    "opencv": cv2.IMREAD_COLOR,
    "pillow": cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION,
    "skimage": cv2.IMREAD_ANYCOLOR | cv2.IMREAD_IGNORE_ORIENTATION,
}
_AS_PHOTO = "Save it as an 8-bit PNG or JPEG."


def read_photograph(
    data: bytes, label: str, reader: Reader, *, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Read the bytes of a photograph file.

    PNG, JPEG, BMP, TIFF (its first page) and WebP, told apart by content.

    Args:
        data: the whole file.
        label: what to call the file in an error message.
        reader: whose rules decide on orientation and on grey files.
        max_pixels: the largest width times height; checked in the header, before decoding.

    Returns:
        uint8 (H, W, 3) RGB, C-contiguous and writable; of a grey file three equal channels, or
        (H, W) where the reader is scikit-image.

    Raises:
        DecodeError: the file is empty, no image, of another format, cut off, corrupt or too large.
    """
    try:
        header = read_header(data, max_pixels)
    except Flaw as flaw:  # it is worded for maps
        raise DecodeError(f"{label} {flaw}".replace(AS_PNG, _AS_PHOTO)) from None
    stored = header.data
    if reader == "opencv" and len(stored) < len(data) and b"eXIf" in data:
        stored = data  # a grey PNG: the chunk that turns it was left out as the others were
    try:
        pixels = cv2.imdecode(np.frombuffer(stored, np.uint8), _FLAGS[reader])
    except cv2.error:
        pixels = None
    if pixels is None:
        raise DecodeError(f"{label} cannot be decoded: its pixel data are damaged. {AGAIN}")
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.dtype != np.uint8 or not (pixels.ndim == 2 or pixels.shape[2] == 3):
        raise DecodeError(f"{label} does not decode to an 8-bit photograph. {_AS_PHOTO}")
    if pixels.ndim == 2:
        return np.require(pixels, np.uint8, ("C", "W"))
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
