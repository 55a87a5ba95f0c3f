"""Folders in, report out: threads, policies, and what is kept in memory."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import sodeval
from sodeval import scoring
from sodeval.errors import (
    DecodeError,
    Interrupted,
    PairingError,
    ShapeError,
    UnknownNameError,
    UsageError,
)
from sodeval.metrics import weighted_fbeta
from tests.files import disc, make_set, seen, write


def test_any_number_of_workers_gives_the_same_bits(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 23, methods=("a", "b"))
    reports = [sodeval.score(preds, gts, workers=w) for w in (1, 2, 3, 8)]
    assert len({report.digest for report in reports}) == 1
    assert len({report.per_image.to_csv() for report in reports}) == 1
    for one, other in zip(reports[0].results, reports[-1].results, strict=True):
        for key in one.curves:
            assert one.curves[key].tobytes() == other.curves[key].tobytes()


def test_folders_and_streams_agree(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 5)
    report = sodeval.score(preds, gts)
    evaluator = sodeval.Evaluator(method="preds", dataset=report.results[0].dataset)
    for i in range(5):
        evaluator.update(seen(disc(i), i), disc(i), f"x{i}")
    assert evaluator.compute().digest == report.digest


def test_one_result_for_each_method_and_data_set(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 3, methods=("a", "b"))
    report = sodeval.score(preds, gts)
    assert [(r.method, r.dataset, r.images) for r in report.results] == [
        ("a", "SET", 3),
        ("b", "SET", 3),
    ]
    assert list(report.per_image["name"]) == ["x0", "x1", "x2"] * 2


def test_a_ground_truth_is_prepared_once_for_all_methods(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preds, gts = make_set(tmp_path, 4, methods=("a", "b", "c"))
    calls: list[str] = []

    def counted(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            calls.append(name)
            return function(*args, **options)

        return call

    distance = weighted_fbeta.distance
    monkeypatch.setattr(scoring, "decode", counted("decode", scoring.decode))
    monkeypatch.setattr(
        distance, "squared_distance", counted("distance", distance.squared_distance)
    )
    sodeval.score(preds, gts)
    assert calls.count("decode") == 4 + 3 * 4
    assert calls.count("distance") == 4


@pytest.mark.parametrize("workers", [1, 3])
def test_few_decoded_images_are_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    preds, gts = make_set(tmp_path, 40)
    alive: set[int] = set()
    counts: list[int] = []
    real = scoring.decode

    def decode(data: bytes, label: str, **options: int) -> scoring.Decoded:
        decoded = real(data, label, **options)
        ticket = len(counts)
        alive.add(ticket)
        counts.append(len(alive))
        weakref.finalize(decoded.pixels, alive.discard, ticket)
        return decoded

    monkeypatch.setattr(scoring, "decode", decode)
    sodeval.score(preds, gts, workers=workers)
    assert len(counts) == 80
    assert max(counts) <= 4 * workers
    assert not alive


def test_missing_predictions_stop_the_run(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 9)
    for i in range(7):
        (preds / f"x{i}.png").unlink()
    with pytest.raises(PairingError) as caught:
        sodeval.score(preds, gts)
    message = str(caught.value)
    assert "7 of 9" in message
    assert "x0, x1, x2, x3, x4" in message
    assert "x5" not in message
    assert "--missing skip" in message


def test_missing_predictions_left_out(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 6)
    (preds / "x3.png").unlink()
    result = sodeval.score(preds, gts, missing="skip").results[0]
    assert (result.images, result.expected, result.missing) == (5, 6, ("x3",))
    assert "|skip:1;n:5|" in result.signature


def test_missing_predictions_scored_as_zero(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 6)
    (preds / "x3.png").unlink()
    report = sodeval.score(preds, gts, missing="zero")
    result = report.results[0]
    assert (result.images, result.expected, result.missing) == (6, 6, ("x3",))
    assert "|zero:1;n:6|" in result.signature
    write(preds / "x3.png", np.zeros((30, 40), np.uint8))
    written = sodeval.score(preds, gts)
    assert written.metrics == report.metrics
    # a map that is not there is no constant prediction, one that is there is
    assert (result.warnings, written.results[0].warnings) == ({}, {"constant_pred": 1})


def test_nothing_left_to_score(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 1)
    (preds / "x0.png").write_bytes(b"")
    with pytest.raises(DecodeError, match=r"no image could be scored; .*x0\.png"):
        sodeval.score(preds, gts, missing="skip")


@pytest.mark.parametrize("workers", [1, 4])
def test_the_first_unreadable_file_is_named(tmp_path: Path, workers: int) -> None:
    preds, gts = make_set(tmp_path, 20)
    for i in (4, 9, 17):
        (preds / f"x{i}.png").write_bytes(b"not an image")
    with pytest.raises(DecodeError, match=r"preds/x4\.png"):
        sodeval.score(preds, gts, workers=workers)


def test_unreadable_files_are_listed_and_the_rest_is_scored(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 6)
    (preds / "x2.png").write_bytes(b"")
    (gts / "x4.png").write_bytes(b"text")
    report = sodeval.score(preds, gts, missing="skip")
    result = report.results[0]
    assert (result.images, result.expected, result.missing) == (4, 6, ())
    assert result.unreadable == ("gt/x4.png", "preds/x2.png")
    assert sum("x2.png" in note for note in report.notes) == 1
    assert "|skip:2;n:4|" in result.signature


def test_an_unreadable_prediction_scores_as_zero_when_missing_ones_do(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 4)
    (preds / "x2.png").write_bytes(b"")
    result = sodeval.score(preds, gts, missing="zero").results[0]
    assert (result.images, result.unreadable) == (4, ("preds/x2.png",))
    assert "|zero:1;n:4|" in result.signature


def test_sizes_that_differ(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 3)
    write(preds / "x1.png", np.full((7, 9), 200, np.uint8))
    result = sodeval.score(preds, gts).results[0]
    assert result.resized == 1
    assert "|rs:pred-to-gt|rsf:cv2-linear|" in result.signature
    with pytest.raises(ShapeError) as caught:
        sodeval.score(preds, gts, size_mismatch="error")
    assert str(caught.value) == (
        f"{preds / 'x1.png'} is 9x7 and its ground truth 40x30 pixels; "
        "resize it, or score with --size-mismatch resize."
    )


def test_warnings_are_counted(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 5)
    write(gts / "x0.png", disc(0) // 255)
    write(gts / "x1.png", np.where(disc(1) > 0, np.uint8(200), np.uint8(0)))
    write(preds / "x2.png", np.full((30, 40), 77, np.uint8))
    write(preds / "x3.png", np.dstack([disc(3), disc(3) // 2, disc(3)]))
    assert sodeval.score(preds, gts).results[0].warnings == {
        "constant_pred": 1,
        "grey_gt": 1,
        "gt_0_1": 1,
        "unequal_channels": 1,
    }


class StopAfter:
    """A progress that presses Ctrl-C once some images are done."""

    def __init__(self, images: int) -> None:
        self.images = images
        self.stopped = False

    def start(self, total: int) -> None:
        self.total = total

    def advance(self, done: int) -> None:
        if done >= self.images:
            raise KeyboardInterrupt

    def stop(self) -> None:
        self.stopped = True


def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preds, gts = make_set(tmp_path, 12)
    gate = threading.Event()
    real = scoring.decode

    def decode(data: bytes, label: str, **options: int) -> scoring.Decoded:
        if label.endswith("x7.png"):
            gate.wait(10)  # so that the run cannot end before it is interrupted
        return real(data, label, **options)

    monkeypatch.setattr(scoring, "decode", decode)
    progress = StopAfter(5)
    with pytest.raises(Interrupted) as caught:
        sodeval.score(preds, gts, workers=1, progress=progress)
    gate.set()
    report = caught.value.report
    assert report.partial
    assert progress.stopped
    assert 5 <= report.results[0].images <= 7
    assert report.results[0].expected == 12
    assert len(report.per_image) == report.results[0].images


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"missing": "ignore"}, UnknownNameError, "unknown missing 'ignore'"),
        ({"size_mismatch": "crop"}, UnknownNameError, "unknown size_mismatch 'crop'"),
        ({"workers": 0}, UsageError, "workers is 0; give 1 or more."),
        ({"max_pixels": 0}, UsageError, "max_pixels is 0; give 1 or more."),
        ({"metrics": "mae,fbetta"}, UnknownNameError, "unknown metric 'fbetta'; did you mean"),
        ({"metrics": ""}, UsageError, "no metric was named"),
        ({"protocol": "matlab"}, UnknownNameError, "unknown protocol 'matlab'"),
    ],
)
def test_options(
    tmp_path: Path, options: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message.replace("(", r"\(")):
        sodeval.score(tmp_path, tmp_path, **options)  # type: ignore[arg-type]
