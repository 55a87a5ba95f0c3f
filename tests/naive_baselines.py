"""The baselines written out slowly from their papers, one pixel at a time where that is bearable.

Nothing is resized here: `spectral_residual` takes photographs whose longer side is 64 pixels,
`minimum_barrier` those whose longer side is 300. Maps come as float64, before they become bytes.
"""

from __future__ import annotations

import cmath
import heapq
import math

import numpy as np

STEPS = ((-1, 0), (0, -1), (0, 1), (1, 0))


def lab_of(red: int, green: int, blue: int) -> tuple[float, float, float]:
    """CIELAB of one sRGB colour under D65."""

    def linear(byte: int) -> float:
        v = byte / 255
        return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4

    def f(t: float) -> float:
        delta = 6 / 29
        return t ** (1 / 3) if t > delta**3 else t / (3 * delta**2) + 4 / 29

    r, g, b = linear(red), linear(green), linear(blue)
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / (0.4124564 + 0.3575761 + 0.1804375)
    y = (0.2126729 * r + 0.7151522 * g + 0.0721750 * b) / (0.2126729 + 0.7151522 + 0.0721750)
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / (0.0193339 + 0.1191920 + 0.9503041)
    return 116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))


def lab(image: np.ndarray) -> np.ndarray:
    return np.array([[lab_of(*map(int, pixel)) for pixel in row] for row in image])


def mirrored(i: int, length: int) -> int:
    """An index beyond the border, reflected with the outermost pixel repeated."""
    i %= 2 * length
    return i if i < length else 2 * length - 1 - i


def blur(values: np.ndarray, weights: list[float]) -> np.ndarray:
    """Both ways with the same odd number of weights, borders reflected."""
    reach = len(weights) // 2
    for _ in range(2):
        length = len(values)
        values = np.array(
            [
                sum(w * values[mirrored(i + k - reach, length)] for k, w in enumerate(weights))
                for i in range(length)
            ]
        )
        values = values.swapaxes(0, 1)
    return values


def to_bytes(values: np.ndarray) -> np.ndarray:
    return np.rint(255 * (values - values.min()) / (values.max() - values.min()))


def frequency_tuned(image: np.ndarray) -> np.ndarray:
    colours = lab(image)
    mean = colours.reshape(-1, 3).mean(axis=0)
    blurred = blur(colours, [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16])
    return np.array([[math.dist(pixel, mean) for pixel in row] for row in blurred])


def fourier(values: np.ndarray, sign: int) -> np.ndarray:
    """The discrete Fourier transform (sign -1) or its inverse without the factor (sign 1)."""
    for _ in range(2):
        n = len(values)
        turn = np.array(
            [[cmath.exp(sign * 2j * math.pi * (j * k % n) / n) for j in range(n)] for k in range(n)]
        )
        values = (turn @ values).T
    return values


def spectral_residual(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    assert max(height, width) == 64
    f = fourier(image @ np.array([0.299, 0.587, 0.114]), -1)
    amplitude, phase = np.abs(f), np.angle(f)
    logs = np.log(amplitude)
    residual = np.empty_like(logs)
    for r in range(height):
        for c in range(width):
            around = [
                logs[(r + y) % height, (c + x) % width] for y in (-1, 0, 1) for x in (-1, 0, 1)
            ]
            residual[r, c] = logs[r, c] - sum(around) / 9
    back = fourier(np.exp(residual + 1j * phase), 1) / (height * width)
    bell = [math.exp(-(k**2) / (2 * 8.0**2)) for k in range(-32, 33)]
    return blur(np.abs(back) ** 2, [w / sum(bell) for w in bell])


def fast_barrier(values: np.ndarray, seeds: np.ndarray, passes: int) -> np.ndarray:
    """Algorithm 1 of Zhang et al. 2015: scans in raster order and back, in turn."""
    height, width = values.shape
    d = np.where(seeds != 0, 0.0, np.inf)
    u, low = values.copy(), values.copy()
    order = [(r, c) for r in range(height) for c in range(width)]
    for i in range(1, passes + 1):
        scan = order if i % 2 == 1 else order[::-1]
        half = ((-1, 0), (0, -1)) if i % 2 == 1 else ((1, 0), (0, 1))
        for r, c in scan:
            for dy, dx in half:
                y, x = r + dy, c + dx
                if not (0 <= y < height and 0 <= x < width) or math.isinf(d[y, x]):
                    continue
                high, bottom = max(u[y, x], values[r, c]), min(low[y, x], values[r, c])
                if high - bottom < d[r, c]:
                    d[r, c], u[r, c], low[r, c] = high - bottom, high, bottom
    return d


def exact_barrier(values: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """The least (max - min) over all paths from a seed.

    For each value t that a path's minimum can be: the least maximum of the paths that stay at t
    or above, minus t. Where the path goes above t, the difference is only larger than its barrier.
    """
    best = np.full(values.shape, np.inf)
    for t in np.unique(values):
        peak = np.full(values.shape, np.inf)
        heap = [(values[r, c], r, c) for r, c in np.argwhere((seeds != 0) & (values >= t))]
        heapq.heapify(heap)
        while heap:
            top, r, c = heapq.heappop(heap)
            if top >= peak[r, c]:
                continue
            peak[r, c] = top
            for dy, dx in STEPS:
                y, x = r + dy, c + dx
                inside = 0 <= y < values.shape[0] and 0 <= x < values.shape[1]
                if inside and values[y, x] >= t:
                    heapq.heappush(heap, (max(top, values[y, x]), y, x))
        best = np.minimum(best, peak - t)
    best[seeds != 0] = 0
    return best


def window(values: np.ndarray, width: int, pick: np.ufunc, outside: float) -> np.ndarray:
    """The least or largest value in a square around each pixel."""
    reach = width // 2
    wide = np.pad(values, reach, constant_values=outside)
    height, length = values.shape
    result = values
    for y in range(width):
        for x in range(width):
            result = pick(result, wide[y : y + height, x : x + length])
    return result


def reconstruct(marker: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Geodesic dilations by one pixel until nothing changes."""
    while True:
        grown = np.minimum(window(marker, 3, np.maximum, -np.inf), mask)
        if (grown == marker).all():
            return marker
        marker = grown


def minimum_barrier(image: np.ndarray) -> np.ndarray:
    """MB+ in [0, 1], after the sigmoid."""
    colours = lab(image)
    height, width = image.shape[:2]
    assert max(height, width) == 300
    rows, columns = np.mgrid[:height, :width]
    frame = (rows == 0) | (rows == height - 1) | (columns == 0) | (columns == width - 1)
    barrier = sum(fast_barrier(colours[..., k].copy(), frame, 3) for k in range(3))
    if barrier.max() > 0:  # a photograph one pixel high is all border
        barrier = barrier / barrier.max()

    unlike = []
    deep, wide = max(1, round(height / 10)), max(1, round(width / 10))
    for region in (
        rows < deep, rows >= height - deep, columns < wide, columns >= width - wide,
    ):  # fmt: skip
        samples = colours[region]
        inverse = np.linalg.inv(np.cov(samples.T, bias=True) + 0.1 * np.eye(3))
        difference = colours - samples.mean(axis=0)
        distance = np.sqrt(np.einsum("rci,ij,rcj->rc", difference, inverse, difference))
        unlike.append(distance / distance.max())
    contrast = sum(unlike) - np.max(unlike, axis=0)
    total = barrier + contrast / contrast.max()

    side = int(50 * math.sqrt(barrier.mean()))
    side -= side % 2 == 0
    if side >= 3:
        total = reconstruct(window(total, side, np.minimum, np.inf), total)
        total = -reconstruct(-window(total, side, np.maximum, -np.inf), -total)
    for r in range(height):
        for c in range(width):
            away = math.hypot(r + 0.5 - height / 2, c + 0.5 - width / 2)
            total[r, c] *= 1 - away / math.hypot(height / 2, width / 2)
    return 1 / (1 + np.exp(-10 * (total / total.max() - 0.5)))
