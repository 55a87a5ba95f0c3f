"""Boundary IoU."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.kernels import boundary
from sodeval.metrics.base import FloatArray, GroundTruth, Measured, Sample

WIDTH = 0.02  # Cheng et al., CVPR 2021: of the image diagonal


class BoundaryIoU:
    """Boundary IoU of grey maps (Cheng et al., CVPR 2021), as BiRefNet measures it.

    The strip of a map is the map minus its erosion by a square of 2d + 1 pixels, with zeros
    outside the image and d = 0.02 times the diagonal, rounded (halves to even) and at least 1. The
    strip of q = floor(255 p) is itself grey: it meets the levels 0 to 255, and at each
    IoU = TP / (G + FP) with the strip of the ground truth, G pixels. Max and mean are of the curve
    averaged over images.

    Every pixel passes level 0. An empty ground truth has no strip, scores 0 at every level and
    counts; a full one, or a constant map above 0, has a strip along the frame. A map without
    values (0/0 when scaled) has no score.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        if not sample.tables.defined:
            return Measured(dict.fromkeys(("max_biou", "mean_biou")))
        truth = sample.gt.derived(strip)
        false_positive, true_positive = passing(sample.quantised, truth)
        line = true_positive / (max(truth.positives, 1) + false_positive)
        row = {"max_biou": float(line.max()), "mean_biou": float(line.mean())}
        return Measured(row, {"biou": line})

    def summarise(
        self,
        means: Mapping[str, float | None],
        curves: Mapping[str, FloatArray],
        protocol: EvalProtocol,
    ) -> Mapping[str, float | None]:
        """Max and mean of the averaged curve."""
        if "biou" not in curves:
            return means
        line = curves["biou"]
        return {"max_biou": float(line.max()), "mean_biou": float(line.mean())}


class Strip(NamedTuple):
    """Foreground within d pixels of the background: uint8 (H, W) of 0 and 1, and its size."""

    mask: NDArray[np.uint8]
    positives: int


def strip(gt: GroundTruth) -> Strip:
    """The strip of one ground truth."""
    mask = gt.mask - boundary.eroded(gt.mask, _reach(gt.shape))
    return Strip(mask, int(np.count_nonzero(mask)))


def passing(grey: NDArray[np.uint8], truth: Strip) -> NDArray[np.int64]:
    """Int64 (2, 256): false and true positives of a grey map's strip at each level."""
    line = np.zeros(-(-grey.shape[1] // 8) * 8, np.uint8)
    counts = np.zeros(512, np.int64)
    smaller = boundary.eroded(grey, _reach(grey.shape))
    boundary.count_differences(grey, smaller, truth.mask, line, line.view(np.uint64), counts)
    above = counts.reshape(2, 256)[:, ::-1].cumsum(axis=1)[:, ::-1]
    above[:, 0] = grey.size - truth.positives, truth.positives  # level 0 passes everything
    return above


def _reach(shape: tuple[int, ...]) -> int:
    """The width d of the strip."""
    return max(1, round(WIDTH * math.sqrt(shape[0] ** 2 + shape[1] ** 2)))
