"""The centre prior: objects are where the photographer pointed.

A Gaussian at the middle of the frame, whatever the photograph shows. The bias it stands for is
described by Tatler, "The central fixation bias in scene viewing", Journal of Vision 7(14), 2007;
a method that does not beat it has found where photographers point, and no object.
"""

from __future__ import annotations

import numpy as np

from sodeval.models.baselines.steps import Map, Photograph, check

SIGMA = 0.25  # of each side: exp(-2) = 0.14 at the middle of an edge, 0.02 in a corner


def saliency(image: Photograph) -> Map:
    """255 exp(-(y / H)^2 / (2 sigma^2) - (x / W)^2 / (2 sigma^2)), y and x from the centre.

    Pixel centres count, and nothing is stretched: in tiny photographs no pixel may reach 255.

    Args:
        image: uint8 (H, W, 3), RGB; only its size matters.

    Returns:
        uint8 (H, W).

    Raises:
        ShapeError: another shape or type.
    """
    height, width = check(image).shape[:2]
    y = (np.arange(height) + 0.5) / height - 0.5
    x = (np.arange(width) + 0.5) / width - 0.5
    squared = y[:, None] ** 2 + x[None, :] ** 2
    return np.asarray(np.rint(255 * np.exp(-squared / (2 * SIGMA**2))), np.uint8)
