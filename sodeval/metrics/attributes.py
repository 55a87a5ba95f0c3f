"""What a ground truth is like, apart from any prediction: what breakdowns sort images by."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.metrics.truth import GroundTruth

SMALLEST = 50  # Li et al., ICML 2024: smaller components are no objects (as in the SI metrics)


class Attributes(NamedTuple):
    """What one binary ground truth is like.

    Attributes:
        share: foreground pixels / pixels.
        objects: 8-connected components whose area, holes filled, is 50 pixels or more; where there
            is none, all components.
        boundary: pairs of side-by-side pixels of which one is foreground and one background, in
            units of the image diagonal. The image frame is no boundary, so this is 0 for an empty
            and for a full mask.
        border: whether foreground touches the image frame.
    """

    share: float
    objects: int
    boundary: float
    border: bool


def attributes(gt: GroundTruth) -> Attributes:
    """The attributes of one ground truth; to be called through ``gt.derived``."""
    if gt.positives == 0:
        return Attributes(0.0, 0, 0.0, False)
    height, width = gt.shape
    top, bottom, left, right = (int(edge) for edge in gt.box)
    around = gt.mask[max(top - 1, 0) : bottom + 2, max(left - 1, 0) : right + 2]
    return Attributes(
        gt.positives / gt.size,
        _objects(gt.mask[top : bottom + 1, left : right + 1]),
        _borders(around) / math.hypot(height, width),
        top == 0 or left == 0 or bottom == height - 1 or right == width - 1,
    )


def _borders(mask: NDArray[np.uint8]) -> int:
    """Neighbours above and below, or left and right of each other, that differ."""
    pairs = (mask[1:], mask[:-1]), (mask[:, 1:], mask[:, :-1])
    # of 0 and 1, so the sum of absolute differences counts them, in one pass
    return int(sum(cv2.norm(a, b, cv2.NORM_L1) for a, b in pairs if a.size))


def _objects(mask: NDArray[np.uint8]) -> int:
    # Outlines take a tenth of the time that labelling every pixel does.
    found, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = np.asarray(hierarchy).reshape(-1, 4)[:, 3]
    outer = [one for one, parent in zip(found, parents, strict=True) if parent < 0]
    areas = [_pixels(cv2.contourArea(outline), len(outline)) for outline in outer]
    return sum(area >= SMALLEST for area in areas) or len(areas)


def _pixels(area: float, points: int) -> float:
    """Pixels on and inside an outline of so many points, by Pick's theorem.

    The polygon runs through the centres of its pixels, and every step is to a neighbour; so it
    has as many lattice points as steps, a pixel that it passes twice counted twice.
    """
    steps = points if points > 1 else 0
    return area + steps / 2 + 1
