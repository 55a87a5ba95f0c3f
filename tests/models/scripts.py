"""How the authors' scripts make inputs and maps, written with the libraries that they use.

Each pair of functions goes with the rules of a card: ``input`` takes uint8 (H, W, 3) or (H, W) and
gives float32 (3, h, w); ``saved`` takes float32 (1, h, w) and gives uint8 (H, W).
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch.nn import functional

from sodeval.models.card import IMAGENET_MEAN, IMAGENET_STD, Finish, Preparation
from tests.models.torchvision_resize import resize_tensor

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


def csnet_saved(out, shape):
    from skimage.transform import resize

    unit = torch.from_numpy(out).sigmoid().numpy()[0]
    made = resize(unit, shape, order=1, mode="reflect", anti_aliasing=False)
    assert made.dtype == np.float32
    return (made * 255).astype(np.uint8)


def u2net_saved(out, shape):
    from PIL import Image

    tensor = torch.from_numpy(out)[0]
    low, high = tensor.min(), tensor.max()
    unit = ((tensor - low) / (high - low)).numpy()
    picture = Image.fromarray(unit * 255).convert("RGB")
    height, width = shape
    # one axis at a time: Pillow 13 chooses which goes first, 12 and before took the width
    for size in ((width, picture.height), (width, height)):
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(picture)[..., 0]


def dgnet_saved(out, shape):
    unit = torch.from_numpy(out)[None].sigmoid()
    unit = functional.interpolate(unit, shape, mode="bilinear", align_corners=False)
    return (unit[0, 0].numpy() * 255).astype(np.uint8)


def f3net_saved(out, shape):
    logits = functional.interpolate(torch.from_numpy(out)[None], shape, mode="bilinear")
    return np.round(logits.sigmoid()[0, 0].numpy() * 255).astype(np.uint8)


def csf_saved(out, shape):
    levels = torch.from_numpy(out).sigmoid()[0].numpy() * 255
    return cv2.imdecode(cv2.imencode(".png", levels)[1], cv2.IMREAD_UNCHANGED)


SAVED = {
    "csnet": csnet_saved,
    "u2net": u2net_saved,
    "dgnet": dgnet_saved,
    "f3net": f3net_saved,
    "csf": csf_saved,
}
