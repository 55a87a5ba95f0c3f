"""The two that are compared, each by its own public calls, and the parts of ours."""

from __future__ import annotations

import hashlib
import sys
import threading
import warnings
from collections.abc import Callable, Iterable
from multiprocessing.pool import ThreadPool
from typing import TypeVar

import cv2
import numpy as np
from maps import Folder, Pair

import sodeval
from sodeval.images import decode
from sodeval.metrics import METRICS
from sodeval.metrics.base import GroundTruth, Sample
from sodeval.metrics.emeasure import EMeasure
from sodeval.metrics.fbeta import FBeta
from sodeval.metrics.smeasure import SMeasure
from sodeval.metrics.weighted_fbeta import WeightedFBeta, surroundings
from sodeval.scorer import Scorer

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
    truths = [GroundTruth(gt, protocol) for gt in gts]
    samples = [Sample(pred, gt, protocol) for (pred, _), gt in zip(pairs, truths, strict=True)]
    scored = [scorer.score(pred, scorer.prepare(gt), label="") for pred, gt in pairs]

    def levels(sample: Sample) -> None:
        fresh = Sample(sample.pred, sample.gt, protocol)
        fresh.counts = sample.counts
        _ = fresh.extent, fresh.passing, fresh.mean, fresh.adaptive(protocol.fbeta_adp_cap)

    def measure(metric: FBeta | EMeasure | SMeasure | WeightedFBeta) -> Run:
        return each(samples, lambda sample: metric.measure(sample, protocol))

    def add() -> None:
        tally = scorer.tally()
        for i, one in enumerate(scored):
            tally.add(str(i), one)

    parts: dict[str, Run] = {
        "our decoding of both files": lambda: our_decoding(folder),
        "prepare: grey, mask, digest": each(gts, scorer.prepare),
        "… of it, the mask": each(gts, lambda gt: GroundTruth(gt, protocol)),
        "… of it, the digest": each(truths, _digest),
        "histogram by quadrant": each(samples, lambda s: Sample(s.pred, s.gt, protocol).counts),
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


def _digest(truth: GroundTruth) -> bytes:
    return hashlib.blake2b(np.packbits(truth.mask), digest_size=8).digest()


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
        worst = max(worst, _difference(name, rows.loc[name], one.scores()))
    return max(
        worst,
        _difference("the folder", report.metrics, peer_loop(folder)),
        _difference("the folder, in threads", our_folder(folder, 2), peer_pool(folder, 2)),
    )


def _difference(what: str, ours: object, theirs: dict[str, float]) -> float:
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
