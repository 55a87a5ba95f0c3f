"""Human correction effort."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sodeval.kernels import borders, effort, morphology, thinning
from sodeval.metrics.base import GroundTruth, MeanOverImages, Measured, Sample
from sodeval.protocols import EvalProtocol

Words = NDArray[np.uint64]

RELAX = 5  # gamma of Qin et al., ECCV 2022: 5 in their paper and code
EPSILON = 2  # of the polygon approximation, in pixels: 2.0 there

# The neighbourhoods, as bits of an integer, from which the two sub-iterations of thinning remove a
# pixel: those of scikit-image's `skeletonize`, which the reference uses. 25 of the 256 differ from
# Zhang and Suen's conditions (CACM 1984), among them the corners of one-pixel lines, which go.
_FIRST = 0x1101000B0000000800000000800080885100000001010002D1500000D050F0E8
_SECOND = 0x030B008B0001808A00000000000080AA0101000B00010002510100004010C020


class HCE(MeanOverImages):
    """Human correction effort (Qin et al., ECCV 2022): mouse clicks that would mend the map.

    Errors that survive a relaxation of 5 pixels, and missed skeleton pixels, are mended by
    polygons along their border with what is right: one click a vertex, the border simplified to
    within 2 pixels; a region that borders on nothing right takes one. Any ground truth is fine; an
    empty or full one has effort wherever a whole region is to be added or removed.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        return Measured({"hce": float(clicks(sample, protocol))})


def clicks(
    sample: Sample, protocol: EvalProtocol, relax: int = RELAX, epsilon: float = EPSILON
) -> int:
    """Effort for one image; errors within ``relax`` are forgiven, borders kept to ``epsilon``."""
    truth = sample.gt.derived(outline)
    pred = pack(sample.binary(protocol.hce_binary), sample.gt.shape)
    total = 0
    for wrong, beside in faults(pred, *truth, relax=relax):
        if wrong.any():
            points, tree = borders.trace(wrong, _around())
            total += effort.correction_effort(points, tree, beside, epsilon)
    return total


class Outline(NamedTuple):
    """A ground truth, its skeleton and the image it fills, packed."""

    mask: Words
    skeleton: Words
    image: Words


def outline(gt: GroundTruth) -> Outline:
    """Mask and skeleton of one ground truth."""
    width = gt.shape[1]
    mask = pack(gt.mask, gt.shape)
    image = np.zeros_like(mask)
    image[1:-1] = pack(np.ones((1, width), np.uint8), (1, width))[1]
    skeleton = np.zeros_like(mask)
    if gt.positives:
        top, bottom, left, right = (int(edge) for edge in gt.box)
        left -= left % 8
        framed = np.pad(gt.mask[top : bottom + 1, left : right + 1], 1)
        thinning.thin(framed, _removals(), _around())
        skeleton = pack(framed[1:-1, 1:-1], gt.shape, top, left)
    return Outline(mask, skeleton, image)


def faults(
    pred: Words, gt: Words, skeleton: Words, image: Words, *, relax: int = RELAX
) -> tuple[tuple[Words, Words], tuple[Words, Words]]:
    """False positives and false negatives worth correcting, each with what it may border on.

    An error is worth it where it meets the union of both masks shrunk ``relax`` times (outside
    the image nothing shrinks it), and within as many steps of there that avoid the other mask;
    missed skeleton pixels always are. What errors border on is grown once.
    """
    right = pred & gt
    surroundings = morphology.grow(image ^ (pred | gt), image, relax)
    extra, lacking = pred ^ right, gt ^ right
    false = morphology.grow(extra & ~surroundings, image ^ gt, relax) & extra
    missed = morphology.grow(lacking & ~surroundings, image ^ pred, relax) & lacking
    missed |= skeleton & ~pred
    wanted = right | missed
    return (
        (false, morphology.grow(wanted, image, 1)),
        (missed, morphology.grow(image ^ (wanted | false), image, 1)),
    )


def pack(mask: NDArray[np.uint8], shape: tuple[int, int], top: int = 0, left: int = 0) -> Words:
    """64 pixels a word, the first in the lowest bit, inside a frame of zero words.

    Args:
        mask: uint8 of 0 and 1, a part of the image.
        shape: of the image.
        top: row of the part's first row.
        left: column of its first column, a multiple of 8.
    """
    height, width = shape
    words = np.zeros((height + 2, (width + 63) // 64 + 2), np.dtype("<u8"))
    part = np.packbits(mask, axis=1, bitorder="little")
    rows, columns = slice(top + 1, top + 1 + part.shape[0]), 8 + left // 8
    words.view(np.uint8)[rows, columns : columns + part.shape[1]] = part
    return words.astype(np.uint64, copy=False)


@cache
def _removals() -> NDArray[np.uint8]:
    """By neighbourhood: 1 if the first sub-iteration removes the pixel, plus 2 if the second."""
    both = [(_FIRST >> k & 1) | (_SECOND >> k & 1) << 1 for k in range(256)]
    return np.array(both, np.uint8)


@cache
def _around() -> NDArray[np.int64]:
    """Offsets (dy, dx) of the eight neighbours, counter-clockwise from the one to the right."""
    steps = [(0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)]
    return np.array(steps, np.int64)
