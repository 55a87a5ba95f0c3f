"""Ground truths: one decoded file, its binarisations, and what is derived from each alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.kernels import counts
from sodeval.metrics.tables import gt_cut

Bytes = NDArray[np.uint8]
T = TypeVar("T")


class Stored:
    """A ground truth as stored.

    Attributes:
        pixels: uint8 (H, W).
        image: uint8 (H, W, 3) RGB, the photograph, where a metric needs it.
        grey: pixels that are neither 0 nor 255.
        largest: the largest byte.
        present: int64, the bytes that occur, ascending; 0 and 255 if there is no grey.
    """

    def __init__(self, pixels: Bytes, image: Bytes | None = None):
        self.pixels = pixels
        self.image = image
        self.grey, self.largest = counts.grey_and_largest(pixels)
        self.present = np.array([0, 255])
        if self.grey:
            self.present = np.flatnonzero(np.bincount(pixels.ravel(), minlength=256))

    @property
    def extent(self) -> tuple[int, int]:
        """Smallest and largest byte; a map of 255 alone counts as 0 to 255, which is the same."""
        return (int(self.present[0]) if self.grey else 0), self.largest


class Reference:
    """A ground truth as stored, and its binarisation under each protocol.

    Protocols whose thresholds part the bytes of this file alike share one :class:`GroundTruth`,
    and with it everything derived from the mask. A ground truth knows what is stored but not its
    reference: a cycle would outlive the image.

    Args:
        pixels: uint8 (H, W).
        image: uint8 (H, W, 3) RGB, the photograph, where a metric needs it.
    """

    def __init__(self, pixels: Bytes, image: Bytes | None = None):
        self.stored = Stored(pixels, image)
        self._by_cut: dict[int, GroundTruth] = {}

    def under(self, protocol: EvalProtocol) -> GroundTruth:
        """The binary ground truth of a protocol."""
        present = self.stored.present
        cut = gt_cut(protocol, *self.stored.extent)
        above = present[present >= cut]
        cut = int(above[0]) if above.size else 256
        if cut not in self._by_cut:
            self._by_cut[cut] = GroundTruth(self.stored, cut)
        return self._by_cut[cut]


class GroundTruth:
    """A binarised ground truth and what is derived from it alone.

    Attributes:
        mask: uint8 (H, W) of 0 and 1.
        box: int64 (4,), first row, last row, first column, last column of the foreground.
        positives: foreground pixels.
    """

    def __init__(self, stored: Stored, cut: int):
        self.stored = stored
        self.mask, self._sums, self.box = counts.foreground(stored.pixels, cut)
        self.shape: tuple[int, int] = self.mask.shape
        self.size = self.mask.size
        self.positives = int(self._sums[0])
        self._derived: dict[Callable[..., object], object] = {}

    @property
    def image(self) -> Bytes | None:
        """uint8 (H, W, 3) RGB: the photograph, where it was given."""
        return self.stored.image

    def derived(self, make: Callable[[GroundTruth], T]) -> T:
        """What ``make`` gives for this ground truth, made once for all methods scored on it."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast("T", self._derived[make])

    @cached_property
    def digest(self) -> int:
        """64 bits that tell this mask from others."""
        packed = np.packbits(self.mask)
        digest = hashlib.blake2b(packed.data, digest_size=8, salt=b"%d" % self.shape[1]).digest()
        return int.from_bytes(digest, "little")

    def split(self, rule: str) -> tuple[int, int]:
        """Rows above and columns left of the four blocks of S, by ``smeasure_split``."""
        if self.positives == 0:
            height, width = self.shape
            return round(height / 2), round(width / 2)
        row, column = (float(s) / self.positives for s in self._sums[1:])
        if rule == "half-up":  # of the 1-based centroid
            return int(np.floor(row + 1.5)), int(np.floor(column + 1.5))
        one = 0 if rule == "even" else 1
        return round(row) + one, round(column) + one  # Python rounds halves to even
