"""Intervals and tests against slow transcriptions, scipy.stats and closed forms."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sodeval import draws
from sodeval.draws import EXACT, Measurements, resample, swaps
from sodeval.statistics import differences, holm, intervals, percentiles

FloatArray = NDArray[np.float64]


def summarise(
    means: Mapping[str, float | None], curves: Mapping[str, FloatArray]
) -> dict[str, float | None]:
    """A mean of its own, a mean per image, and the maximum and mean of an averaged curve."""
    curve = curves.get("c")
    return {
        "x": means["x"],
        "y": means["y"],
        "max_c": None if curve is None else float(curve.max()),
        "mean_c": None if curve is None else float(curve.mean()),
    }


def made(n: int, seed: int, *, holes: float = 0.0, scale: float = 1.0) -> Measurements:
    rng = np.random.default_rng(seed)
    x, y, c = rng.random(n), scale * rng.random(n), rng.random((n, 6))
    y[rng.random(n) < holes] = np.nan
    c[rng.random(n) < holes] = np.nan
    return Measurements({"x": x, "y": y}, {"c": c, "unread": rng.random((n, 3))})


def scores(measured: Measurements, rows: NDArray[np.int64]) -> dict[str, float | None]:
    """The scores of a list of images, one image at a time: the obvious way."""
    means: dict[str, float | None] = {}
    for column, values in measured.columns.items():
        some = [values[i] for i in rows if not math.isnan(values[i])]
        means[column] = math.fsum(some) / len(some) if some else None
    curves = {}
    for name, all_curves in measured.curves.items():
        some_curves = [all_curves[i] for i in rows if not math.isnan(all_curves[i][0])]
        if some_curves:
            curves[name] = np.array([math.fsum(at) for at in zip(*some_curves, strict=True)])
            curves[name] /= len(some_curves)
    return summarise(means, curves)


def joined(a: Measurements, b: Measurements) -> Measurements:
    """The images of a, then those of b."""
    return Measurements(
        {k: np.concatenate([a.columns[k], b.columns[k]]) for k in a.columns},
        {k: np.concatenate([a.curves[k], b.curves[k]]) for k in a.curves},
    )


# --- draws --------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 13, 300])
def test_every_resample_draws_n_images(n: int) -> None:
    weights = resample(n, 50, 3)
    assert weights.shape == (50, n)
    assert (weights.sum(axis=1) == n).all()


def test_draws_are_the_same_everywhere() -> None:
    drawn = resample(1000, 20, 7).astype("<u2").tobytes() + swaps(1000, 20, 7).tobytes()
    assert hashlib.sha256(drawn).hexdigest()[:16] == "955559da930db1c6"


def test_draws_do_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = resample(77, 40, 5)
    monkeypatch.setattr(draws, "_DRAWS", 3)
    monkeypatch.setattr(draws, "_IMAGES", 64)
    np.testing.assert_array_equal(resample(77, 40, 5), whole)


def test_images_are_drawn_alike_often() -> None:
    weights = resample(50, 20_000, 1)
    # each count is Poisson-like with variance 1: its mean has a deviation of 1 / sqrt(20000)
    assert np.abs(weights.mean(axis=0) - 1).max() < 5 / math.sqrt(20_000)
    # variance of a multinomial count, n (1/n) (1 - 1/n)
    assert weights.var() == pytest.approx(1 - 1 / 50, abs=0.02)


@pytest.mark.parametrize("n", [13, 64, 65, 200])
def test_swaps_are_fair_and_start_with_none(n: int) -> None:
    bits = np.unpackbits(swaps(n, 4000, 2), axis=1, count=n, bitorder="little")
    assert bits.shape == (4001, n)
    assert not bits[0].any()
    assert np.abs(bits[1:].mean(axis=0) - 0.5).max() < 5 * 0.5 / math.sqrt(4000)


@pytest.mark.parametrize("n", range(1, EXACT + 1))
def test_few_images_have_every_swap_once(n: int) -> None:
    bits = np.unpackbits(swaps(n, 5, 0), axis=1, count=n, bitorder="little")
    assert len({row.tobytes() for row in bits}) == len(bits) == 2**n
    assert not bits[0].any()


# --- intervals ----------------------------------------------------------------------------------


def naive_intervals(measured: Measurements, resamples: int, seed: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for weights in resample(measured.images, resamples, seed):
        rows = np.repeat(np.arange(measured.images), weights)
        for column, score in scores(measured, rows).items():
            if score is not None:
                found.setdefault(column, []).append(score)
    return {c: np.percentile(values, [2.5, 97.5]).tolist() for c, values in found.items()}


@settings(deadline=None, max_examples=25)
@given(
    n=st.integers(1, 20),
    seed=st.integers(0, 2**32 - 1),
    holes=st.sampled_from([0.0, 0.3, 0.8, 1.0]),
    scale=st.sampled_from([1.0, 0.0, -1e5, 1e-300]),
)
def test_intervals_are_those_of_a_loop(n: int, seed: int, holes: float, scale: float) -> None:
    measured = made(n, seed, holes=holes, scale=scale)
    found = intervals(measured.columns, measured.curves, summarise, resamples=60, seed=seed)
    expected = naive_intervals(measured, 60, seed)
    assert set(found) == set(expected), "a score that no resample defines has no interval"
    for column, (low, high) in found.items():
        size = max(1.0, abs(scale)) if column == "y" else 1.0
        assert (low, high) == pytest.approx(expected[column], abs=1e-12 * size, rel=0)


def test_intervals_are_the_same_bits_in_any_order_of_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = made(500, 8, holes=0.1, scale=1e4)
    whole = intervals(measured.columns, measured.curves, summarise)
    other = made(500, 9, holes=0.2, scale=1e4)
    compared = differences(measured, other, summarise, permutations=200)
    monkeypatch.setattr(draws, "_DRAWS", 70)
    monkeypatch.setattr(draws, "_IMAGES", 72)
    assert intervals(measured.columns, measured.curves, summarise) == whole
    assert differences(measured, other, summarise, permutations=200) == compared
    monkeypatch.undo()

    def backwards(weights: NDArray[np.uint16], matrix: FloatArray) -> FloatArray:
        return np.asarray(sum(weights[:, [i]] * matrix[i] for i in range(len(matrix))[::-1]))

    monkeypatch.setattr(draws, "_product", backwards)
    assert intervals(measured.columns, measured.curves, summarise) == whole


def test_intervals_of_a_mean_agree_with_theory_and_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    x = np.random.default_rng(4).exponential(size=400)
    measured = Measurements({"x": x, "y": x})
    low, high = intervals(measured.columns, {}, summarise, resamples=20_000, seed=1)["x"]
    # An end of 20,000 resamples is uncertain by sqrt(q (1 - q) / R) / density, which is 0.019 of
    # the standard error of the mean; scipy's is too, and the normal form leaves out the skewness,
    # at most 2 / (6 sqrt(400)) (1.96^2 - 1) = 0.05 standard errors for an exponential law.
    error = x.std() / math.sqrt(x.size)
    assert (low, high) == pytest.approx(
        (x.mean() - 1.96 * error, x.mean() + 1.96 * error), abs=0.12 * error
    )
    theirs = stats.bootstrap(
        (x,), np.mean, n_resamples=20_000, method="percentile",
        rng=np.random.default_rng(0), vectorized=True, batch=1000,
    ).confidence_interval  # fmt: skip
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=5 * 0.019 * 1.42 * error)


def test_a_wider_level_is_a_wider_interval() -> None:
    measured = made(50, 2)
    narrow = intervals(measured.columns, measured.curves, summarise, level=0.5)["max_c"]
    wide = intervals(measured.columns, measured.curves, summarise, level=0.99)["max_c"]
    assert wide.low < narrow.low < narrow.high < wide.high


def test_an_interval_of_one_image_is_its_value() -> None:
    measured = made(1, 5)
    found = intervals(measured.columns, measured.curves, summarise)
    assert found["x"] == (measured.columns["x"][0],) * 2
    assert found["max_c"] == (measured.curves["c"].max(),) * 2


def test_no_images_have_no_intervals() -> None:
    assert intervals({"x": np.empty(0), "y": np.empty(0)}, {}, summarise) == {}


@pytest.mark.parametrize("count", [1, 2, 3, 40, 1000])
def test_percentiles_are_numpys(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    holes = np.concatenate([values, [np.nan, np.nan]])
    # the same formula in another order of operations
    assert percentiles(holes) == pytest.approx(np.percentile(values, [2.5, 97.5]), abs=1e-14)
    assert percentiles(np.full(3, np.nan)) is None


# --- paired tests -------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 6, 9])
@pytest.mark.parametrize("kind", ["random", "ties"])
def test_exact_p_is_scipys(n: int, kind: str) -> None:
    stats = pytest.importorskip("scipy.stats")
    a, b = made(n, 10 * n), made(n, 10 * n + 1)
    if kind == "ties":  # values on a coarse grid, so that many swaps give the same difference
        for one in (a, b):
            for array in (*one.columns.values(), *one.curves.values()):
                np.copyto(array, np.round(4 * array) / 4)
    both = joined(a, b)
    for column, found in differences(a, b, summarise).items():

        def statistic(x: NDArray[np.int64], y: NDArray[np.int64], column: str = column) -> float:
            one, other = scores(both, x)[column], scores(both, y)[column]
            assert one is not None
            assert other is not None
            # scipy tells ties apart by 100 eps, sums in another order differ by more
            return round(other - one, 12)

        indices = np.arange(n)
        if n == 1:  # scipy wants two samples at least; both swaps of one are alike
            assert found.p == 1.0
            continue
        theirs = stats.permutation_test(
            (indices, n + indices), statistic, permutation_type="samples",
            n_resamples=np.inf, vectorized=False,
        )  # fmt: skip
        assert found.p == theirs.pvalue
        assert found.value == pytest.approx(theirs.statistic, abs=1e-11)


@settings(deadline=None, max_examples=25)
@given(
    n=st.integers(1, 16),
    seed=st.integers(0, 2**32 - 1),
    holes=st.sampled_from([0.0, 0.3, 0.9]),
)
def test_differences_are_those_of_a_loop(n: int, seed: int, holes: float) -> None:
    a, b = made(n, seed, holes=holes), made(n, seed + 1, holes=holes / 2)
    both = joined(a, b)
    found = differences(a, b, summarise, resamples=40, permutations=60, seed=seed)
    everything = np.arange(n)

    def difference(rows: NDArray[np.int64], swapped: NDArray[np.uint8], column: str) -> float:
        moved = n * swapped[rows].astype(np.int64)
        one, other = scores(both, rows + moved)[column], scores(both, rows + n - moved)[column]
        return math.nan if one is None or other is None else other - one

    bits = np.unpackbits(swaps(n, 60, seed), axis=1, count=n, bitorder="little")
    nobody = bits[0]
    for column, (value, interval, p) in found.items():
        actual = difference(everything, nobody, column)
        if math.isnan(actual):
            assert (value, interval, p) == (None, None, None)
            continue
        assert value == pytest.approx(actual, abs=1e-12)
        drawn = [
            difference(np.repeat(everything, weights), nobody, column)
            for weights in resample(n, 40, seed)
        ]
        defined = [one for one in drawn if not math.isnan(one)]
        if interval is None:
            assert not defined
        else:
            assert interval == pytest.approx(np.percentile(defined, [2.5, 97.5]), abs=1e-12)
        swapped = [difference(everything, row, column) for row in bits]
        hits = sum(not abs(one) < abs(actual) - 1e-11 for one in swapped)
        assert p == hits / len(bits)


def test_p_of_many_images_agrees_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(12)
    x = rng.normal(size=60)
    y = x + rng.normal(0.2, 0.8, size=60)
    a, b = (Measurements({"x": one, "y": one}) for one in (x, y))
    p = differences(a, b, summarise, permutations=20_000)["x"].p
    theirs = stats.permutation_test(
        (x, y), lambda x, y, axis: np.mean(y - x, axis=axis), permutation_type="samples",
        n_resamples=20_000, vectorized=True, rng=np.random.default_rng(3), batch=1000,
    ).pvalue  # fmt: skip
    assert p is not None
    # two shares of 20,000 draws each; five standard errors of their difference, twice for scipy
    # doubles the smaller tail
    assert p == pytest.approx(theirs, abs=5 * math.sqrt(3 * p * (1 - p) / 20_000))
    # and for differences this near to normal, the paired t-test
    assert p == pytest.approx(stats.ttest_rel(x, y).pvalue, abs=0.01)


def test_p_is_uniform_where_there_is_no_difference() -> None:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(200):
        a, b = (Measurements({"x": x, "y": x}) for x in rng.normal(size=(2, 20)))
        found.append(differences(a, b, summarise, resamples=1, permutations=199)["x"].p or 0.0)
    # a valid test is below 0.05 in 5 % of cases: 10 of 200, and 23 in one run of ten thousand
    assert sum(p <= 0.05 for p in found) <= 23
    assert np.mean(found) == pytest.approx(0.5, abs=0.1)


def test_a_method_does_not_differ_from_itself() -> None:
    for n in (1, 2, 40):
        a = made(n, 3, holes=0.2)
        for value, interval, p in differences(a, a, summarise).values():
            assert (value, interval, p) in ((0.0, (0.0, 0.0), 1.0), (None, None, None))


def test_two_images_can_show_nothing() -> None:
    a, b = made(2, 1), made(2, 2)
    assert all((one.p or 0) >= 0.5 for one in differences(a, b, summarise).values())


def test_the_order_of_methods_turns_the_sign_only() -> None:
    a, b = made(30, 1), made(30, 2)
    there, back = differences(a, b, summarise), differences(b, a, summarise)
    for column, (value, interval, p) in there.items():
        other = back[column]
        assert value is not None
        assert interval is not None
        assert (other.value, other.p) == (pytest.approx(-value, abs=1e-15), p)
        assert other.interval == pytest.approx((-interval.high, -interval.low), abs=1e-15)


def test_what_one_method_leaves_undefined() -> None:
    a, b = made(30, 1), made(30, 2)
    b.columns["y"][:] = np.nan
    nothing = Measurements(b.columns, {})
    found = differences(a, nothing, summarise, permutations=100)
    assert found["y"] == found["max_c"] == (None, None, None)
    assert found["x"].p is not None


def test_a_seed_is_a_seed() -> None:
    a, b = made(40, 1), made(40, 2)
    first = differences(a, b, summarise, permutations=500, seed=1)
    assert differences(a, b, summarise, permutations=500, seed=1) == first
    assert differences(a, b, summarise, permutations=500, seed=2) != first


# --- Holm ---------------------------------------------------------------------------------------


def test_holm_by_hand() -> None:
    # ordered: 0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1 raised to the one before
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-15)
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
    assert holm([None, 0.02, None]) == [None, 0.02, None]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_is_the_closed_bonferroni_test(p_values: list[float]) -> None:
    # Marcus, Peritz and Gabriel 1976: a hypothesis is rejected if every set with it is
    indices = range(len(p_values))
    sets = [s for k in indices for s in itertools.combinations(indices, k + 1)]
    corrected = [
        max(min(1.0, len(s) * min(p_values[j] for j in s)) for s in sets if i in s) for i in indices
    ]
    assert holm(p_values) == pytest.approx(corrected, abs=1e-15)
