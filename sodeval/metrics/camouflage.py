"""Camouflage degree: how well an object could be painted with patches of its surroundings."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sodeval.kernels import patches
from sodeval.metrics.truth import GroundTruth

FloatArray = NDArray[np.float64]

SIDE = 7  # Wang 2025 and its code: rows and columns of a patch
STRIDE = 3
REACH = 20  # the square that grows the object into its surroundings
PLACE_WEIGHT = 20.0  # a standard deviation of place, in units of 8-bit colour
GAMMA = 8.0  # how steeply the degree rises with similarity
_BLOCK = 1 << 22  # distances held at once: 16 MiB of products

# IEC 61966-2-1, the linear part from 0.04045 down; its matrix to XYZ and the white point D65 of
# the 2° observer with the digits that scikit-image uses
_LINEAR = np.array(
    [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.arange(256) / 255]
)
_XYZ = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def camouflage_degree(
    gt: GroundTruth, gamma: float = GAMMA, place_weight: float = PLACE_WEIGHT
) -> FloatArray:
    """Camouflage degree of every pixel of one ground truth's photograph.

    Every patch of the object is replaced by the patch of its surroundings nearest in colour and
    place. With d the CIEDE2000 difference between what this paints and the photograph, and
    s = 1 - d/100 not below 0, the degree is (exp(γ s) - 1) / (exp(γ) - 1) on the object, γ = 8.

    Pixels of the object that no patch covers are painted black. If the object or its surroundings
    are too narrow to hold a patch, the degree is 0 everywhere. Source: Wang et al., arXiv
    2512.07076, 2025, and its reference implementation.

    Returns:
        float64 (H, W) in [0, 1], 0 off the object.
    """
    image, mask = gt.image, gt.mask
    if image is None:
        raise ValueError("the camouflage degree needs the photograph")
    image = np.ascontiguousarray(image)
    degree = np.zeros(gt.shape)
    grown = np.asarray(cv2.dilate(mask, np.ones((REACH, REACH), np.uint8)), np.uint8)
    inside, around = _corners(mask), _corners(grown - mask)
    if not len(inside) or not len(around):
        return degree
    lab = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), np.uint8)
    match = _nearest(lab, inside, around, place_weight)
    painted = patches.painted(image, inside, around[match], SIDE)
    where = mask > 0
    difference = ciede2000(srgb_to_lab(painted[where]), srgb_to_lab(image[where]))
    similarity = 1.0 - np.clip(difference / 100, 0.0, 1.0)
    degree[where] = np.expm1(gamma * similarity) / np.expm1(gamma)
    return degree


def _corners(mask: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Int64 (n, 2): first row and column of every patch on the grid that is all in the mask."""
    square = np.ones((SIDE, SIDE), np.uint8)
    # the smallest value of the patch that begins at each pixel; outside the image is 0
    whole = cv2.erode(mask, square, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.ascontiguousarray(np.argwhere(np.asarray(whole)[::STRIDE, ::STRIDE]) * STRIDE)


def _nearest(
    lab: NDArray[np.uint8],
    asked: NDArray[np.int64],
    known: NDArray[np.int64],
    place_weight: float,
) -> NDArray[np.int64]:
    """Index of the known corner whose patch is nearest in colour and place to each asked one.

    Matrix products of bytes stay below 147 * 255² < 2^24, so float32 holds them exactly and in
    whatever order they are added: every machine finds the same patches.
    """
    both = np.concatenate((known, asked))
    spread = both.std(axis=0)
    spread[spread == 0] = 1.0  # all in one row or column: nothing to tell apart
    places = (place_weight * ((both - both.mean(axis=0)) / spread)).astype(np.float32).T
    known_at, asked_at = places[:, : len(known)].copy(), places[:, len(known) :].copy()
    windows = sliding_window_view(lab, (SIDE, SIDE), axis=(0, 1))
    known_pixels = _pixels(windows, known)
    norms = np.einsum("ij,ij->i", known_pixels, known_pixels)
    rows = max(1, _BLOCK // len(known))
    found = []
    for first in range(0, len(asked), rows):
        block = slice(first, first + rows)
        products = _pixels(windows, asked[block]) @ known_pixels.T
        found.append(patches.nearest(products, norms, asked_at[:, block].copy(), known_at))
    return np.concatenate(found)


def _pixels(windows: NDArray[np.uint8], corners: NDArray[np.int64]) -> NDArray[np.float32]:
    """Float32 (n, 147): the bytes of the patches at some corners."""
    return windows[corners[:, 0], corners[:, 1]].reshape(len(corners), -1).astype(np.float32)


def srgb_to_lab(pixels: NDArray[np.uint8]) -> FloatArray:
    """CIE L*a*b* under D65 (2° observer) of 8-bit sRGB pixels: uint8 (n, 3) to float64 (n, 3)."""
    ratio = (_LINEAR[pixels] @ _XYZ.T) / _WHITE
    # CIE 15:2004, with the rounded constants in use before it
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    x, y, z = f.T
    lab: FloatArray = np.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), axis=1)
    return lab


def ciede2000(first: FloatArray, second: FloatArray) -> FloatArray:
    """CIEDE2000 colour difference of two float64 (n, 3) L*a*b* arrays, all weights 1.

    Sharma, Wu and Dalal, Color Research and Application 30(1), 2005, equations 2 to 22.
    """
    (l1, a1, b1), (l2, a2, b2) = first.T, second.T
    c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - np.sqrt(c7 / (c7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))

    grey = c1 * c2 == 0  # no hue: the difference is 0, the mean the other's
    turn = h2 - h1
    apart = np.where(np.abs(turn) <= 180, turn, turn - np.copysign(360.0, turn))
    apart = np.where(grey, 0.0, apart)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(apart) / 2)
    total = h1 + h2
    across = np.where(total < 360, total + 360, total - 360)
    h = np.where(grey, total, np.where(np.abs(turn) <= 180, total, across) / 2)

    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(h - 30))
        + 0.24 * np.cos(np.radians(2 * h))
        + 0.32 * np.cos(np.radians(3 * h + 6))
        - 0.20 * np.cos(np.radians(4 * h - 63))
    )
    off_white = (lightness - 50) ** 2
    dl = (l2 - l1) / (1 + 0.015 * off_white / np.sqrt(20 + off_white))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = dh / (1 + 0.015 * chroma * t)
    rotation = 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    rotation *= np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2))))
    squared = dl**2 + dc**2 + dh**2 - rotation * dc * dh
    difference: FloatArray = np.sqrt(np.maximum(squared, 0.0))
    return difference
