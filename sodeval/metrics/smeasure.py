"""S-measure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EPS, EvalProtocol
from sodeval.kernels.counts import only_bytes
from sodeval.kernels.structure import block_scores, object_score
from sodeval.metrics.base import MeanOverImages, Measured, Sample


class SMeasure(MeanOverImages):
    """Structure-measure, α So + (1 - α) Sr with α = 0.5 (Fan et al., ICCV 2017).

    Empty ground truth: 1 - mean(p); full: mean(p). Where the centroid of the ground truth falls
    in the last row or column, a block has no pixels and the image is undefined, as the
    reference's NaN; some protocols give 0, or know no deviation of a single pixel either.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image; undefined where a block has no pixels."""
        gt = sample.gt
        if gt.positives == 0:
            return Measured({"smeasure": 1.0 - sample.mean})
        if gt.positives == gt.size:
            return Measured({"smeasure": sample.mean})
        score = _score(sample, protocol)
        if np.isnan(score):
            return Measured({"smeasure": 0.0 if protocol.smeasure_nan == "zero" else None})
        return Measured({"smeasure": max(score, 0.0) if protocol.smeasure_floor == "0" else score})


def _score(sample: Sample, protocol: EvalProtocol) -> float:
    """S of a ground truth that is neither empty nor full; NaN where a part has too few pixels."""
    gt = sample.gt
    height, width = gt.shape
    rows, columns = sample.split
    if min(rows, columns) == 0 or rows == height or columns == width:
        return np.nan
    left_top = columns * rows / gt.size
    right_top = rows * (width - columns) / gt.size
    left_bottom = (height - rows) * columns / gt.size
    weights = (left_top, right_top, left_bottom, 1 - left_top - right_top - left_bottom)
    values = sample.tables.values
    eps_n = EPS if protocol.smeasure_denominator == "N-1+eps" else 0.0
    blocks = block_scores(sample.counts, values, _uneven(sample), EPS, eps_n)
    region = sum(w * float(s) for w, s in zip(weights, blocks, strict=True))
    single = 0.0 if protocol.smeasure_single == "0" else np.nan
    alpha = protocol.smeasure_alpha
    return alpha * object_score(sample.joint, values, EPS, single) + (1 - alpha) * region


def _uneven(sample: Sample) -> NDArray[np.bool_]:
    """Which blocks hold one byte only, whose mean the reference misses by a rounding.

    Such a block over all background or all foreground scores 1 if its variance is zero and 0 if
    not, and NumPy's mean of n equal numbers is not always that number. The mean is taken here as
    the reference takes it, over the same layout. Values 0 and 1 sum without roundings.
    """
    out = np.zeros(4, np.bool_)
    rows, columns = sample.split
    values = sample.tables.values
    for q, byte in enumerate(only_bytes(sample.counts)):
        if byte >= 0 and 0.0 < values[byte] < 1.0:
            down = slice(None, rows) if q < 2 else slice(rows, None)
            across = slice(None, columns) if q % 2 == 0 else slice(columns, None)
            out[q] = values[sample.pred][down, across].mean() != values[byte]
    return out
