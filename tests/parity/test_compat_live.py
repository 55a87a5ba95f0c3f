"""The drop-in classes against pysodmetrics 1.6.2's own, in an environment that has both.

Deselected by default: `pytest -m live tests/parity/test_compat_live.py`.
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from sodeval.compat import py_sod_metrics as ours
from tests import naive_hce
from tests.cases import constant_pairs, named_pairs, random_pair, tie_pair

# the original warns of its class Fmeasure, of NaN, and of NumPy's trapz
pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("ignore")]

HANDLERS = (
    *("Fmeasure", "Precision", "Recall", "FPR", "IOU", "DICE", "Specificity", "Sensitivity"),
    *("TNR", "TPR", "BER", "OverallAccuracy", "Kappa"),
)
NAMED = named_pairs()
# Where the original stops: targets in a full ground truth, more than 63 of them, and the context of
# an object on a slanted line.
STOPS = (AssertionError, OverflowError, np.linalg.LinAlgError)


def handlers(package, **options):
    made = {name: getattr(package, f"{name}Handler")(True, True, **options) for name in HANDLERS}
    return made | {"f1": package.FmeasureHandler(True, True, beta=1, **options)}


FACTORIES = {
    "mae": lambda p: p.MAE(),
    "fmeasure": lambda p: p.Fmeasure(),
    "fmeasure_beta_1": lambda p: p.Fmeasure(beta=1),
    "weighted": lambda p: p.WeightedFmeasure(),
    "weighted_beta": lambda p: p.WeightedFmeasure(beta=0.3),
    "smeasure": lambda p: p.Smeasure(),
    "smeasure_alpha": lambda p: p.Smeasure(alpha=0.7),
    "emeasure": lambda p: p.Emeasure(),
    "hce": lambda p: p.HumanCorrectionEffortMeasure(),
    "msiou": lambda p: p.MSIoU(True, True, with_binary=True),
    "hce_relax": lambda p: p.HumanCorrectionEffortMeasure(relax=2),
    "hce_epsilon": lambda p: p.HumanCorrectionEffortMeasure(epsilon=3.5),
    "hce_no_relax": lambda p: p.HumanCorrectionEffortMeasure(relax=0),
    "msiou_levels": lambda p: p.MSIoU(True, True, with_binary=True, num_levels=6),
    "context_alpha": lambda p: p.ContextMeasure(alpha=9.5),
    "context": lambda p: p.ContextMeasure(),
    "context_beta": lambda p: p.ContextMeasure(beta2=0.4),
    "handlers": lambda p: p.FmeasureV2(handlers(p, with_binary=True)),
    "handlers_overall": lambda p: p.FmeasureV2(handlers(p, with_binary=True, sample_based=False)),
    "handlers_few": lambda p: p.FmeasureV2({"iou": p.IOUHandler(False, True)}),
    "si_mae": lambda p: p.SizeInvarianceMAE(),
    "si_handlers": lambda p: p.SizeInvarianceFmeasureV2(handlers(p, with_binary=True)),
    "si_overall": lambda p: p.SizeInvarianceFmeasureV2(
        handlers(p, with_binary=True, sample_based=False)
    ),
}
# Emeasure divides by N - 1 + eps: an image of one pixel gives 4e15
RELATIVE = 1e-9


def flat(result, path=()):
    """Leaves of nested dictionaries and lists, with their types."""
    if isinstance(result, dict):
        for key, value in result.items():
            yield from flat(value, (*path, key))
    elif isinstance(result, list):
        for key, value in enumerate(result):
            yield from flat(value, (*path, key))
    else:
        yield path, result


def assert_same(ours_given, theirs_given):
    mine, wanted = dict(flat(ours_given)), dict(flat(theirs_given))
    assert list(mine) == list(wanted)
    for path, value in wanted.items():
        got = mine[path]
        assert type(got) is type(value), path
        assert got.dtype == value.dtype, path
        assert got.shape == value.shape, path
        np.testing.assert_allclose(got, value, rtol=RELATIVE, atol=1e-9, err_msg=str(path))


def compare(factory, pairs, normalize=True):
    import py_sod_metrics as theirs

    if factory.startswith("msiou"):  # of which the original needs a second for each
        pairs = dict(list(pairs.items())[::4])
    a, b = FACTORIES[factory](ours), FACTORIES[factory](theirs)
    for name, (pred, gt) in pairs.items():
        fresh = FACTORIES[factory](ours), FACTORIES[factory](theirs)
        try:
            fresh[1].step(pred, gt, normalize)
        except STOPS:
            continue
        for metric in (fresh[0], a, b):
            metric.step(pred, gt, normalize)
        try:
            assert_same(fresh[0].get_results(), fresh[1].get_results())
        except AssertionError as error:
            raise AssertionError(f"{factory}, {name}: {error}") from None
    assert_same(a.get_results(), b.get_results())


@pytest.mark.parametrize("factory", [name for name in FACTORIES if name[:3] != "hce"])
def test_bytes(factory):
    pairs = NAMED | {f"random_{seed}": random_pair(seed) for seed in range(3000, 3040)}
    pairs |= {f"tie_{seed}": tie_pair(seed) for seed in range(3000, 3010)}
    compare(factory, pairs)


@pytest.mark.parametrize("factory", [name for name in FACTORIES if name[:3] != "hce"])
def test_bytes_as_floats(factory):
    pairs = {name: (pred / 255, gt > 128) for name, (pred, gt) in NAMED.items()}
    compare(factory, pairs, normalize=False)


@pytest.mark.parametrize("factory", [name for name in FACTORIES if name[:3] != "hce"])
def test_floats(factory):
    rng = np.random.default_rng(5)
    pairs = {}
    for seed in range(30):
        pred, gt = random_pair(seed)
        p = np.clip(pred / 255 + rng.normal(0, 0.02, pred.shape), 0, 1)
        pairs[f"random_{seed}"] = (p, gt > 128)
    compare(factory, pairs, normalize=False)


def test_constant_maps():
    pairs = constant_pairs()
    for factory in ("mae", "fmeasure", "smeasure", "emeasure", "handlers", "si_mae"):
        compare(factory, pairs)


def test_hce(monkeypatch):
    """With the polygons of OpenCV up to 4.12 in both, whatever OpenCV is installed."""
    import py_sod_metrics as theirs

    def count(self, boundaries, epsilon):
        return sum(naive_hce.vertices(line[:, 0, ::-1]) for line in boundaries)

    monkeypatch.setattr(theirs.HumanCorrectionEffortMeasure, "count_polygon_control_points", count)
    compare("hce_relax", NAMED)
    compare("hce_no_relax", NAMED)
    compare("hce", NAMED | {f"random_{seed}": random_pair(seed) for seed in range(3000, 3030)})
    monkeypatch.setattr(naive_hce, "EPSILON", 3.5)
    compare(
        "hce_epsilon", NAMED | {f"random_{seed}": random_pair(seed) for seed in range(3000, 3030)}
    )


def test_camouflage():
    import py_sod_metrics as theirs

    rng = np.random.default_rng(8)
    other = {"alpha": 4.0, "gamma": 3, "lambda_spatial": 50}
    made = [p.CamouflageContextMeasure(**o) for o in ({}, other) for p in (ours, theirs)]
    for seed in range(6):
        pred, gt = random_pair(seed)
        image = cv2.resize(rng.integers(0, 256, (9, 9, 3), np.uint8), gt.shape[::-1])
        for metric in made:
            metric.step(pred, gt, img=image)
    assert_same(made[0].get_results(), made[1].get_results())
    assert_same(made[2].get_results(), made[3].get_results())
