"""The PySODMetrics drop-in: names, shapes, types, what is shared, what is refused."""

from __future__ import annotations

import inspect
import threading

import numpy as np
import pytest

from sodeval import Evaluator
from sodeval.compat import py_sod_metrics
from sodeval.compat.py_sod_metrics import samples
from sodeval.metrics import weighted_fbeta
from tests import naive_hce
from tests.cases import curves_of, named_pairs, random_pair

PAIRS = [random_pair(seed, 60) for seed in range(4)]
HANDLERS = [name for name in py_sod_metrics.__all__ if name.endswith("Handler")]

# what 1.6.2 exports, and its arguments
SIGNATURES = {
    "MAE": "()",
    "Fmeasure": "(beta=0.3)",
    "WeightedFmeasure": "(beta=1)",
    "Smeasure": "(alpha=0.5)",
    "Emeasure": "()",
    "MSIoU": "(with_dynamic, with_adaptive, *, with_binary=False, num_levels=10)",
    "HumanCorrectionEffortMeasure": "(relax=5, epsilon=2.0)",
    "ContextMeasure": "(beta2=1.0, alpha=6.0)",
    "CamouflageContextMeasure": "(beta2=1.2, alpha=6.0, gamma=8, lambda_spatial=20)",
    "FmeasureV2": "(metric_handlers=None)",
    "SizeInvarianceFmeasureV2": "(metric_handlers=None)",
    "SizeInvarianceMAE": "()",
    "FmeasureHandler": (
        "(with_dynamic, with_adaptive, *, with_binary=False, sample_based=True, beta=0.3)"
    ),
}


def stepped(metric, pairs=PAIRS, **options):
    for pred, gt in pairs:
        metric.step(pred, gt, **options)
    return metric


def sodeval_report(pairs=PAIRS, protocol="pysodmetrics", metrics="all"):
    evaluator = Evaluator(metrics=metrics, protocol=protocol)
    for pred, gt in pairs:
        evaluator.update(pred, gt)
    return evaluator.compute()


def handlers(**options):
    return {name: getattr(py_sod_metrics, name)(True, True, **options) for name in HANDLERS}


def test_names():
    assert sorted(py_sod_metrics.__all__) == sorted(set(SIGNATURES) | set(HANDLERS))
    assert len(HANDLERS) == 13
    for name in py_sod_metrics.__all__:
        assert inspect.isclass(getattr(py_sod_metrics, name))


@pytest.mark.parametrize("name", SIGNATURES)
def test_arguments(name):
    found = inspect.signature(getattr(py_sod_metrics, name)).parameters.values()
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in found]
    assert str(inspect.Signature(plain)) == SIGNATURES[name]


def test_values_are_those_of_the_protocol():
    """Up to the order of summation: 1e-12."""
    report = sodeval_report(metrics="default,iou,msiou,hce,context,size_invariant")
    wanted = report.metrics
    p = py_sod_metrics
    fm = stepped(p.Fmeasure()).get_results()
    em = stepped(p.Emeasure()).get_results()["em"]
    ms = stepped(p.MSIoU(True, True, with_binary=True)).get_results()
    v2 = stepped(p.FmeasureV2({"iou": p.IOUHandler(True, True, with_binary=True)})).get_results()
    got = {
        "mae": stepped(p.MAE()).get_results()["mae"],
        "smeasure": stepped(p.Smeasure()).get_results()["sm"],
        "weighted_fbeta": stepped(p.WeightedFmeasure()).get_results()["wfm"],
        "max_fbeta": fm["fm"]["curve"].max(),
        "mean_fbeta": fm["fm"]["curve"].mean(),
        "adp_fbeta": fm["fm"]["adp"],
        "max_emeasure": em["curve"].max(),
        "mean_emeasure": em["curve"].mean(),
        "adp_emeasure": em["adp"],
        "hce": stepped(p.HumanCorrectionEffortMeasure()).get_results()["hce"],
        "context": stepped(p.ContextMeasure()).get_results()["cm"],
        "max_msiou": ms["dynamic"].max(),
        "mean_msiou": ms["dynamic"].mean(),
        "adp_msiou": ms["adaptive"],
        "max_iou": v2["iou"]["dynamic"].max(),
        "mean_iou": v2["iou"]["dynamic"].mean(),
        "adp_iou": v2["iou"]["adaptive"],
        "bin_iou": v2["iou"]["binary"],
    }
    assert got == pytest.approx({key: wanted[key] for key in got}, abs=1e-12)
    assert all(type(value) is np.float64 for value in got.values())
    si = stepped(p.SizeInvarianceMAE()).maes
    wanted_si = report.per_image["si_mae"].to_numpy()
    defined = np.isfinite(si)
    assert defined.any()
    np.testing.assert_allclose(np.array(si)[defined], wanted_si[defined], rtol=0, atol=1e-12)
    # curves run from level 255 down
    curves = curves_of(report)
    for mine, name in (("p", "precision"), ("r", "recall")):
        np.testing.assert_allclose(fm["pr"][mine][::-1], curves[name], rtol=0, atol=1e-12)
    np.testing.assert_allclose(em["curve"][::-1], curves["emeasure"], rtol=0, atol=1e-12)


def test_handlers():
    """At p > 0.5 of one pair, from its counts."""
    pred, gt = PAIRS[0]
    p = (pred / 255 - pred.min() / 255) / (pred.max() / 255 - pred.min() / 255)
    f, g = p > 0.5, gt > 128
    tp, fp = int((f & g).sum()), int((f & ~g).sum())
    tn, fn = int((~f & ~g).sum()), int((~f & g).sum())
    size = gt.size
    chance = ((tp + fp) * (tp + fn) + (tn + fn) * (tn + tp)) / size**2
    precision, recall, specificity = tp / (tp + fp), tp / (tp + fn), tn / (tn + fp)
    wanted = {
        "Fmeasure": 1.3 * precision * recall / (0.3 * precision + recall),
        "Precision": precision,
        "Recall": recall,
        "TPR": recall,
        "Sensitivity": recall,
        "FPR": fp / (fp + tn),
        "IOU": tp / (tp + fp + fn),
        "DICE": 2 * tp / (2 * tp + fp + fn),
        "Specificity": specificity,
        "TNR": specificity,
        "BER": 1 - (recall + specificity) / 2,
        "OverallAccuracy": (tp + tn) / size,
        "Kappa": ((tp + tn) / size - chance) / (1 - chance),
    }
    for options in ({}, {"sample_based": False}):
        metric = py_sod_metrics.FmeasureV2(handlers(with_binary=True, **options))
        found = stepped(metric, PAIRS[:1]).get_results()
        assert set(found) == set(HANDLERS)
        binary = {name.removesuffix("Handler"): r["binary"] for name, r in found.items()}
        assert binary == pytest.approx(wanted, abs=1e-15)
        for result in found.values():
            assert list(result) == ["dynamic", "adaptive", "binary"]
            assert result["dynamic"].shape == (256,)
            assert type(result["adaptive"]) is type(result["binary"]) is np.float64


def test_overall_counts_all_pixels():
    """Sums of squares of counts beyond 64 bits are no obstacle."""
    handler = py_sod_metrics.KappaHandler(False, False, with_binary=True, sample_based=False)
    metric = py_sod_metrics.FmeasureV2({"kappa": handler})
    stepped(metric)
    once = metric.get_results()["kappa"]["binary"]
    handler.binary_results = {k: n * 10**9 for k, n in handler.binary_results.items()}
    assert metric.get_results()["kappa"]["binary"] == pytest.approx(once, abs=1e-12)


def test_only_what_is_asked_for():
    metric = py_sod_metrics.FmeasureV2()
    with pytest.raises(ValueError, match="add a handler"):
        metric.step(*PAIRS[0])
    metric.add_handler("iou", py_sod_metrics.IOUHandler(False, True))
    assert list(stepped(metric).get_results()["iou"]) == ["adaptive"]
    ms = stepped(py_sod_metrics.MSIoU(True, False), PAIRS[:1]).get_results()
    assert list(ms) == ["dynamic"]
    assert ms["dynamic"].shape == (257,)


def test_a_handler_of_ones_own():
    class Hits:
        def __init__(self):
            self.dynamic_results, self.adaptive_results = [], None
            self.binary_results, self.sample_based = None, True

        def __call__(self, tp, fp, tn, fn):
            return tp + fn

    metric = py_sod_metrics.FmeasureV2({"hits": Hits()})
    found = stepped(metric, PAIRS[:1]).get_results()["hits"]["dynamic"]
    assert (found == (PAIRS[0][1] > 128).sum()).all()


def test_targets():
    """A (targets, 256) array for each image, or one curve; rows by the targets' first pixels."""
    gt = np.zeros((40, 60), np.uint8)
    gt[2:20, 30:40] = gt[10:20, 5:40] = 255  # from column 30, and further left below
    gt[2:9, 10:20] = 255  # begins before it, but its box further right
    gt[30:38, 45:55] = 255
    pred = gt.copy()
    pred[2:9, 10:20] = 0  # the first target is missed

    def made(**options):
        handler = py_sod_metrics.RecallHandler(True, True, with_binary=True, **options)
        metric = py_sod_metrics.SizeInvarianceFmeasureV2({"recall": handler})
        return stepped(metric, [(pred, gt), PAIRS[0]]).get_results()["recall"]

    sample = made()
    assert isinstance(sample["dynamic"], list)
    assert sample["dynamic"][0].shape == (3, 256)
    # the box of the second holds the first, too
    within = (18 * 10 + 10 * 25) / (18 * 10 + 10 * 25 + 70)
    np.testing.assert_allclose(sample["dynamic"][0][:, 0], [0, within, 1], rtol=0, atol=1e-12)
    overall = made(sample_based=False)
    rows = np.concatenate(sample["dynamic"])
    np.testing.assert_allclose(overall["dynamic"], rows.mean(axis=0), rtol=0, atol=1e-12)
    assert overall["adaptive"] == sample["adaptive"]


def test_undefined_is_nan():
    last_corner = named_pairs()["one_pixel_gt_last_corner"]
    assert np.isnan(stepped(py_sod_metrics.Smeasure(), [PAIRS[0], last_corner]).get_results()["sm"])
    full = PAIRS[0][0], np.full_like(PAIRS[0][1], 255)
    assert np.isnan(stepped(py_sod_metrics.SizeInvarianceMAE(), [full]).get_results()["si_mae"])


def test_hce_follows_the_older_polygons():
    pred, gt = PAIRS[1]
    p = (pred / 255 - pred.min() / 255) / (pred.max() / 255 - pred.min() / 255)
    found = stepped(py_sod_metrics.HumanCorrectionEffortMeasure(), [(pred, gt)]).get_results()
    assert found["hce"] == naive_hce.hce(p > 0.5, gt > 128)


CLASSES = {
    "mae": py_sod_metrics.MAE,
    "fm": py_sod_metrics.Fmeasure,
    "wfm": py_sod_metrics.WeightedFmeasure,
    "sm": py_sod_metrics.Smeasure,
    "em": py_sod_metrics.Emeasure,
    "cm": py_sod_metrics.ContextMeasure,
    "msiou": lambda: py_sod_metrics.MSIoU(True, True, with_binary=True),
    "si": py_sod_metrics.SizeInvarianceMAE,
    "v2": lambda: py_sod_metrics.FmeasureV2(handlers(with_binary=True)),
}


def leaves(result):
    if isinstance(result, dict):
        return np.concatenate([leaves(value) for value in result.values()])
    return np.ravel(result)


@pytest.mark.parametrize("name", CLASSES)
def test_floats(name):
    """Maps in [0, 1] are taken as they are, in bytes' steps or not, in either precision."""
    as_bytes = [(pred, gt) for pred, gt in PAIRS if pred.min() == 0 and pred.max() == 255]
    assert as_bytes
    wanted = leaves(stepped(CLASSES[name](), as_bytes).get_results())
    floats = [(pred / 255, gt > 128) for pred, gt in as_bytes]
    found = leaves(stepped(CLASSES[name](), floats, normalize=False).get_results())
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)
    # between bytes, so that each value is its own code: what passes a level stays the same
    between = [(np.where(p < 1, p + 0.3 / 255, p), g) for p, g in floats]
    found = stepped(CLASSES[name](), between, normalize=False).get_results()
    assert np.isfinite(leaves(found)).all()
    if name == "fm":
        np.testing.assert_array_equal(leaves(found["pr"]), wanted[-512:])
    single = [(p.astype(np.float32), g) for p, g in between]
    nearly = leaves(stepped(CLASSES[name](), single, normalize=False).get_results())
    # float32 holds these values to 6e-8
    np.testing.assert_allclose(nearly, leaves(found), rtol=0, atol=1e-6)


def test_other_types_with_normalize():
    pred, gt = PAIRS[0]
    wanted = stepped(py_sod_metrics.MAE(), [(pred, gt)]).maes
    for a, b in ((pred.astype(np.int64), gt.astype(np.float64)), (pred * 100.0, gt)):
        found = stepped(py_sod_metrics.MAE(), [(a, b)]).maes
        assert found == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize(
    ("pred", "gt", "normalize", "error"),
    [
        (np.zeros((4, 5), np.uint8), np.zeros((5, 4), np.uint8), True, ValueError),
        (np.zeros((4, 5, 1), np.uint8), np.zeros((4, 5, 1), np.uint8), True, ValueError),
        (np.zeros((0, 5), np.uint8), np.zeros((0, 5), np.uint8), True, ValueError),
        (np.full((4, 5), np.nan), np.zeros((4, 5), np.uint8), True, ValueError),
        (np.zeros((4, 5), np.uint8), np.zeros((4, 5), bool), False, TypeError),
        (np.zeros((4, 5)), np.zeros((4, 5), np.uint8), False, TypeError),
        (np.full((4, 5), 1.5), np.zeros((4, 5), bool), False, ValueError),
        (np.full((4, 5), np.nan), np.zeros((4, 5), bool), False, ValueError),
    ],
)
def test_refused(pred, gt, normalize, error):
    with pytest.raises(error):
        py_sod_metrics.MAE().step(pred, gt, normalize)


def test_classes_share_a_pair(monkeypatch):
    calls = []
    real = weighted_fbeta.surroundings

    def counted(gt):
        calls.append(gt)
        return real(gt)

    monkeypatch.setattr(weighted_fbeta, "surroundings", counted)
    pred, gt = random_pair(77)
    other = random_pair(77)[0][::-1].copy()
    metrics = [made() for made in CLASSES.values()] + [py_sod_metrics.WeightedFmeasure()]
    for metric in metrics:
        metric.step(pred, gt)
    py_sod_metrics.WeightedFmeasure().step(other, gt.copy())  # another method, the same mask
    assert len(calls) == 1
    assert samples.sample_of(other, gt, True) is samples.sample_of(other.copy(), gt.copy(), True)


def test_buffers_may_be_reused():
    pred, gt = (array.copy() for array in PAIRS[0])
    metric = py_sod_metrics.MAE()
    metric.step(pred, gt)
    pred[:] = 255 - pred
    metric.step(pred, gt)
    gt[:] = 255 - gt
    metric.step(pred, gt)
    first, second, third = metric.maes
    assert first == pytest.approx(third, abs=1e-12)
    assert first != second
    metric.step(pred, gt > 128)  # bool, 1 at most: empty under normalize
    assert metric.maes[-1] != third


@pytest.mark.parametrize("order", ["read-only", "fortran", "strided"])
def test_any_memory_layout(order):
    wanted = stepped(py_sod_metrics.WeightedFmeasure(), PAIRS[:2]).weighted_fms
    changed = []
    for pair in PAIRS[:2]:
        arrays = [np.asfortranarray(a) if order == "fortran" else a.copy() for a in pair]
        if order == "strided":
            arrays = [np.repeat(a, 2, axis=1)[:, ::2] for a in arrays]
        for array in arrays:
            array.setflags(write=order != "read-only")
        changed.append(arrays)
    assert stepped(py_sod_metrics.WeightedFmeasure(), changed).weighted_fms == wanted


def test_threads_do_not_meet():
    wanted = stepped(py_sod_metrics.Smeasure(), PAIRS * 5).sms
    metrics = [py_sod_metrics.Smeasure() for _ in range(4)]
    threads = [threading.Thread(target=stepped, args=(m, PAIRS * 5)) for m in metrics]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [m.sms for m in metrics] == [wanted] * 4


def test_camouflage():
    pred, gt = PAIRS[0]
    image = np.random.default_rng(0).integers(0, 256, (*gt.shape, 3), np.uint8)
    metric = py_sod_metrics.CamouflageContextMeasure()
    metric.step(pred, gt, img=image)
    metric.step(pred, gt, img=255 - image)
    metric.step(pred=pred, gt=gt, img=image, normalize=True)
    assert metric.scores[0] == metric.scores[2] == pytest.approx(metric.scores[1], abs=0.2)
    assert list(metric.get_results()) == ["ccm"]
    with pytest.raises(ValueError, match="RGB"):
        metric.step(pred, gt, img=image[..., 0])


def test_no_images():
    with pytest.warns(RuntimeWarning):
        assert np.isnan(py_sod_metrics.MAE().get_results()["mae"])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("HumanCorrectionEffortMeasure", {"relax": 2}),
        ("HumanCorrectionEffortMeasure", {"epsilon": 0.5}),
        ("MSIoU", {"with_dynamic": True, "with_adaptive": True, "num_levels": 5}),
        ("ContextMeasure", {"alpha": 3.0}),
        ("ContextMeasure", {"alpha": 40.0}),
        ("CamouflageContextMeasure", {"gamma": 3}),
        ("CamouflageContextMeasure", {"lambda_spatial": 0}),
    ],
)
def test_arguments_count(name, options):
    """What they do to a value is compared with the original in test_compat_live.py."""
    usual = {key: True for key in options if key.startswith("with")}
    pairs = [random_pair(seed, 120) for seed in range(8)]
    made = [getattr(py_sod_metrics, name)(**some) for some in (usual, options)]
    for pred, gt in pairs:
        image = np.random.default_rng(pred.size).integers(0, 256, (*gt.shape, 3), np.uint8)
        more = {"img": image} if name.startswith("Camouflage") else {}
        for metric in made:
            metric.step(pred, gt, **more)
    first, second = (leaves(metric.get_results()) for metric in made)
    assert np.isfinite(second).all()
    assert (first != second).any()
