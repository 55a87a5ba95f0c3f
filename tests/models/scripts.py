"""The rules of the cards, and how the authors' scripts make inputs, with their libraries.

``INPUTS`` take uint8 (H, W, 3) or (H, W) and give float32 (3, h, w).
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from sodeval.models.card import IMAGENET_MEAN, IMAGENET_STD, Finish, Preparation

CSNET = Preparation(
    reader="skimage",
    size=(224, 224),
    resize="skimage-reflect",
    double=True,
    multiple=16,
    smallest=16,
)
U2NET = Preparation(
    reader="skimage",
    size=(320, 320),
    resize="skimage-constant",
    scale="image-maximum",
    double=True,
    grey_as_red=True,
)
DGNET = Preparation(
    reader="opencv",
    size=(512, 512),
    resize="torch-antialias",
    scale="byte",
    mean=(123.675, 116.28, 103.53),
    std=(58.395, 57.12, 57.375),
)
F3NET = Preparation(
    reader="opencv",
    size=(352, 352),
    resize="opencv",
    scale="byte",
    mean=(124.55, 118.90, 102.94),
    std=(56.77, 55.97, 57.50),
    normalise_first=True,
    double=True,
)
CSF = Preparation(reader="opencv", size=None, resize="none")
PREPARATIONS = {"csnet": CSNET, "u2net": U2NET, "dgnet": DGNET, "f3net": F3NET, "csf": CSF}

FINISHES = {
    "csnet": Finish(activation="sigmoid", resize="skimage"),
    "u2net": Finish(activation="none", stretch=True, resize="pillow-bytes"),
    "dgnet": Finish(activation="sigmoid", resize="torch"),
    "f3net": Finish(activation="sigmoid", resize="torch-logits", rounding="round"),
    "csf": Finish(activation="sigmoid", rounding="round"),
}


def csnet_input(image, size):
    from skimage.transform import resize

    made = resize(image / 255.0, size, order=1, mode="reflect", anti_aliasing=False)
    return ((made - np.array(IMAGENET_MEAN)) / np.array(IMAGENET_STD)).transpose(2, 0, 1)


def u2net_input(image, size):
    from skimage.transform import resize

    made = resize(image, size, order=1, mode="constant", anti_aliasing=False)
    made = made / np.max(made)
    if made.ndim == 2:
        return np.stack([(made - IMAGENET_MEAN[0]) / IMAGENET_STD[0]] * 3)
    return ((made - np.array(IMAGENET_MEAN)) / np.array(IMAGENET_STD)).transpose(2, 0, 1)


def dgnet_input(image, size):
    torch = pytest.importorskip("torch")
    from tests.models.torchvision_resize import resize_tensor

    tensor = torch.from_numpy(image.astype(np.float32)).permute(2, 0, 1)
    made = resize_tensor(tensor, size)
    mean, std = (torch.tensor(values)[:, None, None] for values in (DGNET.mean, DGNET.std))
    return ((made - mean) / std).numpy()


def f3net_input(image, size):
    made = (image.astype(np.float32) - np.array([[F3NET.mean]])) / np.array([[F3NET.std]])
    return cv2.resize(made, size[::-1], interpolation=cv2.INTER_LINEAR).transpose(2, 0, 1)


def csf_input(image, size):
    made = image.astype(np.float32) / 255
    mean, std = (np.array(values, np.float32) for values in (IMAGENET_MEAN, IMAGENET_STD))
    return ((made - mean) / std).transpose(2, 0, 1)


INPUTS = {
    "csnet": csnet_input,
    "u2net": u2net_input,
    "dgnet": dgnet_input,
    "f3net": f3net_input,
    "csf": csf_input,
}
