"""Compiling the kernels ahead of time, and telling whether that has been done."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sodeval.kernels import counts, curves, distance, structure, weighted

_KERNELS = (
    counts.at_least,
    counts.foreground,
    counts.grey_and_largest,
    counts.joint_counts,
    counts.only_bytes,
    counts.quadrant_counts,
    counts.total,
    curves.add_exactly,
    curves.emeasure_curve,
    curves.fbeta_curves,
    curves.max_and_mean,
    curves.passing,
    distance.nearby_sources,
    distance.squared_distance,
    structure.block_scores,
    structure.object_score,
    weighted.decayed_error,
    weighted.smoothed_error,
)


def is_warm() -> bool:
    """Whether every kernel lies compiled in Numba's cache, and has not changed since."""
    tag = f"py{sys.version_info.major}{sys.version_info.minor}"
    for kernel in _KERNELS:
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
    """Compile every kernel, or load it from the cache, by scoring a tiny pair."""
    from sodeval.evaluator import Evaluator

    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    Evaluator(metrics="default").update(ramp, np.where(ramp > 99, np.uint8(255), np.uint8(0)))
