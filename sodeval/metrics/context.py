"""Context-measure, and its variant for camouflage."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EPS, EvalProtocol
from sodeval.kernels import context as kernels
from sodeval.metrics.base import FloatArray, GroundTruth, MeanOverImages, Measured, Sample
from sodeval.metrics.camouflage import GAMMA, PLACE_WEIGHT, camouflage_degree

ALPHA = 6.0  # Wang 2025: sqrt(trace) of the kernel's covariance, in pixels
BETA2 = 1.0  # Wang 2025: of the measure without the image
CAMOUFLAGE_BETA2 = 1.2  # Wang 2025: of the camouflage variant
_ONE_PIXEL_VARIANCE = 0.25  # PySODMetrics 1.6.2: an object of one pixel has no shape of its own

_TILE = 128  # pixels of a tile's side, borders included: its transform stays in the L2 cache
_WHOLE = 320  # a box that fits into this is one tile


class Context(MeanOverImages):
    """Context-measure C (Wang et al., arXiv 2512.07076, 2025), β² = 1, α = 6.

    A Gaussian K of the object's own shape (its pixels' covariance, scaled to α² = trace) says how
    far context reaches. Relevance mF = Σ (K⋆g) p / Σ p: what is predicted should lie on or near
    the object. Completeness wR = e/(e-1) · mean over the object of 1 - exp(-(K⋆p)).
    C = (1 + β²) mF wR / (β² mF + wR). Images are mirrored at their edges, the edge not repeated.

    An empty ground truth scores 0 and counts. An object on one straight line has no extent across
    it, so K is the limit of ever thinner objects: offsets along the line only. An object of one
    pixel takes a variance of 1/4 within the 3x3 pixels around it, as PySODMetrics 1.6.2 has it.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        return Measured({"context": score(sample, object_weights, BETA2)})


class CamouflageContext(MeanOverImages):
    """Context-measure weighted by camouflage (Wang et al., arXiv 2512.07076, 2025), β² = 1.2.

    As :class:`Context`, but the mean of wR weighs a pixel of the object by 1 + cd, where cd in
    [0, 1] says how well the surroundings could have painted it (:func:`camouflage_degree`).
    None without the photograph; an empty ground truth scores 0 and counts.
    """

    def measure(self, sample: Sample, protocol: EvalProtocol) -> Measured:
        """Score one image."""
        if sample.gt.image is None:
            return Measured({"camouflage_context": None})
        value = score(sample, camouflage_weights, CAMOUFLAGE_BETA2)
        return Measured({"camouflage_context": value})


class Weights(NamedTuple):
    """How much each pixel of the object's bounding box counts in wR, and the sum of that."""

    each: FloatArray
    total: float


class Tiling(NamedTuple):
    """How the object's bounding box is cut into tiles, each smoothed by itself.

    Attributes:
        step: rows and columns of a tile.
        canvas: rows and columns of what is smoothed, filled up to whole tiles.
        spectrum: float64, the transform of K at the size of a tile with what K sees around it.
    """

    step: tuple[int, ...]
    canvas: tuple[int, ...]
    spectrum: FloatArray


class Surroundings(NamedTuple):
    """What the measure needs of one ground truth.

    Attributes:
        kernel: float64 (2Y + 1, 2X + 1), K.
        near: the part of the image that K reaches from the object's bounding box.
        outside: how far K reaches beyond the image above, below, left and right of ``near``.
        relevance: float32 over ``near``, K⋆g. Elsewhere it is zero.
        tiling: of the bounding box.
    """

    kernel: FloatArray
    near: tuple[slice, slice]
    outside: tuple[int, int, int, int]
    relevance: NDArray[np.float32]
    tiling: Tiling


def score(
    sample: Sample, weigh: Callable[[GroundTruth], Weights], beta2: float, alpha: float = ALPHA
) -> float | None:
    """Context-measure of one image; None for a map without values.

    Args:
        sample: the sample.
        weigh: how much each pixel of the object counts, a function known by its identity.
        beta2: the square of β.
        alpha: how far context reaches, in pixels.
    """
    if not sample.tables.defined:
        return None
    if sample.gt.positives == 0:
        return 0.0
    weights = sample.gt.derived(weigh)
    around = sample.gt.derived(surroundings_within(alpha))
    p = _looked_up(sample.pred[around.near], sample.tables.values)
    relevance = kernels.relevant_total(p, around.relevance) / (sum(sample.totals) + EPS)
    completeness = _completed(p, around, weights.each) / (weights.total + EPS)
    completeness *= math.e / (math.e - 1)
    return (1 + beta2) * relevance * completeness / (beta2 * relevance + completeness + EPS)


def _looked_up(codes: NDArray[np.uint8] | NDArray[np.int32], values: FloatArray) -> FloatArray:
    if codes.dtype == np.uint8:
        return np.asarray(cv2.LUT(codes, values), np.float64)
    return values[codes]


def _completed(p: FloatArray, around: Surroundings, weights: FloatArray) -> float:
    """Sum of weights * (1 - exp(-(K⋆p))) over the bounding box, tile by tile.

    Correlation is a product of transforms, as in OpenCV's filter2D, whose own tiles would cover
    the background too and transform K anew each time.

    Args:
        p: float64 over ``around.near``.
        around: of the ground truth.
        weights: float64 over the bounding box.
    """
    (height, width), (rows, columns) = weights.shape, around.tiling.spectrum.shape
    y, x = (n // 2 for n in around.kernel.shape)
    canvas = np.zeros(around.tiling.canvas)
    canvas[: height + 2 * y, : width + 2 * x] = cv2.copyMakeBorder(
        p, *around.outside, cv2.BORDER_REFLECT_101
    )
    total = 0.0
    for top in range(0, height, around.tiling.step[0]):
        for left in range(0, width, around.tiling.step[1]):
            within = weights[top : top + around.tiling.step[0], left : left + around.tiling.step[1]]
            if not within.any():
                continue
            tall, wide = within.shape
            seen = canvas[top : top + tall + 2 * y, left : left + wide + 2 * x]
            if seen[0, 0] == seen[-1, -1] and seen.min() == seen.max():
                # K sums to 1, so it leaves a constant alone
                total += float(within.sum()) * -math.expm1(-float(seen[0, 0]))
                continue
            spectrum = cv2.dft(canvas[top : top + rows, left : left + columns])
            product = cv2.mulSpectrums(spectrum, around.tiling.spectrum, 0, conjB=True)
            back = cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT | cv2.DFT_SCALE
            smooth = np.asarray(cv2.dft(product, flags=back, nonzeroRows=tall), np.float64)
            total += kernels.completed_total(smooth, weights, top, left, tall, wide, _series())
    return total


def object_weights(gt: GroundTruth) -> Weights:
    """Every pixel of the object counts the same."""
    top, bottom, left, right = gt.box
    within = gt.mask[top : bottom + 1, left : right + 1]
    return Weights(within.astype(np.float64), float(gt.positives))


@cache
def camouflage_weights_of(gamma: float, place_weight: float) -> Callable[[GroundTruth], Weights]:
    """:func:`camouflage_weights` for other settings; the same function each time."""
    return lambda gt: camouflage_weights(gt, gamma, place_weight)


def camouflage_weights(
    gt: GroundTruth, gamma: float = GAMMA, place_weight: float = PLACE_WEIGHT
) -> Weights:
    """Every pixel of the object counts once, and again as far as it is camouflaged."""
    each, total = gt.derived(object_weights)
    top, bottom, left, right = gt.box
    degree = camouflage_degree(gt, gamma, place_weight)[top : bottom + 1, left : right + 1]
    return Weights(each + degree, total + float(degree.sum()))


@cache
def surroundings_within(alpha: float) -> Callable[[GroundTruth], Surroundings]:
    """:func:`surroundings` for one α; the same function each time, as ``derived`` wants it."""
    return lambda gt: surroundings(gt, alpha)


def surroundings(gt: GroundTruth, alpha: float = ALPHA) -> Surroundings:
    """The kernel of one ground truth, what it makes of the object, and how far it reaches."""
    top, bottom, left, right = (int(edge) for edge in gt.box)
    mask = gt.mask[top : bottom + 1, left : right + 1]
    kernel = gaussian(*covariance(mask), alpha)
    y, x = (n // 2 for n in kernel.shape)
    height, width = gt.shape
    first_row, last_row = max(top - y, 0), min(bottom + y + 1, height)
    first_column, last_column = max(left - x, 0), min(right + x + 1, width)
    outside = (
        max(y - top, 0),
        max(bottom + y + 1 - height, 0),
        max(x - left, 0),
        max(right + x + 1 - width, 0),
    )
    # The reference's own call, for its precision: a float32 image, so K and K⋆g are rounded to
    # float32. It is made on as much of the image as K sees from where it reaches.
    above, before = max(first_row - y, 0), max(first_column - x, 0)
    seen = gt.mask[above : last_row + y, before : last_column + x].astype(np.float32)
    relevance = np.asarray(cv2.filter2D(seen, cv2.CV_32F, kernel), np.float32)
    relevance = relevance[first_row - above :, first_column - before :]
    return Surroundings(
        kernel,
        (slice(first_row, last_row), slice(first_column, last_column)),
        outside,
        relevance[: last_row - first_row, : last_column - first_column].copy(),
        tiling_of(kernel, mask.shape),
    )


def tiling_of(kernel: FloatArray, box: tuple[int, ...]) -> Tiling:
    """How a box is cut for a kernel: one tile where all fits into 320 pixels.

    A larger box is cut, since tiles without foreground and tiles that the prediction fills evenly
    cost nothing.
    """
    reach = [n // 2 for n in kernel.shape]
    whole = all(e + 2 * r <= _WHOLE for e, r in zip(box, reach, strict=True))
    step, size, canvas = [], [], []
    for extent, r in zip(box, reach, strict=True):
        parts = 1 if whole else -(-extent // max(_TILE - 2 * r, _TILE // 2))
        step.append(-(-extent // parts))
        # of even length, which a real transform takes in half the time
        size.append(2 * cv2.getOptimalDFTSize((step[-1] + 2 * r + 1) // 2))
        canvas.append((-(-extent // step[-1]) - 1) * step[-1] + size[-1])
    padded = np.zeros(size)
    padded[: kernel.shape[0], : kernel.shape[1]] = kernel
    return Tiling(tuple(step), tuple(canvas), np.asarray(cv2.dft(padded), np.float64))


class Covariance(NamedTuple):
    """n² times the covariance of n pixels, in whole numbers: rr, rc and cc."""

    rr: int
    rc: int
    cc: int


def covariance(mask: NDArray[np.uint8]) -> Covariance:
    """Exact covariance of the rows and columns of a mask's foreground."""
    # OpenCV's raw moments are sums of whole numbers in double precision: exact below 2^53
    moments = {k: int(v) for k, v in cv2.moments(mask, binaryImage=True).items() if k[0] == "m"}
    n, r, c = moments["m00"], moments["m01"], moments["m10"]
    return Covariance(
        n * moments["m02"] - r * r, n * moments["m11"] - r * c, n * moments["m20"] - c * c
    )


def gaussian(rr: int, rc: int, cc: int, alpha: float = ALPHA) -> FloatArray:
    """K: float64 (2Y + 1, 2X + 1), summing to 1, for a covariance in any unit.

    exp(-d' (s²C)⁻¹ d / 2) with s² = α² / trace C, cut at three standard deviations, rounded half
    to even. Singular C: the limit, that is zero off the line, and along it C's pseudo-inverse.
    """
    trace = rr + cc
    if trace == 0:
        y = x = 1
        at = np.arange(-1.0, 2.0) ** 2
        exponent = (at[:, None] + at) / _ONE_PIXEL_VARIANCE
    else:
        y, x = (round(3 * alpha * math.sqrt(v / trace)) for v in (rr, cc))
        dy, dx = np.ogrid[-y : y + 1, -x : x + 1]
        determinant = rr * cc - rc * rc
        if determinant > 0:
            # rounded once each: the integers may exceed 64 bits
            a, b, c = (v * trace / determinant / alpha**2 for v in (cc, rc, rr))
            exponent = a * dy**2 - 2 * b * dy * dx + c * dx**2
        else:
            # on the line every d is a multiple of (rr, rc) or (rc, cc); d'C⁺d = |d|² / trace C
            common = math.gcd(rr, rc, cc)
            off = (
                (dy * (rc // common) != dx * (rr // common))
                if rr
                else np.broadcast_to(dy != 0, (2 * y + 1, 2 * x + 1))
            )
            exponent = np.where(off, np.inf, (dy**2 + dx**2) / alpha**2)
    unscaled = np.exp(-0.5 * exponent)
    kernel: FloatArray = unscaled / unscaled.sum()
    return kernel


@cache
def _series() -> FloatArray:
    """exp(-x) as a polynomial in t = 1/2 - x, highest power first; an odd number of terms.

    exp(-1/2) t^k / k!: with |t| ≤ 1/2 what is left out after k = 14 is below 2e-17.
    """
    return np.array([math.exp(-0.5) / math.factorial(k) for k in range(14, -1, -1)])
