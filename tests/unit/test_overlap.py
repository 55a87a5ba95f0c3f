"""IoU and its like, and the areas under curves, against plain counting."""

from __future__ import annotations

import numpy as np
import pytest

from sodeval import Evaluator
from sodeval.metrics import METRICS
from tests import cases, naive

NAMES = ("iou", "dice", "accuracy", "kappa", "precision", "recall", "specificity", "ber")
TOLERANCE = 1e-12  # sums of at most 257 quotients in another order


def ratio(a: float, b: float) -> float:
    return a / b if b else 0.0


def quotient(name: str, f: np.ndarray, g: np.ndarray) -> float:
    tp, fp = np.count_nonzero(f & g), np.count_nonzero(f & ~g)
    fn, tn = np.count_nonzero(~f & g), np.count_nonzero(~f & ~g)
    n = tp + fp + fn + tn
    chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / n**2
    return {
        "iou": ratio(tp, tp + fp + fn),
        "dice": ratio(2 * tp, 2 * tp + fp + fn),
        "accuracy": (tp + tn) / n,
        "kappa": ratio((tp + tn) / n - chance, 1 - chance),
        "precision": ratio(tp, tp + fp),
        "recall": ratio(tp, tp + fn),
        "specificity": ratio(tn, tn + fp),
        "ber": 1 - (ratio(tp, tp + fn) + ratio(tn, tn + fp)) / 2,
    }[name]


def _area(y: np.ndarray, x: np.ndarray) -> float:
    return sum((y[i] + y[i + 1]) / 2 * (x[i + 1] - x[i]) for i in range(255))


def expected(pairs: list[cases.Pair]) -> dict[str, float]:
    """The data set's scores: curves averaged over images, thresholded values averaged."""
    lines: dict[str, list[list[float]]] = {name: [] for name in (*NAMES, "fpr")}
    fixed: dict[str, list[float]] = {}
    for pred, gt in pairs:
        p, g = naive.prepare(pred, gt)
        q = naive.quantise(p)
        for name in NAMES:
            lines[name].append([quotient(name, q >= level, g) for level in range(256)])
            cut = p >= naive.adaptive_threshold(p)
            fixed.setdefault(f"adp_{name}", []).append(quotient(name, cut, g))
            fixed.setdefault(f"bin_{name}", []).append(quotient(name, p > 0.5, g))
        lines["fpr"].append(
            [ratio(np.count_nonzero((q >= t) & ~g), np.count_nonzero(~g)) for t in range(256)]
        )
    curves = {name: np.mean(line, axis=0) for name, line in lines.items()}
    out = {column: float(np.mean(values)) for column, values in fixed.items()}
    for name in NAMES:
        out[f"max_{name}"] = float(curves[name].max())
        out[f"min_{name}"] = float(curves[name].min())
        out[f"mean_{name}"] = float(curves[name].mean())
    down = {name: curve[::-1] for name, curve in curves.items()}
    out["auc_roc"] = float(_area(down["recall"], down["fpr"]))
    out["ap"] = float(_area(down["precision"], down["recall"]))
    return out


def scored(pairs: list[cases.Pair]) -> dict[str, float | None]:
    evaluator = Evaluator(metrics=(*NAMES, "auc"))
    for pred, gt in pairs:
        evaluator.update(pred, gt)
    return dict(evaluator.compute().metrics)


@pytest.mark.parametrize("name", sorted(cases.named_pairs()))
def test_one_pair(name: str) -> None:
    pair = cases.named_pairs()[name]
    wanted = expected([pair])
    for column, value in scored([pair]).items():
        assert value == pytest.approx(wanted[column], abs=TOLERANCE), column


def test_a_data_set_averages_curves_first() -> None:
    pairs = [cases.random_pair(seed) for seed in range(6)]
    wanted, got = expected(pairs), scored(pairs)
    columns = [column for name in (*NAMES, "auc") for column in METRICS[name].columns]
    assert sorted(got) == sorted(columns)
    for column in columns:
        assert got[column] == pytest.approx(wanted[column], abs=TOLERANCE), column


def test_an_alias_names_the_dice_coefficient() -> None:
    evaluator = Evaluator(metrics="F1")
    evaluator.update(*cases.random_pair(1))
    assert set(evaluator.compute().metrics) == set(METRICS["dice"].columns)
