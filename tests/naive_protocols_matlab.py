"""The three MATLAB tools written out slowly: sal_eval_toolbox, F3Net's and jiwei's.

All round the centroid of S 1-based, halves up, which is floor(0-based mean + 1.5) rows or columns
in the top or left blocks. Their weighted F hangs on the tie rule of MATLAB's distance transform;
here the rule is that of `tests/naive.py`, up to 1e-3 away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tests import naive
from tests.naive_protocols_sets import (
    Image,
    Lines,
    Row,
    averaged_pr,
    curve_averaged,
    mean_lines,
    scalars,
    structure,
    weighted,
)


def matlab_smeasure(p: np.ndarray, g: np.ndarray) -> float | None:
    """S with MATLAB's rounding of the centroid, not yet clamped at 0."""
    if not g.any():
        return float(1 - np.mean(p))
    if g.all():
        return float(np.mean(p))
    rows, columns = np.nonzero(g)
    y, x = (math.floor(float(np.mean(axis)) + 1.5) for axis in (rows, columns))
    return structure(p, g, y, x)


def clamped(value: float | None) -> float | None:
    """At least 0."""
    return None if value is None else max(0.0, value)


def adaptive(p: np.ndarray, g: np.ndarray) -> Row:
    """Precision, recall and F of the map cut at min(2 mean p, 1), p >= t."""
    scores = naive.precision_recall_fbeta(p >= min(2 * p.mean(), 1.0), g)
    return dict(zip(("adp_precision", "adp_recall", "adp_fbeta"), scores, strict=True))


# ------------------------------------------------------------------------------ sal_eval_toolbox


def sal_eval(pred: np.ndarray, gt: np.ndarray) -> Image:
    """Divided by the maximum for all but the MAE, 256 levels t / 255, the ground truth >= 0.1.

    Recall of an empty ground truth is 0/0, so are F and AUC; so is the false positive rate of a
    full one. IoU is 0/0 where nothing is predicted of an empty ground truth.
    """
    g = gt >= 25.5
    p = pred / 255
    if p.max() > 0:
        p = p / p.max()
    v = pred.astype(np.float64)
    span = v.max() - v.min()
    row: Row = {
        "mae": float(np.mean(np.abs((v - v.min()) / span - g))) if span else None,
        "smeasure": clamped(matlab_smeasure(p, g)),
    }
    positives, negatives = np.count_nonzero(g), np.count_nonzero(~g)
    cuts = [p >= level / 255 for level in range(255, -1, -1)]
    tp = np.array([np.count_nonzero(f & g) for f in cuts])
    fp = np.array([np.count_nonzero(f & ~g) for f in cuts])
    union = positives + fp
    lines: Lines = {
        "precision": tp / np.maximum(tp + fp, 1),
        "recall": tp / positives if positives else None,
        "fpr": fp / negatives if negatives else None,
        "iou": tp / union if union.all() else None,
    }
    image = row | adaptive(p, g), lines
    return image[0] | sal_eval_curves([image]), lines


def sal_eval_curves(images: Sequence[Image]) -> Row:
    """F of averaged precision and recall, the averaged IoU, the area under averaged rates."""
    recall, fpr = mean_lines(images, "recall", "fpr")
    area = None
    if recall is not None and fpr is not None:
        area = float(np.sum(np.diff(fpr) * (recall[1:] + recall[:-1])) / 2)
    return averaged_pr(images) | curve_averaged(images, "iou") | {"auc_roc": area}


def sal_eval_set(images: Sequence[Image]) -> Row:
    """Averages, and the figures of the averaged curves."""
    names = ("mae", "smeasure", "adp_precision", "adp_recall", "adp_fbeta")
    return scalars(images, *names) | sal_eval_curves(images)


# ----------------------------------------------------------------------------- F3Net's evaluation


def mat2gray(v: np.ndarray) -> np.ndarray:
    """d v - d min with d = 1 / (max - min) rounded first; a constant image clipped to [0, 1].

    The reciprocal matters: 24 of the 256 bytes of a full-range map end one level lower.
    """
    v = v.astype(np.float64)
    low, high = v.min(), v.max()
    if high == low:
        return np.clip(v, 0, 1)
    d = 1 / (high - low)
    return v * d - low * d


F3NET_SCORES = (
    "mae",
    "adp_precision",
    "adp_recall",
    "adp_fbeta",
    "weighted_fbeta",
    "smeasure",
    "adp_emeasure",
)


def f3net(pred: np.ndarray, gt: np.ndarray) -> Image:
    """Both maps min-maxed; an all-zero map or ground truth has no figures of its own."""
    if not pred.any() or not gt.any():
        lines: Lines = {"precision": np.zeros(256), "recall": np.zeros(256)}
        return dict.fromkeys(F3NET_SCORES) | averaged_pr([({}, lines)]), lines
    g = mat2gray(gt) >= 0.5
    p = mat2gray(pred)
    q = np.floor(255 * p)
    cuts = [q >= level for level in range(255, -1, -1)]
    tp = np.array([np.count_nonzero(f & g) for f in cuts])
    predicted = np.array([np.count_nonzero(f) for f in cuts])
    lines = {"precision": tp / (predicted + naive.EPS), "recall": tp / np.count_nonzero(g)}
    row: Row = {
        "mae": naive.mae(p, g),
        "weighted_fbeta": weighted(p, g, 1.0),
        "smeasure": matlab_smeasure(p, g),
        "adp_emeasure": naive.emeasure(p > 2 * p.mean(), g),
    }
    return row | adaptive(p, g) | averaged_pr([({}, lines)]), lines


def f3net_set(images: Sequence[Image]) -> Row:
    """An image without figures of its own adds 0 to every sum and still counts."""
    zero: Row = dict.fromkeys(F3NET_SCORES, 0.0)
    skipped = [all(row[name] is None for name in F3NET_SCORES) for row, _ in images]
    counted = [
        (row | zero if skip else row, lines)
        for skip, (row, lines) in zip(skipped, images, strict=True)
    ]
    return scalars(counted, *F3NET_SCORES) | averaged_pr(images)


# --------------------------------------------------------------------------------- jiwei toolbox


def jiwei(pred: np.ndarray, gt: np.ndarray) -> Image:
    """As PySODMetrics but for MATLAB's S, E at p > t, and no weighted F of an empty mask."""
    p, g = naive.prepare(pred, gt)
    row: Row = {
        "mae": naive.mae(p, g),
        "weighted_fbeta": weighted(p, g, 1.0) if g.any() else None,
        "smeasure": clamped(matlab_smeasure(p, g)),
        "adp_emeasure": naive.emeasure(p > min(2 * p.mean(), 1.0), g),
    }
    return row | adaptive(p, g), {}


def jiwei_set(images: Sequence[Image]) -> Row:
    """Plain means."""
    return scalars(images, *F3NET_SCORES)
