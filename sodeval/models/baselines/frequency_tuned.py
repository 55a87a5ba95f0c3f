"""Frequency-tuned saliency: how far a pixel's colour is from the mean colour.

Achanta, Hemami, Estrada and Süsstrunk, "Frequency-tuned salient region detection", CVPR 2009:
S = || I_mu - I_whc ||, where I_mu is the mean of the photograph in CIELAB and I_whc the photograph
blurred by a 5x5 binomial, which takes away only noise and fine texture.
"""

from __future__ import annotations

import cv2
import numpy as np

from sodeval.models.baselines.steps import Map, Photograph, check, is_flat, lab, stretch

BINOMIAL = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16  # along rows, then along columns


def saliency(image: Photograph) -> Map:
    """Distance in CIELAB from the mean colour, its extremes stretched to 0 and 255.

    Where the paper is silent: the mean is that of the photograph before blurring, and the border
    is reflected. A photograph of one colour gives 0 everywhere.

    Args:
        image: uint8 (H, W, 3), RGB.

    Returns:
        uint8 (H, W).

    Raises:
        ShapeError: another shape or type.
    """
    pixels = check(image)
    if is_flat(pixels):
        return np.zeros(pixels.shape[:2], np.uint8)
    colours = lab(pixels)
    blurred = cv2.sepFilter2D(colours, -1, BINOMIAL, BINOMIAL, borderType=cv2.BORDER_REFLECT)
    away = np.asarray(blurred, np.float64) - colours.mean(axis=(0, 1))
    return stretch(np.sqrt((away * away).sum(axis=2)))
