"""Make the golden numbers by running pysodmetrics 1.6.2 itself on the committed pairs.

    python -m tests.golden.make_goldens [--redraw]
    python -m tests.golden.make_goldens --protocols expected_protocols.json

The first form writes `pysodmetrics_1_6_2.json` from the PNG files in `pairs/` and needs an
environment with pysodmetrics; `--redraw` first writes those files anew from `tests.cases`. The
second form picks the figures of the pairs in `synthetic/` out of the tables of every tool.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import math
import platform
import warnings
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from tests import cases
from tests.cases import COLUMNS, CURVES
from tests.naive import Scale, data_set

HERE = Path(__file__).parent
GOLDEN = HERE / "pysodmetrics_1_6_2.json"
SYNTHETIC = HERE / "synthetic_protocols.json"

# The traits worth a file of their own; the other generated pairs are compared in test_live.py.
NAMES = (
    "soft",
    "binary",
    "inverted",
    "all_zero",
    "constant_90",
    "raised_floor",
    "floor_and_low_maximum",
    "noise",
    "high_mean",
    "half_bright_noise",
    "empty_gt",
    "full_gt",
    "noise_gt",
    "grey_gt",
    "frame_gt",
    "one_pixel_gt_middle",
    "one_pixel_gt_last_corner",
    "half_centroid_10_16",
    "half_centroid_11_15",
    "ties_ring",
    "ties_lattice",
    "quarters_37_199_201_101",
    "size_1x37",
    "size_29x1",
    "size_31x17",
    "one_pixel_foreground",
)


def reference_scores(
    pred: np.ndarray, gt: np.ndarray, scale: Scale = "minmax"
) -> tuple[dict[str, float | None], dict[str, np.ndarray | None]]:
    """The nine columns and four curves (ascending levels) of one pair, from pysodmetrics.

    `scale="none"` hands over v / 255 and GT > 128, which the package then takes as they are.
    None is a NaN of the package, or the E-measure of an image of one pixel (divided by eps).
    """
    meters = _step_all([(pred, gt)], scale)
    scores, curves = _columns(meters)
    if gt.size == 1:
        curves["emeasure"] = None
        scores |= {name: None for name in COLUMNS if name.endswith("emeasure")}
    return scores, curves


def reference_data_set(
    pairs: Iterable[cases.Pair], scale: Scale = "minmax"
) -> tuple[dict[str, float | None], dict[str, np.ndarray | None]]:
    """The nine columns and four averaged curves of a data set, as pysodmetrics itself averages."""
    return _columns(_step_all(pairs, scale))


def _step_all(pairs: Iterable[cases.Pair], scale: Scale) -> dict:
    """What the package's own meters report after all pairs."""
    import py_sod_metrics

    results: dict = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This class will be removed")  # Fmeasure, for P and R
        warnings.filterwarnings("ignore", "Mean of empty slice")  # S of a block without pixels
        warnings.filterwarnings("ignore", "invalid value encountered")  # the same
        meters = (
            py_sod_metrics.MAE(),
            py_sod_metrics.Fmeasure(),
            py_sod_metrics.WeightedFmeasure(),
            py_sod_metrics.Smeasure(),
            py_sod_metrics.Emeasure(),
        )
        for pred, gt in pairs:
            step = {"pred": np.ascontiguousarray(pred), "gt": np.ascontiguousarray(gt)}
            if scale == "none":
                step = {"pred": step["pred"] / 255, "gt": step["gt"] > 128, "normalize": False}
            for meter in meters:
                meter.step(**step)
        for meter in meters:
            results |= meter.get_results()
    return results


def _columns(results: dict) -> tuple[dict[str, float | None], dict[str, np.ndarray | None]]:
    fbeta, alignment = results["fm"], results["em"]
    curves: dict[str, np.ndarray | None] = {
        "precision": np.flip(results["pr"]["p"]),
        "recall": np.flip(results["pr"]["r"]),
        "fbeta": np.flip(fbeta["curve"]),
        "emeasure": np.flip(alignment["curve"]),
    }
    row = {
        "mae": results["mae"],
        "max_fbeta": fbeta["curve"].max(),
        "mean_fbeta": fbeta["curve"].mean(),
        "adp_fbeta": fbeta["adp"],
        "weighted_fbeta": results["wfm"],
        "smeasure": results["sm"],
        "max_emeasure": alignment["curve"].max(),
        "mean_emeasure": alignment["curve"].mean(),
        "adp_emeasure": alignment["adp"],
    }
    return {name: None if math.isnan(row[name]) else float(row[name]) for name in COLUMNS}, curves


def read_pair(folder: Path, name: str) -> cases.Pair:
    """Prediction and ground truth, as OpenCV reads a grey PNG."""
    pred, gt = (
        cv2.imread(str(folder / side / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
        for side in ("pred", "gt")
    )
    return pred, gt


def names_in(folder: Path) -> list[str]:
    """The stems of a folder of pairs, sorted."""
    return sorted(path.stem for path in (folder / "gt").iterdir())


def draw() -> None:
    """Write the pairs named above as 8-bit PNG files."""
    pairs = cases.named_pairs()
    for side, index in (("pred", 0), ("gt", 1)):
        folder = HERE / "pairs" / side
        folder.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            path = folder / f"{name}.png"
            assert cv2.imwrite(str(path), pairs[name][index], [cv2.IMWRITE_PNG_COMPRESSION, 9])


def _note(name: str, gt: np.ndarray) -> str:
    if gt.size == 1:
        return f"{name}: the tool divides by eps on an image of one pixel and prints about 4.5e15"
    return f"{name}: the tool gives NaN (the centroid leaves a block without pixels)"


def make_golden() -> None:
    """Score the committed pairs with pysodmetrics and write the numbers."""
    folder = HERE / "pairs"
    images, rows, lines = {}, [], []
    for name in names_in(folder):
        pred, gt = read_pair(folder, name)
        row, curves = reference_scores(pred, gt)
        rows.append(row)
        lines.append(curves)
        undefined = [column for column in COLUMNS if row[column] is None]
        images[name] = {
            "shape": list(gt.shape),
            "metrics": row,
            "curves": {
                key: None if curves[key] is None else curves[key].tolist() for key in CURVES
            },
            "notes": [_note(column, gt) for column in undefined],
        }
    packages = ("pysodmetrics", "numpy", "scipy", "opencv-python-headless", "scikit-image")
    head = {
        "schema": 1,
        "tool": "pysodmetrics 1.6.2",
        "versions": {
            "python": platform.python_version(),
            **{package: importlib.metadata.version(package) for package in packages},
        },
        "command": "python -m tests.golden.make_goldens",
        "how": "one object of each class per pair, step(pred=uint8, gt=uint8), normalize=True",
        "curves": "index = level, ascending 0..255 (the tool's own order reversed)",
        "null": "NaN in the tool, or the E-measure of an image of one pixel; see notes",
        "dataset": data_set(rows, lines),
        "dataset_how": "max and mean: of the curves averaged over images; the rest: mean of "
        "the per-image values; undefined values are left out",
    }
    _write(GOLDEN, head, images)


def pick_protocols(tables: Path) -> None:
    """Copy the synthetic pairs' figures, all but the curves, out of the tables of all tools."""
    source = json.loads(tables.read_text(encoding="utf-8"))
    picked = {}
    for name, protocol in source["protocols"].items():
        sets = {
            key: {field: value for field, value in part.items() if field != "dataset_curves"}
            for key, part in protocol["sets"].items()
            if key.startswith("synthetic")
        }
        picked[name] = protocol | {"sets": sets}
    head = {
        "schema": 1,
        "tool": "each protocol's own tool, run on the pairs in synthetic/",
        "command": "python -m tests.golden.make_goldens --protocols expected_protocols.json",
        "note": "dataset = what the tool reports for the whole set, images = its own per-image "
        "values, alone = what a tool that averages precision and recall reports when the image is "
        "its only one; synthetic_defined = the part of the set on which every tool gives a number; "
        "null = NaN, or not a number the tool gives",
    }
    _write(SYNTHETIC, head, picked, key="protocols")


def _write(path: Path, head: dict, entries: dict, key: str = "images") -> None:
    """Write JSON with one line per innermost list or table, so that a change reads in a diff."""

    def lines(value: object, indent: str) -> str:
        if isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values()):
            inner = indent + " "
            body = ",\n".join(
                f"{inner}{json.dumps(k)}: {lines(v, inner)}" for k, v in value.items()
            )
            return "{\n" + body + "\n" + indent + "}"
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    path.write_text(lines({**head, key: entries}, "") + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--redraw", action="store_true", help="write the PNG files anew first")
    parser.add_argument("--protocols", type=Path, help="the tables of every tool, to pick from")
    options = parser.parse_args()
    if options.protocols:
        pick_protocols(options.protocols)
        return
    if options.redraw:
        draw()
    make_golden()


if __name__ == "__main__":
    main()
