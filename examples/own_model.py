"""Models of your own: sodeval run --model examples/own_model.py:build --images IM --maps OUT.

`build` and `build_network` are two ways to hand a model to sodeval; either is called once.
"""

from __future__ import annotations

import numpy as np


def build():
    """The simplest model: a function of the photograph. Load weights here, once."""
    return border_contrast


def border_contrast(image):
    """How far a pixel's colour is from that of the border: uint8 (H, W, 3) RGB to float (H, W)."""
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    distance = np.linalg.norm(image - border.mean(axis=0), axis=2)
    return distance / max(distance.max(), 1.0)  # float in [0, 1], or uint8


def build_network(weights=None):
    """A torch network: sodeval resizes, normalises, batches, and moves it to the device."""
    import torch

    from sodeval.models.card import Finish, Preparation

    network = torch.nn.Sequential(torch.nn.Conv2d(3, 1, 3, padding=1), torch.nn.AvgPool2d(4))
    if weights is not None:  # --weights FILE
        network.load_state_dict(torch.load(weights, weights_only=True))
    return (
        network,  # float32 (N, 3, 128, 128) to logits (N, 1, 32, 32)
        Preparation(reader="pillow", size=(128, 128), resize="opencv"),
        Finish(activation="sigmoid", resize="torch"),
    )
