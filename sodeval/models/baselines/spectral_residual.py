"""Spectral residual: what a photograph's spectrum has beyond the usual.

Hou and Zhang, "Saliency detection: a spectral residual approach", CVPR 2007. With A and P the
amplitude and phase of the Fourier transform of the grey photograph at 64 pixels:
L = log A, R = L - h * L with h the 3x3 mean, S = g * |F^-1[exp(R + iP)]|^2 with g a Gaussian.
"""

from __future__ import annotations

import cv2
import numpy as np

from sodeval.models.baselines.steps import (
    Map,
    Photograph,
    Values,
    check,
    enlarge,
    fit,
    is_flat,
    stretch,
)

SIDE = 64  # section 2.1: pixels of the scaled photograph's width or height
SIGMA = 8.0  # of g, section 2.3, in pixels of the scaled photograph
# Amplitudes below this are what floats leave of a component that is absent. A byte's rounding
# alone spreads an amplitude of about 10 over all components.
ABSENT = 1e-3
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601; the paper takes intensities


def saliency(image: Photograph) -> Map:
    """Energy of the spectral residual, smoothed, its extremes stretched to 0 and 255.

    Where the paper is silent: the longer side is 64 pixels, so that no photograph gets larger
    than 64x64; the spectrum wraps around under the 3x3 mean, being periodic; the border is
    reflected under the Gaussian. A photograph of one colour gives 0 everywhere.

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
    small = fit(pixels, SIDE).astype(np.float64)
    grey = small[..., 0] * LUMA[0] + small[..., 1] * LUMA[1] + small[..., 2] * LUMA[2]
    return stretch(enlarge(_residual_energy(grey), pixels.shape[:2]))


def _residual_energy(grey: Values) -> Values:
    spectrum = np.fft.fft2(grey)
    logs = np.log(np.maximum(np.abs(spectrum), ABSENT))
    rows = logs + np.roll(logs, 1, axis=0) + np.roll(logs, -1, axis=0)
    mean = (rows + np.roll(rows, 1, axis=1) + np.roll(rows, -1, axis=1)) / 9
    # exp(R + iP) = exp(L + iP) exp(-h * L) = F exp(-h * L): no phase is taken of what is absent
    energy = np.abs(np.fft.ifft2(spectrum * np.exp(-mean))) ** 2
    smooth = cv2.GaussianBlur(energy, (0, 0), SIGMA, borderType=cv2.BORDER_REFLECT)
    return np.asarray(smooth, np.float64)
