"""mIoU and pixel accuracy from their definitions, pixel by pixel; slow and obvious."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

Pairs = Sequence[tuple[np.ndarray, np.ndarray]]


def confusion(pairs: Pairs, classes: int, ignore_index: int | None) -> np.ndarray:
    """int64 (classes, classes + 1): true by predicted label, last those that are no class."""
    counts = np.zeros((classes, classes + 1), np.int64)
    for pred, gt in pairs:
        for p, g in zip(pred.ravel().tolist(), gt.ravel().tolist(), strict=True):
            if g == ignore_index:
                continue
            counts[g, p if p < classes and p != ignore_index else classes] += 1
    return counts


def class_count(pairs: Pairs, ignore_index: int | None) -> int:
    """One more than the largest true label that is not ignored; 0 if there is none."""
    labels = {g for _, gt in pairs for g in gt.ravel().tolist() if g != ignore_index}
    return max(labels, default=-1) + 1


def scores(counts: np.ndarray) -> tuple[float | None, float | None, dict[int, dict]]:
    """mIoU, pixel accuracy and each class, from exact fractions."""
    classes = len(counts)
    per_class, ious, correct, counted = {}, [], 0, 0
    for c in range(classes):
        true_positive = int(counts[c, c])
        false_negative = sum(int(counts[c, other]) for other in range(classes + 1) if other != c)
        false_positive = sum(int(counts[other, c]) for other in range(classes) if other != c)
        pixels = true_positive + false_negative
        union = pixels + false_positive
        if union:
            ious.append(Fraction(true_positive, union))
        per_class[c] = {
            "iou": float(Fraction(true_positive, union)) if union else None,
            "accuracy": float(Fraction(true_positive, pixels)) if pixels else None,
            "pixels": pixels,
        }
        correct += true_positive
        counted += pixels
    miou = float(sum(ious) / len(ious)) if ious else None
    return miou, float(Fraction(correct, counted)) if counted else None, per_class
