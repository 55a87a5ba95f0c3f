"""From photograph to network input, in the order and precision of the authors' scripts."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.errors import ShapeError, UsageError
from sodeval.models.card import Preparation, Size
from sodeval.models.filters import skimage_linear, torch_linear

Photograph = NDArray[np.uint8]


def prepare(
    image: Photograph, preparation: Preparation, size: Size | None = None
) -> NDArray[np.float32]:
    """The network's input, made of a photograph as the authors make it.

    A photograph that is black throughout divides by 0 under ``image-maximum``; it stays 0 here.

    Args:
        image: uint8 (H, W, 3) RGB, or (H, W) grey.
        preparation: the card's.
        size: height and width of the input, in place of the card's.

    Returns:
        float32 (3, h, w), C-contiguous.

    Raises:
        ShapeError: ``image`` is no photograph, or its own size is one the network cannot take.
        UsageError: ``size`` is one that the network cannot take.
    """
    shape = input_size(photograph_size(image), preparation, size)
    mean, std = channel_constants(preparation, grey=image.ndim == 2)
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    work = np.float64 if preparation.double else np.float32
    mean, std = mean[:, None, None], std[:, None, None]
    made: NDArray[Any]
    if preparation.normalise_first:
        made = image.transpose(2, 0, 1).astype(work, order="C")
        made = _normalised(_scaled(made, preparation, 1.0), mean, std)
        made = _resized(made, shape, preparation)
    elif preparation.resize.startswith("skimage"):  # it divides by 255 itself
        made = _scaled(_resized(image.transpose(2, 0, 1), shape, preparation), preparation, 255.0)
        made = _normalised(made.astype(work, copy=False), mean, std)
    else:
        made = image.transpose(2, 0, 1).astype(work, order="C")
        made = _scaled(_resized(made, shape, preparation), preparation, 1.0)
        made = _normalised(made, mean, std)
    return made.astype(np.float32, order="C", copy=False)


def photograph_size(image: Photograph) -> Size:
    """Height and width of a photograph.

    Raises:
        ShapeError: it is not uint8 (H, W, 3) or (H, W), or is empty.
    """
    shape, kind = image.shape, image.dtype
    if kind != np.uint8 or not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)):
        raise ShapeError(
            f"photograph: {kind} {shape}; expected uint8 (H, W, 3) RGB, or uint8 (H, W) grey."
        )
    if 0 in shape:
        raise ShapeError(f"photograph: shape is {shape}, which holds no pixels.")
    return shape[0], shape[1]


def input_size(photograph: Size, preparation: Preparation, size: Size | None = None) -> Size:
    """Height and width of the network's input for a photograph of this height and width.

    Raises:
        UsageError: the network cannot take ``size``.
        ShapeError: it cannot take the photograph's own.
    """
    asked = size or preparation.size
    height, width = asked or photograph
    kind = UsageError if asked else ShapeError
    what = "an input" if asked else "a photograph"
    least, multiple = preparation.smallest, preparation.multiple
    if min(height, width) < least:
        raise kind(
            f"{what} of {height} x {width} (height x width) is too small: the network takes no "
            f"fewer than {least} pixels a side."
        )
    if height % multiple or width % multiple:
        raise kind(
            f"{what} of {height} x {width} (height x width) does not fit: both must be multiples "
            f"of {multiple}, such as {_near(height, multiple)} x {_near(width, multiple)}."
        )
    if preparation.resize == "none" and (height, width) != photograph:
        raise UsageError(
            "this network takes each photograph at its own size, so an input size cannot be set."
        )
    return height, width


def _near(side: int, multiple: int) -> int:
    return max(1, round(side / multiple)) * multiple


def channel_constants(
    preparation: Preparation, *, grey: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and std of R, G and B, float64 (3,); those of red for all of them where it is so."""
    mean, std = np.array(preparation.mean), np.array(preparation.std)
    if grey and preparation.grey_as_red:
        return mean[[0, 0, 0]], std[[0, 0, 0]]
    return mean, std


def _resized(values: NDArray[Any], shape: Size, preparation: Preparation) -> NDArray[Any]:
    """(3, H, W) to (3, *shape) with the authors' filter."""
    match preparation.resize:
        case "none":
            return values
        case "opencv":
            turned = np.ascontiguousarray(values.transpose(1, 2, 0))
            resized = cv2.resize(turned, shape[::-1], interpolation=cv2.INTER_LINEAR)
            return np.asarray(resized).transpose(2, 0, 1)
        case "torch-antialias":
            return torch_linear(values, shape, antialias=True)
        case "skimage-reflect":
            return skimage_linear(values, shape, "reflect")
        case "skimage-constant":
            return skimage_linear(values, shape, "constant")


def _scaled(values: NDArray[Any], preparation: Preparation, unit: float) -> NDArray[Any]:
    """Scale values whose 255 has become 255 / ``unit``; in place."""
    match preparation.scale:
        case "unit":
            by = 255.0 / unit
        case "byte":
            by = 1.0 / unit
        case "image-maximum":
            by = values.max() or 1.0
    if by != 1.0:
        values /= values.dtype.type(by)
    return values


def _normalised(values: NDArray[Any], mean: NDArray[Any], std: NDArray[Any]) -> NDArray[Any]:
    """Subtract and divide, in the precision of ``values``; in place."""
    values -= mean.astype(values.dtype)
    values /= std.astype(values.dtype)
    return values
