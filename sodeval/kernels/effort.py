"""Human correction effort: the vertices a person would set to mend one kind of error."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)


@kernel
def correction_effort(
    points: NDArray[np.int32],
    tree: NDArray[np.int64],
    beside: NDArray[np.uint64],
    epsilon: float,
) -> int:
    """Vertices of the stretches of border along ``beside``, and one click for each region without.

    Borders are walked one after another: from the outside in, and among those inside the same
    border the one found last comes first. A pixel counts at its first visit alone. If the first
    stretch of a border begins next to where its last one ends, both are joined, the first one
    reversed.

    Args:
        points: int32 (points, 2), rows and columns of the borders' pixels.
        tree: int64 (borders + 1, 4): where each border begins in ``points``, the border around it
            (found earlier; -1 for none), its region; the last row holds the number of points.
        beside: uint64 (H + 2, n + 2), a packed mask; bits of visited pixels are cleared in place.
        epsilon: how far, in pixels, a border may be from the line between two vertices.
    """
    one = np.uint64(1)
    borders = tree.shape[0] - 1
    # By border, the last entry being the image's: the border found last within it, and the one
    # found before it within the same one.
    child = np.empty(borders + 1, np.int64)
    sibling = np.empty(borders + 1, np.int64)
    for b in range(borders + 1):
        child[b] = -1
    touched = np.zeros(borders, np.uint8)  # by region
    largest = regions_found = 0
    for b in range(borders):
        within = tree[b, 1] if tree[b, 1] >= 0 else borders
        sibling[b] = child[within]
        child[within] = b
        largest = max(largest, tree[b + 1, 0] - tree[b, 0])
        regions_found = max(regions_found, tree[b, 2] + 1)
    runs = np.empty((largest // 2 + 1, 2), np.int64)
    line = np.empty((largest, 2), np.int32)
    work = np.empty((2, largest), np.int64)

    effort = regions_found
    b = child[borders]
    while b >= 0:
        count = 0
        counting = False
        for i in range(tree[b, 0], tree[b + 1, 0]):
            y, x = points[i, 0], points[i, 1]
            bit = one << np.uint64(x & 63)
            here = beside[y, x >> 6] & bit != 0
            if here:
                beside[y, x >> 6] &= ~bit
                if not counting:
                    runs[count, 0] = i
                    count += 1
                runs[count - 1, 1] = i + 1
            counting = here
        if count and not touched[tree[b, 2]]:
            touched[tree[b, 2]] = 1
            effort -= 1
        joined = False
        if count > 1:
            first, last = runs[0, 0], runs[count - 1, 1] - 1
            joined = (
                abs(points[first, 0] - points[last, 0]) <= 1
                and abs(points[first, 1] - points[last, 1]) <= 1
            )
        for k in range(1 if joined else 0, count):
            begin = runs[k, 0]
            length = runs[k, 1] - begin
            for i in range(length):
                line[i, 0], line[i, 1] = points[begin + i, 0], points[begin + i, 1]
            if joined and k == count - 1:
                for i in range(runs[0, 1] - 1, runs[0, 0] - 1, -1):
                    line[length, 0], line[length, 1] = points[i, 0], points[i, 1]
                    length += 1
            effort += vertices(line, length, epsilon, work)

        if child[b] >= 0:
            b = child[b]
        else:
            while b >= 0 and sibling[b] < 0:
                b = tree[b, 1]
            if b >= 0:
                b = sibling[b]
    return effort


@kernel
def vertices(line: NDArray[np.int32], length: int, epsilon: float, work: NDArray[np.int64]) -> int:
    """Vertices of an open line after simplification (Douglas and Peucker, Cartographica 1973).

    All in integers, as OpenCV does it up to 4.12: distances are to the line through both ends, not
    to the segment between them, and a pass over the result drops vertices within
    epsilon / sqrt(2) of the line between their neighbours, unless that line is horizontal or
    vertical or the vertex is a sharp turn.

    Args:
        line: int32 (>= length, 2), distinct pixels.
        length: how many of them.
        epsilon: in pixels.
        work: int64 (2, >= length), work space.
    """
    if length <= 2:
        return length
    kept, ends = work[0], work[1]
    kept[0] = 0
    n = waiting = 1
    a = 0
    ends[0] = length - 1
    while waiting:
        b = ends[waiting - 1]
        ay, ax = np.int64(line[a, 0]), np.int64(line[a, 1])
        vy, vx = line[b, 0] - ay, line[b, 1] - ax
        farthest, split = np.int64(0), a
        for i in range(a + 1, b):
            cross = abs((line[i, 0] - ay) * vx - (line[i, 1] - ax) * vy)
            if cross > farthest:
                farthest, split = cross, i
        # a larger square could overflow, and exceeds the right-hand side of any image anyway
        farthest = min(farthest, np.int64(1) << 30)
        if farthest * farthest > epsilon * epsilon * (vy * vy + vx * vx):
            ends[waiting] = split
            waiting += 1
        else:
            kept[n] = b
            n += 1
            a = b
            waiting -= 1

    left = n
    s, m = 0, 1
    while m < n - 1:
        e = m + 1
        sy, sx = np.int64(line[kept[s], 0]), np.int64(line[kept[s], 1])
        my, mx = line[kept[m], 0] - sy, line[kept[m], 1] - sx
        vy, vx = line[kept[e], 0] - sy, line[kept[e], 1] - sx
        cross = min(abs(my * vx - mx * vy), np.int64(1) << 30)
        if (
            2 * cross * cross <= epsilon * epsilon * (vy * vy + vx * vx)
            and vy != 0
            and vx != 0
            and my * (vy - my) + mx * (vx - mx) >= 0
        ):
            left -= 1
            s, m = e, e + 1
        else:
            s, m = m, e
    return left
