"""Human correction effort written out slowly: what the kernels of `hce` are tested against.

Whole images in every step: thinning by sweeps, dilations by shifted copies, regions and contours by
OpenCV, lines simplified recursively. The thinning table is written as Zhang and Suen's conditions
and the 25 neighbourhoods in which scikit-image's `skeletonize` departs from them.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

RELAX = 5  # Qin et al., ECCV 2022
EPSILON = 2

# How Douglas-Peucker measures distances: to the line through both ends as OpenCV does up to 4.12,
# or to the segment between them, as it does from 4.13 on. The line is the definition.
Distance = Literal["line", "segment"]

AROUND = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]
CROSS = [(0, 0), (-1, 0), (0, 1), (1, 0), (0, -1)]

# Neighbours clockwise from the one above, then the sub-iterations that remove the pixel (0: none,
# 3: both). Found by probing scikit-image 0.25.2 with small masks, then confirmed on 2000 larger
# ones. Whether the second sub-iteration removes 10100000 made no difference to 600,000 masks.
EXCEPTIONS = {
    "11000000": 1, "10100000": 3, "01100000": 1, "11100000": 1, "00110000": 2, "10110000": 2,
    "00101000": 3, "00011000": 0, "00111000": 2, "00001100": 2, "00101100": 2, "01101100": 2,
    "10000010": 3, "11000010": 1, "00001010": 3, "00011010": 2, "00000110": 2, "10000110": 1,
    "11000110": 1, "00001110": 2, "10000001": 1, "10100001": 1, "00000011": 0, "10000011": 1,
    "00001011": 1,
}  # fmt: skip


def removals(neighbours: str) -> int:
    """In which sub-iterations a pixel goes: 0, 1, 2 or 3 (both), by neighbours clockwise."""
    if neighbours in EXCEPTIONS:
        return EXCEPTIONS[neighbours]
    n, _, e, _, s, _, w, _ = p = [int(bit) for bit in neighbours]
    crossings = sum((p[i], p[(i + 1) % 8]) == (0, 1) for i in range(8))
    if not 2 <= sum(p) <= 6 or crossings != 1:
        return 0
    first = n * e * s == 0 and e * s * w == 0
    second = n * e * w == 0 and n * s * w == 0
    return first + 2 * second


def shifted(mask: np.ndarray, dy: int, dx: int) -> np.ndarray:
    """The pixels `dy` below and `dx` right of each; False outside the image."""
    height, width = mask.shape
    return np.pad(mask, 1)[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]


def skeleton(mask: np.ndarray) -> np.ndarray:
    """Two sub-iterations over the whole image until neither removes a pixel."""
    table = np.array([removals(f"{code:08b}"[::-1]) for code in range(256)])
    mask = mask.copy()
    while True:
        before = mask.copy()
        for turn in (1, 2):
            code = sum(shifted(mask, *step).astype(int) << i for i, step in enumerate(AROUND))
            mask = mask & (table[code] & turn == 0)
        if (mask == before).all():
            return mask


def dilate(mask: np.ndarray) -> np.ndarray:
    """By the 3x3 cross."""
    return np.any([shifted(mask, *step) for step in CROSS], axis=0)


def simplified(line: np.ndarray, distance: Distance = "line") -> list[int]:
    """Douglas-Peucker: indices of the points kept, ends included; (x, y) rows, distinct."""
    if len(line) <= 2:
        return list(range(len(line)))
    a, b = line[0], line[-1]
    length = squared(b - a)
    away = [cross(m - a, b - a) ** 2 for m in line[1:-1]]  # squared, times length
    if distance == "segment":
        for i, m in enumerate(line[1:-1]):
            if (m - a) @ (b - a) < 0:
                away[i] = squared(m - a) * length
            elif (m - b) @ (a - b) < 0:
                away[i] = squared(m - b) * length
    farthest = away.index(max(away))  # the first of the largest
    if away[farthest] <= EPSILON**2 * length:
        return [0, len(line) - 1]
    m = farthest + 1
    rest = simplified(line[m:], distance)
    return simplified(line[: m + 1], distance) + [m + i for i in rest[1:]]


def squared(v: np.ndarray) -> int:
    return int(v[0]) ** 2 + int(v[1]) ** 2


def cross(a: np.ndarray, b: np.ndarray) -> int:
    return int(a[0]) * int(b[1]) - int(a[1]) * int(b[0])


def cleaned(points: list[np.ndarray]) -> list[np.ndarray]:
    """One forward pass that drops vertices close to the line between their neighbours."""
    left = len(points)
    if left <= 2:
        return points
    result = [points[0]]
    s, m = points[0], points[1]
    following = iter(points[2:])
    for e in following:
        near = 2 * cross(m - s, e - s) ** 2 <= EPSILON**2 * squared(e - s)
        oblique = e[0] != s[0] and e[1] != s[1]
        if near and oblique and (m - s) @ (e - m) >= 0 and left > 2:
            left -= 1
            result.append(e)
            s = e
            m = next(following, None)
            if m is None:
                return result
        else:
            result.append(m)
            s, m = m, e
    return [*result, m]


def vertices(line: np.ndarray, distance: Distance = "line") -> int:
    """How many vertices an open line has after simplification."""
    return len(cleaned([line[i] for i in simplified(line, distance)]))


def contours(mask: np.ndarray) -> list[np.ndarray]:
    """All contours, every pixel, as (x, y) rows, in OpenCV's order."""
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    return [contour[:, 0].astype(int) for contour in found]


def clicks(wrong: np.ndarray, beside: np.ndarray, distance: Distance) -> int:
    """Vertices along `beside`, already dilated, and one click for each region without."""
    count, labels = cv2.connectedComponents(wrong.astype(np.uint8), connectivity=8)
    visited = np.zeros(wrong.shape, bool)
    dependent = set()
    total = 0
    for contour in contours(wrong):
        segments: list[list[np.ndarray]] = []
        open_ = False
        for point in contour:
            x, y = point
            if beside[y, x] and not visited[y, x]:
                visited[y, x] = True
                dependent.add(int(labels[y, x]))
                if not open_:
                    segments.append([])
                segments[-1].append(point)
                open_ = True
            else:
                open_ = False
        if len(segments) > 1 and abs(segments[0][0] - segments[-1][-1]).max() <= 1:
            first = segments.pop(0)
            segments[-1] += first[::-1]
        total += sum(vertices(np.array(segment), distance) for segment in segments)
    return total + (count - 1 - len(dependent))


def hce(f: np.ndarray, g: np.ndarray, distance: Distance = "line") -> int:
    """Human correction effort of a boolean map against a boolean ground truth."""
    tp, fp, fn = f & g, f & ~g, g & ~f
    outside = ~(f | g)  # its dilation is the union's erosion, outside the image nothing erodes
    for _ in range(RELAX):
        outside = dilate(outside)
    false, missed = fp & ~outside, fn & ~outside
    for _ in range(RELAX):
        false = dilate(false) & ~g
        missed = dilate(missed) & ~f
    false, missed = false & fp, missed & fn
    missed = missed | (skeleton(g) & ~tp)
    background = ~(tp | false | missed)
    return clicks(false, dilate(tp | missed), distance) + clicks(
        missed, dilate(background), distance
    )
