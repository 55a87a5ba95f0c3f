"""Sums and means that do not depend on the order of images."""

from __future__ import annotations

import numpy as np
import pytest

from sodeval.errors import PairingError
from sodeval.metrics.base import Measured
from sodeval.protocols import PROTOCOLS
from sodeval.tally import CurveSum, Scored, Tally

PROTOCOL = PROTOCOLS["pysodmetrics"]


def test_curve_sums_are_exact_in_any_order() -> None:
    rng = np.random.default_rng(5)
    curves = rng.random((500, 256)) ** 3
    forward, backward, merged, part = (CurveSum(256) for _ in range(4))
    for curve in curves:
        forward.add(curve)
    for curve in curves[::-1]:
        backward.add(curve)
    for curve in curves[:123]:
        merged.add(curve)
    for curve in curves[123:]:
        part.add(curve)
    merged.merge(part)
    assert forward.mean().tobytes() == backward.mean().tobytes() == merged.mean().tobytes()
    # each value is rounded to 2^-62, and the division rounds once more
    np.testing.assert_allclose(forward.mean(), curves.mean(axis=0), rtol=0, atol=1e-15)


@pytest.mark.parametrize("value", [0.0, 2.0**-40, 1 / 3, 0.5, 1.0, 1.5, 2.0])
def test_a_curve_of_equal_values_averages_to_that_value(value: float) -> None:
    total = CurveSum(3)
    for _ in range(7):
        total.add(np.full(3, value))
    np.testing.assert_allclose(total.mean(), value, rtol=0, atol=2.0**-54)


def scored(mae: float | None) -> Scored:
    return Scored((Measured({"mae": mae}),), mask_digest=1, warnings=("grey_gt",), resized=True)


def test_undefined_values_are_left_out_and_counted() -> None:
    tally = Tally(("mae",), PROTOCOL)
    for name, value in (("x10", 0.25), ("x2", None), ("x1", 0.5)):
        tally.add(name, scored(value))
    names, columns = tally.rows()
    assert names == ("x1", "x2", "x10")
    scores, undefined, curves = tally.summarise(columns)
    assert scores == {"mae": 0.375}
    assert undefined == {"mae": 1}
    assert curves == {}
    assert tally.warnings == {"grey_gt": 3}
    assert tally.resized == 3


def test_a_column_undefined_everywhere_is_none() -> None:
    tally = Tally(("mae",), PROTOCOL)
    tally.add("x", scored(None))
    scores, undefined, _ = tally.summarise(tally.rows()[1])
    assert (scores, undefined) == ({"mae": None}, {"mae": 1})


def test_merging_refuses_an_image_twice() -> None:
    one, two = Tally(("mae",), PROTOCOL), Tally(("mae",), PROTOCOL)
    one.add("x", scored(0.1))
    two.add("x", scored(0.1))
    with pytest.raises(PairingError, match=r"1 images are in both parts \(first: 'x'\)"):
        one.merge(two)


def test_little_is_kept_of_an_image() -> None:
    tally = Tally(("mae", "fbeta"), PROTOCOL)
    curve = np.zeros(256)
    row = dict.fromkeys(("max_fbeta", "mean_fbeta", "adp_fbeta"), 0.5)
    curves = {"precision": curve, "recall": curve, "fbeta": curve}
    for i in range(1000):
        both = (Measured({"mae": 0.1}), Measured(row, curves))
        tally.add(f"image-{i:05d}", Scored(both, 1, (), False))
    per_image = (len(tally.values) * 8 + len(tally.masks) * 8) / 1000
    assert per_image == 5 * 8
    assert sum(total.high.nbytes + total.low.nbytes for total in tally.curves.values()) == 12288
