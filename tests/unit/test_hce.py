"""Human correction effort against its plain transcription, pysodmetrics and scikit-image."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sodeval.kernels import borders, effort, morphology, thinning
from sodeval.metrics import hce
from sodeval.metrics.base import Pair, Reference, Sample
from sodeval.metrics.hce import HCE
from sodeval.protocols import get_protocol
from tests import naive, naive_hce
from tests.cases import blur, mask, named_pairs, random_pair

GOLDEN = Path(__file__).parents[1] / "golden"
KNOWN = json.loads((GOLDEN / "hce.json").read_text())
NAMED = named_pairs()
PROTOCOLS = {"p>0.5": "pysodmetrics", "byte>128": "isnet"}
KINDS = ("noise", "blobs", "lines", "discs", "frames")


def sample_of(pred: np.ndarray, gt: np.ndarray, protocol: str = "pysodmetrics") -> Sample:
    rules = get_protocol(protocol)
    return Sample(Pair(pred, Reference(gt).under(rules)), rules)


def score(pred: np.ndarray, gt: np.ndarray, protocol: str = "pysodmetrics") -> float | None:
    sample = sample_of(pred, gt, protocol)
    return HCE().measure(sample, sample.protocol).row["hce"]


def drawn(kind: str, rng: np.random.Generator) -> np.ndarray:
    """A random mask of up to 90 rows and 150 columns: one to three words of 64 pixels."""
    shape = int(rng.integers(1, 90)), int(rng.integers(1, 150))
    if kind == "noise":
        return rng.random(shape) < rng.uniform(0, 1)
    if kind == "blobs":
        field = blur(rng.random(shape), int(rng.integers(1, 5)))
        return field > np.quantile(field, rng.uniform(0, 1))
    canvas = np.zeros(shape, np.uint8)
    for _ in range(rng.integers(1, 10)):
        (y, x), (v, u) = rng.integers(-10, 150, (2, 2)).tolist()
        if kind == "lines":
            cv2.line(canvas, (x, y), (u, v), 1, int(rng.integers(1, 6)))
        elif kind == "discs":
            cv2.circle(canvas, (x, y), abs(u) // 3, 1, int(rng.choice([-1, 1, 2, 7])))
        else:  # one within another
            cv2.rectangle(canvas, (x, y), (u, v), 1, int(rng.integers(1, 4)))
    return canvas > 0


def skeleton(gt: np.ndarray) -> np.ndarray:
    truth = Reference(mask(gt)).under(get_protocol("pysodmetrics"))
    return unpacked(truth.derived(hce.outline).skeleton, gt.shape)


def packed(values: np.ndarray) -> np.ndarray:
    return hce.pack(values.astype(np.uint8), values.shape)


def unpacked(words: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The pixels; the frame and the rest of the last word must be empty."""
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    inner = bits[1:-1, 64 : 64 + shape[1]].astype(bool)
    assert np.count_nonzero(bits) == np.count_nonzero(inner)
    return inner


@pytest.mark.parametrize("kind", KINDS)
def test_thinning_is_that_of_whole_sweeps(kind: str) -> None:
    rng = np.random.default_rng(21)
    for _ in range(15):
        gt = drawn(kind, rng)
        np.testing.assert_array_equal(skeleton(gt), naive_hce.skeleton(gt))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (70, 1), (2, 2), (3, 3), (40, 65), (64, 128)])
def test_thinning_of_full_and_empty_masks(shape: tuple[int, int]) -> None:
    assert not skeleton(np.zeros(shape)).any()
    full = np.ones(shape, bool)
    np.testing.assert_array_equal(skeleton(full), naive_hce.skeleton(full))


@pytest.mark.parametrize("kind", KINDS)
def test_growing_64_pixels_at_a_time(kind: str) -> None:
    rng = np.random.default_rng(22)
    for times in (1, 2, 5, 5):
        values = drawn(kind, rng)
        limit = rng.random(values.shape) < 0.8
        source = packed(values)
        got = morphology.grow(source, packed(limit), times)
        for _ in range(times):
            values = naive_hce.dilate(values) & limit
        np.testing.assert_array_equal(unpacked(got, values.shape), values)


@pytest.mark.parametrize("kind", KINDS)
def test_borders_are_opencv_contours_in_their_order(kind: str) -> None:
    rng = np.random.default_rng(23)
    for _ in range(30):
        values = drawn(kind, rng)
        points, tree = borders.trace(packed(values), hce._around())
        found = tree[:-1]
        within: dict[int, list[int]] = {}
        for b, parent in enumerate(found[:, 1].tolist()):
            within.setdefault(parent, []).insert(0, b)

        def walk(b: int, within: dict[int, list[int]] = within) -> list[int]:
            return [b, *(c for inner in within.get(b, []) for c in walk(inner))]

        order = [b for outermost in within.get(-1, []) for b in walk(outermost)]
        wanted = naive_hce.contours(values)
        assert len(order) == len(wanted) == len(found)
        for b, contour in zip(order, wanted, strict=True):
            got = points[tree[b, 0] : tree[b + 1, 0], ::-1] - (64, 1)
            np.testing.assert_array_equal(got, contour)
        regions, labels = cv2.connectedComponents(values.astype(np.uint8), connectivity=8)
        pairs = {(int(found[b, 2]), int(labels[wanted[i][0][1], wanted[i][0][0]]))
                 for i, b in enumerate(order)}  # fmt: skip
        assert len(pairs) == regions - 1


def vertices(line: np.ndarray) -> int:
    work = np.empty((2, len(line)), np.int64)
    return effort.vertices(np.ascontiguousarray(line, np.int32), len(line), hce.EPSILON, work)


@pytest.mark.parametrize("offset", [0, 60_000])
def test_simplification_of_random_walks(offset: int) -> None:
    rng = np.random.default_rng(24)
    moved = 0
    for _ in range(300):
        steps = rng.integers(-1, 2, (int(rng.integers(1, 120)), 2))
        if rng.random() < 0.5:  # mostly in one direction
            steps[:, int(rng.integers(2))] |= 1
        walk = np.cumsum(steps, axis=0)
        _, first = np.unique(walk, axis=0, return_index=True)
        line = walk[np.sort(first)] + offset
        assert vertices(line) == naive_hce.vertices(line)
        moved += naive_hce.vertices(line, "segment") != naive_hce.vertices(line)
    assert moved > 10  # so the walks tell OpenCV 4.12 from 4.13


@pytest.mark.parametrize("side", [4, 9, 25])
def test_simplification_of_distant_points(side: int) -> None:
    """Most points stay, and the pass over them meets every kind of neighbours."""
    rng = np.random.default_rng(26)
    for _ in range(400):
        count = int(rng.integers(1, min(side * side, 30)))
        line = np.array(divmod(rng.permutation(side * side)[:count], side)).T
        assert vertices(line) == naive_hce.vertices(line)


@pytest.mark.parametrize(
    "line",
    [
        [(5, -3), (11, -1), (8, 6), (10, 7), (18, 4), (20, 2), (17, 2)],
        [(0, 2), (5, 1), (13, 6), (24, 13), (29, 18), (27, 19)],
    ],
)
def test_the_point_after_a_dropped_vertex_stays(line: list[tuple[int, int]]) -> None:
    """It would be dropped, too, if it were looked at."""
    assert vertices(np.array(line)) == naive_hce.vertices(np.array(line)) == len(line) - 1


def test_simplification_across_a_very_large_image() -> None:
    """The squared cross product passes 2^63 here."""
    line = np.array([(0, 0), (1, 60_000), (60_000, 1)])
    assert vertices(line) == naive_hce.vertices(line) == 3


def assert_same(pred: np.ndarray, gt: np.ndarray) -> None:
    p, g = naive.prepare(pred, gt)
    assert score(pred, gt) == naive_hce.hce(p > 0.5, g)


@pytest.mark.parametrize("name", NAMED)
def test_named_pair(name: str) -> None:
    assert_same(*NAMED[name])


@pytest.mark.parametrize("seed", range(40, 70))
def test_random_pair(seed: int) -> None:
    pred, gt = random_pair(seed, 90)
    assert_same(pred, gt)
    assert score(pred, mask(gt > 128), "isnet") == naive_hce.hce(pred > 128, gt > 128)


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_pair(kind: str) -> None:
    """Errors beside thin and nested structures, where borders share pixels."""
    rng = np.random.default_rng(25)
    for _ in range(12):
        gt = drawn(kind, rng)
        pred = np.roll(gt, tuple(rng.integers(-7, 8, 2)), (0, 1)) ^ (rng.random(gt.shape) < 0.02)
        for f, g in ((pred, gt), (~pred, gt), (pred, ~gt)):
            assert_same(mask(f), mask(g))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_small_pair(data: st.DataObject) -> None:
    shape = data.draw(npst.array_shapes(min_dims=2, max_dims=2, max_side=14))
    levels = st.sampled_from([0, 90, 127, 128, 129, 255])
    pred = data.draw(npst.arrays(np.uint8, shape, elements=levels))
    assert_same(pred, data.draw(npst.arrays(np.uint8, shape, elements=levels)))


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 1), (2, 2), (1, 40), (40, 1), (30, 70)])
def test_a_whole_region_takes_one_click(shape: tuple[int, int]) -> None:
    empty, full = np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8)
    assert score(empty, empty) == score(full, full) == 0
    assert score(full, empty) == score(empty, full) == 1


def known_pairs() -> dict[str, tuple[np.ndarray, np.ndarray, dict[str, int]]]:
    pairs = {}
    for name, known in KNOWN["synthetic"].items():
        paths = [GOLDEN / "synthetic" / side / f"{name}.png" for side in ("pred", "gt")]
        pred, gt = (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in paths)
        pairs[name] = pred, gt, known
    for seed, known in KNOWN["random_pair"].items():
        pairs[f"seed {seed}"] = *random_pair(int(seed)), known
    return pairs


PAIRS = known_pairs()


@pytest.mark.parametrize("name", PAIRS)
def test_known_values(name: str) -> None:
    pred, gt, known = PAIRS[name]
    assert {rule: score(pred, gt, PROTOCOLS[rule]) for rule in PROTOCOLS} == {
        rule: known[rule] for rule in PROTOCOLS
    }
    thinned = skeleton(gt > 128)
    assert [thinned.sum(), zlib.crc32(np.packbits(thinned).tobytes())] == known["skeleton"]


@pytest.mark.parametrize("name", list(KNOWN["synthetic"]))
def test_known_values_of_newer_opencv(name: str) -> None:
    """The only step in which OpenCV 4.13 and later count otherwise is the one transcribed."""
    pred, gt, known = PAIRS[name]
    p, g = naive.prepare(pred, gt)
    assert naive_hce.hce(p > 0.5, g, "segment") == known["opencv_4_14"]


def test_a_ground_truth_is_thinned_once_for_all_methods(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, int]] = []
    thin = thinning.thin

    def counted(*args: np.ndarray) -> None:
        calls.append(args[0].shape)
        thin(*args)

    monkeypatch.setattr(thinning, "thin", counted)
    pred, gt = NAMED["soft"]
    rules = get_protocol("pysodmetrics")
    truth = Reference(gt).under(rules)
    maps = pred, 255 - pred, gt
    scores = [HCE().measure(Sample(Pair(p, truth), rules), rules).row["hce"] for p in maps]
    assert len(calls) == 1, calls
    assert scores == [score(p, gt) for p in maps]
    np.testing.assert_array_equal(truth.mask, gt > 128)  # thinning works on a copy


def test_each_kernel_is_compiled_once() -> None:
    kernels = (thinning.thin, morphology.grow, borders.trace, effort.correction_effort)

    def types() -> list[int]:
        # none under NUMBA_DISABLE_JIT
        return [len(getattr(kernel, "signatures", ())) for kernel in kernels]

    score(*NAMED["ties_ring"])
    before = types()  # another tolerance, as the drop-in may ask for, is a type of its own
    for pair in NAMED.values():
        score(*pair)
    assert types() == before
    assert max(before) <= 2
