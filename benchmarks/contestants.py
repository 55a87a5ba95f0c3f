"""The two that are compared, each by its own public calls, and the parts of ours."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.pool import ThreadPool
from typing import Any, TypeVar

import cv2
import numpy as np
from maps import Folder, Pair

import sodeval
from sodeval.images import decode
from sodeval.metrics import METRICS
from sodeval.metrics.base import GroundTruth, Reference, Sample
from sodeval.metrics.base import Pair as Counted
from sodeval.metrics.emeasure import EMeasure
from sodeval.metrics.fbeta import FBeta
from sodeval.metrics.smeasure import SMeasure
from sodeval.metrics.tables import gt_cut
from sodeval.metrics.weighted_fbeta import WeightedFBeta, surroundings
from sodeval.scorer import Prepared, Scorer

try:
    import py_sod_metrics as peer
except ImportError:
    sys.exit(
        "pysodmetrics is missing. Make an environment of its own for this benchmark and run "
        "`pip install . pysodmetrics==1.6.2` in it."
    )

PROTOCOL = "pysodmetrics"
TOLERANCE = 1e-9
Run = Callable[[], object]
T = TypeVar("T")

PEER_CLASSES = {
    "mae": peer.MAE,
    "fbeta": peer.Fmeasure,
    "weighted_fbeta": peer.WeightedFmeasure,
    "smeasure": peer.Smeasure,
    "emeasure": peer.Emeasure,
}
PEER_OVERLAP = {
    "iou": peer.IOUHandler,
    "dice": peer.DICEHandler,
    "accuracy": peer.OverallAccuracyHandler,
    "kappa": peer.KappaHandler,
    "precision": peer.PrecisionHandler,
    "recall": peer.RecallHandler,
    "specificity": peer.SpecificityHandler,
    "ber": peer.BERHandler,
}
_PEER_LISTS = {
    "mae": ("maes",),
    "fbeta": ("adaptive_fms", "precisions", "recalls", "changeable_fms"),
    "weighted_fbeta": ("weighted_fms",),
    "smeasure": ("sms",),
    "emeasure": ("adaptive_ems", "changeable_ems"),
}


class Peer:
    """The five metrics of pysodmetrics; one thread owns one of these."""

    def __init__(self, metrics: Iterable[str] = tuple(PEER_CLASSES)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Fmeasure announces a successor, which is no faster
            self.metrics = {name: PEER_CLASSES[name]() for name in metrics}

    def step(self, pred: np.ndarray, gt: np.ndarray) -> None:
        """Score one pair."""
        for metric in self.metrics.values():
            metric.step(pred, gt)

    def absorb(self, other: Peer) -> None:
        """Take over the images of another thread."""
        for name, metric in self.metrics.items():
            for values in _PEER_LISTS[name]:
                getattr(metric, values).extend(getattr(other.metrics[name], values))

    def scores(self) -> dict[str, float]:
        """The nine numbers of a table row."""
        got = {name: metric.get_results() for name, metric in self.metrics.items()}
        fm, em = got["fbeta"]["fm"], got["emeasure"]["em"]
        scores = {
            "mae": got["mae"]["mae"],
            "max_fbeta": fm["curve"].max(),
            "mean_fbeta": fm["curve"].mean(),
            "adp_fbeta": fm["adp"],
            "weighted_fbeta": got["weighted_fbeta"]["wfm"],
            "smeasure": got["smeasure"]["sm"],
            "max_emeasure": em["curve"].max(),
            "mean_emeasure": em["curve"].mean(),
            "adp_emeasure": em["adp"],
        }
        return {name: float(value) for name, value in scores.items()}


def read(path: str) -> np.ndarray:
    """A file as a grey map."""
    return np.asarray(cv2.imread(path, cv2.IMREAD_GRAYSCALE))


def read_all(folder: Folder) -> None:
    """The floor: decode both files of every pair."""
    for pred, gt in folder.files:
        read(pred)
        read(gt)


def peer_arrays(pairs: tuple[Pair, ...], metrics: Iterable[str] = tuple(PEER_CLASSES)) -> None:
    """Step every pair through pysodmetrics."""
    one = Peer(metrics)
    for pred, gt in pairs:
        one.step(pred, gt)


def peer_loop(folder: Folder) -> dict[str, float]:
    """A folder in a plain loop, as evaluation scripts have it."""
    one = Peer()
    for pred, gt in folder.files:
        one.step(read(pred), read(gt))
    return one.scores()


def peer_pool(folder: Folder, threads: int) -> dict[str, float]:
    """A folder in a pool of threads, each with metrics of its own, collected at the end."""
    local = threading.local()
    started: list[Peer] = []

    def begin() -> None:
        local.peer = Peer()
        started.append(local.peer)

    def step(paths: tuple[str, str]) -> None:
        local.peer.step(*map(read, paths))

    with ThreadPool(threads, begin) as pool:
        pool.map(step, folder.files, chunksize=1)
    total = Peer()
    for one in started:
        total.absorb(one)
    return total.scores()


def peer_other(metric: str) -> Callable[[np.ndarray, np.ndarray], dict[str, float]]:
    """A metric beyond the five, or ``"overlap"``, from fresh objects: one pair's columns."""
    return {
        "hce": _peer_hce,
        "msiou": _peer_msiou,
        "size_invariant": _peer_size_invariant,
        "context": _peer_context,
        "overlap": _peer_overlap,
    }[metric]


def _peer_hce(pred: np.ndarray, gt: np.ndarray) -> dict[str, float]:
    one = peer.HumanCorrectionEffortMeasure()
    one.step(pred, gt)
    return {"hce": float(one.get_results()["hce"])}


def _peer_context(pred: np.ndarray, gt: np.ndarray) -> dict[str, float]:
    one = peer.ContextMeasure()
    one.step(pred, gt)
    return {"context": float(one.get_results()["cm"])}


def _peer_msiou(pred: np.ndarray, gt: np.ndarray) -> dict[str, float]:
    one = peer.MSIoU(with_dynamic=True, with_adaptive=True)
    one.step(pred, gt)
    return _curve_columns("msiou", one.get_results())


def _peer_size_invariant(pred: np.ndarray, gt: np.ndarray) -> dict[str, float]:
    fbeta = peer.FmeasureHandler(with_dynamic=True, with_adaptive=False, beta=0.3)
    one = peer.SizeInvarianceFmeasureV2({"fbeta": fbeta})
    mae = peer.SizeInvarianceMAE()
    one.step(pred, gt)
    mae.step(pred, gt)
    (curves,) = one.get_results()["fbeta"]["dynamic"]  # of each object
    return {
        "si_mae": float(mae.get_results()["si_mae"]),
        "si_max_fbeta": float(curves.max(axis=1).mean()),
        "si_mean_fbeta": float(curves.mean(axis=1).mean()),
    }


def _peer_overlap(pred: np.ndarray, gt: np.ndarray) -> dict[str, float]:
    kinds = {"with_dynamic": True, "with_adaptive": True, "with_binary": True}
    one = peer.FmeasureV2({name: make(**kinds) for name, make in PEER_OVERLAP.items()})
    one.step(pred, gt)
    columns: dict[str, float] = {}
    for name, got in one.get_results().items():
        if name != "kappa":  # timed, but their chance term is not Cohen's, so neither is the value
            columns |= _curve_columns(name, got)
    return columns


def _curve_columns(name: str, got: Mapping[str, Any]) -> dict[str, float]:
    curve = np.asarray(got["dynamic"])
    kinds = {
        f"max_{name}": curve.max(),
        f"min_{name}": curve.min(),
        f"mean_{name}": curve.mean(),
        f"adp_{name}": got["adaptive"],
        f"bin_{name}": got.get("binary"),
    }
    wanted = METRICS[name].columns
    return {column: float(value) for column, value in kinds.items() if column in wanted}


def our_row(scorer: Scorer, pred: np.ndarray, gt: np.ndarray | Prepared) -> dict[str, float | None]:
    """One pair's columns; a ground truth given as pixels is prepared anew."""
    prepared = scorer.prepare(gt) if isinstance(gt, np.ndarray) else gt
    (scored,) = scorer.score(pred, prepared, label="")
    return {column: value for one in scored.measured for column, value in one.row.items()}


def our_arrays(pairs: tuple[Pair, ...], scorer: Scorer) -> None:
    """Prepare and score every pair; nothing of a ground truth is kept from an earlier pass."""
    for pred, gt in pairs:
        scorer.score(pred, scorer.prepare(gt), label="")


def our_folder(folder: Folder, workers: int) -> dict[str, float | None]:
    """A folder, as the command line scores it."""
    return dict(sodeval.score(folder.preds, folder.gts, protocol=PROTOCOL, workers=workers).metrics)


def our_decoding(folder: Folder) -> None:
    """Read, check and decode both files of every pair, as :func:`sodeval.score` does."""
    for paths in folder.files:
        for path in paths:
            with open(path, "rb", buffering=0) as file:
                decode(file.read(), path)


def our_parts(folder: Folder) -> dict[str, Run]:
    """What one pair's time goes into; each part is done anew, from the results of those before."""
    scorer = Scorer("default", PROTOCOL)
    protocol = scorer.protocol
    pairs = folder.pairs
    gts = [gt for _, gt in pairs]
    references = [Reference(gt) for gt in gts]
    truths = [one.under(protocol) for one in references]
    samples = [
        Sample(Counted(pred, gt), protocol) for (pred, _), gt in zip(pairs, truths, strict=True)
    ]
    scored = [scorer.score(pred, scorer.prepare(gt), label="")[0] for pred, gt in pairs]

    def mask(reference: Reference) -> GroundTruth:
        return GroundTruth(reference.stored, gt_cut(protocol, *reference.stored.extent))

    def levels(sample: Sample) -> None:
        counted = Counted(sample.pred, sample.gt)
        counted._counts = sample.pair._counts
        fresh = Sample(counted, protocol)
        _ = fresh.extent, fresh.at_levels, fresh.mean, fresh.fbeta_threshold

    def measure(metric: FBeta | EMeasure | SMeasure | WeightedFBeta) -> Run:
        return each(samples, lambda sample: metric.measure(sample, protocol))

    def add() -> None:
        (tally,) = scorer.tallies()
        for i, one in enumerate(scored):
            tally.add(str(i), one)

    parts: dict[str, Run] = {
        "our decoding of both files": lambda: our_decoding(folder),
        "prepare: grey, mask, digest": each(gts, lambda gt: Reference(gt).under(protocol).digest),
        "… of it, the mask": each(references, mask),
        "… of it, the digest": each(truths, _digest),
        "histogram by quadrant": each(samples, lambda s: Counted(s.pred, s.gt).counts(s.split)),
        "levels and thresholds": each(samples, levels),
        "F curves": measure(FBeta()),
        "E curve": measure(EMeasure()),
        "S": measure(SMeasure()),
        "distances, nearest foreground": each(truths, surroundings),
        "weighted F, the rest": measure(WeightedFBeta()),
        "tally": add,
    }
    for run in parts.values():  # so that samples hold what their metrics share
        run()
    return parts


def each(inputs: Iterable[T], work: Callable[[T], object]) -> Run:
    """Work on every input, keeping nothing: memory in use again is faster than new memory."""

    def run() -> None:
        for one in inputs:
            work(one)

    return run


def _digest(truth: GroundTruth) -> int:
    made: int = type(truth).digest.func(truth)  # past the cache
    return made


def check_equal(folder: Folder) -> float:
    """The largest difference between the two, by image, by folder, and with threads.

    Raises:
        SystemExit: it is above the tolerance, so there is nothing to compare.
    """
    report = sodeval.score(folder.preds, folder.gts, protocol=PROTOCOL)
    rows = report.per_image.set_index("name")
    worst = 0.0
    for name, (pred, gt) in zip(folder.stems, folder.pairs, strict=True):
        one = Peer()
        one.step(pred, gt)
        worst = max(worst, difference(name, rows.loc[name], one.scores()))
    return max(
        worst,
        difference("the folder", report.metrics, peer_loop(folder)),
        difference("the folder, in threads", our_folder(folder, 2), peer_pool(folder, 2)),
    )


def difference(what: str, ours: object, theirs: dict[str, float]) -> float:
    """The largest difference between two rows of numbers.

    Raises:
        SystemExit: it is above the tolerance.
    """
    worst = 0.0
    for column, value in theirs.items():
        mine = ours[column]  # type: ignore[index]
        both_undefined = (mine is None or np.isnan(mine)) and np.isnan(value)
        if not both_undefined and not abs(mine - value) <= TOLERANCE:
            raise SystemExit(
                f"{what}: {column} is {mine!r} here and {value!r} in pysodmetrics; "
                "unequal numbers are not worth timing."
            )
        worst = max(worst, 0.0 if both_undefined else abs(mine - value))
    return worst


def default_metrics() -> list[str]:
    """Ids of the five metrics, in the order in which they are shown."""
    return [name for name in METRICS if name in PEER_CLASSES]
