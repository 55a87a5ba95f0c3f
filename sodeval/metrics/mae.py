"""Mean absolute error."""

from __future__ import annotations

import numpy as np

from sodeval.conventions import EvalProtocol
from sodeval.kernels.running import running_error
from sodeval.metrics.base import FloatArray, MeanOverImages, Measured, Sample
from sodeval.metrics.tables import scale


class MAE(MeanOverImages):
    """Mean of |p - g| over pixels (Perazzi et al., CVPR 2012).

    Any ground truth is fine. Undefined only where a protocol scales a constant map to 0/0.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        values = _values(sample, protocol)
        if values is None:
            return Measured({"mae": None})
        size = sample.gt.size
        if protocol.sums == "float32":
            error = running_error(sample.pred, sample.gt.stored.pixels, _steps())
        elif protocol.mae_gt == "grey":
            error = _grey_error(sample, values)
        else:
            background, foreground = sample.joint
            error = float(background @ values + foreground @ (1.0 - values))
        guard = {"N": 0.0, "N+1e-8": 1e-8, "N+1e-4/255": 1e-4 / 255}[protocol.mae_guard]
        return Measured({"mae": error / (size + guard)})


def _values(sample: Sample, protocol: EvalProtocol) -> FloatArray | None:
    """What MAE takes each code for; None where that is 0/0."""
    if protocol.mae_pred == "same":
        return sample.tables.values if sample.tables.defined else None
    raw = np.arange(256.0) if sample.pair.raw is None else sample.pair.raw
    scaled = scale(protocol.mae_pred, raw, *sample.extent)
    return None if scaled is None else scaled.clip(0.0, 1.0)


def _grey_error(sample: Sample, values: FloatArray) -> float:
    """Sum of |p - y| with y the scaled bytes of the ground truth."""
    truth = sample.gt_values
    if sample.gt.stored.grey:
        return float(np.abs(values[sample.pred] - truth[sample.gt.stored.pixels]).sum())
    background, foreground = sample.joint
    return float(background @ np.abs(values - truth[0]) + foreground @ np.abs(values - truth[255]))


def _steps() -> FloatArray:
    """Float64 (256,): the error of each difference of bytes."""
    return np.arange(256.0) / 255
