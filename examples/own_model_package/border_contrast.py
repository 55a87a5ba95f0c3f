"""The model that this package registers: how far a colour is from that of the border."""

from __future__ import annotations

import numpy as np


class BorderContrast:
    """An object with a method predict; it may say more of itself."""

    reader = "pillow"  # photographs are not turned by their EXIF orientation
    device = "cpu"
    precision = "fp32"
    concurrent = True  # predict may be called from several threads at once

    def predict(self, image):
        """Uint8 (H, W, 3) RGB to float (H, W) in [0, 1]."""
        border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        distance = np.linalg.norm(image - border.mean(axis=0), axis=2)
        return distance / max(distance.max(), 1.0)


def build():
    """What the entry point names: called once."""
    return BorderContrast()
