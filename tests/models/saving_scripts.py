"""How the authors' scripts make maps, written with the libraries that they use.

``SAVED`` take float32 (1, h, w) and give uint8 (H, W).
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch.nn import functional


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
