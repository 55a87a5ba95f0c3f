"""Confusion matrices, and folders of label maps, against the slow transcription."""

from __future__ import annotations

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numba.core.registry import CPUDispatcher

from sodeval.errors import DecodeError, Interrupted, PairingError, ShapeError, UsageError
from sodeval.kernels import confusion as kernels
from sodeval.label_scoring import score_labels
from sodeval.metrics.miou import MAX_CLASSES, ConfusionMatrix
from sodeval.pairs import discover
from sodeval.report import Report, Result
from sodeval.signature import Signature
from tests import naive_miou as naive
from tests.files import write

# fsum of correctly rounded quotients, divided: within an ulp or two of the exact mean
CLOSE = 1e-15


def check(matrix: ConfusionMatrix, pairs: naive.Pairs, classes: int | None) -> None:
    expected_classes = naive.class_count(pairs, matrix.ignore_index) if classes is None else classes
    counts = naive.confusion(pairs, expected_classes, matrix.ignore_index)
    np.testing.assert_array_equal(matrix.counts, counts)
    assert matrix.counts.dtype == np.int64
    miou, accuracy, per_class = naive.scores(counts)
    got = matrix.scores()
    assert got.miou == (None if miou is None else pytest.approx(miou, rel=0, abs=CLOSE))
    assert got.pixel_accuracy == accuracy
    assert {c: score._asdict() for c, score in got.per_class.items()} == per_class


# The matrix -------------------------------------------------------------------------------------

BLOCKS = np.kron(np.array([[0, 1, 1], [2, 255, 0]], np.uint8), np.ones((4, 5), np.uint8))


def test_by_hand() -> None:
    gt = np.array([[0, 0, 1, 1, 255, 255]])
    pred = np.array([[0, 1, 1, 3, 0, 2]])
    matrix = ConfusionMatrix(classes=3)
    matrix.update(pred, gt)
    np.testing.assert_array_equal(matrix.counts, [[1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]])
    scores = matrix.scores()
    assert scores.per_class[0] == (1 / 2, 1 / 2, 2)
    assert scores.per_class[1] == (1 / 3, 1 / 2, 2)
    assert scores.per_class[2] == (None, None, 0)  # predicted where the truth is ignored only
    assert scores.miou == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert scores.pixel_accuracy == 2 / 4


def test_a_class_only_in_predictions_counts_as_zero() -> None:
    matrix = ConfusionMatrix(classes=3)
    matrix.update([[0, 2]], [[0, 0]])
    assert matrix.scores().per_class[2] == (0.0, None, 0)
    assert matrix.scores().miou == 0.25


def test_a_prediction_above_the_classes_is_a_miss() -> None:
    matrix = ConfusionMatrix()  # classes 0 and 1, from the ground truth
    matrix.update([[0, 7, 1, 60000]], [[0, 0, 1, 1]])
    assert matrix.classes == 2
    assert matrix.scores().miou == 0.5
    np.testing.assert_array_equal(matrix.counts, [[1, 0, 1], [0, 1, 1]])


def test_predicting_the_ignored_label_is_a_miss() -> None:
    for ignored in (1, 255):
        matrix = ConfusionMatrix(300, ignore_index=ignored)
        matrix.update([[ignored, 0, ignored]], [[0, 0, ignored]])
        scores = matrix.scores()
        assert scores.per_class[0] == (0.5, 0.5, 2)
        assert scores.per_class[ignored] == (None, None, 0)


@pytest.mark.parametrize("ignored", [0, 255, None])
@pytest.mark.parametrize("classes", [None, 256])
def test_blocks_and_noise(ignored: int | None, classes: int | None) -> None:
    rng = np.random.default_rng(3)
    pairs = [(BLOCKS, BLOCKS), (np.roll(BLOCKS, 3), BLOCKS), (BLOCKS * 0 + 2, BLOCKS)]
    pairs += [tuple(rng.integers(0, 256, (2, 9, 14), np.uint8)) for _ in range(3)]
    matrix = ConfusionMatrix(classes, ignore_index=ignored)
    for pred, gt in pairs:
        matrix.update(pred, gt)
    check(matrix, pairs, classes)


LABELS = st.sampled_from([0, 1, 2, 3, 7, 254, 255, 256, 300, 4095])


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_maps_in_any_order_and_split(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 6)))
    true = st.sampled_from([0, 1, 2, 9, 255])
    maps = st.tuples(
        arrays(np.uint16, shape, elements=LABELS), arrays(np.uint16, shape, elements=true)
    )
    pairs = data.draw(st.lists(maps, min_size=1, max_size=4))
    classes = data.draw(st.sampled_from([None, 10, 256]))
    matrix, parts = ConfusionMatrix(classes), [ConfusionMatrix(classes) for _ in range(2)]
    for index, (pred, gt) in enumerate(pairs):
        matrix.update(pred, gt)
        parts[index % 2].update(pred, gt)
    check(matrix, pairs, classes)
    parts[1].merge(parts[0])
    np.testing.assert_array_equal(parts[1].counts, matrix.counts)
    assert parts[1].scores() == matrix.scores()


def test_inferred_classes_are_those_of_the_whole_set() -> None:
    matrix = ConfusionMatrix()
    matrix.update([[0, 3]], [[0, 0]])  # 3 is no class yet
    assert matrix.classes == 1
    matrix.update([[3, 3]], [[3, 3]])
    assert matrix.classes == 4
    assert matrix.scores().per_class[3] == (2 / 3, 1.0, 2)


def test_nothing_counted_is_no_score() -> None:
    matrix = ConfusionMatrix()
    assert matrix.scores() == (None, None, {})
    matrix.update([[1, 2]], [[255, 255]])
    assert matrix.scores() == (None, None, {})
    assert ConfusionMatrix(2).scores() == (None, None, {0: (None, None, 0), 1: (None, None, 0)})


def test_perfect_maps_score_one() -> None:
    matrix = ConfusionMatrix(19)
    matrix.update(BLOCKS, BLOCKS)
    assert matrix.scores()[:2] == (1.0, 1.0)


def test_a_batch_and_tensors_are_as_single_maps() -> None:
    torch = pytest.importorskip("torch")
    pred, gt = np.random.default_rng(5).integers(0, 5, (2, 3, 6, 7))
    single, batch, tensors = ConfusionMatrix(5), ConfusionMatrix(5), ConfusionMatrix(5)
    for p, g in zip(pred, gt, strict=True):
        single.update(p, g)
    batch.update(pred[:, None], gt)
    tensors.update(torch.from_numpy(pred), torch.from_numpy(gt.astype(np.int32)))
    np.testing.assert_array_equal(batch.counts, single.counts)
    np.testing.assert_array_equal(tensors.counts, single.counts)


def test_one_specialisation_for_every_input() -> None:
    frozen = BLOCKS.copy()
    frozen.setflags(write=False)
    matrix = ConfusionMatrix()
    for one in (BLOCKS, frozen, BLOCKS[:, ::-1], np.asfortranarray(BLOCKS), BLOCKS.astype(int)):
        matrix.update(one, one)
    assert matrix.scores().miou == 1
    for kernel in (kernels.largest_label, kernels.add_pairs):
        if isinstance(kernel, CPUDispatcher):
            assert len(kernel.signatures) == 1


def test_merging_with_itself_doubles() -> None:
    matrix = ConfusionMatrix()
    matrix.update(BLOCKS, np.roll(BLOCKS, 1))
    before = matrix.counts
    matrix.merge(matrix)
    np.testing.assert_array_equal(matrix.counts, 2 * before)


@pytest.mark.parametrize("classes", [0, -1, MAX_CLASSES + 1])
def test_so_many_classes_are_refused(classes: int) -> None:
    with pytest.raises(UsageError, match=f"classes is {classes}; give 1 to 4096"):
        ConfusionMatrix(classes)


@pytest.mark.parametrize("ignored", [-1, 65536])
def test_no_file_holds_this_ignored_label(ignored: int) -> None:
    with pytest.raises(UsageError, match=f"ignore_index is {ignored}; give 0 to 65535, or none"):
        ConfusionMatrix(ignore_index=ignored)


def test_a_true_label_that_is_no_class_is_refused() -> None:
    matrix = ConfusionMatrix(19)
    with pytest.raises(ShapeError, match=r"holds label 33; 19 classes are 0 to 18, and 255 is ig"):
        matrix.update([[[0, 1]], [[0, 1]]], [[[0, 1]], [[0, 33]]])
    assert not matrix.counts.any(), "all of a batch or none of it"
    with pytest.raises(ShapeError, match=r"label 4096; 4096 classes .* and no label is ignored"):
        ConfusionMatrix(ignore_index=None).update([[0]], [[4096]])


def test_shapes_must_agree() -> None:
    with pytest.raises(ShapeError, match=r"1 predictions of .2, 2. came with 1 ground truths"):
        ConfusionMatrix().update(np.zeros((2, 2), int), np.zeros((2, 3), int))


def test_matrices_of_other_settings_do_not_merge() -> None:
    with pytest.raises(UsageError, match="cannot be merged"):
        ConfusionMatrix(3).merge(ConfusionMatrix(4))
    with pytest.raises(UsageError, match="cannot be merged"):
        ConfusionMatrix().merge(ConfusionMatrix(ignore_index=0))


# Folders ----------------------------------------------------------------------------------------


def make_labels(root: Path, count: int = 5, methods: tuple[str, ...] = ()) -> naive.Pairs:
    """``root/preds`` and ``root/gt`` of label maps; the pairs of the first method."""
    pairs = []
    for i in range(count):
        rng = np.random.default_rng(i)
        gt = np.kron(rng.integers(0, 4, (5, 6), np.uint8), np.ones((4, 4), np.uint8))
        gt[:2] = 255
        write(root / "gt" / ("SET" if methods else "") / f"x{i}.png", gt)
        for m, method in enumerate(methods or ("",)):
            pred = np.where(rng.random(gt.shape) < 0.2, np.uint8(m + 1), gt).astype(np.uint8)
            folder = root / "preds" / method / "SET" if methods else root / "preds"
            write(folder / f"x{i}.png", pred)
            if m == 0:
                pairs.append((pred, gt))
    return pairs


def run(root: Path, **options: object) -> Report:
    with discover(root / "preds", root / "gt") as plan:
        return score_labels(plan, **options)


def result_of(root: Path, **options: object) -> Result:
    (result,) = run(root, **options).results
    return result


def test_a_folder_against_the_transcription(tmp_path: Path) -> None:
    pairs = make_labels(tmp_path)
    result = result_of(tmp_path)
    miou, accuracy, per_class = naive.scores(naive.confusion(pairs, 4, 255))
    assert result.metrics["miou"] == pytest.approx(miou, rel=0, abs=CLOSE)
    assert result.metrics["pixel_accuracy"] == accuracy
    assert result.to_dict()["per_class"] == {str(c): one for c, one in per_class.items()}
    assert result.names == tuple(f"x{i}" for i in range(5))
    for i, pair in enumerate(pairs):
        own = naive.scores(naive.confusion([pair], 4, 255))
        assert result.columns["miou"][i] == pytest.approx(own[0], rel=0, abs=CLOSE)
        assert result.columns["pixel_accuracy"][i] == own[1]
    assert result.protocol["classes"] == 4
    assert result.protocol["ignore_index"] == 255


def test_the_signature_reads_back_and_compares(tmp_path: Path) -> None:
    make_labels(tmp_path, methods=("a", "b"))
    one, other = (Signature.parse(result.signature) for result in run(tmp_path).results)
    assert str(one).startswith("sodeval:labels|read:raw|ignore:255|classes:4;n:5|stems:")
    assert one.comparable(other)
    asked = Signature.parse(run(tmp_path, classes=4).results[0].signature)
    assert one.comparable(asked), "the same classes, found or given"
    more = Signature.parse(run(tmp_path, classes=19).results[0].signature)
    assert one.differences(more) == ["classes 4 against 19"]
    nothing = Signature.parse(run(tmp_path, ignore_index=None).results[0].signature)
    assert "ignore 255 against none" in one.differences(nothing)
    write(tmp_path / "gt" / "SET" / "x0.png", np.full((20, 24), 3, np.uint8))
    changed = Signature.parse(run(tmp_path).results[0].signature)
    assert [reason.split()[:2] for reason in one.differences(changed)] == [["ground", "truth"]]


def test_reports_do_not_depend_on_workers(tmp_path: Path) -> None:
    make_labels(tmp_path, 9, methods=("a", "b", "c"))
    reports = [run(tmp_path, workers=workers) for workers in (1, 2, 7)]
    assert len({report.digest for report in reports}) == 1
    assert reports[0].per_image.equals(reports[2].per_image)


def test_a_report_survives_its_file(tmp_path: Path) -> None:
    make_labels(tmp_path)
    report = run(tmp_path)
    report.to_json(tmp_path / "r.json")
    loaded = Report.load(tmp_path / "r.json")
    assert loaded.digest == report.digest
    assert not loaded.notes
    data = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["results"][0]
    assert set(data["per_class"]["0"]) == {"iou", "accuracy", "pixels"}
    assert data["metrics"]["miou"] == report.metrics["miou"]


def test_an_image_with_nothing_to_count_has_no_score(tmp_path: Path) -> None:
    make_labels(tmp_path, 3)
    write(tmp_path / "gt" / "x1.png", np.full((20, 24), 255, np.uint8))
    result = result_of(tmp_path)
    assert result.undefined == {"miou": 1, "pixel_accuracy": 1}
    assert math.isnan(result.columns["miou"][1])
    assert result.images == 3


def test_missing(tmp_path: Path) -> None:
    pairs = make_labels(tmp_path)
    (tmp_path / "preds" / "x2.png").unlink()
    with pytest.raises(PairingError, match=r"1 of 5 predictions .* is missing"):
        run(tmp_path)
    skipped = result_of(tmp_path, missing="skip")
    rest = [*pairs[:2], *pairs[3:]]
    accuracy = naive.scores(naive.confusion(rest, 4, 255))[1]
    assert skipped.metrics["pixel_accuracy"] == accuracy
    assert (skipped.images, skipped.expected, skipped.missing) == (4, 5, ("x2",))
    assert "skip:1" in skipped.signature
    none = result_of(tmp_path, missing="zero")
    wrong = [*rest, (np.full((20, 24), 99), pairs[2][1])]
    assert none.metrics["pixel_accuracy"] == naive.scores(naive.confusion(wrong, 4, 255))[1]
    assert none.columns["miou"][2] == 0
    assert "zero:1" in none.signature
    assert not none.warnings


def test_unreadable(tmp_path: Path) -> None:
    make_labels(tmp_path)
    (tmp_path / "preds" / "x2.png").write_bytes(b"no image")
    write(tmp_path / "preds" / "x3.png", np.dstack([np.arange(480).reshape(20, 24) % 251] * 3))
    colours = np.zeros((20, 24, 3), np.uint8)
    colours[..., 2] = 9
    write(tmp_path / "gt" / "x4.png", colours)
    with pytest.raises(DecodeError, match=r"x2\.png is not an image"):
        run(tmp_path, workers=4)
    skipped = result_of(tmp_path, missing="skip")
    assert skipped.images == 3
    assert [Path(place).name for place in skipped.unreadable] == ["x4.png", "x2.png"]
    zero = result_of(tmp_path, missing="zero")
    assert zero.images == 4
    assert zero.columns["pixel_accuracy"][2] == 0


def test_nothing_readable_is_an_error(tmp_path: Path) -> None:
    make_labels(tmp_path, 2)
    for path in (tmp_path / "gt").iterdir():
        path.write_bytes(b"")
    with pytest.raises(DecodeError, match=r"no image could be scored; .* is empty"):
        run(tmp_path, missing="skip")


def test_sizes(tmp_path: Path) -> None:
    pairs = make_labels(tmp_path)
    small = pairs[1][0][::2, ::2]
    write(tmp_path / "preds" / "x1.png", small)
    with pytest.raises(ShapeError, match=r"x1\.png is 12x10 and its ground truth 24x20 pixels"):
        run(tmp_path, size_mismatch="error")
    result = result_of(tmp_path)
    assert result.resized == 1
    assert "resize:nearest" in result.signature
    large = np.kron(small, np.ones((2, 2), np.uint8))
    same = naive.scores(naive.confusion([(large, pairs[1][1])], 4, 255))
    assert result.columns["pixel_accuracy"][1] == same[1]


def test_labels_that_are_no_class_are_counted_as_warnings(tmp_path: Path) -> None:
    make_labels(tmp_path, 3)
    for i, label in enumerate((4, 255, 60000)):
        path = tmp_path / "preds" / f"x{i}.png"
        pred = cv2.imread(str(path), cv2.IMREAD_UNCHANGED).astype(np.uint16)
        pred[10, 10] = label
        write(path, pred if label > 255 else pred.astype(np.uint8))
    assert result_of(tmp_path, classes=19).warnings == {"outside_classes": 2}
    assert result_of(tmp_path).warnings == {"outside_classes": 3}


def test_a_true_label_that_is_no_class_names_its_file(tmp_path: Path) -> None:
    make_labels(tmp_path, 3)
    write(tmp_path / "gt" / "x1.png", np.full((20, 24), 33, np.uint8))
    with pytest.raises(ShapeError, match=r"x1\.png holds label 33; 19 classes are 0 to 18"):
        run(tmp_path, classes=19, missing="skip")


class Stop:
    """A progress that is interrupted after some images."""

    def __init__(self, after: int):
        self.after, self.total, self.stopped = after, 0, False

    def start(self, total: int) -> None:
        self.total = total

    def advance(self, done: int) -> None:
        if done >= self.after:
            raise KeyboardInterrupt

    def stop(self) -> None:
        self.stopped = True


@pytest.mark.parametrize("workers", [1, 3])
def test_an_interrupted_run_keeps_what_was_done(tmp_path: Path, workers: int) -> None:
    make_labels(tmp_path, 6)
    stop = Stop(4)
    with pytest.raises(Interrupted) as stopped:
        run(tmp_path, progress=stop, workers=workers)
    report = stopped.value.report
    assert report.partial
    assert report.results[0].names == ("x0", "x1", "x2", "x3")
    assert (stop.total, stop.stopped) == (6, True)
    with pytest.raises(Interrupted) as stopped:
        run(tmp_path, progress=Stop(0), workers=workers)
    json.loads(stopped.value.report.dumps())


def test_the_first_error_is_that_of_the_first_file(tmp_path: Path) -> None:
    make_labels(tmp_path, 12)
    for i in (3, 5, 8):
        (tmp_path / "preds" / f"x{i}.png").write_bytes(b"")
    for workers in (1, 2, 8):
        with pytest.raises(DecodeError, match=r"x3\.png is empty"):
            run(tmp_path, workers=workers)
