"""The scoring protocols written out slowly and plainly, each with its own tool's conventions.

`tests/naive.py` holds the formulas as PySODMetrics has them; this file and its neighbours hold what
the other tools do differently. A protocol scores one pair of 8-bit maps (`image`) and makes the
figures of a set out of those of its images (`data_set`). Every sum is over pixels, in double
precision; what a tool does in single precision is written so only where that moves a figure beyond
the tolerance (the sums of SalMetric, the recall of IS-Net). None is a value the tool does not
define: a NaN, or an image at which it stops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from tests import naive
from tests.naive_protocols_matlab import f3net, f3net_set, jiwei, jiwei_set, sal_eval, sal_eval_set
from tests.naive_protocols_sets import (
    Image,
    Lines,
    Row,
    averaged_pr,
    best_and_mean,
    curve_averaged,
    fbeta_of,
    mean_lines,
    scalars,
)
from tests.naive_protocols_torch import sod_torch

# ------------------------------------------------------------- PySODMetrics and its descendants


@cache  # three protocols ask for the same images
def _scores(shape: tuple[int, int], pred: bytes, gt: bytes) -> Image:
    pair = (np.frombuffer(side, np.uint8).reshape(shape) for side in (pred, gt))
    return naive.scores(*pair)


def pysodmetrics(pred: np.ndarray, gt: np.ndarray) -> Image:
    """As in tests/naive.py."""
    row, lines = _scores(gt.shape, pred.tobytes(), gt.tobytes())
    return dict(row), lines


def pysodmetrics_raw(pred: np.ndarray, gt: np.ndarray) -> Image:
    """The same without min-max."""
    return naive.scores(pred, gt, "none")


def birefnet(pred: np.ndarray, gt: np.ndarray) -> Image:
    """As PySODMetrics, but every NaN inside S ends as S = 0.

    S has a NaN where the foreground, the background or a block has one pixel (its sample
    deviation), or a block none. Empty and full ground truths are means, they have no blocks.
    """
    row, lines = pysodmetrics(pred, gt)
    g = gt > 128
    if g.any() and not g.all():
        y, x = naive.centroid_split(g)
        height, width = g.shape
        blocks = [rows * columns for rows in (y, height - y) for columns in (x, width - x)]
        if min(np.count_nonzero(g), np.count_nonzero(~g), *blocks) <= 1:
            row["smeasure"] = 0.0
    return row, lines


def dualgazenet(pred: np.ndarray, gt: np.ndarray) -> Image:
    """As BiRefNet, with a ground truth of 0 and 1 scaled up first."""
    return birefnet(pred, gt * np.uint8(255) if gt.max() <= 1 else gt)


def pysodmetrics_set(images: Sequence[Image]) -> Row:
    """Curves averaged before max and mean, all else plain means."""
    plain = scalars(images, "mae", "adp_fbeta", "weighted_fbeta", "smeasure", "adp_emeasure")
    return plain | curve_averaged(images, "fbeta", "emeasure")


def dualgazenet_set(images: Sequence[Image]) -> Row:
    """As PySODMetrics, but max F is the mean of the images' own maxima."""
    return pysodmetrics_set(images) | scalars(images, "max_fbeta")


# ------------------------------------------------------------------ the evaluation tool of U2-Net

TINY = 1e-8  # the U2-Net tool adds it to every denominator


def u2net(pred: np.ndarray, gt: np.ndarray) -> Image:
    """Both maps divided by their maximum + 1e-8, 255 bins, grey ground truth in the MAE.

    On a map that reaches 255 each v >= 1 lands a hair below v, hence in bin v - 1.
    """
    p = pred / (float(pred.max()) + TINY)
    y = gt / (float(gt.max()) + TINY)
    g = 255 * y > 128
    bins = np.minimum(np.floor(255 * p), 254)
    tp = np.array([np.count_nonzero(g & (bins >= k)) for k in range(254, -1, -1)])
    fp = np.array([np.count_nonzero(~g & (bins >= k)) for k in range(254, -1, -1)])
    lines: Lines = {
        "precision": tp / (tp + fp + TINY),
        "recall": tp / (np.count_nonzero(g) + TINY),
    }
    row: Row = {"mae": float(np.sum(np.abs(p - y)) / (g.size + TINY))}
    return row | u2net_fbeta([(row, lines)]), lines


def u2net_fbeta(images: Sequence[Image]) -> Row:
    """F of averages that divide by n + 1e-8."""
    n = len(images)
    averages = [line * n / (n + TINY) for line in mean_lines(images, "precision", "recall")]
    best, mean = best_and_mean(fbeta_of(averages[0], averages[1], TINY))
    return {"max_fbeta": best, "mean_fbeta": mean}


def u2net_set(images: Sequence[Image]) -> Row:
    """MAE averaged (over n + 1e-8 as well), F of the averaged precision and recall."""
    total = sum(row["mae"] for row, _ in images)
    return {"mae": total / (len(images) + TINY)} | u2net_fbeta(images)


# ------------------------------------------------------------------------------ basics of IS-Net


def isnet(pred: np.ndarray, gt: np.ndarray) -> Image:
    """Min-max, 255 bins of which the last is closed (254 and 255 merge), grey GT in the MAE.

    A ground truth whose maximum is 1 is scaled by 255 first. A constant map is 0/0: nothing is
    in any bin, precision and recall are 0 and the MAE is undefined. The tool holds the ground
    truth in single precision, so the denominator of the recall is rounded to it (1e-8 in F).
    """
    y = gt.astype(np.int64) * (255 if gt.max() == 1 else 1)
    g = y > 128
    low, high = int(pred.min()), int(pred.max())
    v = pred.astype(np.int64) - low
    if high == low:
        bins = np.full(gt.shape, -1)
        mae = None
    else:
        bins = np.minimum(255 * v // (high - low), 254)  # exact: p' = 255 (v - min) / (max - min)
        error = np.abs(255 * (v / (high - low)) - y)
        mae = float(np.sum(error) / (255 * g.size + 1e-4))
    tp = np.array([np.count_nonzero(g & (bins >= k)) for k in range(254, -1, -1)])
    fp = np.array([np.count_nonzero(~g & (bins >= k)) for k in range(254, -1, -1)])
    lines: Lines = {
        "precision": tp / (tp + fp + 1e-4),
        "recall": tp / float(np.float32(np.count_nonzero(g)) + np.float32(1e-4)),
    }
    row: Row = {"mae": mae}
    return row | averaged_pr([(row, lines)], 1e-8), lines


def isnet_set(images: Sequence[Image]) -> Row:
    """MAE averaged, F of the averaged precision and recall."""
    return scalars(images, "mae") | averaged_pr(images, 1e-8)


# ------------------------------------------------------------------------------------- SalMetric


def salmetric(pred: np.ndarray, gt: np.ndarray) -> Image:
    """Raw bytes, strictly above 256 levels, 1e-4 above and below each fraction bar.

    So precision is 1 where nothing is predicted and recall 1 where the ground truth is empty.
    """
    g = gt > 128
    tp = np.array([np.count_nonzero(g & (pred > t)) for t in range(256)])
    fp = np.array([np.count_nonzero(~g & (pred > t)) for t in range(256)])
    lines: Lines = {
        "precision": (tp + 1e-4) / (tp + fp + 1e-4),
        "recall": (tp + 1e-4) / (np.count_nonzero(g) + 1e-4),
    }
    error = np.abs(pred.astype(np.int64) - gt).ravel() / 255  # row by row
    row: Row = {"mae": running_sum(error) / error.size}
    return row | salmetric_curves([(row, lines)]), lines


def running_sum(values: np.ndarray) -> float:
    """A sum that adds in double and rounds to float32 after each value, as the tool does."""
    total = 0.0
    for value in values:
        total = float(np.float32(total + float(value)))
    return total


def salmetric_curves(images: Sequence[Image]) -> Row:
    """F, and the means over the levels, of the averaged precision and recall.

    The means are float32 running sums like the MAE: a double sum is up to 1.1e-6 away.
    """
    precision, recall = mean_lines(images, "precision", "recall")
    curve = fbeta_of(precision, recall)
    return {
        "max_fbeta": float(curve.max()),
        "mean_fbeta": running_sum(curve.astype(np.float32)) / curve.size,
        "mean_precision": running_sum(precision.astype(np.float32)) / precision.size,
        "mean_recall": running_sum(recall.astype(np.float32)) / recall.size,
    }


def salmetric_set(images: Sequence[Image]) -> Row:
    """MAE averaged, the rest from the averaged precision and recall."""
    return scalars(images, "mae") | salmetric_curves(images)


# ------------------------------------------------------------------------------------- all eleven


@dataclass(frozen=True)
class Protocol:
    """What a tool gives for an image, and what for a set of images."""

    image: Callable[[np.ndarray, np.ndarray], Image]
    data_set: Callable[[Sequence[Image]], Row]


PROTOCOLS = {
    "pysodmetrics": Protocol(pysodmetrics, pysodmetrics_set),
    "pysodmetrics-raw": Protocol(pysodmetrics_raw, pysodmetrics_set),
    "birefnet": Protocol(birefnet, pysodmetrics_set),
    "dualgazenet": Protocol(dualgazenet, dualgazenet_set),
    "sal-eval-matlab": Protocol(sal_eval, sal_eval_set),
    "f3net-matlab": Protocol(f3net, f3net_set),
    "jiwei-matlab": Protocol(jiwei, jiwei_set),
    "u2net": Protocol(u2net, u2net_set),
    "isnet": Protocol(isnet, isnet_set),
    "salmetric": Protocol(salmetric, salmetric_set),
    "sod-torch": Protocol(sod_torch, pysodmetrics_set),
}
