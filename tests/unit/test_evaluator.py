"""Arrays in, report out."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from sodeval import Evaluator
from sodeval.errors import PairingError, ShapeError, UnknownNameError, UsageError
from tests.files import disc, seen

MASKS = [disc(i) for i in range(6)]
MAPS = [seen(mask, i) for i, mask in enumerate(MASKS)]
NAMES = [f"x{i}" for i in range(6)]


def digest(evaluator: Evaluator) -> str:
    return evaluator.compute().digest


@pytest.fixture(scope="module")
def one_by_one() -> str:
    evaluator = Evaluator()
    for pred, gt, name in zip(MAPS, MASKS, NAMES, strict=True):
        evaluator.update(pred, gt, name)
    assert len(evaluator) == 6
    return digest(evaluator)


def test_batches_equal_single_images(one_by_one: str) -> None:
    stacked, masks = np.stack(MAPS), np.stack(MASKS)
    for pred, gt in ((stacked, masks), (stacked[:, None], masks[:, None]), (stacked, masks > 0)):
        evaluator = Evaluator()
        evaluator.update(pred, gt, NAMES)
        assert digest(evaluator) == one_by_one


def test_tensors_equal_arrays(one_by_one: str) -> None:
    torch = pytest.importorskip("torch")
    evaluator = Evaluator()
    pred = torch.from_numpy(np.stack(MAPS))[:, None].float().div(255).requires_grad_()
    gt = torch.from_numpy(np.stack(MASKS))[:, None] > 0
    evaluator.update(pred, gt, NAMES)
    assert digest(evaluator) == one_by_one


def test_inputs_are_left_as_they_are() -> None:
    pred, gt = MAPS[0].copy(), MASKS[0].copy()
    pred.setflags(write=False)
    gt.setflags(write=False)
    Evaluator().update(pred, gt)
    assert np.array_equal(pred, MAPS[0])


def test_parts_merge(one_by_one: str) -> None:
    parts = [Evaluator() for _ in range(3)]
    for i, (pred, gt, name) in enumerate(zip(MAPS, MASKS, NAMES, strict=True)):
        parts[i % 3].update(pred, gt, name)
    first, second, third = pickle.loads(pickle.dumps(parts))
    third.merge(first)
    third.merge(second)
    assert digest(third) == one_by_one


def test_images_without_a_name_are_numbered_on() -> None:
    one, two = Evaluator(), Evaluator()
    one.update(np.stack(MAPS[:2]), np.stack(MASKS[:2]))
    one.update(MAPS[2], MASKS[2])
    two.update(np.stack(MAPS[3:]), np.stack(MASKS[3:]))
    one.merge(two)
    report = one.compute()
    assert list(report.per_image["name"]) == [f"#{i:06d}" for i in range(6)]
    assert len(two) == 3
    assert list(two.compute().per_image["name"]) == ["#000000", "#000001", "#000002"]


def test_compute_can_be_called_along_the_way() -> None:
    evaluator = Evaluator(metrics="mae")
    evaluator.update(MAPS[0], MASKS[0])
    assert evaluator.compute().results[0].images == 1
    evaluator.update(MAPS[1], MASKS[1])
    assert evaluator.compute().results[0].images == 2


def test_what_is_refused() -> None:
    evaluator = Evaluator()
    with pytest.raises(PairingError, match=r"nothing was scored; call update"):
        evaluator.compute()
    evaluator.update(MAPS[0], MASKS[0], "x")
    with pytest.raises(PairingError, match="image 'x' was scored before"):
        evaluator.update(MAPS[0], MASKS[0], "x")
    with pytest.raises(PairingError, match="image 'y' was scored before"):
        evaluator.update(np.stack(MAPS[:2]), np.stack(MASKS[:2]), ["y", "y"])
    with pytest.raises(UsageError, match="2 images came with 1 names"):
        evaluator.update(np.stack(MAPS[:2]), np.stack(MASKS[:2]), ["z"])
    with pytest.raises(ShapeError, match="2 predictions came with 1 ground truths"):
        evaluator.update(np.stack(MAPS[:2]), MASKS[0])
    with pytest.raises(ShapeError, match="apply a sigmoid"):
        evaluator.update(MAPS[0] - 128.0, MASKS[0])
    assert len(evaluator) == 1, "a refused image leaves nothing behind"
    with pytest.raises(UsageError, match="different metrics or protocols"):
        evaluator.merge(Evaluator(metrics="mae"))
    other = Evaluator()
    other.update(MAPS[0], MASKS[0], "x")
    with pytest.raises(PairingError, match="first: 'x'"):
        evaluator.merge(other)
    with pytest.raises(UnknownNameError, match="unknown metric 'maee'"):
        Evaluator(metrics=["maee"])


def test_numbers_leave_out_names_that_are_taken() -> None:
    evaluator, other = Evaluator(metrics="mae"), Evaluator(metrics="mae")
    evaluator.update(MAPS[0], MASKS[0], "#000000")
    evaluator.update(MAPS[1], MASKS[1])
    other.update(MAPS[2], MASKS[2], "#000002")
    other.update(np.stack(MAPS[3:5]), np.stack(MASKS[3:5]))
    evaluator.merge(other)
    names = list(evaluator.compute().per_image["name"])
    assert names == [f"#{i:06d}" for i in range(5)]
    with pytest.raises(UsageError, match="merged with itself"):
        evaluator.merge(evaluator)


def test_a_colour_picture_is_no_batch() -> None:
    evaluator = Evaluator(metrics="mae")
    for channels in (1, 3, 4):
        picture = np.zeros((30, 40, channels), np.uint8)
        with pytest.raises(ShapeError, match=r"looks like \(H, W, channels\)"):
            evaluator.update(picture, MASKS[0])
    narrow = np.zeros((2, 30, 3), np.uint8)
    evaluator.update(narrow, narrow, ["a", "b"])
    assert len(evaluator) == 2


def test_another_size_is_resized_as_files_are() -> None:
    evaluator = Evaluator()
    evaluator.update(MAPS[0][::2, ::2], MASKS[0])
    assert evaluator.compute().results[0].resized == 1
