"""Looking at every file once: what one map is like, and how a prediction sits on its mask.

Only counters and a digest are kept of each file, never pixels.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.doctor.kinds import kind_of
from sodeval.files import FileRef
from sodeval.images import decode
from sodeval.resizes import cv2_linear

Map = NDArray[np.uint8]
Histogram = NDArray[np.int64]

FOREGROUND = 128  # a mask's byte above this is foreground, as in the default protocol
GREY_SHARE = 0.01  # a mask with more grey than this is worth a warning, as in reports
_SOFT_SHARE, _SOFT_LEVELS = 0.05, 32  # averages of a dozen annotators have fewer levels than this
_EXACT = 2**24  # counts in cv2's float32 histogram are whole numbers up to here
# A map counts as inverted from these on; a merely bad map is about 0 in both.
_GAP, _WORSE = 0.1, 0.05
_CLEAR_GAP, _CLEARLY_WORSE = 0.5, 0.2


class Look(NamedTuple):
    """What one file is like.

    ``flags`` are the traits of `sodeval.images.Decoded` and: ``all_zero``, ``constant``,
    ``zero_one`` (nothing above 1), ``dark`` (nothing above 128), ``full``, ``grey`` (over 1 %),
    ``binary`` (two values), ``soft`` (grey like a prediction), ``turned`` (an EXIF orientation),
    ``jpeg``.
    """

    shape: tuple[int, int]
    kind: str
    flags: frozenset[str]
    grey: float
    digest: bytes | None
    """Of shape and pixels; None for a constant map, which is alike for no reason."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file while it is worked on."""

    look: Look
    pixels: Map


def see(ref: FileRef, max_pixels: int) -> Seen:
    """Read and decode one file.

    Raises:
        DecodeError: It cannot be read.
    """
    data = ref.read()
    decoded = decode(data, ref.label, max_pixels=max_pixels)
    kind = kind_of(data)
    pixels = decoded.pixels
    counts = _histogram(pixels)
    levels = np.flatnonzero(counts)
    low, high = int(levels[0]), int(levels[-1])
    grey = float(counts[1:255].sum()) / pixels.size
    flags: set[str] = set(decoded.traits)
    checks = {
        "all_zero": high == 0,
        "constant": low == high,
        "zero_one": high == 1,
        "dark": 1 < high <= FOREGROUND,
        "full": low > FOREGROUND,
        "grey": grey > GREY_SHARE,
        "binary": len(levels) == 2,
        "soft": grey > _SOFT_SHARE and len(levels) > _SOFT_LEVELS,
        "turned": kind.orientation != 1,
        "jpeg": kind.format == "JPEG",
    }
    flags.update(name for name, holds in checks.items() if holds)
    shape = (pixels.shape[0], pixels.shape[1])
    digest = None if low == high else _digest(pixels)
    return Seen(Look(shape, str(kind), frozenset(flags), grey, digest), pixels)


def lean(pred: Map, mask: Map) -> str | None:
    """How a prediction leans: ``upright``, ``inverted``, ``clearly inverted`` or ``unclear``.

    Both are uint8 (H, W). The prediction is min-maxed, as most protocols do, and brought to the
    size of the mask; it is inverted if 255 - p has the smaller mean absolute error by a margin and
    the foreground is darker than the background. None if the mask has one side only or the
    prediction one value.
    """
    if pred.shape != mask.shape:
        pred = cv2_linear(pred, (mask.shape[0], mask.shape[1]))
    side = (mask > min(FOREGROUND, int(mask.max()) // 2)).astype(np.uint8)
    inside = _histogram(pred, side)
    outside = _histogram(pred) - inside
    levels = np.flatnonzero(inside + outside)
    if not inside.any() or not outside.any() or len(levels) < 2:
        return None
    values = (np.arange(256) - levels[0]) / (levels[-1] - levels[0])
    on, off = float(inside @ values), float(outside @ values)
    error = (inside.sum() - on + off) / pred.size
    gap = on / inside.sum() - off / outside.sum()
    if gap <= -_CLEAR_GAP and error >= 0.5 + _CLEARLY_WORSE / 2:
        return "clearly inverted"
    if gap <= -_GAP and error >= 0.5 + _WORSE:
        return "inverted"
    return "upright" if gap >= _GAP else "unclear"


def _histogram(pixels: Map, mask: Map | None = None) -> Histogram:
    """How often each byte occurs, where ``mask`` is not zero: int64 (256,)."""
    rows = max(1, _EXACT // pixels.shape[1])
    counts = np.zeros(256, np.int64)
    for top in range(0, pixels.shape[0], rows):
        part = None if mask is None else mask[top : top + rows]
        found = cv2.calcHist([pixels[top : top + rows]], [0], part, [256], [0, 256])
        counts += found.ravel().astype(np.int64)
    return counts


def _digest(pixels: Map) -> bytes:
    digest = hashlib.blake2b(b"%d" % pixels.shape[1], digest_size=16)
    digest.update(pixels.data)
    return digest.digest()
