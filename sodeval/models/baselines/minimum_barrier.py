"""Minimum barrier saliency: what no smooth path joins to the border of the photograph.

Zhang, Sclaroff, Lin, Shen, Price and Mech, "Minimum barrier salient object detection at 80 FPS",
ICCV 2015; the variant MB+. The barrier of a path is the range of values along it, and the minimum
barrier distance of a pixel is the least barrier of all paths to the border: 0 for background that
reaches the border, the contrast for an object inside it.
"""

from __future__ import annotations

import cv2
import numpy as np

from sodeval.kernels.barrier import barrier_distance, reconstruct
from sodeval.models.baselines.steps import (
    Map,
    Photograph,
    Values,
    check,
    enlarge,
    fit,
    is_flat,
    lab,
)

SIDE = 300  # pixels of the longer side while working
PASSES = 3  # raster, inverse raster, raster
STRIP = 0.1  # of a side: depth of the four border regions
ALPHA = 50.0  # width of the smoothing kernel: alpha sqrt(mean of the barrier map), in pixels
CONTRAST = 10.0  # slope of the sigmoid
# Added to the variances of a border region, in squared units of CIELAB: about what rounding
# colours to bytes leaves, so that a border of one colour has an inverse too.
LEAST_VARIANCE = 0.1


def saliency(image: Photograph) -> Map:
    """Minimum barrier distance to the border plus contrast to it, smoothed, centred, sharpened.

    1. The longer side becomes 300 pixels, colours CIELAB.
    2. B: the barrier distance to the border of each channel by three raster scans, summed and
       divided by the maximum.
    3. U: the Mahalanobis distance to the colours of each of the four border regions, each divided
       by its maximum; their sum without the largest of the four, divided by the maximum.
    4. S = B + U, opened and then closed by reconstruction with a square of alpha sqrt(mean of B)
       pixels; times the centredness 1 - d / (half the diagonal); divided by the maximum.
    5. 1 / (1 + exp(-10 (S - 0.5))), back at the photograph's size: 2 to 253, never stretched.

    Where the paper is silent: the regions are a tenth of the height (upper, lower) or width (left,
    right) deep; the smoothing square's width is rounded down to an odd number; small photographs
    are enlarged; a photograph of one colour gives 0 everywhere.

    Args:
        image: uint8 (H, W, 3), RGB.

    Returns:
        uint8 (H, W).

    Raises:
        ShapeError: another shape or type.
    """
    pixels = check(image)
    small = fit(pixels, SIDE)
    if is_flat(small):
        return np.zeros(pixels.shape[:2], np.uint8)
    colours = lab(small)
    barrier = _barrier_map(colours)
    joined = barrier + _border_contrast(colours)
    centred = _smooth(joined, int(ALPHA * np.sqrt(barrier.mean()))) * _centredness(joined.shape)
    sharpened = 1 / (1 + np.exp(-CONTRAST * (_to_one(centred) - 0.5)))
    return np.rint(255 * enlarge(sharpened, pixels.shape[:2])).astype(np.uint8)


def _to_one(values: Values) -> Values:
    largest = float(values.max())
    return values / largest if largest > 0 else values


def _barrier_map(colours: Values) -> Values:
    """B: float64 (H, W) in [0, 1]."""
    seeds = np.ones(colours.shape[:2], np.uint8)
    seeds[1:-1, 1:-1] = 0
    total = np.zeros(seeds.shape)
    for channel in range(3):
        total += barrier_distance(np.ascontiguousarray(colours[..., channel]), seeds, PASSES)
    return _to_one(total)


def _border_contrast(colours: Values) -> Values:
    """U: float64 (H, W) in [0, 1]; one region may belong to an object, so the largest is left."""
    height, width = colours.shape[:2]
    deep, wide = max(1, round(STRIP * height)), max(1, round(STRIP * width))
    regions = (colours[:deep], colours[-deep:], colours[:, :wide], colours[:, -wide:])
    distances = np.stack([_to_one(_unlike(colours, region)) for region in regions])
    return _to_one(distances.sum(axis=0) - distances.max(axis=0))


def _unlike(colours: Values, region: Values) -> Values:
    """Mahalanobis distance of each colour from those of a region."""
    samples = region.reshape(-1, 3)
    away = samples - samples.mean(axis=0)
    covariance = away.T @ away / len(samples) + LEAST_VARIANCE * np.eye(3)
    difference = colours - samples.mean(axis=0)
    squared = ((difference @ np.linalg.inv(covariance)) * difference).sum(axis=2)
    return np.asarray(np.sqrt(np.maximum(squared, 0)), np.float64)


def _smooth(values: Values, width: int) -> Values:
    """Opening, then closing, by reconstruction: what is narrower than ``width`` pixels goes."""
    width -= 1 - width % 2
    if width < 3:
        return values
    square = np.ones((width, width), np.uint8)
    opened = reconstruct(np.asarray(cv2.erode(values, square), np.float64), values)
    return -reconstruct(-np.asarray(cv2.dilate(opened, square), np.float64), -opened)


def _centredness(shape: tuple[int, ...]) -> Values:
    """1 at the centre, falling to 0 in the corners of the frame."""
    height, width = shape
    y = np.arange(height) + 0.5 - height / 2
    x = np.arange(width) + 0.5 - width / 2
    away = np.hypot(y[:, None], x[None, :]) / np.hypot(height / 2, width / 2)
    return np.asarray(1 - away, np.float64)
