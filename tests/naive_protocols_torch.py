"""SOD_Evaluation_Metrics (torch), protocol `sod-torch`, written out slowly.

The tool computes in float32, this in double: 1e-6 apart.
"""

from __future__ import annotations

import numpy as np

from tests.naive_protocols_sets import BETA2, Image, Lines, best_and_mean, structure, weighted


def sod_torch(pred: np.ndarray, gt: np.ndarray) -> Image:
    """Raw v / 255 against the grey y / 255; 255 levels i / 254; no cap on the threshold of E."""
    p, y = pred / 255, gt / 255
    lines: Lines = {"fbeta": None, "emeasure": None}
    adaptive_fbeta = adaptive_emeasure = None
    threshold = 2 * p.mean()
    levels = [i / 254 for i in range(255)]
    if gt.any():
        lines["fbeta"] = np.array([_grey_fbeta(p >= level, y) for level in levels])
        adaptive_fbeta = _grey_fbeta(p >= min(threshold, 1.0), y)
    if gt.size > 1:
        lines["emeasure"] = np.array([_grey_emeasure(p >= level, y) for level in levels])
        adaptive_emeasure = _grey_emeasure(p >= threshold, y)
    max_fbeta, mean_fbeta = best_and_mean(lines["fbeta"])
    max_emeasure, mean_emeasure = best_and_mean(lines["emeasure"])
    return {
        "mae": float(np.mean(np.abs(p - y))),
        "max_fbeta": max_fbeta,
        "mean_fbeta": mean_fbeta,
        "adp_fbeta": adaptive_fbeta,
        "weighted_fbeta": _torch_weighted(p, gt),
        "smeasure": _torch_smeasure(p, gt >= 128),
        "max_emeasure": max_emeasure,
        "mean_emeasure": mean_emeasure,
        "adp_emeasure": adaptive_emeasure,
    }, lines


def _grey_fbeta(f: np.ndarray, y: np.ndarray) -> float:
    """F-beta of a binary map against a grey ground truth: TP and G are sums of grey values."""
    tp = np.sum(y[f])
    if tp == 0:
        return 0.0
    precision, recall = tp / np.count_nonzero(f), tp / np.sum(y)
    return float((1 + BETA2) * precision * recall / (BETA2 * precision + recall))


def _grey_emeasure(f: np.ndarray, y: np.ndarray) -> float:
    """E-measure against a grey ground truth, divided by N - 1."""
    if not y.any():
        phi = 1.0 - f
    elif y.min() == 1:
        phi = f.astype(np.float64)
    else:
        a, b = f - np.mean(f), y - np.mean(y)
        phi = (2 * a * b / (a**2 + b**2 + 1e-20) + 1) ** 2 / 4
    return float(np.sum(phi) / (y.size - 1))


def _torch_weighted(p: np.ndarray, gt: np.ndarray) -> float | None:
    """Weighted F with beta^2 0.3; an empty ground truth scores 1 - mean p."""
    g = gt >= 128
    if not gt.any():
        return float(1 - np.mean(p))
    if not g.any():
        return None  # no pixel to measure distances from: the tool stops
    return weighted(p, g, 0.3)


def _torch_smeasure(p: np.ndarray, g: np.ndarray) -> float | None:
    """S with the top and left blocks one row and column smaller, undefined where a NaN arises."""
    if not g.any():
        return float(1 - np.mean(p))
    if g.all():
        return float(np.mean(p))
    rows, columns = np.nonzero(g)
    y, x = round(float(np.mean(rows))), round(float(np.mean(columns)))
    if min(np.count_nonzero(g), np.count_nonzero(~g)) == 1:
        return None
    value = structure(p, g, y, x)
    return None if value is None else max(0.0, value)
