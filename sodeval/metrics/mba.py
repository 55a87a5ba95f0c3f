"""Mean boundary accuracy."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.kernels import boundary
from sodeval.metrics.base import GroundTruth, MeanOverImages, Measured, Sample

BANDS = 5  # Cheng et al., CVPR 2020: five radii up to (W + H) / 300
FULL_SIZE = 300


class MBA(MeanOverImages):
    """Mean boundary accuracy (Cheng et al., CascadePSP, CVPR 2020).

    The mean over five bands around the border of the ground truth of the share of pixels where
    f = g. Band i holds the pixels whose ellipse (OpenCV's, of 2r + 1 pixels) covers both
    foreground and background, r = 1 + trunc(((W + H) / 300 - 1) i / 5), i = 0 to 4; on small
    images all five are the same. f is the byte as stored > 128, or p > 0.5, as the protocol's
    ``mba_binary`` says.

    A ground truth that is empty or full has no border: no score. Nor has, under p > 0.5, a map
    without values.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        found = sample.gt.derived(bands)
        if not found.places.size or (protocol.mba_binary == "p>0.5" and not sample.tables.defined):
            return Measured({"mba": None})
        binary = sample.binary(protocol.mba_binary).ravel()
        right = binary[found.places] == found.truth
        alike = np.add.reduceat(right, found.starts, dtype=np.int64)
        shares = (found.members @ alike) / found.sizes
        return Measured({"mba": float(sum(shares.tolist()) / BANDS)})


class Bands(NamedTuple):
    """The pixels of all five bands, those of the same bands together.

    Attributes:
        places: int64 (n,), flat indices.
        truth: uint8 (n,), the ground truth there.
        starts: int64 (k,), where the pixels of each combination of bands begin.
        members: int64 (5, k), 1 where a band has them.
        sizes: int64 (5,), pixels of each band.
    """

    places: NDArray[np.int64]
    truth: NDArray[np.uint8]
    starts: NDArray[np.int64]
    members: NDArray[np.int64]
    sizes: NDArray[np.int64]


def bands(gt: GroundTruth) -> Bands:
    """The five bands of one ground truth.

    An ellipse cut by the frame is still connected, so it covers both sides exactly where it
    covers two neighbours that differ: each such pair is marked at every centre it serves.
    """
    height, width = gt.shape
    radii = radii_of(gt.shape)
    margin = radii[-1]
    stride = width + 2 * margin
    canvas = np.zeros((height + 2 * margin) * stride, np.uint8)
    # pairs lie in the box of the foreground and one pixel around it
    top, left = max(int(gt.box[0]) - 1, 0), max(int(gt.box[2]) - 1, 0)
    near = gt.mask[top : int(gt.box[1]) + 2, left : int(gt.box[3]) + 2]
    across, down = near[:, 1:] != near[:, :-1], near[1:] != near[:-1]
    for differ, (offsets, bits) in zip((across, down), _centres(radii), strict=True):
        rows, columns = np.divmod(np.flatnonzero(differ), max(differ.shape[1], 1))
        places = (rows + (top + margin)) * stride + columns + (left + margin)
        boundary.paint(canvas, places, offsets @ np.array([stride, 1]), bits)
    inside = canvas.reshape(-1, stride)[margin : margin + height, margin : margin + width]
    codes = np.ascontiguousarray(inside).ravel()
    places = np.flatnonzero(codes != 0)  # on booleans it is ten times as fast
    order = np.argsort(codes[places], kind="stable")
    places = places[order]
    counts = np.bincount(codes[places], minlength=1)
    kinds = np.flatnonzero(counts)
    members = (kinds >> np.arange(BANDS)[:, None]) & 1
    starts = (np.cumsum(counts) - counts)[kinds]
    return Bands(places, gt.mask.ravel()[places], starts, members, members @ counts[kinds])


def radii_of(shape: tuple[int, int]) -> tuple[int, ...]:
    """The radii of the five bands, not decreasing."""
    growth = ((shape[1] + shape[0]) / FULL_SIZE - 1) / BANDS
    return tuple(1 + int(growth * i) for i in range(BANDS))  # int() cuts towards 0, so never 0


@lru_cache(maxsize=64)
def _centres(
    radii: tuple[int, ...],
) -> tuple[tuple[NDArray[np.int64], NDArray[np.uint8]], ...]:
    """Where the centres of ellipses lie that cover a pixel and its right, or lower, neighbour.

    Returns:
        For each: offsets (dy, dx) from the pixel, int64 (K, 2), and the bands, uint8 (K,) of bits.
    """
    reach = radii[-1] + 1
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    found = []
    for ey, ex in ((0, 1), (1, 0)):
        bits = np.zeros(dy.shape, np.uint8)
        for i, radius in enumerate(radii):
            both = _ellipse(dy, dx, radius) & _ellipse(dy - ey, dx - ex, radius)
            bits |= both.astype(np.uint8) << np.uint8(i)
        rows, columns = np.nonzero(bits)
        found.append((np.stack([rows, columns], axis=1) - reach, bits[rows, columns]))
    return tuple(found)


def _ellipse(dy: NDArray[np.int64], dx: NDArray[np.int64], radius: int) -> NDArray[np.bool_]:
    """Whether offsets lie in OpenCV's MORPH_ELLIPSE of 2 radius + 1 pixels."""
    half = np.rint(np.sqrt(np.maximum(radius * radius - dy * dy, 0)))
    inside: NDArray[np.bool_] = (abs(dy) <= radius) & (abs(dx) <= half)
    return inside
