"""mBA, boundary IoU and relaxed F written out slowly; conventions as in `tests/naive.py`.

`measured` is what sodeval makes of the same pair.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from sodeval.metrics.base import FloatArray, Metric, Pair, Reference, Sample
from sodeval.protocols import get_protocol
from tests.naive import prepare, quantise

BETA2 = 0.3
RHO = 3

# The same counts and formulas; means of five shares and of 256 levels are added in another order.
TOLERANCE = 1e-14


def measured(
    metric: Metric, pred: np.ndarray, gt: np.ndarray, protocol: str = "pysodmetrics", **fields: str
) -> tuple[dict[str, float | None], dict[str, FloatArray]]:
    """Row and curves of one pair of 8-bit maps under a protocol with some fields replaced."""
    chosen = dataclasses.replace(get_protocol(protocol), **fields)
    sample = Sample(Pair(pred, Reference(gt).under(chosen)), chosen)
    result = metric.measure(sample, chosen)
    return dict(result.row), dict(result.curves)


def same(got: float | None, wanted: float | None) -> bool:
    """Whether two scores agree; None agrees with None alone."""
    if got is None or wanted is None:
        return got is wanted
    return abs(got - wanted) <= TOLERANCE


def eroded_3x3(image: np.ndarray) -> np.ndarray:
    """The smallest of the nine pixels around each, zeros outside the image."""
    height, width = image.shape
    wide = np.pad(image, 1)
    shifts = [wide[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.min(shifts, axis=0)


def strip(image: np.ndarray) -> np.ndarray:
    """The map minus its d-fold erosion, d = 0.02 times the diagonal, at least 1."""
    height, width = image.shape
    d = max(1, round(0.02 * math.sqrt(height**2 + width**2)))
    inner = image
    for _ in range(d):
        inner = eroded_3x3(inner)
    return image - inner


def biou_curve(pred: np.ndarray, gt: np.ndarray) -> np.ndarray:
    """TP / (G + FP) of the strips at levels 0 to 255; 0 where the ground truth has none."""
    p, g = prepare(pred, gt)
    f = strip(quantise(p))
    b = strip(g.astype(int)) > 0
    total = max(np.count_nonzero(b), 1)
    return np.array(
        [
            np.count_nonzero((f >= t) & b) / (total + np.count_nonzero((f >= t) & ~b))
            for t in range(256)
        ]
    )


def ellipse(radius: int) -> list[tuple[int, int]]:
    """Offsets (y, x) of OpenCV's MORPH_ELLIPSE: |x| <= sqrt(r^2 - y^2), rounded."""
    span = range(-radius, radius + 1)
    return [(y, x) for y in span for x in span if abs(x) <= round(math.sqrt(radius**2 - y**2))]


def band(g: np.ndarray, radius: int) -> np.ndarray:
    """Pixels whose ellipse, as far as it lies in the image, covers both 0 and 1."""
    height, width = g.shape
    wide = np.pad(g.astype(int), radius, constant_values=2)
    result = np.zeros(g.shape, bool)
    for y in range(height):
        for x in range(width):
            seen = {int(wide[y + radius + dy, x + radius + dx]) for dy, dx in ellipse(radius)}
            result[y, x] = {0, 1} <= seen
    return result


def mba(pred: np.ndarray, gt: np.ndarray, rule: str = "byte>128") -> float | None:
    """Mean over five bands of the share of pixels where f = g; None without a border."""
    p, g = prepare(pred, gt)
    f = pred > 128 if rule == "byte>128" else p > 0.5
    height, width = g.shape
    shares = []
    for i in range(5):
        radius = 1 + int(((width + height) / 300 - 1) / 5 * i)
        around = band(g, radius)
        if not around.any():
            return None
        shares.append(np.count_nonzero((f == g) & around) / np.count_nonzero(around))
    return sum(shares) / 5


def border(mask: np.ndarray) -> np.ndarray:
    """Foreground that a 3x3 erosion takes away."""
    return mask & (eroded_3x3(mask.astype(int)) == 0)


def close(a: np.ndarray, b: np.ndarray, square: int | None) -> int:
    """How many pixels of a have one of b within RHO, or within a square of side 2 square + 1."""
    number = 0
    for y, x in np.argwhere(a):
        dy, dx = (np.argwhere(b) - (y, x)).T
        if square is None:
            number += bool(np.any(dy**2 + dx**2 <= RHO**2))
        else:
            number += bool(np.any((abs(dy) <= square) & (abs(dx) <= square)))
    return number


def relaxed_euclidean(pred: np.ndarray, gt: np.ndarray) -> float:
    """F of relaxed precision and recall; both borders empty: 1, one: 0."""
    p, g = prepare(pred, gt)
    a, b = border(p > 0.5), border(g)
    if not a.any() and not b.any():
        return 1.0
    if not a.any() or not b.any():
        return 0.0
    precision = close(a, b, None) / np.count_nonzero(a)
    recall = close(b, a, None) / np.count_nonzero(b)
    if precision * recall == 0:
        return 0.0
    return (1 + BETA2) * precision * recall / (BETA2 * precision + recall)


def relaxed_garden(pred: np.ndarray, gt: np.ndarray) -> float | None:
    """The Model Garden's: p / max p >= 0.5, 5x5 squares, the numerators of P and R swapped."""
    p, g = prepare(pred, gt)
    a = p / p.max() >= 0.5 if p.max() > 0 else np.zeros(g.shape, bool)
    a, b = border(a), border(g)
    if not a.any() or not b.any():
        return None
    precision = close(b, a, 2) / np.count_nonzero(a)
    recall = close(a, b, 2) / np.count_nonzero(b)
    return (1 + BETA2) * precision * recall / (BETA2 * precision + recall + 1e-8)
