"""Multiscale IoU under PySODMetrics' name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sodeval.compat.py_sod_metrics.samples import Array, FloatArray, sample_of
from sodeval.compat.py_sod_metrics.sod_metrics import mean_of
from sodeval.metrics import msiou


class MSIoU:
    """Multiscale IoU, cells counted in half precision as the original's.

    Args:
        with_dynamic: at 257 thresholds, 0 to 256.
        with_adaptive: at the adaptive threshold.
        with_binary: at p > 0.5.
        num_levels: how many cell sizes, from 1 to 512 pixels.
    """

    def __init__(
        self,
        with_dynamic: bool,
        with_adaptive: bool,
        *,
        with_binary: bool = False,
        num_levels: int = 10,
    ):
        self.dynamic_results: list[FloatArray] | None = [] if with_dynamic else None
        self.adaptive_results: list[float] | None = [] if with_adaptive else None
        self.binary_results: list[float] | None = [] if with_binary else None
        self.cell_sizes = 2 ** np.linspace(0, 9, num=num_levels, dtype=int)

    def step(self, pred: Array, gt: Array, normalize: bool = True) -> None:
        """Score one pair."""
        sample = sample_of(pred, gt, normalize)
        exponents = np.log2(self.cell_sizes).astype(np.int64)
        line = msiou.curve(sample.quantised, sample.gt, sample.protocol, exponents)
        values = sample.tables.values

        def score(passing: NDArray[np.bool_]) -> float:
            if exponents.size == msiou.SIZES:
                return msiou.cut_score(sample, passing, line)
            mask = passing.astype(np.uint8)[sample.pred]
            return float(msiou.curve(mask, sample.gt, sample.protocol, exponents)[1])

        if self.dynamic_results is not None:
            self.dynamic_results.append(line)
        if self.adaptive_results is not None:
            reached = values >= sample.fbeta_threshold.value
            self.adaptive_results.append(score(reached))
        if self.binary_results is not None:
            self.binary_results.append(score(values > 0.5))

    def get_results(self) -> dict[str, Any]:
        """``dynamic``, ``adaptive`` and ``binary``, those asked for."""
        kept = {
            "dynamic": self.dynamic_results,
            "adaptive": self.adaptive_results,
            "binary": self.binary_results,
        }
        return {name: mean_of(values) for name, values in kept.items() if values is not None}
