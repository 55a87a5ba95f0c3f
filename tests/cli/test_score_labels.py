"""``sodeval score --metrics miou``: label maps from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from sodeval import Evaluator, Report, score
from sodeval.cli import cli
from sodeval.errors import UsageError
from tests.files import disc, make_set, write
from tests.unit.test_miou import make_labels


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.fixture
def labels(tmp_path: Path) -> tuple[Path, Path]:
    """Two pairs of 2 x 4 maps whose scores are known: classes 0, 1 and 3, and an ignored row."""
    gts = ([[0, 0, 1, 1], [255] * 4], [[3, 3, 3, 3], [0, 0, 1, 1]])
    preds = ([[0, 1, 1, 1], [0, 1, 2, 3]], [[3, 3, 3, 0], [0, 0, 1, 9]])
    root = tmp_path / "SCENES"
    for i, (pred, gt) in enumerate(zip(preds, gts, strict=True)):
        write(root / "preds" / f"x{i}.png", np.array(pred, np.uint8))
        write(root / "gt" / f"x{i}.png", np.array(gt, np.uint8))
    return root / "preds", root / "gt"


def test_exact_text(labels: tuple[Path, Path]) -> None:
    done = run("score", *labels, "--metrics", "miou")
    assert done.exit_code == 0, done.stderr
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[0] == "preds on SCENES · 2 images"
    assert lines[1].split() == ["mIoU", "↑", "PA", "↑"]
    assert lines[3].split() == ["0.6500", "0.7500"]  # (3/5 + 3/5 + 3/4) / 3 and 9/12
    start = next(i for i, line in enumerate(lines) if line.startswith("sodeval:labels|"))
    assert lines[start].startswith("sodeval:labels|read:raw|ignore:255|classes:4;n:2|stems:")
    table = [line.split() for line in lines[start + 1 :] if line and "─" not in line]
    assert table == [
        ["class", "IoU", "accuracy", "pixels"],
        ["0", "0.6000", "0.7500", "4"],
        ["1", "0.6000", "0.7500", "4"],
        ["3", "0.7500", "0.7500", "4"],
    ]
    assert "outside_classes 1: predictions with labels that are no class" in done.stderr


def test_every_format(labels: tuple[Path, Path], tmp_path: Path) -> None:
    done = run(
        "score", *labels, "--metrics", "miou", "--format", "json", "-q",
        "-o", tmp_path / "r.json", "--per-image", tmp_path / "rows.csv",
    )  # fmt: skip
    assert (done.exit_code, done.stderr) == (0, "")
    (result,) = json.loads(done.stdout)["results"]
    assert result["metrics"] == {"miou": pytest.approx(0.65), "pixel_accuracy": 0.75}
    assert result["per_class"]["0"] == {"iou": 0.6, "accuracy": 0.75, "pixels": 4}
    assert result["per_class"]["2"] == {"iou": None, "accuracy": None, "pixels": 0}
    assert result["protocol"]["name"] == "labels"
    assert Report.load(tmp_path / "r.json").results[0].metrics == result["metrics"]
    rows = (tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "method,dataset,name,miou,pixel_accuracy"
    assert rows[1] == f"preds,SCENES,x0,{(1 / 2 + 2 / 3) / 2!r},0.75"
    for form, text in (("csv", "0.75"), ("markdown", "0.6500"), ("latex", "0.650")):
        assert text in run("score", *labels, "--metrics", "mIoU", "--format", form).stdout


def test_options(labels: tuple[Path, Path]) -> None:
    def metrics(*options: object) -> tuple[dict[str, float], str]:
        done = run("score", *labels, "--metrics", "miou", "--format", "json", *options)
        assert done.exit_code == 0, done.stderr
        (result,) = json.loads(done.stdout)["results"]
        return result["metrics"], result["signature"]

    plain, signature = metrics()
    assert plain["miou"] == pytest.approx((3 / 5 + 3 / 5 + 3 / 4) / 3)
    fewer, other = metrics("--classes", 19)  # now the predicted 9 is a class, found nowhere
    assert fewer["miou"] == pytest.approx((3 / 5 + 3 / 5 + 3 / 4 + 0) / 4)
    assert "|classes:19;" in other
    same, other = metrics("--classes", 4)
    assert (same, other) == (plain, signature)
    everything, other = metrics("--ignore-index", "none")
    assert everything["pixel_accuracy"] == 9 / 16
    assert "|ignore:none|classes:256;" in other
    without, other = metrics("--ignore-index", 255, "--workers", 2)
    assert (without, other) == (plain, signature)


def test_palettes_are_read_by_index(labels: tuple[Path, Path], tmp_path: Path) -> None:
    from tests.unit.test_images import palette, png, rows_of

    plain = json.loads(run("score", *labels, "--metrics", "miou", "--format", "json").stdout)
    colours = np.random.default_rng(1).integers(0, 256, (256, 3)).tolist()
    for folder in labels:
        for path in folder.iterdir():
            pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
            data = png(rows_of(pixels), 3, before=palette(*colours), size=pixels.shape[::-1])
            path.write_bytes(data)
    indexed = json.loads(run("score", *labels, "--metrics", "miou", "--format", "json").stdout)
    assert indexed["digest"] == plain["digest"]


def test_methods_are_ranked(tmp_path: Path) -> None:
    make_labels(tmp_path, 4, methods=("a", "b"))
    done = run("score", tmp_path / "preds", tmp_path / "gt", "--metrics", "miou")
    assert done.exit_code == 0, done.stderr
    assert "* best among comparable results" in done.stdout
    assert "not ranked" not in done.stderr
    assert done.stdout.count("accuracy") == 2


USAGE = [
    (("--metrics", "miou,mae"), "miou scores label maps and the other metrics score saliency maps"),
    (("--metrics", "default,miou"), "name one kind in a run."),
    (
        ("--metrics", "miou", "--protocol", "u2net"),
        "protocols are for saliency maps; leave --proto",
    ),
    (
        ("--metrics", "mae", "--classes", "3"),
        "--ignore-index and --classes are for --metrics miou.",
    ),
    (("--metrics", "mae", "--ignore-index", "0"), "are for --metrics miou."),
    (("--metrics", "miou", "--classes", "0"), "Invalid value for '--classes'"),
    (("--metrics", "miou", "--ignore-index", "-1"), "Invalid value for '--ignore-index'"),
    (("--metrics", "miou", "--ignore-index", "sky"), "Invalid value for '--ignore-index'"),
    (("--metrics", "miou", "--curves", "c.npz"), "none of the metrics has a curve"),
]


@pytest.mark.parametrize(("options", "message"), USAGE)
def test_what_cannot_be_asked(
    labels: tuple[Path, Path], options: tuple[str, ...], message: str
) -> None:
    refused = run("score", *labels, *options)
    assert refused.exit_code == 2
    assert message in refused.stderr.replace("\n", " ")
    assert refused.stdout == ""


def test_default_and_all_are_saliency_metrics(tmp_path: Path) -> None:
    for name in ("default", "all"):
        from sodeval.metrics import resolve

        assert "miou" not in resolve(name)
    with pytest.raises(
        UsageError, match=r"stream arrays into sodeval\.metrics\.miou\.ConfusionMatrix"
    ):
        Evaluator(metrics="miou")


def test_missing_and_unreadable(tmp_path: Path) -> None:
    root = tmp_path / "SCENES"
    make_labels(root, 4)
    preds, gt = root / "preds", root / "gt"
    (preds / "x1.png").unlink()
    stopped = run("score", preds, gt, "--metrics", "miou")
    assert stopped.exit_code == 3
    assert "1 of 4 predictions of preds for SCENES is missing (x1)" in stopped.stderr
    zero = run("score", preds, gt, "--metrics", "miou", "--missing", "zero")
    assert zero.exit_code == 0
    assert "4 of 4 images; 1 missing (first: x1), scored wrong everywhere" in zero.stderr
    write(preds / "x2.png", np.dstack([disc(1), disc(2), disc(3)]))
    stopped = run("score", preds, gt, "--metrics", "miou", "--missing", "error")
    assert stopped.exit_code == 3
    skipped = run("score", preds, gt, "--metrics", "miou", "--missing", "skip")
    assert skipped.exit_code == 3
    assert "x2.png holds colours, not label ids. Save the label ids as a grey or palette PNG." in (
        skipped.stderr
    )


def test_sizes_and_labels_that_do_not_fit(tmp_path: Path) -> None:
    make_labels(tmp_path, 3)
    preds, gt = tmp_path / "preds", tmp_path / "gt"
    stopped = run("score", preds, gt, "--metrics", "miou", "--classes", "2")
    assert stopped.exit_code == 3
    assert "x0.png holds label 3; 2 classes are 0 to 1, and 255 is ignored." in stopped.stderr
    write(preds / "x1.png", np.zeros((5, 6), np.uint8))
    stopped = run("score", preds, gt, "--metrics", "miou", "--size-mismatch", "error")
    assert stopped.exit_code == 3
    assert "x1.png is 6x5 and its ground truth 24x20 pixels" in stopped.stderr
    resized = run("score", preds, gt, "--metrics", "miou")
    assert "1 prediction resized to the ground truth's size (nearest)" in resized.stderr


def test_from_python(tmp_path: Path) -> None:
    make_labels(tmp_path, 3)
    report = score(tmp_path / "preds", tmp_path / "gt", metrics="miou", classes=19)
    assert set(report.metrics) == {"miou", "pixel_accuracy"}
    assert list(report.per_image.columns) == ["method", "dataset", "name", *report.metrics]


def test_saliency_maps_are_scored_as_before(tmp_path: Path) -> None:
    done = run("score", *make_set(tmp_path, 3))
    assert done.exit_code == 0
    assert "class" not in done.stdout
