"""Minimum barrier distance and reconstruction: the scans, and what they come near to."""

from __future__ import annotations

import numpy as np

from sodeval.kernels.barrier import barrier_distance, reconstruct
from tests import naive_baselines as naive


def frame(shape: tuple[int, int]) -> np.ndarray:
    seeds = np.ones(shape, np.uint8)
    seeds[1:-1, 1:-1] = 0
    return seeds


def test_scans_are_those_of_the_algorithm() -> None:
    rng = np.random.default_rng(4)
    for passes in (1, 2, 3, 4):
        for _ in range(10):
            values = rng.integers(0, 9, rng.integers(1, 14, 2)).astype(np.float64)
            seeds = (rng.random(values.shape) < 0.1).astype(np.uint8)
            got = barrier_distance(values, seeds, passes)
            np.testing.assert_array_equal(got, naive.fast_barrier(values, seeds, passes))


def test_scans_never_go_below_the_exact_distance_and_often_reach_it() -> None:
    rng = np.random.default_rng(5)
    equal = total = 0
    for _ in range(60):
        values = rng.integers(0, 6, rng.integers(3, 12, 2)).astype(np.float64)
        seeds = frame(values.shape)
        exact = naive.exact_barrier(values, seeds)
        rough = barrier_distance(values, seeds, 3)
        assert (rough >= exact).all()
        assert (barrier_distance(values, seeds, 9) <= rough).all()
        equal += np.count_nonzero(rough == exact)
        total += values.size
    assert equal / total > 0.95  # of pure noise, the hardest case; 0.957 is seen here


def least_over_all_paths(values: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Every path that never meets itself, followed to its end."""
    best = np.full(values.shape, np.inf)

    def follow(path: list[tuple[int, int]], low: float, high: float) -> None:
        r, c = path[-1]
        low, high = min(low, values[r, c]), max(high, values[r, c])
        best[r, c] = min(best[r, c], high - low)
        for dy, dx in naive.STEPS:
            step = (r + dy, c + dx)
            inside = 0 <= step[0] < values.shape[0] and 0 <= step[1] < values.shape[1]
            if inside and step not in path:
                follow([*path, step], low, high)

    for r, c in np.argwhere(seeds):
        follow([(int(r), int(c))], np.inf, -np.inf)
    return best


def test_the_exact_distance_is_the_least_over_all_paths() -> None:
    rng = np.random.default_rng(13)
    for _ in range(15):
        values = rng.integers(0, 6, (3, 4)).astype(np.float64)
        seeds = (rng.random(values.shape) < 0.15).astype(np.uint8)
        exact = naive.exact_barrier(values, seeds)
        np.testing.assert_array_equal(exact, least_over_all_paths(values, seeds))


def test_where_one_path_is_best_for_all_the_scans_are_exact() -> None:
    """Values that rise towards the middle: the straight way in is a best path."""
    y, x = np.mgrid[:15, :22]
    hill = np.minimum.reduce([y, x, 14 - y, 21 - x]).astype(np.float64)
    np.testing.assert_array_equal(barrier_distance(hill, frame(hill.shape), 3), hill)
    np.testing.assert_array_equal(naive.exact_barrier(hill, frame(hill.shape)), hill)


def test_an_object_inside_is_as_far_as_its_contrast() -> None:
    values = np.full((20, 30), 40.0)
    values[6:12, 9:20] = 65.5
    values[14:16, 3:5] = 10.25
    got = barrier_distance(values, frame(values.shape), 3)
    np.testing.assert_array_equal(got, np.abs(values - 40.0))


def test_an_object_that_reaches_the_border_is_background() -> None:
    values = np.full((20, 30), 40.0)
    values[6:12, 9:] = 65.5
    assert not barrier_distance(values, frame(values.shape), 3).any()


def spiral() -> np.ndarray:
    """A corridor of zeros between walls of nine, from the border inwards, round and round."""
    values = np.full((15, 15), 9.0)
    r, c, dr, dc = 1, 0, 0, 1
    values[r, c] = 0
    while True:
        y, x = r + 2 * dr, c + 2 * dc
        if not (0 < y < 14 and 0 < x < 14) or values[y, x] == 0:
            dr, dc = dc, -dr
            if values[r + dr, c + dc] == 0 or values[r + 2 * dr, c + 2 * dc] == 0:
                return values
        r, c = r + dr, c + dc
        values[r, c] = 0


def test_a_winding_path_needs_more_scans() -> None:
    values = spiral()
    seeds = np.zeros(values.shape, np.uint8)
    seeds[1, 0] = 1
    corridor = values == 0
    assert not naive.exact_barrier(values, seeds)[corridor].any()
    assert barrier_distance(values, seeds, 3)[corridor].max() == 9
    assert not barrier_distance(values, seeds, 30)[corridor].any()


def test_without_a_seed_nothing_is_reached() -> None:
    values = np.ones((3, 4))
    assert np.isinf(barrier_distance(values, np.zeros(values.shape, np.uint8), 3)).all()


def test_reconstruction_is_that_of_repeated_dilation() -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        mask = rng.integers(0, 9, rng.integers(1, 30, 2)).astype(np.float64)
        marker = np.minimum(mask, np.where(rng.random(mask.shape) < 0.1, mask, 0))
        np.testing.assert_array_equal(reconstruct(marker, mask), naive.reconstruct(marker, mask))
    winding = 9 - spiral()
    marker = np.zeros(winding.shape)
    marker[1, 0] = 9
    np.testing.assert_array_equal(reconstruct(marker, winding), winding)
