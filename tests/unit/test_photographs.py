"""Photographs for the metrics that look at them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import sodeval
from sodeval.errors import PairingError, ShapeError, UsageError
from tests.files import disc, seen


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for folder in ("preds", "gt", "images"):
        (tmp_path / folder).mkdir()
    rng = np.random.default_rng(3)
    for i in range(3):
        gt = np.kron(disc(i), np.ones((3, 3), np.uint8))
        cv2.imwrite(str(tmp_path / "gt" / f"x{i}.png"), gt)
        cv2.imwrite(
            str(tmp_path / "preds" / f"x{i}.png"),
            np.kron(seen(disc(i), i), np.ones((3, 3), np.uint8)),
        )
        image = rng.integers(0, 256, (*gt.shape, 3), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / "images" / f"x{i}.jpg"), cv2.GaussianBlur(image, (9, 9), 3))
    return tmp_path


def score(folders: Path, metrics: str = "context") -> sodeval.Report:
    images = folders / "images"
    return sodeval.score(folders / "preds", folders / "gt", metrics=metrics, images=images)


def test_context_gains_a_column(folders: Path) -> None:
    scores = score(folders).metrics
    assert set(scores) == {"context", "camouflage_context"}
    assert all(value is not None and 0 < value < 1 for value in scores.values())
    assert scores["context"] != scores["camouflage_context"]


def test_without_photographs_there_is_no_such_column(folders: Path) -> None:
    report = sodeval.score(folders / "preds", folders / "gt", metrics="context")
    assert set(report.metrics) == {"context"}
    with pytest.raises(UsageError, match=r"needs the photographs; give them with --images DIR\."):
        sodeval.score(folders / "preds", folders / "gt", metrics="camouflage_context")


def test_one_is_missing(folders: Path) -> None:
    (folders / "images" / "x1.jpg").unlink()
    with pytest.raises(PairingError, match=r"1 of 3 ground truths have no photograph .*first: x1"):
        score(folders)


def test_another_size(folders: Path) -> None:
    cv2.imwrite(str(folders / "images" / "x2.jpg"), np.zeros((20, 30, 3), np.uint8))
    with pytest.raises(ShapeError, match="is 30x20 and its ground truth"):
        score(folders)


def test_photographs_that_nobody_looks_at_are_said(folders: Path) -> None:
    for path in (folders / "images").iterdir():
        path.write_bytes(b"not read")
    report = score(folders, "mae")
    assert report.notes == (
        "no metric asked for looks at the photographs of --images; add context",
    )
