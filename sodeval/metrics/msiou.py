"""Multiscale IoU."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.kernels import msiou
from sodeval.metrics.base import FloatArray, GroundTruth, Measured, Sample

SIZES = 10
"""Cell sizes: 1, 2, 4, ..., 512 pixels."""


class MSIoU:
    """Multiscale IoU (Ahmadzadeh et al., ICIP 2021).

    Edges are pixels of a binary mask with a Sobel gradient that is not 0, nothing lying outside
    the image. At cell sizes 1, 2, 4, ..., 512, aligned at the bottom right, cells that hold an
    edge are marked; r is (cells marked in both + 1) / (cells marked in the ground truth + 1), and
    the score is the area under r over the ten sizes by the trapezoid rule: 1/9 times their sum,
    the first and the last halved. The curve has the masks floor(255 p) >= t for t = 0 to 256, the
    last one empty; max and mean are of that curve, so the mean divides by 257.

    A ground truth without edges, an empty one above all, has r = 1 at every size and scores 1.
    A map without values (0/0 when scaled) has no score.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        if not sample.tables.defined:
            return Measured(dict.fromkeys(("max_msiou", "mean_msiou", "adp_msiou")))
        line = curve(sample.quantised, sample.gt, protocol)
        adaptive = sample.tables.values >= sample.adaptive().value
        row = {
            "max_msiou": float(line.max()),
            "mean_msiou": float(line.mean()),
            "adp_msiou": cut_score(sample, adaptive, line),
        }
        return Measured(row, {"msiou": line})

    def summarise(
        self,
        means: Mapping[str, float | None],
        curves: Mapping[str, FloatArray],
        protocol: EvalProtocol,
    ) -> Mapping[str, float | None]:
        """Max and mean of the averaged curve; the mean over images of the adaptive score."""
        if "msiou" not in curves:
            return means
        line = curves["msiou"]
        return {**means, "max_msiou": float(line.max()), "mean_msiou": float(line.mean())}


class Cells(NamedTuple):
    """The cells of a ground truth that hold an edge.

    Attributes:
        smallest: uint8 (H, W), from the bottom right: the size, as the exponent of 2, of the
            smallest marked cell around each pixel, or ``SIZES``.
        counts: int64 (SIZES,), marked cells of each size.
    """

    smallest: NDArray[np.uint8]
    counts: NDArray[np.int64]


def cells(gt: GroundTruth) -> Cells:
    """Marked cells of one ground truth."""
    edge = np.zeros(gt.shape, np.bool_)
    for dx, dy in ((1, 0), (0, 1)):
        edge |= cv2.Sobel(gt.mask, cv2.CV_16S, dx, dy, borderType=cv2.BORDER_CONSTANT) != 0
    rotated = edge.ravel()[::-1].copy().view(np.uint8)
    smallest, counts = msiou.marked_cells(rotated, *gt.shape, SIZES)
    return Cells(smallest[: gt.size].reshape(gt.shape), counts)


def curve(
    quantised: NDArray[np.uint8],
    gt: GroundTruth,
    protocol: EvalProtocol,
    sizes: NDArray[np.int64] | slice = slice(None),
) -> FloatArray:
    """Multiscale IoU of the masks ``quantised >= t``: float64 (257,), t = 0 to 256.

    Args:
        quantised: uint8 (H, W).
        gt: of the same shape.
        protocol: says how cells are counted.
        sizes: which of the cell sizes, as exponents of 2; two at least.
    """
    marked = gt.derived(cells)
    if not marked.counts[0]:
        return np.ones(257)
    height, width = gt.shape
    padded = np.zeros((height + 2, width + 2), np.uint16)
    inner = padded[1:-1, 1:-1]
    inner[...] = quantised[::-1, ::-1]
    inner += 1  # in 16 bits: NumPy 1 would add a scalar to bytes as bytes, and 255 would be 0
    common = msiou.common_cells(padded, marked.smallest, SIZES, *_tables())
    ratios = ((common + 1) / _denominators(marked.counts, protocol.msiou_cells)[:, None])[sizes]
    scores: FloatArray = (ratios[1:] + ratios[:-1]).sum(axis=0) / (2 * (len(ratios) - 1))
    return scores


def binary_score(mask: NDArray[np.uint8], gt: GroundTruth, protocol: EvalProtocol) -> float:
    """Multiscale IoU of one mask, uint8 (H, W) of 0 and 1."""
    return float(curve(mask, gt, protocol)[1])


def cut_score(sample: Sample, passing: NDArray[np.bool_], line: FloatArray) -> float:
    """Multiscale IoU of the pixels of some codes: an entry of the sample's curve as a rule.

    Args:
        sample: the sample.
        passing: bool (K,), the codes that pass a threshold; none below the first that does.
        line: float64 (257,), the sample's curve.
    """
    occurring = sample.joint.sum(axis=0) > 0
    levels = sample.tables.quantised
    above, under = levels[occurring & passing], levels[occurring & ~passing]
    if not above.size:
        return float(line[256])
    if under.size and under.max() == above.min():  # a threshold within one level
        return binary_score(passing.astype(np.uint8)[sample.pred], sample.gt, sample.protocol)
    return float(line[above.min()])


def _denominators(counts: NDArray[np.int64], rule: str) -> FloatArray:
    """Marked cells of the ground truth plus 1, by ``msiou_cells``: float64 (SIZES,)."""
    if rule == "exact":
        exact: FloatArray = counts.astype(np.float64) + 1
        return exact
    # half precision skips odd numbers from 2048 up and is infinite from 65520 up
    with np.errstate(over="ignore"):
        halves: FloatArray = (counts.astype(np.float16) + np.float16(1)).astype(np.float64)
    return halves


@cache
def _tables() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]:
    """A sorting network for eight values, Sobel weights of the neighbours, bits below a level."""
    # Batcher's odd-even merge sort
    network = [
        (0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (1, 2), (5, 6),
        (0, 4), (1, 5), (2, 6), (3, 7), (2, 4), (3, 5), (1, 2), (3, 4), (5, 6),
    ]  # fmt: skip
    # Row by row without the centre. Either direction's sum stays within 4, so that 16 times the
    # one plus the other is 0 only if both are.
    down = (-1, -2, -1, 0, 0, 1, 2, 1)
    right = (-1, 0, 1, -2, 2, -1, 0, 1)
    weights = [16 * y + x for y, x in zip(down, right, strict=True)]
    below = [[(1 << min(max(v - 64 * w, 0), 64)) - 1 for w in range(4)] for v in range(257)]
    return np.array(network), np.array(weights), np.array(below, np.uint64)
