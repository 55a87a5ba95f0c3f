"""Odd maps through every metric under every protocol: a value or none, never NaN, never a warning.

`SODEVAL_FUZZ=10` tries ten times as many examples.
"""

from __future__ import annotations

import math
import os
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sodeval
from sodeval import Evaluator
from sodeval.conventions import EvalProtocol
from sodeval.metrics import METRICS
from sodeval.protocols import PROTOCOLS
from sodeval.report import Result
from sodeval.scorer import Scorer
from sodeval.tally import ZEROED
from tests.files import make_set, write

FUZZ = int(os.environ.get("SODEVAL_FUZZ", "1"))
EVERYTHING = Scorer("all", "all", images=True)  # with camouflage_context, for photographs are given


def examples(number: int) -> settings:
    """So many examples, times SODEVAL_FUZZ; no deadline, since the first call compiles."""
    return settings(
        max_examples=number * FUZZ,
        deadline=None,
        derandomize=FUZZ == 1,  # the same examples in every run, unless one goes looking
        suppress_health_check=[HealthCheck.too_slow],
    )


MAPS = ("zero", "full", "constant", "two levels", "levels 0 and 1", "one pixel", "few", "noise")
MASKS = (
    "zero",
    "full",
    "one pixel",
    "all but one",
    "one row",
    "one column",
    "box",
    "frame",
    "checkerboard",
    "noise",
    "sparse",
    "grey",
    "dim grey",
    "constant grey",
    "0 and 1",
)


def a_map(kind: str, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """An 8-bit prediction."""
    out = np.zeros(shape, np.uint8)
    where = int(rng.integers(shape[0])), int(rng.integers(shape[1]))
    if kind == "full":
        out[:] = 255
    elif kind == "constant":
        out[:] = rng.integers(256)
    elif kind == "two levels":
        out = rng.choice(rng.integers(0, 256, 2, dtype=np.uint8), shape)
    elif kind == "levels 0 and 1":
        out = rng.integers(0, 2, shape, dtype=np.uint8)
    elif kind == "one pixel":
        out[where] = rng.integers(1, 256)
    elif kind == "few":
        out = rng.choice(np.array([0, 51, 128, 204], np.uint8), shape)
    elif kind == "noise":
        out = rng.integers(0, 256, shape, dtype=np.uint8)
    return out


def a_mask(kind: str, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """An 8-bit ground truth."""
    height, width = shape
    mask = np.zeros(shape, bool)
    row, column = int(rng.integers(height)), int(rng.integers(width))
    if kind == "full":
        mask[:] = True
    elif kind == "one pixel":
        mask[row, column] = True
    elif kind == "all but one":
        mask[:] = True
        mask[row, column] = False
    elif kind == "one row":
        mask[row] = True
    elif kind == "one column":
        mask[:, column] = True
    elif kind in ("box", "0 and 1"):
        mask[row : row + 1 + height // 2, column : column + 1 + width // 2] = True
    elif kind == "frame":
        mask[:] = True
        mask[1:-1, 1:-1] = False
    elif kind == "checkerboard":
        mask = np.indices(shape).sum(0) % 2 > 0
    elif kind == "noise":
        mask = rng.random(shape) < rng.random()
    elif kind == "sparse":
        mask = rng.random(shape) < 0.03
    elif kind == "grey":
        return rng.choice(np.array([0, 1, 25, 26, 127, 128, 129, 254, 255], np.uint8), shape)
    elif kind == "dim grey":
        return rng.integers(0, 100, shape, dtype=np.uint8)
    elif kind == "constant grey":
        return np.full(shape, rng.integers(1, 255), np.uint8)
    return mask.astype(np.uint8) * np.uint8(1 if kind == "0 and 1" else 255)


shapes = st.one_of(
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.just(1), st.integers(1, 40)),
    st.tuples(st.integers(1, 40), st.just(1)),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
)


@st.composite
def pairs(draw, shape=shapes):
    """A prediction, a ground truth and a photograph of one shape."""
    size = draw(shape)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mask = a_mask(draw(st.sampled_from(MASKS)), size, rng)
    kind = draw(st.sampled_from((*MAPS, "perfect", "inverted")))
    pred = {"perfect": mask, "inverted": 255 - mask}.get(kind)
    pred = a_map(kind, size, rng) if pred is None else pred.copy()
    image = np.full((*size, 3), rng.integers(256), np.uint8)
    if draw(st.booleans()):
        image = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    return pred, mask, image


def limits(column: str, size: int) -> tuple[float, float]:
    """The range of a column in an image of so many pixels."""
    if column.endswith("emeasure"):  # its sum over N is divided by N - 1
        return 0.0, size / max(size - 1, 1)
    if column == "hce":
        return 0.0, math.inf
    if column.endswith("kappa"):
        return -1.0, 1.0
    if column == "smeasure":  # some protocols do not clamp it at 0
        return -1.0, 1.0
    return 0.0, 1.0


def slack(protocol) -> float:
    """For roundings: of double sums, or of single ones, which average a curve of ones to 1 + 3e-6.

    The tool of salmetric adds 256 values and the pixels of an image in single precision.
    """
    return 1e-5 if protocol["sums"] == "float32" else 1e-9


def faults(measured, protocol: EvalProtocol, size: int) -> list[tuple[str, str, object]]:
    """Every (column, protocol, value) that is neither None nor a number in its range."""
    found: list[tuple[str, str, object]] = []
    allowed, name = slack(protocol.to_dict()), protocol.name
    for metric, one in zip(EVERYTHING.metrics, measured, strict=True):
        found += [(c, name, "missing") for c in METRICS[metric].columns if c not in one.row]
        for column, value in one.row.items():
            low, high = limits(column, size)
            if value is None:
                continue
            if not isinstance(value, float) or not low - allowed <= value <= high + allowed:
                found.append((column, name, value))  # NaN is in no range
            elif not math.isfinite(value):
                found.append((column, name, value))
        for key, curve in one.curves.items():
            low, high = limits(key, size)
            inside = (curve >= low - allowed) & (curve <= high + allowed)  # NaN is not
            if curve.dtype != np.float64 or not inside.all():
                found.append((f"curve of {key}", name, curve))
    return found


def measured(pred, gt, image):
    """One image under all protocols, NumPy told to raise where it would warn."""
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        return EVERYTHING.score(pred, EVERYTHING.prepare(gt, image=image), label="map")


def checked(pred, gt, image) -> None:
    found = []
    for protocol, one in zip(EVERYTHING.protocols, measured(pred, gt, image), strict=True):
        found += faults(one.measured, protocol, gt.size)
    assert found == []


def test_all_metrics_of_maps_are_here():
    wanted = {name for name, card in METRICS.items() if card.needs != "labels"}
    assert set(EVERYTHING.metrics) == wanted
    assert [protocol.name for protocol in EVERYTHING.protocols] == list(PROTOCOLS)
    assert len(PROTOCOLS) == 11


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 2), (2, 1), (2, 2), (1, 9), (9, 1), (3, 3), (14, 17)]
)
@pytest.mark.parametrize("mask", MASKS)
def test_every_kind_of_map_in_every_shape(mask: str, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    image = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    gt = a_mask(mask, shape, rng)
    for kind in MAPS:
        checked(a_map(kind, shape, rng), gt, image)
    checked(gt.copy(), gt, image)


@examples(80)
@given(pairs())
def test_values_are_finite_or_none(pair):
    checked(*pair)


@examples(15)
@given(pairs(), shapes)
def test_a_map_of_another_size(pair, size):
    """Resizing must not bring in NaN either; where a protocol refuses sizes, it is overruled."""
    _, gt, image = pair
    rng = np.random.default_rng(3)
    lenient = Scorer("all", "all", "resize", images=True)
    with np.errstate(all="raise"):
        for kind in ("zero", "constant", "noise"):
            pred = a_map(kind, size, rng)
            scored = lenient.score(pred, lenient.prepare(gt, image=image), label="map")
            for protocol, one in zip(lenient.protocols, scored, strict=True):
                assert faults(one.measured, protocol, gt.size) == []


def summaries(images) -> list[Result]:
    """The results of several images under each protocol."""
    tallies = EVERYTHING.tallies()
    for i, image in enumerate(images):
        for tally, one in zip(tallies, measured(*image), strict=True):
            tally.add(f"x{i}", one)
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        return [Result.of(tally, method="maps", dataset="set") for tally in tallies]


def sound(result: Result, smallest: int) -> None:
    """Scores finite or None; as many undefined as rows say; curves finite."""
    assert set(result.metrics) == set(result.columns)
    allowed = slack(result.protocol)
    for column, score in result.metrics.items():
        low, high = limits(column, smallest)  # the fewest pixels have the highest E
        if score is not None:
            assert math.isfinite(score), column
            assert low - allowed <= score <= high + allowed, (column, score)
    for column, count in result.undefined.items():
        assert 0 < count <= result.images, column
    for name, curve in result.curves.items():
        assert np.isfinite(curve).all(), name


@examples(15)
@given(st.lists(pairs(), min_size=1, max_size=4))
def test_summaries_are_finite_or_none(images):
    smallest = max(2, min(gt.size for _, gt, _ in images))
    for result in summaries(images):
        sound(result, smallest)


UNDEFINED = {
    "one pixel": (np.full((1, 1), 7, np.uint8), np.full((1, 1), 255, np.uint8)),
    "one pixel empty": (np.full((1, 1), 7, np.uint8), np.zeros((1, 1), np.uint8)),
    "constant, empty": (np.full((5, 6), 7, np.uint8), np.zeros((5, 6), np.uint8)),
    "constant, full": (np.full((5, 6), 7, np.uint8), np.full((5, 6), 255, np.uint8)),
    "zero, empty": (np.zeros((5, 6), np.uint8), np.zeros((5, 6), np.uint8)),
}


def metric_of(column: str) -> str:
    return next(m.id for m in METRICS.values() if column in m.columns)


@pytest.mark.parametrize("name", UNDEFINED)
def test_a_set_of_undefined_images_only(name: str) -> None:
    pred, gt = UNDEFINED[name]
    image = np.zeros((*gt.shape, 3), np.uint8)
    for result in summaries([(pred, gt, image)] * 3):
        sound(result, max(2, gt.size))
        for column, count in result.undefined.items():
            curved = column in {c for m in METRICS.values() if m.curves for c in m.columns}
            if count == result.images and not curved:
                # a tool that counts blank images as zero gives a set of them zero
                blank = result.warnings.get("blank_adds_zero", 0) == result.images
                zero = blank and metric_of(column) in ZEROED
                wanted = 0.0 if zero else None
                assert result.metrics[column] == wanted, (result.protocol["name"], column)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_evaluator_of_undefined_images_only(protocol: str) -> None:
    evaluator = Evaluator("all", protocol)
    with np.errstate(all="raise"):
        for pred, gt in UNDEFINED.values():
            evaluator.update(pred, gt)
        report = evaluator.compute()
    assert all(score is None or math.isfinite(score) for score in report.metrics.values())
    assert "NaN" not in report.to_markdown()


def named(images, protocol, order):
    """An evaluator that saw some of the images, in this order."""
    evaluator = Evaluator("all", protocol)
    for i in order:
        evaluator.update(images[i][0], images[i][1], f"x{i}")
    return evaluator


@examples(10)
@given(st.lists(pairs(), min_size=2, max_size=5), st.sampled_from(sorted(PROTOCOLS)), st.data())
def test_order_of_updates_and_merges_keeps_every_bit(images, protocol, data):
    wanted = named(images, protocol, range(len(images))).compute().digest
    order = data.draw(st.permutations(range(len(images))))
    cut = data.draw(st.integers(1, len(images) - 1))
    first, second = (named(images, protocol, part) for part in (order[:cut], order[cut:]))
    first.merge(second)
    assert first.compute().digest == wanted


@examples(10)
@given(pairs(), st.sampled_from(sorted(PROTOCOLS)))
def test_tensors_equal_arrays(pair, protocol):
    torch = pytest.importorskip("torch", reason="tensors need torch, which is an extra")
    pred, gt, _ = pair
    floats = pred / 255

    def digest(one, truth):
        evaluator = Evaluator("all", protocol)
        evaluator.update(one, truth, "x")
        return evaluator.compute().digest

    tensor, truth = torch.from_numpy(pred), torch.from_numpy(gt)
    wanted = digest(pred, gt)
    for kind in (torch.uint8, torch.int16, torch.int64):
        assert digest(tensor.to(kind), truth) == wanted
    assert digest(tensor, truth.to(torch.int32)) == wanted
    for kind in (np.float16, np.float32, np.float64):
        made = floats.astype(kind)
        assert digest(torch.from_numpy(made), truth) == digest(made, gt)
    half = torch.from_numpy(floats).to(torch.bfloat16)
    assert digest(half, truth) == digest(half.float().numpy(), gt)
    boolean = gt > 128
    assert digest(tensor, torch.from_numpy(boolean)) == digest(pred, boolean)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six ordinary images, one with an empty ground truth, one with grey and a constant map."""
    preds, gts = make_set(tmp_path_factory.mktemp("every"))
    rng = np.random.default_rng(11)
    write(preds / "empty.png", rng.integers(0, 256, (12, 15), dtype=np.uint8))
    write(gts / "empty.png", np.zeros((12, 15), np.uint8))
    write(preds / "grey.png", np.full((12, 15), 90, np.uint8))
    write(gts / "grey.png", a_mask("grey", (12, 15), rng))
    return preds, gts


def same(one: Result, other: Result) -> None:
    """Equal field by field, arrays to the bit."""
    for name in Result.__dataclass_fields__:
        mine, theirs = getattr(one, name), getattr(other, name)
        if name in ("curves", "thresholds", "columns", "image_curves"):
            assert list(mine) == list(theirs), name
            for key in mine:
                assert mine[key].tobytes() == theirs[key].tobytes(), (name, key)
        else:
            assert mine == theirs, name


def test_all_protocols_at_once_equal_single_runs(folder):
    together = sodeval.score(*folder, metrics="all", protocol="all", workers=2)
    assert [result.protocol["name"] for result in together.results] == list(PROTOCOLS)
    for result in together.results:
        name = str(result.protocol["name"])
        (alone,) = sodeval.score(*folder, metrics="all", protocol=name, workers=1).results
        same(result, alone)


def test_the_number_of_workers_keeps_every_bit(folder):
    reports = [
        sodeval.score(*folder, metrics="all", protocol="all", workers=workers)
        for workers in (1, 2, 5)
    ]
    assert len({report.digest for report in reports}) == 1
    for report in reports[1:]:
        for one, other in zip(reports[0].results, report.results, strict=True):
            same(one, other)
