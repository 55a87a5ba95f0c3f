"""Every protocol against its own tool's figures, and against its plain transcription.

The figures are those of `tests/golden/synthetic_protocols.json`, made by running each tool on the
pairs in `tests/golden/synthetic`; the transcriptions are in `tests/naive_protocols.py`. Where a
tool gives NaN or stops for a set, the set's value here is the mean over the images that have one.
"""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import sodeval
from tests import naive_protocols
from tests.cases import mask, named_pairs, random_pair
from tests.golden.make_goldens import HERE, SYNTHETIC, names_in, read_pair

FOLDER = HERE / "synthetic"
NAMES = names_in(FOLDER)
PROTOCOLS = naive_protocols.PROTOCOLS
GOLDEN = json.loads(SYNTHETIC.read_text(encoding="utf-8"))["protocols"]
# given beside the tool's own figures, for comparison only
NOT_A_COLUMN = {"max_fbeta_of_averaged_curve"}

EXACT = 1e-9  # the same formula in double precision, summed in another order
SINGLE = 1e-6  # the tool computes in float32, of which 1e-6 is ten roundings near 1
WEIGHTED = 1e-3  # MATLAB's distance transform picks other pixels among equally near ones


def tolerance(protocol: str, column: str, against: str) -> float:
    """How far a column may be from the tool ("tool") or from the transcription ("naive")."""
    if protocol == "salmetric":
        # the running float32 sum is reproduced; only the last division is not
        return 1e-7 if column == "mae" else SINGLE
    if (protocol, column) == ("isnet", "mae"):
        return 1e-7  # the tool adds the error in float32
    if against == "naive":
        return EXACT
    if protocol == "sod-torch":
        return SINGLE
    if protocol in ("f3net-matlab", "jiwei-matlab") and column == "weighted_fbeta":
        return WEIGHTED
    return EXACT


def differences(got: dict, wanted: dict, protocol: str, against: str) -> list[str]:
    """One line for each entry of `wanted` that `got` misses; None agrees with None alone."""
    lines = []
    for column, value in wanted.items():
        other = got.get(column, "no such column")
        if value is None or not isinstance(other, float):
            if other is not value:
                lines.append(f"{column}: {other} instead of {value}")
        elif not abs(other - value) <= tolerance(protocol, column, against):
            lines.append(f"{column}: {other!r} instead of {value!r}, off by {other - value:.3g}")
    return lines


def golden_rows(protocol: str) -> dict[str, dict]:
    """The tool's figures of each synthetic pair, those of a set of one image among them."""
    rows = {}
    for name, row in GOLDEN[protocol]["sets"]["synthetic"]["images"].items():
        alone = row.get("alone", {})
        rows[name] = {k: v for k, v in row.items() if k not in ("alone", "skipped")} | alone
    return rows


def golden_set(protocol: str, part: str) -> tuple[list[str], dict]:
    """The images of a set and the tool's figures of it."""
    wanted = GOLDEN[protocol]["sets"][part]
    figures = {k: v for k, v in wanted["dataset"].items() if k not in NOT_A_COLUMN}
    return sorted(wanted["images"]), figures


@pytest.fixture(scope="module")
def transcribed() -> dict:
    """Protocol -> name -> what the transcription gives for that synthetic pair."""
    pairs = {name: read_pair(FOLDER, name) for name in NAMES}
    return {
        key: {name: protocol.image(*pair) for name, pair in pairs.items()}
        for key, protocol in PROTOCOLS.items()
    }


def metric_of(column: str) -> str:
    """The id under which a column is asked for."""
    if column in ("mae", "smeasure", "weighted_fbeta"):
        return column
    return "auc" if column == "auc_roc" else column.partition("_")[2]


def metrics_of(*tables: dict) -> list[str]:
    """The ids of all columns in the tables, each once."""
    return list(dict.fromkeys(metric_of(column) for table in tables for column in table))


def row_of(report: sodeval.Report, name: str) -> dict[str, float | None]:
    """One image's columns in the per-image table; an empty cell is None."""
    cells = report.per_image.set_index("name").loc[name].drop(["method", "dataset"])
    return {k: None if v is None or np.isnan(v) else float(v) for k, v in cells.items()}


def test_every_protocol_is_transcribed_and_has_figures():
    assert set(PROTOCOLS) == set(GOLDEN)
    for protocol in GOLDEN:
        assert sorted(golden_rows(protocol)) == NAMES


# ------------------------------------------------------------- the transcriptions, by the tools


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_transcription_of_images(protocol, transcribed):
    rows = transcribed[protocol]
    for name, wanted in golden_rows(protocol).items():
        assert differences(rows[name][0], wanted, protocol, "tool") == [], name


@pytest.mark.parametrize("part", ["synthetic", "synthetic_defined"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_transcription_of_sets(protocol, part, transcribed):
    names, wanted = golden_set(protocol, part)
    got = PROTOCOLS[protocol].data_set([transcribed[protocol][name] for name in names])
    defined = {column: value for column, value in wanted.items() if value is not None}
    assert differences(got, defined, protocol, "tool") == []
    assert all(isinstance(got[column], float) for column in wanted)  # a mean of what is defined


def test_sets_for_which_a_tool_has_no_figure(transcribed):
    """These figures are the rule's and no tool's, so they are written down."""
    rows = transcribed["sal-eval-matlab"]
    wanted = {
        # without the two ground truths that have no pixel >= 0.1
        "max_fbeta": 0.6815174533896085,
        "mean_fbeta": 0.6044896104406826,
        # and without the full one, which has no false positive rate
        "auc_roc": 0.8257196810786258,
    }
    got = PROTOCOLS["sal-eval-matlab"].data_set(list(rows.values()))
    assert differences(got, wanted, "sal-eval-matlab", "naive") == []
    none = {
        protocol: {k for k, v in golden_set(protocol, "synthetic")[1].items() if v is None}
        for protocol in PROTOCOLS
    }
    assert {protocol: columns for protocol, columns in none.items() if columns} == {
        "sal-eval-matlab": {"max_fbeta", "mean_fbeta", "auc_roc"},
        "jiwei-matlab": {"weighted_fbeta"},  # stops at the two empty masks
        "isnet": {"mae"},  # NaN for the two constant maps
        "sod-torch": {"weighted_fbeta", "smeasure"},  # stops at one empty and two tiny masks
    }
    assert all(
        value is not None
        for protocol in PROTOCOLS
        for value in golden_set(protocol, "synthetic_defined")[1].values()
    )


# -------------------------------------------------------------------------- sodeval, by the tools


@pytest.mark.parametrize("part", ["synthetic", "synthetic_defined"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_sodeval_reproduces_the_tool(protocol, part, transcribed, tmp_path):
    names, wanted = golden_set(protocol, part)
    for side in ("pred", "gt"):
        (tmp_path / side).mkdir()
        for name in names:
            shutil.copy(FOLDER / side / f"{name}.png", tmp_path / side)
    rows = golden_rows(protocol)
    report = sodeval.score(
        tmp_path / "pred",
        tmp_path / "gt",
        metrics=metrics_of(wanted, *rows.values()),
        protocol=protocol,
    )
    for name in names:
        assert differences(row_of(report, name), rows[name], protocol, "tool") == [], name
    undefined = [column for column, value in wanted.items() if value is None]
    naive_set = PROTOCOLS[protocol].data_set([transcribed[protocol][name] for name in names])
    got = report.results[0].metrics
    assert differences(got, {k: naive_set[k] for k in undefined}, protocol, "naive") == []
    defined = {k: v for k, v in wanted.items() if v is not None}
    assert differences(got, defined, protocol, "tool") == []


# --------------------------------------------------------------- sodeval, by the transcriptions

# Named pairs whose figures do not hang on the last bit of a sum: where twice the mean is exactly
# a level, or a block of S is constant at a value that is not exact in binary, the order in which a
# tool adds decides, and the tools' orders are not known.
NAMED = (
    "soft",
    "binary",
    "perfect",
    "inverted",
    "all_zero",
    "all_255",
    "constant_1",
    "constant_90",
    "constant_128",
    "low_range",
    "raised_floor",
    "low_maximum",
    "floor_and_low_maximum",
    "one_level_apart",
    "levels_0_1",
    "levels_254_255",
    "one_bright_pixel",
    "noise",
    "high_mean",
    "half_bright",
    "empty_gt",
    "full_gt",
    "empty_gt_constant",
    "full_gt_constant",
    "empty_gt_all_zero",
    "full_gt_all_255",
    "noise_gt_sparse",
    "all_but_one_pixel",
    "grey_gt",
    "grey_gt_up_to_128",
    "grey_gt_from_129",
    "gt_values_0_1",
    "one_pixel_gt_middle",
    "one_pixel_gt_first_corner",
    "one_pixel_gt_last_corner",
    "half_centroid_10_15",
    "half_centroid_11_16",
    "gt_in_last_row",
    "gt_in_last_column",
    "ties_ring",
    "one_pixel_block",
    "quarters_0_255_255_0",
    "size_1x37",
    "size_29x1",
    "size_1x2",
    "size_2x1_full",
    "size_2x2",
    "size_3x3_empty",
    "size_7x5",
    "one_pixel_foreground",
    "one_pixel_background",
    "one_pixel_zero",
)


def awkward_pairs() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Small pairs at the edges of the rules, some drawn at random."""
    named = named_pairs()
    pairs = {name: named[name] for name in NAMED}
    rng = np.random.default_rng(11)
    shape = (13, 17)
    rows, columns = np.indices(shape)
    box = mask((abs(rows - 5) < 4) & (abs(columns - 8) < 5))
    # A maximum that divides 255 puts v / max exactly on the levels t / 255, in real arithmetic.
    for low, high in ((0, 51), (0, 85), (0, 180), (3, 9), (30, 200), (100, 151), (254, 255)):
        pred = rng.integers(low, high + 1, shape, dtype=np.uint8)
        pred[0, 0], pred[-1, -1] = low, high
        pairs[f"range_{low}_{high}"] = pred, box
    pred = rng.integers(0, 256, shape, dtype=np.uint8)
    # Ground truths in which the tools' thresholds part: 0, 1, 25.5, 127.5, 128, half the range.
    for values in ((0, 1), (0, 25, 26), (0, 127), (0, 127, 128), (0, 128, 129), (60, 130, 200)):
        name = "gt_" + "_".join(map(str, values))
        pairs[name] = pred, rng.choice(np.array(values, np.uint8), shape)
    for value in (1, 26, 127, 128, 129, 254):
        pairs[f"gt_all_{value}"] = pred, np.full(shape, value, np.uint8)
    pairs["gt_zero_but_one_at_1"] = pred, (rows + columns == 0).astype(np.uint8)
    pairs["gt_zero_but_one_at_127"] = pred, np.where(rows + columns == 9, 127, 0).astype(np.uint8)
    for seed in range(12):
        pairs[f"random_{seed}"] = random_pair(seed, 24)
    return pairs


AWKWARD = awkward_pairs()


def has_no_figure(protocol: str, pair: tuple[np.ndarray, np.ndarray]) -> bool:
    """IS-Net's code stops at a ground truth of one row; the rules say nothing in its place."""
    return protocol == "isnet" and pair[1].shape[0] == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_sodeval_equals_the_transcription(protocol):
    pairs = {k: pair for k, pair in AWKWARD.items() if not has_no_figure(protocol, pair)}
    images = {name: PROTOCOLS[protocol].image(*pair) for name, pair in pairs.items()}
    wanted_set = PROTOCOLS[protocol].data_set(list(images.values()))
    evaluator = sodeval.Evaluator(metrics=metrics_of(wanted_set), protocol=protocol)
    for name, (pred, gt) in pairs.items():
        evaluator.update(pred, gt, name=name)
    report = evaluator.compute()
    wrong = {}
    for name, (row, _) in images.items():
        # the area under averaged rates is a figure of sets only
        wanted = {column: value for column, value in row.items() if column != "auc_roc"}
        lines = differences(row_of(report, name), wanted, protocol, "naive")
        if lines:
            wrong[name] = lines
    assert wrong == {}
    assert differences(report.results[0].metrics, wanted_set, protocol, "naive") == []
