"""Compiling the kernels ahead of time, and telling whether that has been done."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

# which files of `sodeval.kernels` a metric needs beside those that every score needs
_ALWAYS = ("counts", "curves")
_NEEDED = {
    "weighted_fbeta": ("distance", "weighted"),
    "smeasure": ("structure",),
    "hce": ("borders", "effort", "morphology", "thinning"),
    "relaxed_fbeta": ("boundary",),
    "mba": ("boundary",),
    "biou": ("boundary",),
    "msiou": ("msiou",),
    "context": ("context",),
    "camouflage_context": ("context", "patches"),
    "size_invariant": ("targets",),
    "miou": ("confusion",),
}
DEFAULT = ("mae", "fbeta", "weighted_fbeta", "smeasure", "emeasure")


def kernels(metrics: Iterable[str] = DEFAULT) -> Iterator[Any]:
    """The compiled functions that some metrics call."""
    files = dict.fromkeys((*_ALWAYS, *(name for m in metrics for name in _NEEDED.get(m, ()))))
    for name in files:
        module = import_module(f"sodeval.kernels.{name}")
        for attribute, value in vars(module).items():
            if hasattr(value, "py_func") and not attribute.startswith("_"):
                yield value


def is_warm(metrics: Iterable[str] = DEFAULT) -> bool:
    """Whether what some metrics need lies compiled in Numba's cache, and has not changed since."""
    tag = f"py{sys.version_info.major}{sys.version_info.minor}"
    for kernel in kernels(metrics):
        function = kernel.py_func
        module = function.__module__.rpartition(".")[2]
        pattern = f"{module}.{function.__qualname__}-*.{tag}*.nbi"
        folder = kernel.stats.cache_path
        if folder is None:
            return False
        written = Path(function.__code__.co_filename).stat().st_mtime
        if not any(one.stat().st_mtime >= written for one in Path(folder).glob(pattern)):
            return False
    return True


def warm_up() -> None:
    """Compile every kernel, or load it from the cache, by scoring and finding something small."""
    from sodeval.metrics.miou import ConfusionMatrix
    from sodeval.models.baselines import minimum_barrier
    from sodeval.protocols import PROTOCOLS
    from sodeval.scorer import Scorer

    r, c = np.mgrid[:64, :64]
    pred = (r * 3 + c).astype(np.uint8)
    gt = np.where((r - 30) ** 2 + (c - 24) ** 2 < 300, np.uint8(255), np.uint8(0))
    gt[5, 50:60] = 255
    image = np.stack([pred, pred[::-1], pred.T], axis=-1)
    for names, protocol in (("all", PROTOCOLS["pysodmetrics"]), ("mae", PROTOCOLS["salmetric"])):
        scorer = Scorer(names, protocol, images=names == "all")
        scorer.score(pred, scorer.prepare(gt, image=image), label="a map")
    ConfusionMatrix().update(pred % 3, gt % 2)
    minimum_barrier.saliency(image)
