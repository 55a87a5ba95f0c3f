"""Squared Euclidean distance to the nearest foreground pixel, and that pixel's address nearby.

Both are exact. The transform sweeps the image twice, top-down for the foreground above a row and
bottom-up for the foreground below it. In a sweep, the nearest foreground of a pixel either stands
in its own column, and a counter per column knows how far (a vector operation over the row); or it
has background beside it, for otherwise its neighbour would be nearer: only the ends of the
foreground's runs can reach into other columns. Those sites are kept in a list, and the lower
envelope of their parabolas is drawn over the row (Felzenszwalb & Huttenlocher 2012, "Distance
transforms of sampled functions"). The list stays short because sites leave it for good:

* A Voronoi cell is convex and holds its own site, so a site that owns nothing in a row owns
  nothing in any row farther away.
* A site whose two neighbouring columns have foreground at least as near owns nothing outside its
  own column, and never will.

Inner loops are written for vector instructions: over unsigned columns, for at a signed index Numba
tests for wrap-around, and with each result cast back to 32 bits, for Numba computes in 64.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def squared_distance(mask: NDArray[np.uint8], box: NDArray[np.int64]) -> NDArray[np.uint16]:
    """Squared distance of each pixel to the nearest foreground pixel.

    Args:
        mask: uint8 (H, W) of 0 and 1, C order.
        box: int64 (4,), first row, last row, first column, last column of the foreground.

    Returns:
        uint16 (H, W): 0 on the foreground; 65535 stands for every squared distance from 65535
        up, and for a mask without foreground.
    """
    height, width = mask.shape
    out = np.full((height, width), np.uint16(65535), np.uint16)
    top, bottom, left, right = box[0], box[1], box[2], box[3]
    if bottom < top:
        return out
    span = right - left + 1  # only these columns hold foreground; all names below count from left
    # ends of the runs of one row, padded to 64-bit words so that empty stretches are skipped
    words = (span + 7) // 8
    ends = np.zeros(words * 8, np.uint8)
    packed = ends.view(np.uint64)
    gap = np.empty(span + 2, np.uint16)  # rows to the nearest foreground of a column, 256 = far
    own_gap = gap[1 : span + 1]
    site_row = np.zeros(span, np.int32)
    merged = np.zeros(span, np.int32)
    live = np.zeros(span, np.int32)  # columns of the sites that own a piece, left to right
    rise = np.zeros(span, np.int32)  # (r - site_row)^2 of each
    start = np.zeros(span, np.float64)  # where its piece begins

    for sweep in range(2):
        gap[:] = 256
        if left == 0:
            gap[0] = 0  # beyond the frame there is nothing to own
        if right == width - 1:
            gap[span + 1] = 0
        first_row = top if sweep == 0 else bottom
        rows = min(height - top if sweep == 0 else bottom + 1, bottom - top + 256)
        count = 0
        for step in range(rows):
            r = first_row + step if sweep == 0 else first_row - step
            row = mask[r, left : right + 1]
            line = out[r]
            _own_columns(row, own_gap, line[left : right + 1])

            # Merge the new sites into the list. An older site in a column that is foreground
            # here is outdone, whether or not this row's pixel is a site itself.
            total = 0
            old = 0
            if top <= r <= bottom:
                _run_ends(row, ends)
                for w in range(words):
                    if packed[w] == 0:
                        continue
                    for c in range(w * 8, w * 8 + 8):
                        if ends[c] == 0:
                            continue
                        while old < count and live[old] <= c:
                            merged[total] = live[old]
                            total += row[live[old]] == 0
                            old += 1
                        merged[total] = c
                        total += 1
                        site_row[c] = r
            while old < count:
                merged[total] = live[old]
                total += row[live[old]] == 0
                old += 1

            # Lower envelope of (x - column)^2 + (r - site_row)^2 over the image's columns. Two
            # crossings are the same or at least 1 / (4 width^2) apart, far more than a rounding.
            count = 0
            for i in range(total):
                c = merged[i]
                own = gap[c + 1]
                if own > 255 or (gap[c] <= own and gap[c + 2] <= own):
                    continue
                g = np.int32((r - site_row[c]) * (r - site_row[c]))
                begin = float(-left)
                while count > 0:
                    last = live[count - 1]
                    begin = (c * c + g - last * last - rise[count - 1]) / (2.0 * (c - last))
                    if begin > start[count - 1]:
                        break
                    count -= 1
                if count == 0:
                    begin = float(-left)
                elif begin >= width - 1 - left:
                    continue
                live[count] = c
                rise[count] = g
                start[count] = begin
                count += 1

            end = 0
            for i in range(count):
                c = live[i] + left
                g = rise[i]
                # 256 columns away it is 65535 all the same, and within them 32 bits do
                first = np.uint32(max(end, c - 255))
                end = width if i + 1 == count else np.int64(np.ceil(start[i + 1])) + left
                for x in range(first, np.uint32(max(min(end, c + 256), np.int64(first)))):
                    d = np.int32(np.int32(x) - np.int32(c))
                    squared = np.int32(np.int32(d * d) + g)
                    line[x] = np.uint16(min(min(squared, np.int32(65535)), np.int32(line[x])))
    return out


@kernel
def _own_columns(row: NDArray[np.uint8], gap: NDArray[np.uint16], line: NDArray[np.uint16]) -> None:
    """Move each column's counter to this row, and lower the line to its square."""
    for x in range(row.size):
        g = min(np.int32(np.int32(gap[x]) + np.int32(1)), np.int32(256))
        gap[x] = np.uint16(g & np.int32(np.int32(row[x]) - np.int32(1)))  # foreground: & 0
    for x in range(row.size):
        g = np.int32(gap[x])
        line[x] = np.uint16(min(min(np.int32(g * g), np.int32(65535)), np.int32(line[x])))


@kernel
def _run_ends(row: NDArray[np.uint8], ends: NDArray[np.uint8]) -> None:
    """Mark the foreground that has background to its left or right."""
    n = row.size
    left, here, right, inner = row[: n - 2], row[1 : n - 1], row[2:], ends[1 : n - 1]
    for i in range(left.size):
        inner[i] = here[i] & ~(left[i] & right[i])
    ends[0] = row[0]  # outside the given columns is background, or the frame
    ends[n - 1] = row[n - 1]


@kernel
def nearby_sources(
    mask: NDArray[np.uint8],
    box: NDArray[np.int64],
    distance_sq: NDArray[np.uint16],
    reach_sq: int,
    offsets: NDArray[np.int8],
    first: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """The nearest foreground pixel of every background pixel close to the foreground.

    Args:
        mask: uint8 (H, W) of 0 and 1.
        box: int64 (4,), first row, last row, first column, last column of the foreground.
        distance_sq: its :func:`squared_distance`.
        reach_sq: largest squared distance to answer for.
        offsets: int8 (K, 2) of (dy, dx), grouped by squared length; within a group in the order
            in which equally near pixels are preferred.
        first: int64 (reach_sq + 2,), where the group of each squared length begins.

    Returns:
        columns int32 (n,) of those background pixels, row after row; the flat index int32 (n,)
        of the nearest foreground pixel of each; and int64 (H + 1,), where each row begins.
    """
    height, width = mask.shape
    reach = int(np.sqrt(reach_sq))
    top, bottom = max(box[0] - reach, 0), min(box[1] + reach, height - 1)
    left, right = max(box[2] - reach, 0), min(box[3] + reach, width - 1)
    words = (right - left + 8) // 8
    near = np.zeros(words * 8, np.uint8)  # as the run ends above: skipped by 64-bit words
    packed = near.view(np.uint64)
    rows = np.zeros(height + 1, np.int64)
    for r in range(height):
        rows[r + 1] = rows[r]
        if top <= r <= bottom:
            rows[r + 1] += _flag_near(distance_sq[r, left : right + 1], reach_sq, near)
    columns = np.empty(rows[height], np.int32)
    sources = np.empty(rows[height], np.int32)
    n = 0
    for r in range(top, bottom + 1):
        if rows[r + 1] == rows[r]:
            continue
        line = distance_sq[r, left : right + 1]
        _flag_near(line, reach_sq, near)
        for w in range(words):
            if packed[w] == 0:
                continue
            for i in range(w * 8, w * 8 + 8):
                if near[i] == 0:
                    continue
                d = line[i]
                for k in range(first[d], first[d + 1]):
                    y = r + int(offsets[k, 0])
                    x = left + i + int(offsets[k, 1])
                    if 0 <= y < height and 0 <= x < width and mask[y, x]:
                        columns[n] = left + i
                        sources[n] = y * width + x
                        n += 1
                        break
    return columns, sources, rows


@kernel
def _flag_near(line: NDArray[np.uint16], reach_sq: int, near: NDArray[np.uint8]) -> int:
    """Mark and count the pixels whose squared distance is from 1 to ``reach_sq``."""
    count = np.uint32(0)
    reach = np.uint16(reach_sq)
    for x in range(line.size):
        hit = np.uint8((line[x] != 0) & (line[x] <= reach))
        near[x] = hit
        count = np.uint32(count + np.uint32(hit))
    return int(count)
