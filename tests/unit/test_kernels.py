"""Kernels are compiled once each, and distances are exact."""

from __future__ import annotations

import numpy as np
import pytest
from numba.core.registry import CPUDispatcher

from sodeval import Evaluator
from sodeval.kernels import counts, distance
from sodeval.metrics import METRICS
from sodeval.metrics.base import Reference
from sodeval.metrics.weighted_fbeta import surroundings
from sodeval.protocols import get_protocol
from sodeval.warmup import is_warm, kernels, warm_up
from tests.files import disc, seen


def test_stray_layouts_compile_nothing_anew() -> None:
    pred, gt = seen(disc(1), 1), disc(1)
    frozen = pred.copy()
    frozen.setflags(write=False)
    evaluator = Evaluator()
    evaluator.update(pred, gt)
    # maps of many values, which other tests score, are a type of their own
    before = {kernel: len(kernel.signatures) for kernel in kernels() if kernel.signatures}
    for one in (pred, frozen, pred[:, ::-1], np.asfortranarray(pred), pred / 255, pred > 99):
        evaluator.update(one, gt)
    evaluator.update(pred[::2, 1::3], gt[::2, 1::3])
    assert len(before) > 12
    for kernel, count in before.items():
        assert isinstance(kernel, CPUDispatcher)
        assert len(kernel.signatures) == count, kernel.py_func.__qualname__


def test_warming_up_leaves_nothing_to_compile() -> None:
    warm_up()
    assert is_warm(METRICS)


def mask_of(kind: str, rng: np.random.Generator) -> np.ndarray:
    height, width = rng.integers(1, 48, 2)
    if kind == "noise":
        return (rng.random((height, width)) < rng.choice([0.01, 0.1, 0.5, 0.9])).astype(np.uint8)
    if kind == "blocks":
        small = (rng.random((height // 6 + 1, width // 6 + 1)) < 0.4).astype(np.uint8)
        return np.kron(small, np.ones((6, 6), np.uint8))[:height, :width].copy()
    wide = np.zeros((rng.integers(1, 6), 700), np.uint8)  # farther than the cap of 256
    wide[rng.integers(wide.shape[0]), rng.integers(700)] = 1
    return wide if kind == "wide" else np.ascontiguousarray(wide.T)


@pytest.mark.parametrize("kind", ["noise", "blocks", "wide", "tall"])
def test_squared_distance_is_exact(kind: str) -> None:
    rng = np.random.default_rng(11)
    for _ in range(40):
        mask = mask_of(kind, rng)
        _, _, box = counts.foreground(mask, 1)
        got = distance.squared_distance(mask, box).astype(np.int64)
        sites = np.argwhere(mask)
        if not len(sites):
            assert (got == 65535).all()
            continue
        pixels = np.argwhere(np.ones_like(mask))
        exact = ((pixels[:, None] - sites[None]) ** 2).sum(axis=2).min(axis=1)
        np.testing.assert_array_equal(got.ravel(), np.minimum(exact, 65535))


def test_the_nearest_foreground_is_the_leftmost_then_the_topmost() -> None:
    rng = np.random.default_rng(12)
    for _ in range(60):
        mask = mask_of("noise", rng)
        truth = Reference(mask * np.uint8(255)).under(get_protocol("pysodmetrics"))
        near = surroundings(truth)
        sites = np.argwhere(mask)
        for r in range(mask.shape[0]):
            for n in range(near.rows[r], near.rows[r + 1]):
                squared = ((sites - (r, near.columns[n])) ** 2).sum(axis=1)
                ties = sites[squared == squared.min()]
                row, column = min(map(tuple, ties), key=lambda site: (site[1], site[0]))
                assert near.sources[n] == row * mask.shape[1] + column
