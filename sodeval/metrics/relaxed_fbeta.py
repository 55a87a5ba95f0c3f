"""Relaxed boundary F-measure."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.kernels import boundary
from sodeval.metrics.base import GroundTruth, MeanOverImages, Measured, Sample

BETA2 = 0.3  # Qin et al., CVPR 2019: beta SQUARED
RHO = 3  # the same: the slack, in pixels
GARDEN_REACH = 2  # a square of 2 RHO - 1 pixels
GARDEN_EPS = 1e-8  # added to the denominator of F there
_MARGIN = 3


class RelaxedFBeta(MeanOverImages):
    """Relaxed boundary F-measure, β² = 0.3, ρ = 3 (Qin et al., CVPR 2019; Ehrig and Euzenat, 2005).

    Borders are the foreground pixels that a 3x3 erosion takes away, all being background outside
    the image, of the ground truth and of the map. P is the share of the map's border with a border
    pixel of the ground truth near by, R the share of the ground truth's with one of the map's;
    F = 1.3 P R / (0.3 P + R), 0 if P R = 0. The authors published no code; the protocol's
    ``relaxed_reach`` names a reading:

    ``euclidean``: p > 0.5; near is a Euclidean distance of at most 3. Both borders empty: 1; one
    of them: 0.

    ``model-garden``, as the TensorFlow Model Garden has it: p / max p >= 0.5; near is a square of
    5x5 pixels; and the two numerators are swapped, so that P and R can exceed 1. No score where
    either border is empty.

    A map without values (0/0 when scaled) has no score.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        if not sample.tables.defined:
            return Measured({"relaxed_fbeta": None})
        garden = protocol.relaxed_reach == "model-garden"
        truth = sample.gt.derived(garden_border if garden else euclidean_border)
        border = _border(_above_half_of_maximum(sample) if garden else sample.binary("p>0.5"))
        predicted, wanted = cv2.countNonZero(border), truth.places.size
        if not predicted or not wanted:
            neither = 1.0 if predicted == wanted else 0.0
            return Measured({"relaxed_fbeta": None if garden else neither})
        found = cv2.countNonZero(border & truth.near)
        reached = boundary.touching(border.ravel(), truth.places, truth.offsets)
        if garden:
            score = fbeta(reached / predicted, found / wanted, GARDEN_EPS)
        else:
            score = fbeta(found / predicted, reached / wanted)
        return Measured({"relaxed_fbeta": score})


def fbeta(precision: float, recall: float, guard: float = 0.0) -> float:
    """F of precision and recall, 0 where either is."""
    if precision * recall == 0:
        return 0.0
    return (1 + BETA2) * precision * recall / (BETA2 * precision + recall + guard)


class Border(NamedTuple):
    """The border of a ground truth, in an image with a margin of background.

    Attributes:
        places: int64 (n,), flat indices of its pixels.
        near: uint8 (H + 6, W + 6) of 0 and 1, what lies near enough to it.
        offsets: int64 (K,), what near means for flat indices, nearest first.
    """

    places: NDArray[np.int64]
    near: NDArray[np.uint8]
    offsets: NDArray[np.int64]


def euclidean_border(gt: GroundTruth) -> Border:
    """The border of one ground truth, near meaning a Euclidean distance of at most 3."""
    return _surrounded(gt, RHO, RHO * RHO)


def garden_border(gt: GroundTruth) -> Border:
    """The border of one ground truth, near meaning a square of 5x5 pixels."""
    return _surrounded(gt, GARDEN_REACH, 2 * GARDEN_REACH * GARDEN_REACH)


def _surrounded(gt: GroundTruth, reach: int, longest_sq: int) -> Border:
    border = _border(gt.mask)
    places = np.flatnonzero(border.view(np.bool_))  # ten times as fast as on bytes
    offsets = _offsets(reach, longest_sq, border.shape[1])
    near = np.zeros_like(border)
    boundary.paint(near.ravel(), places, offsets, np.ones(offsets.size, np.uint8))
    return Border(places, near, offsets)


def _border(binary: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What a 3x3 erosion takes away, with a margin of 3: uint8 (H + 6, W + 6) of 0 and 1."""
    wide = np.zeros((binary.shape[0] + 2 * _MARGIN, binary.shape[1] + 2 * _MARGIN), np.uint8)
    wide[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = binary
    return wide - np.asarray(cv2.erode(wide, _square()), np.uint8)


def _above_half_of_maximum(sample: Sample) -> NDArray[np.uint8]:
    """Where p / max p >= 0.5: uint8 (H, W) of 0 and 1; nowhere if p is 0 everywhere."""
    values = sample.tables.values
    largest = values[sample.pred.max()]
    # values ascend, so one code tells what passes
    cut = np.count_nonzero(values / largest < 0.5) if largest > 0 else values.size
    above: NDArray[np.bool_] = sample.pred >= cut
    return above.view(np.uint8)


@cache
def _square() -> NDArray[np.uint8]:
    return np.ones((3, 3), np.uint8)


@lru_cache(maxsize=64)
def _offsets(reach: int, longest_sq: int, stride: int) -> NDArray[np.int64]:
    """Flat offsets within ``reach`` rows and columns and a squared length, shortest first."""
    span = range(-reach, reach + 1)
    by_length = sorted((dy * dy + dx * dx, dy * stride + dx) for dy in span for dx in span)
    return np.array([flat for length, flat in by_length if length <= longest_sq], np.int64)
