"""What must hold for every pair of maps, whatever its scores are.

`SODEVAL_FUZZ=10` tries ten times as many examples.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sodeval import Evaluator
from tests.cases import COLUMNS, CURVES, PROTOCOL, curves_of, measure, row_of
from tests.naive import centroid_split, disagreements, prepare

FUZZ = int(os.environ.get("SODEVAL_FUZZ", "1"))


def examples(number: int) -> settings:
    """So many examples, times SODEVAL_FUZZ; no deadline, since the first call compiles."""
    return settings(
        max_examples=number * FUZZ,
        deadline=None,
        derandomize=FUZZ == 1,  # the same examples in every run, unless one goes looking
        suppress_health_check=[HealthCheck.too_slow],
    )


shapes = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14)
scales = st.sampled_from(sorted(PROTOCOL))
masks_of = {
    "binary": st.sampled_from([0, 255]),
    "grey": st.sampled_from([0, 1, 127, 128, 129, 254, 255]),
}
maps_of = {
    "any": st.integers(0, 255),
    "binary": st.sampled_from([0, 255]),
    "dim": st.integers(90, 110),
    "few": st.sampled_from([0, 51, 128, 204]),
}


@st.composite
def pairs(draw, shape=shapes, min_pixels=1):
    """A prediction and a ground truth of one shape."""
    size = draw(shape)
    assume(size[0] * size[1] >= min_pixels)
    pred = draw(
        npst.arrays(np.uint8, size, elements=maps_of[draw(st.sampled_from(sorted(maps_of)))])
    )
    gt = draw(
        npst.arrays(np.uint8, size, elements=masks_of[draw(st.sampled_from(sorted(masks_of)))])
    )
    return pred, gt


@st.composite
def batches(draw, smallest=2, largest=5):
    """Several pairs of one shape, stacked."""
    size = draw(shapes)
    some = [draw(pairs(st.just(size))) for _ in range(draw(st.integers(smallest, largest)))]
    return np.stack([pred for pred, _ in some]), np.stack([gt for _, gt in some])


def evaluated(preds, gts, names, scale="minmax"):
    evaluator = Evaluator(metrics="default", protocol=PROTOCOL[scale])
    for name, pred, gt in zip(names, preds, gts, strict=True):
        evaluator.update(pred, gt, name=name)
    return evaluator


def digest(pred, gt, scale="minmax"):
    """The digest of the report on one pair: equal only if every stored number is."""
    return evaluated([pred], [gt], ["pair"], scale).compute().digest


def threshold_ties(pred, scale):
    """Whether twice the mean equals a level of the map in exact arithmetic.

    There the last bit of NumPy's sum decides, and that depends on the order of the pixels.
    """
    values = pred.astype(np.int64)
    if scale == "minmax" and values.min() != values.max():
        values = values - values.min()
    return bool(np.any(values * values.size == 2 * values.sum()))


def has_constant_block(pred, gt, scale):
    """Whether a block of the S-measure is constant at a value whose mean may be rounded.

    There the last bit of NumPy's sum decides between 1 and 0. Sums of zeros or ones are exact.
    """
    p, g = prepare(pred, gt, scale)
    if not g.any():
        return False
    y, x = centroid_split(g)
    blocks = (p[:y, :x], p[:y, x:], p[y:, :x], p[y:, x:])
    return any(b.size and b.min() == b.max() and b.min() not in (0, 1) for b in blocks)


@examples(80)
@given(pairs(), scales)
def test_ranges(pair, scale):
    """Everything lies in 0..1, but E reaches N / (N - 1): its sum over N is divided by N - 1.

    1e-12 for roundings: a weighted F or a recall of 1 may come out one unit above.
    """
    pred, gt = pair
    row, curves = measure(pred, gt, scale)
    top = gt.size / max(gt.size - 1, 1)
    for name in (*COLUMNS, *CURVES):
        value = row[name] if name in row else curves[name]
        if value is None:
            continue
        limit = top if name.endswith("emeasure") else 1.0
        assert np.all(np.isfinite(value)), name
        assert np.all((np.asarray(value) >= 0) & (np.asarray(value) <= limit + 1e-12)), name
    assert row["mae"] is not None
    assert (row["adp_emeasure"] is None) == (gt.size == 1)


@examples(60)
@given(pairs(min_pixels=2), scales)
def test_max_and_mean_are_those_of_the_curve(pair, scale):
    row, curves = measure(*pair, scale)
    for name in ("fbeta", "emeasure"):
        curve = curves[name]
        assert curve.dtype == np.float64
        assert curve.shape == (256,)
        assert row[f"max_{name}"] == curve.max()
        # the 256 numbers may be added in another order
        assert row[f"mean_{name}"] == pytest.approx(curve.mean(), abs=1e-12)


@examples(60)
@given(pairs(), scales)
def test_recall_falls_with_the_level_from_all_pixels(pair, scale):
    """At level 0 every pixel is predicted: recall 1, precision G / N."""
    pred, gt = pair
    _, curves = measure(pred, gt, scale)
    g = gt > 128
    assert np.all(np.diff(curves["recall"]) <= 0)
    assert curves["recall"][0] == (1.0 if g.any() else 0.0)
    assert curves["precision"][0] == np.count_nonzero(g) / g.size


@examples(40)
@given(npst.arrays(bool, shapes), scales)
def test_perfect_map(g, scale):
    """The mask as its own prediction."""
    assume(g.any() and not g.all())
    mask = np.where(g, 255, 0).astype(np.uint8)
    row, curves = measure(mask, mask, scale)
    share = np.count_nonzero(g) / g.size
    assert row["mae"] == 0
    assert np.all(curves["fbeta"][1:] == 1)
    assert curves["fbeta"][0] == pytest.approx(1.3 * share / (0.3 * share + 1), abs=1e-15)
    assert row["max_fbeta"] == row["adp_fbeta"] == 1
    # Weighted F misses 1 by the eps of its denominators.
    assert row["weighted_fbeta"] == pytest.approx(1, abs=1e-15)
    # So do E and S, but eps stands beside small numbers there: a^2 + b^2 down to 1 / N^2 in E,
    # (x^2 + y^2)(vx + vy) down to about 4 / n^3 in a block of S, N and n at most 196 here.
    assert row["max_emeasure"] == pytest.approx(g.size / (g.size - 1), abs=1e-9)
    assert row["adp_emeasure"] == row["max_emeasure"]
    if row["smeasure"] is not None:
        assert row["smeasure"] == pytest.approx(1, abs=1e-9)


@examples(20)
@given(npst.arrays(np.uint8, shapes), scales)
def test_empty_and_full_ground_truth(pred, scale):
    """No foreground: F and weighted F are 0, S is 1 - mean. Only foreground: S is the mean."""
    p, _ = prepare(pred, pred, scale)
    row, _ = measure(pred, np.zeros_like(pred), scale)
    assert row["max_fbeta"] == row["adp_fbeta"] == row["weighted_fbeta"] == 0
    assert row["smeasure"] == pytest.approx(1 - p.mean(), abs=1e-12)  # sums in another order
    row, _ = measure(pred, np.full_like(pred, 255), scale)
    assert row["max_fbeta"] == 1
    assert row["smeasure"] == pytest.approx(p.mean(), abs=1e-12)
    assert row["mae"] == pytest.approx(1 - p.mean(), abs=1e-12)


MOVES = {
    "horizontal": lambda a: a[:, ::-1],
    "vertical": lambda a: a[::-1],
    "transposed": lambda a: a.T,
}


def without_positions(row, curves, ties):
    """The scores that only count pixels; those at the adaptive threshold unless a level ties it."""
    kept = {name: row[name] for name in COLUMNS if name not in ("weighted_fbeta", "smeasure")}
    if ties:
        kept = {name: value for name, value in kept.items() if not name.startswith("adp")}
    return kept, {name: None if c is None else c.tolist() for name, c in curves.items()}


@examples(60)
@given(pairs(), scales, st.sampled_from(sorted(MOVES)))
def test_flips_keep_what_only_counts_pixels(pair, scale, move):
    pred, gt = pair
    ties = threshold_ties(pred, scale)
    moved = measure(MOVES[move](pred), MOVES[move](gt), scale)
    assert without_positions(*moved, ties) == without_positions(*measure(pred, gt, scale), ties)


@examples(60)
@given(pairs(), scales, st.randoms(use_true_random=False))
def test_a_joint_shuffle_keeps_what_only_counts_pixels(pair, scale, random):
    pred, gt = pair
    order = list(range(gt.size))
    random.shuffle(order)
    shuffled = [a.ravel()[order].reshape(a.shape) for a in pair]
    ties = threshold_ties(pred, scale)
    wanted = without_positions(*measure(pred, gt, scale), ties)
    assert without_positions(*measure(*shuffled, scale), ties) == wanted


@examples(60)
@given(pairs(), scales)
def test_transposition_keeps_the_s_measure(pair, scale):
    """1e-12 because the sums run in another order and the last block's weight is a remainder."""
    pred, gt = pair
    assume(not has_constant_block(pred, gt, scale))
    wanted = {"smeasure": measure(pred, gt, scale)[0]["smeasure"]}
    assert disagreements(measure(pred.T, gt.T, scale)[0], wanted) == []


def test_a_flip_moves_the_s_measure():
    """The centroid's own row counts to the top block, so a flipped image is cut elsewhere."""
    gt = np.zeros((5, 6), np.uint8)
    gt[1:3, 1:4] = 255
    pred = np.arange(30, dtype=np.uint8).reshape(5, 6) * 8
    assert centroid_split(gt > 128) == (3, 3)
    assert centroid_split(gt[::-1] > 128) == (3, 3)  # 3 rows on top again, not 5 - 3
    before = measure(pred, gt)[0]["smeasure"]
    after = measure(pred[::-1], gt[::-1])[0]["smeasure"]
    assert abs(before - after) > 1e-3


@examples(40)
@given(st.data(), scales, st.sampled_from(sorted(MOVES)))
def test_moves_keep_weighted_f_of_a_rectangle(data, scale, move):
    """From outside a rectangle one pixel alone is nearest, so no tie depends on the direction.

    1e-10 as everywhere for weighted F: the smoothing adds its 49 products in another order.
    """
    height, width = data.draw(shapes)
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    bottom = data.draw(st.integers(top + 1, height))
    right = data.draw(st.integers(left + 1, width))
    gt = np.zeros((height, width), np.uint8)
    gt[top:bottom, left:right] = 255
    pred = data.draw(npst.arrays(np.uint8, (height, width)))
    wanted = {"weighted_fbeta": measure(pred, gt, scale)[0]["weighted_fbeta"]}
    assert disagreements(measure(MOVES[move](pred), MOVES[move](gt), scale)[0], wanted) == []


def test_ties_make_weighted_f_depend_on_the_direction():
    """Between two equally near pixels the left one lends its error, flipped or not."""
    gt = np.array([[255, 0, 255, 0, 0, 0]], np.uint8)
    pred = np.array([[255, 80, 60, 0, 0, 40]], np.uint8)
    before = measure(pred, gt)[0]["weighted_fbeta"]
    after = measure(pred[:, ::-1], gt[:, ::-1])[0]["weighted_fbeta"]
    assert abs(before - after) > 1e-4


@examples(30)
@given(batches(), scales, st.data())
def test_order_of_updates_and_merges_keeps_every_bit(batch, scale, data):
    preds, gts = batch
    names = [f"image{i}" for i in range(len(preds))]
    wanted = evaluated(preds, gts, names, scale).compute().digest

    order = data.draw(st.permutations(range(len(preds))))
    shuffled = evaluated(preds[order], gts[order], [names[i] for i in order], scale)
    assert shuffled.compute().digest == wanted

    cut = data.draw(st.integers(1, len(preds) - 1))
    parts = [
        evaluated(preds[part], gts[part], [names[i] for i in part], scale)
        for part in (order[:cut], order[cut:])
    ]
    parts[0].merge(parts[1])
    assert parts[0].compute().digest == wanted
    left, right = (
        evaluated(preds[part], gts[part], [names[i] for i in part], scale)
        for part in (order[:cut], order[cut:])
    )
    right.merge(left)
    assert right.compute().digest == wanted


@examples(20)
@given(batches(), scales, st.booleans())
def test_a_batch_is_its_images(batch, scale, channel):
    preds, gts = batch
    names = [f"image{i}" for i in range(len(preds))]
    evaluator = Evaluator(metrics="default", protocol=PROTOCOL[scale])
    if channel:
        preds, gts = preds[:, None], gts[:, None]
    evaluator.update(preds, gts, name=names)
    single = evaluated(*batch, names, scale)
    assert evaluator.compute().digest == single.compute().digest


@examples(20)
@given(batches(), scales)
def test_other_images_do_not_touch_a_row(batch, scale):
    preds, gts = batch
    names = [f"image{i}" for i in range(len(preds))]
    report = evaluated(preds, gts, names, scale).compute()
    for name, pred, gt in zip(names, preds, gts, strict=True):
        alone, _ = measure(pred, gt, scale)
        assert row_of(report, name) == alone


@examples(40)
@given(pairs(), scales)
def test_layout_does_not_matter(pair, scale):
    pred, gt = pair
    wanted = digest(pred, gt, scale)
    for array in (pred, gt):
        array.setflags(write=False)
    before = pred.tobytes(), gt.tobytes()
    assert digest(pred, gt, scale) == wanted
    assert digest(np.asfortranarray(pred), np.asfortranarray(gt), scale) == wanted
    strided = [np.repeat(np.repeat(a, 2, 0), 3, 1)[::2, ::3] for a in pair]
    assert digest(*strided, scale) == wanted
    backwards = [np.ascontiguousarray(a[::-1, ::-1])[::-1, ::-1] for a in pair]
    assert digest(*backwards, scale) == wanted
    assert (pred.tobytes(), gt.tobytes()) == before


@examples(40)
@given(pairs(), scales, st.sampled_from(["float16", "float32", "float64"]))
def test_float_maps_equal_their_bytes(pair, scale, kind):
    """v / 255 in any float type goes back to the byte v: streaming equals files."""
    pred, gt = pair
    wanted = digest(pred, gt, scale)
    assert digest((pred / 255).astype(kind), gt, scale) == wanted
    assert digest((pred / 255).astype(kind), (gt / 255).astype(kind), scale) == wanted


def test_every_byte_survives_every_float_type():
    pred = np.arange(256, dtype=np.uint8).reshape(16, 16)
    gt = np.where(pred % 3 == 0, 255, 0).astype(np.uint8)
    wanted = digest(pred, gt)
    for kind in ("float16", "float32", "float64"):
        assert digest((pred / 255).astype(kind), gt) == wanted


@examples(30)
@given(npst.arrays(bool, (7, 9)), npst.arrays(bool, (7, 9)), scales)
def test_boolean_maps_equal_0_and_255(f, g, scale):
    wanted = digest(
        np.where(f, 255, 0).astype(np.uint8), np.where(g, 255, 0).astype(np.uint8), scale
    )
    assert digest(f, g, scale) == wanted
    assert digest(f.astype(np.float32), g, scale) == wanted
    assert digest(f.astype(np.float32), g.astype(np.float64), scale) == wanted


@examples(20)
@given(batches(), scales)
def test_torch_tensors_equal_arrays(batch, scale):
    torch = pytest.importorskip("torch", reason="tensors need torch, which is an extra")
    preds, gts = batch
    names = [f"image{i}" for i in range(len(preds))]
    wanted = evaluated(preds, gts, names, scale).compute()

    def tensors(convert_pred, convert_gt):
        evaluator = Evaluator(metrics="default", protocol=PROTOCOL[scale])
        evaluator.update(
            convert_pred(torch.from_numpy(preds)), convert_gt(torch.from_numpy(gts)), name=names
        )
        return evaluator.compute()

    assert tensors(lambda t: t, lambda t: t).digest == wanted.digest
    assert tensors(lambda t: t[:, None], lambda t: t[:, None]).digest == wanted.digest
    assert tensors(lambda t: t.float() / 255, lambda t: t > 128).digest == digest_of_binary(
        preds, gts, names, scale
    )
    with_gradient = tensors(lambda t: (t.double() / 255).requires_grad_(), lambda t: t)
    assert with_gradient.digest == wanted.digest
    for name in CURVES:
        assert np.array_equal(curves_of(with_gradient)[name], curves_of(wanted)[name])


def digest_of_binary(preds, gts, names, scale):
    """The digest with grey ground truth already cut at 128, as a boolean tensor hands it over."""
    return (
        evaluated(preds, np.where(gts > 128, 255, 0).astype(np.uint8), names, scale)
        .compute()
        .digest
    )
