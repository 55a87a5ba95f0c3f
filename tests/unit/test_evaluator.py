"""Arrays in, report out."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from sodeval import Evaluator, device
from sodeval.errors import PairingError, ShapeError, UnknownNameError, UsageError
from sodeval.images import as_pred
from sodeval.protocols import PROTOCOLS
from tests.cases import named_pairs
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


def test_a_pickled_evaluator_goes_on(one_by_one: str) -> None:
    evaluator = Evaluator()
    evaluator.update(np.stack(MAPS[:3]), np.stack(MASKS[:3]), NAMES[:3])
    copy = pickle.loads(pickle.dumps(evaluator))
    assert digest(copy) == digest(evaluator)
    copy.update(np.stack(MAPS[3:]), np.stack(MASKS[3:]), NAMES[3:])
    assert digest(copy) == one_by_one
    assert len(evaluator) == 3, "the original is another"
    with pytest.raises(PairingError, match="image 'x0' was scored before"):
        copy.update(MAPS[0], MASKS[0], "x0")


@pytest.mark.parametrize("protocol", ["pysodmetrics", "f3net-matlab", "isnet"])
def test_merged_and_pickled_equals_one(protocol: str) -> None:
    metrics = "default,iou,auc,biou"
    whole, left, right = (Evaluator(metrics, protocol) for _ in range(3))
    whole.update(np.stack(MAPS), np.stack(MASKS))
    left.update(np.stack(MAPS[:4]), np.stack(MASKS[:4]))
    right.update(np.stack(MAPS[4:]), np.stack(MASKS[4:]))
    left, right = pickle.loads(pickle.dumps((left, right)))
    left.merge(right)
    merged = pickle.loads(pickle.dumps(left))
    assert digest(merged) == digest(left) == digest(whole)
    for name, curve in whole.compute().curves.items():
        assert np.array_equal(merged.compute().curves[name], curve)
    with pytest.raises(UsageError, match="different metrics or protocols"):
        pickle.loads(pickle.dumps(Evaluator(metrics, "u2net"))).merge(merged)


def test_what_is_kept_does_not_grow_with_the_image() -> None:
    small, large = Evaluator(metrics="all"), Evaluator(metrics="all")
    small.update(MAPS[0], MASKS[0])
    large.update(np.tile(MAPS[0], (5, 5)), np.tile(MASKS[0], (5, 5)))
    assert abs(len(pickle.dumps(large)) - len(pickle.dumps(small))) < 100  # digits of numbers


# Tensors on a device: quantised there, and counted there where that is enough. CPU tensors stand
# in for CUDA ones; where there is a GPU, it is tried as well.

COUNTED = "mae,fbeta,emeasure,iou,dice,accuracy,kappa,precision,recall,specificity,ber,auc"


@pytest.fixture(params=["cpu", "cuda"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A device whose tensors are taken for an accelerator's."""
    torch = pytest.importorskip("torch")
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    monkeypatch.setattr(device, "ACCELERATORS", frozenset({request.param}))
    return str(request.param)


def same(one: Evaluator, other: Evaluator) -> bool:
    """Whether two evaluators have the same scores, rows and curves, to the bit."""
    mine, theirs = one.compute(), other.compute()
    curves = all(np.array_equal(mine.curves[name], c) for name, c in theirs.curves.items())
    rows = mine.per_image.equals(theirs.per_image)
    return curves and rows and mine.digest == theirs.digest


@pytest.mark.parametrize("rounding", ["round", "floor"])
@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32", "float64"])
def test_bytes_made_on_the_device_are_the_same(place: str, kind: str, rounding: str) -> None:
    torch = pytest.importorskip("torch")
    levels = torch.arange(256) / 255
    halves = (torch.arange(255) + 0.5) / 255  # where rounding goes either way
    loose = torch.tensor([-9e-7, -1e-7, 0.0, 1.0, 1 + 1e-7, 1 + 9e-7])
    noise = torch.rand(4000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    values = torch.cat([t.double() for t in (levels, halves, loose, noise)])[None]
    tensor = values.to(getattr(torch, kind))
    made = device.quantised(tensor.to(place), rounding)
    assert made.device.type == place
    assert made.dtype == torch.uint8
    assert np.array_equal(made.cpu().numpy(), as_pred(tensor, rounding=rounding))


def test_what_does_not_fit_is_left_to_the_host(place: str) -> None:
    torch = pytest.importorskip("torch")
    odd = (
        torch.tensor([[0.5, float("nan")]]),
        torch.tensor([[0.5, float("inf")]]),
        torch.tensor([[-0.1, 0.5]]),
        torch.tensor([[0.1, 200.0]]),
        torch.tensor([[-1, 5]]),
        torch.tensor([[3, 256]]),
        torch.zeros((2, 2), dtype=torch.complex64),
        torch.zeros((0, 4)),
        torch.zeros((4, 5, 6, 7)),
    )
    good = torch.zeros((1, 2), dtype=torch.uint8, device=place)
    for tensor in odd:
        with pytest.raises(ShapeError) as on_host:
            Evaluator("mae").update(tensor.numpy(), good.cpu().numpy(), ["x"])
        with pytest.raises(ShapeError) as on_device:
            Evaluator("mae").update(tensor.to(place), good, ["x"])
        assert str(on_device.value) == str(on_host.value)
    array = np.zeros((2, 2))
    assert device.quantised(array, "round") is array


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("metrics", [COUNTED, "default,mba,biou"])
def test_scores_from_the_device_are_the_same(place: str, metrics: str, protocol: str) -> None:
    torch = pytest.importorskip("torch")
    host, there = Evaluator(metrics, protocol), Evaluator(metrics, protocol)
    pairs = named_pairs()
    for name in list(pairs)[:: 1 if metrics == COUNTED else 6]:
        pred, gt = pairs[name]
        host.update(pred, gt, name)
        there.update(torch.from_numpy(pred).to(place), torch.from_numpy(gt).to(place), name)
    assert same(there, host)


@pytest.mark.parametrize("protocol", ["pysodmetrics", "dualgazenet"])  # rounds, and truncates
def test_batches_on_the_device(place: str, protocol: str) -> None:
    torch = pytest.importorskip("torch")
    noise = np.random.default_rng(5).random((6, 1, 30, 40), np.float32)
    masks = np.stack(MASKS)[:, None]
    for kind in (torch.float32, torch.float16, torch.bfloat16):
        pred = torch.from_numpy(noise).to(kind)
        for gt in (torch.from_numpy(masks > 0), torch.from_numpy(masks / 255), masks):
            host, there = Evaluator(COUNTED, protocol), Evaluator(COUNTED, protocol)
            host.update(pred.float().numpy(), np.asarray(gt), NAMES)
            on_device = gt.to(place) if isinstance(gt, torch.Tensor) else gt
            there.update(pred.clone().to(place).requires_grad_(), on_device, NAMES)
            assert same(there, host)
    smaller = torch.from_numpy(noise[..., ::2, ::2].copy())
    host, there = Evaluator(COUNTED), Evaluator(COUNTED)
    host.update(smaller.numpy(), masks, NAMES)
    there.update(smaller.to(place), torch.from_numpy(masks).to(place), NAMES)
    assert same(there, host)


def test_a_counted_prediction_stays_on_the_device(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pixels are fetched only where the adaptive threshold meets a byte of the map."""
    torch = pytest.importorskip("torch")
    fetched = []
    codes = device.CountedPair.__dict__["codes"].func
    monkeypatch.setattr(
        device.CountedPair, "codes", property(lambda pair: fetched.append(1) or codes(pair))
    )
    pred = torch.from_numpy(np.stack(MAPS)).to(place)
    gt = torch.from_numpy(np.stack(MASKS)).to(place)
    Evaluator(COUNTED).update(pred, gt)
    assert fetched == []
    tie = torch.zeros((2, 4), dtype=torch.uint8)
    tie[0] = torch.tensor([255, 102, 51, 0])
    Evaluator(COUNTED).update(tie.to(place), (tie > 60).to(place))  # twice the mean is 102 of 255
    assert fetched
