"""Strips along the borders of masks and maps, for mBA, boundary IoU and the relaxed F-measure."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def eroded(image: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    """Smallest byte of the square of side 2 reach + 1 around each pixel; 0 outside the image.

    The same as ``reach`` erosions by a 3x3 square, at a cost that grows with log(reach): down the
    columns by the van Herk scheme, along the rows by doubling the window.

    Args:
        image: uint8 (H, W).
        reach: at least 1.
    """
    height, width = image.shape
    out = np.zeros((height, width), np.uint8)
    side = 2 * reach + 1
    span = width - 2 * reach  # windows that lie within the image; all others hold a 0
    if span < 1:
        return out
    # smallest from row k of the block to its end, and from the next block's start; two buffers in
    # turns where a loop would read what it writes, which is not vectorised
    suffix = np.full((side + 1, width), np.uint8(255))
    prefix = np.empty((2, width), np.uint8)
    lines = np.empty((2, width), np.uint8)
    for start in range(0, height - 2 * reach, side):
        for k in range(side - 1, -1, -1):
            _smaller(suffix[k], suffix[k + 1], image[start + k])
        prefix[0] = 255
        for k in range(min(side, height - 2 * reach - start)):
            if k > 0:
                _smaller(prefix[k % 2], prefix[(k - 1) % 2], image[start + side + k - 1])
            _smaller(lines[0], suffix[k], prefix[k % 2])
            covered = 1
            turn = 0
            while covered < side:
                step = min(covered, side - covered)
                rest = width - covered - step + 1
                _smaller(
                    lines[1 - turn, :rest], lines[turn, :rest], lines[turn, step : step + rest]
                )
                covered += step
                turn = 1 - turn
            target = out[start + k + reach, reach : reach + span]
            _smaller(target, lines[turn, :span], lines[turn, :span])
    return out


@kernel
def _smaller(out: NDArray[np.uint8], a: NDArray[np.uint8], b: NDArray[np.uint8]) -> None:
    """The smaller of each two bytes."""
    for x in range(out.size):
        out[x] = a[x] if a[x] < b[x] else b[x]


@kernel
def count_differences(
    image: NDArray[np.uint8],
    smaller: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    line: NDArray[np.uint8],
    words: NDArray[np.uint64],
    counts: NDArray[np.int64],
) -> None:
    """Count the bytes of ``image - smaller`` that are not 0, by ``mask``.

    Args:
        image: uint8 (H, W).
        smaller: uint8 (H, W), nowhere above ``image``.
        mask: uint8 (H, W) of 0 and 1.
        line: uint8 (8 n,), zeros, at least W: changed in place.
        words: uint64 (n,), the same memory.
        counts: int64 (512,), added to in place: 256 for mask 0, then 256 for mask 1.
    """
    height, width = image.shape
    for r in range(height):
        a = image[r]
        b = smaller[r]
        side = mask[r]
        for x in range(width):
            line[x] = a[x] - b[x]
        for w in range(words.size):
            if words[w] != 0:  # most of an image is flat
                for x in range(8 * w, min(8 * w + 8, width)):
                    counts[(np.uint64(side[x]) << np.uint64(8)) | np.uint64(line[x])] += 1


@kernel
def paint(
    canvas: NDArray[np.uint8],
    places: NDArray[np.int64],
    offsets: NDArray[np.int64],
    bits: NDArray[np.uint8],
) -> None:
    """Set ``bits[k]`` at ``offsets[k]`` from every place of a flat canvas, in place.

    Args:
        canvas: uint8 (n,), with a margin so that no offset leaves it.
        places: int64 (m,), indices into it.
        offsets: int64 (K,).
        bits: uint8 (K,).
    """
    for n in range(places.size):
        place = places[n]
        for k in range(offsets.size):
            canvas[place + offsets[k]] |= bits[k]


@kernel
def touching(
    canvas: NDArray[np.uint8], places: NDArray[np.int64], offsets: NDArray[np.int64]
) -> int:
    """How many places see a pixel that is not 0 at one of the offsets, or more.

    Args:
        canvas: uint8 (n,), with a margin so that no offset leaves it.
        places: int64 (m,), indices into it.
        offsets: int64 (K,), the likeliest first.
    """
    hits = 0
    for n in range(places.size):
        place = places[n]
        for k in range(offsets.size):
            if canvas[place + offsets[k]] != 0:
                hits += 1
                break
    return hits
