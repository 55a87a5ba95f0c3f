"""What is taken of a curve, one way for every metric that has one."""

from __future__ import annotations

import numpy as np

from sodeval.conventions import EvalProtocol
from sodeval.metrics.tables import FloatArray


def level_mean(curve: FloatArray, protocol: EvalProtocol) -> float:
    """Mean over the levels of a curve, added up as the protocol says."""
    if protocol.sums == "float32":
        total = np.cumsum(curve.astype(np.float32), dtype=np.float32)[-1]  # one by one, in order
        return float(total / np.float32(curve.size))
    return float(curve.mean())
