"""Resize filters on float images, as scikit-image and torch compute them.

Both are separable and work on taps: for each output position the input positions it draws from and
their weights, both (taps, positions). Neither scikit-image nor SciPy is needed. torch's own filter
is called where torch is installed; without it the same sums are made here, whose last bits differ.
"""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, int]  # height, width
Single = NDArray[np.float32]
Taps = tuple[NDArray[np.intp], NDArray[np.float64]]
Border = Literal["reflect", "constant"]


def skimage_linear(values: NDArray[Any], shape: Shape, border: Border) -> NDArray[Any]:
    """Resize as ``skimage.transform.resize(v, shape, order=1, mode=border, anti_aliasing=False)``.

    Half-pixel centres, two taps a direction, sums in float64; clipped to the range of the input.
    Beyond the outermost centres (reached only when enlarging) ``reflect`` mirrors about the edge
    sample and ``constant`` blends in zeros.

    Args:
        values: (C, H, W), of any strides; uint8, which counts as v / 255, float32 or float64.
        shape: height and width of the result.
        border: scikit-image's name for what lies outside.

    Returns:
        (C, *shape), C-contiguous; float32 for float32, else float64.
    """
    unit = 1.0 / 255 if values.dtype == np.uint8 else 1.0
    low, high = values.min() * unit, values.max() * unit
    made_type = np.float32 if values.dtype == np.float32 else np.float64
    taps = [
        skimage_taps(size, out, border) for size, out in zip(values.shape[1:], shape, strict=True)
    ]
    for axis, (index, weights) in enumerate(taps, 1):
        # Large photographs: most of the pixels are not looked at, so are never made float64.
        if index.size < values.shape[axis]:
            values = values[:, index.ravel()] if axis == 1 else values[:, :, index.ravel()]
            taps[axis - 1] = np.arange(index.size).reshape(index.shape), weights
    made = np.empty((len(values), *shape), made_type)
    for plane, into in zip(values, made, strict=True):  # one by one: they stay in the cache
        resized = np.ascontiguousarray(plane)
        for axis, axis_taps in enumerate(taps):
            resized = _weigh(resized, axis_taps, axis)
        resized *= unit
        np.clip(resized, low, high, out=into, casting="same_kind")
    return made


def skimage_taps(size: int, out: int, border: Border) -> Taps:
    """The two neighbours of each output position (SciPy's zoom with ``grid_mode``)."""
    centre = (np.arange(out) + 0.5) * (size / out) - 0.5
    if border == "reflect":
        last = size - 1
        centre = last - np.abs(last - np.abs(centre)) if last else np.zeros(out)
    first = np.floor(centre)
    share = centre - first
    index = np.stack([first, first + 1]).astype(np.intp)
    weights = np.stack([1.0 - share, share])
    weights[(index < 0) | (index >= size)] = 0.0  # for "reflect" it is zero already
    return index.clip(0, size - 1), weights


def _weigh(plane: NDArray[Any], taps: Taps, axis: int) -> NDArray[np.float64]:
    """The weighted sum of rows (axis 0) or columns (axis 1) of (H, W), in float64."""
    total: NDArray[np.float64] | None = None
    for index, weights in zip(*taps, strict=True):
        part = plane.take(index, axis=axis)
        by = weights if axis else weights[:, None]
        if part.dtype == np.float64:  # an array of its own, so it may be overwritten
            part *= by
        else:
            part = np.multiply(part, by, dtype=np.float64)
        total = part if total is None else np.add(total, part, out=total)
    return cast("NDArray[np.float64]", total)


def torch_linear(values: Single, shape: Shape, *, antialias: bool = False) -> Single:
    """Resize as ``torch.nn.functional.interpolate(v, shape, mode="bilinear")``.

    Args:
        values: float32 (C, H, W), writable.
        shape: height and width of the result.
        antialias: widen the triangle to the step when shrinking, as torchvision's ``Resize`` does.

    Returns:
        float32 (C, *shape), C-contiguous.
    """
    try:
        import torch
    except ImportError:
        return _without_torch(values, shape, antialias)
    resized = torch.nn.functional.interpolate(
        torch.from_numpy(values)[None],
        shape,
        mode="bilinear",
        align_corners=False,
        antialias=antialias,
    )
    return np.ascontiguousarray(resized[0].numpy())


def _without_torch(values: Single, shape: Shape, antialias: bool) -> Single:
    made = np.empty((len(values), *shape), np.float32)
    for plane, into in zip(values, made, strict=True):
        rows, columns = (
            _triangle(size, out, antialias) for size, out in zip(plane.shape, shape, strict=True)
        )
        into[...] = _weigh(_weigh(plane, columns, 1), rows, 0)
    return made


def _triangle(size: int, out: int, antialias: bool) -> Taps:
    """A triangle over each output position, cut off at the borders and normalised."""
    step = size / out
    width = max(step, 1.0) if antialias else 1.0
    centre = (np.arange(out) + 0.5) * step
    index = np.floor(centre - width)[:, None] + np.arange(int(np.ceil(2 * width)) + 2)
    weights = np.maximum(1.0 - np.abs(index + 0.5 - centre[:, None]) / width, 0.0)
    weights[(index < 0) | (index >= size)] = 0.0
    weights /= weights.sum(1, keepdims=True)
    used = weights.any(0)
    return index[:, used].clip(0, size - 1).astype(np.intp).T, weights[:, used].T


def sigmoid(values: Single) -> Single:
    """The logistic function in float32, torch's where it is installed (they differ by an ulp)."""
    try:
        import torch
    except ImportError:
        with np.errstate(over="ignore"):  # exp(-v) is infinite and the result 0
            return np.float32(1) / (np.float32(1) + np.exp(-values))
    return torch.from_numpy(values).sigmoid().numpy()
