"""Bringing a map to the size of its ground truth, as each toolkit's own library does it.

The same bytes resized by OpenCV, torch, Pillow and MATLAB differ by up to tens of levels at an
edge, so the filter is a convention of the protocol. torch and Pillow are matched to the bit
(torch 2.13 on a processor with fused multiply-add, Pillow 12), without either being installed.

Every filter but OpenCV's is separable and works on taps: for each output position the input
positions it draws from and their weights, both (taps, positions).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.errors import UnknownNameError

Map = NDArray[np.uint8]
FloatMap = NDArray[np.float64]
Shape = tuple[int, int]  # height, width
Taps = tuple[NDArray[np.intp], NDArray[Any]]
Single = NDArray[np.float32]

# Output rows plus columns up to which torch multiplies the two weights of a tap first: a kernel
# for small images, whose last bit differs (ATen/native/cpu/UpSampleKernel.cpp).
TORCH_SMALL = 128
PIL_BITS = 22  # of the fraction of a weight: PRECISION_BITS of Pillow's Resample.c


def resize_to(pixels: Map, shape: Shape, name: str) -> Map | FloatMap:
    """Resize a uint8 (H, W) map to ``shape`` (height, width), as the protocol's tool does.

    A filter on bytes returns uint8; one on floats returns float64 in units of bytes: 0 to 255, or
    above where a bicubic overshoots. The result is C-contiguous; `codes_of` makes codes of floats.

    Raises:
        UnknownNameError: ``name`` is not in `RESIZES`.
    """
    if name not in RESIZES:
        raise UnknownNameError("resize filter", name, RESIZES)
    return RESIZES[name](pixels, shape)


def codes_of(values: FloatMap) -> tuple[NDArray[np.int32], FloatMap]:
    """The distinct values of a float64 (H, W) map: int32 (H, W) codes, float64 (K,) ascending."""
    distinct, codes = np.unique(values, return_inverse=True)
    # NumPy 1.26 returns the codes flat, later versions in the shape of the map.
    return codes.reshape(values.shape).astype(np.int32, order="C"), distinct


def cv2_linear(pixels: Map, shape: Shape) -> Map:
    """OpenCV's INTER_LINEAR on bytes: half-pixel centres, never antialiased."""
    height, width = shape
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


# torch ------------------------------------------------------------------------------------------


def torch_linear(pixels: Map, shape: Shape) -> FloatMap:
    """Resize as ``interpolate(v / 255, mode="bilinear", align_corners=False)`` of torch, times 255.

    In float32, half-pixel centres, not antialiased; the product with 255 is in float64, so that a
    division by 255 gives torch's float32 value again.
    """
    return _torch_unit(pixels, shape).astype(np.float64) * 255.0


def torch_linear_bytes(pixels: Map, shape: Shape) -> Map:
    """As `torch_linear`, then ``(255 p).astype(uint8)`` in float32: truncated, not rounded.

    A flat area of v may come back as v - 1, as it does with torch.
    """
    return (_torch_unit(pixels, shape) * np.float32(255)).astype(np.uint8)


def _torch_unit(pixels: Map, shape: Shape) -> Single:
    """Float32 (H, W) in [0, 1]."""
    unit = pixels.astype(np.float32) / np.float32(255)
    (above, below), (share_above, share_below) = _torch_taps(pixels.shape[0], shape[0])
    (left, right), (share_left, share_right) = _torch_taps(pixels.shape[1], shape[1])
    share_above, share_below = share_above[:, None], share_below[:, None]
    if sum(shape) > TORCH_SMALL:
        across = _fused(unit[:, left], share_left, unit[:, right] * share_right)
        return _fused(across[above], share_above, across[below] * share_below)
    top, bottom = unit[above], unit[below]
    total = top[:, right] * (share_above * share_right)
    total = _fused(top[:, left], share_above * share_left, total)
    total = _fused(bottom[:, left], share_below * share_left, total)
    return _fused(bottom[:, right], share_below * share_right, total)


def _torch_taps(size: int, out: int) -> Taps:
    """The two neighbours of each output position; the weights are float32."""
    if size == out:
        same = np.arange(out)
        return np.stack([same, same]), np.repeat(np.array([[1], [0]], np.float32), out, axis=1)
    step = np.float32(size) / np.float32(out)
    half = np.float32(0.5)
    centre = _fused(np.arange(out, dtype=np.float32) + half, step, -half)
    centre = np.maximum(centre, np.float32(0))
    first = np.minimum(centre.astype(np.intp), size - 1)
    second = np.minimum(first + 1, size - 1)
    share = np.minimum(centre - first.astype(np.float32), np.float32(1))
    return np.stack([first, second]), np.stack([np.float32(1) - share, share])


def _fused(a: Single, b: Single | np.float32, c: Single | np.float32) -> Single:
    """A b + c in float32, rounded once, as compilers contract torch's sums.

    The product is exact in float64, whose own rounding of the sum shows in one result of 5e8.
    """
    return (np.multiply(a, b, dtype=np.float64) + c).astype(np.float32)


# Pillow -----------------------------------------------------------------------------------------


def pil_linear(pixels: Map, shape: Shape) -> Map:
    """Resize as ``Image.resize(size, BILINEAR)`` of Pillow on a map of mode L.

    A triangle as wide as the step when shrinking; rows first, rounded to bytes, then columns.
    """
    height, width = shape
    if width != pixels.shape[1]:
        turned = np.ascontiguousarray(pixels.T)
        pixels = _pil_pass(turned, _pil_taps(len(turned), width)).T
    if height != pixels.shape[0]:
        pixels = _pil_pass(np.ascontiguousarray(pixels), _pil_taps(len(pixels), height))
    return np.ascontiguousarray(pixels)


def _pil_pass(rows: Map, taps: Taps) -> Map:
    half = np.full((taps[0].shape[1], rows.shape[1]), 1 << (PIL_BITS - 1), np.int32)
    return (_weigh(rows, taps, half) >> PIL_BITS).clip(0, 255).astype(np.uint8)


def _pil_taps(size: int, out: int) -> Taps:
    """The triangle over each output position, in the order of Pillow's own operations.

    The weights are int32, in units of 2**-22.
    """
    step = size / out
    support = max(step, 1.0)
    centre = (np.arange(out) + 0.5) * step
    first = np.maximum((centre - support + 0.5).astype(np.intp), 0)
    last = np.minimum((centre + support + 0.5).astype(np.intp), size)
    index = first + np.arange((last - first).max())[:, None]
    weights = np.maximum(1.0 - np.abs((index - centre + 0.5) * (1.0 / support)), 0.0)
    weights[index >= last] = 0.0
    weights /= weights.cumsum(0)[-1]  # added one by one
    return np.minimum(index, size - 1), (0.5 + weights * (1 << PIL_BITS)).astype(np.int32)


# MATLAB -----------------------------------------------------------------------------------------


def matlab_cubic(pixels: Map, shape: Shape) -> FloatMap:
    """Resize as ``imresize(double(v) / 255, [h w])`` of MATLAB, times 255, clipped below 0.

    Bicubic with a = -0.5 (Keys 1981), widened when shrinking, mirrored at the edges; the dimension
    with the smaller scale goes first, rows before columns if equal. May exceed 255.
    """
    values = _matlab_passes(pixels / 255.0, shape, lambda made: made)
    return np.ascontiguousarray(np.maximum(values * 255.0, 0.0))


def matlab_cubic_bytes(pixels: Map, shape: Shape) -> Map:
    """Resize as ``imresize(v, [h w])`` of MATLAB on uint8: as `matlab_cubic`, but in bytes.

    Each of the two passes ends in uint8: rounded, halves up, and clipped to 0 to 255.
    """

    def to_bytes(made: FloatMap) -> FloatMap:
        return np.floor(made + 0.5).clip(0.0, 255.0)

    values = _matlab_passes(pixels.astype(np.float64), shape, to_bytes)
    return np.ascontiguousarray(values).astype(np.uint8)


def _matlab_passes(values: FloatMap, shape: Shape, end: Callable[[FloatMap], FloatMap]) -> FloatMap:
    """Resize one dimension after the other; ``end`` finishes each pass."""
    scales = [out / size for out, size in zip(shape, values.shape, strict=True)]
    for axis in np.argsort(scales, kind="stable"):
        turned = np.ascontiguousarray(values.T if axis else values)
        taps = _matlab_taps(len(turned), shape[axis])
        made = end(_weigh(turned, taps, np.zeros((shape[axis], turned.shape[1]))))
        values = made.T if axis else made
    return values


def _matlab_taps(size: int, out: int) -> Taps:
    """The kernel over each output position, normalised; positions count from 1 as in MATLAB."""
    scale = out / size
    narrow = min(scale, 1.0)
    width = 4.0 / narrow
    centre = np.arange(1, out + 1) / scale + 0.5 * (1.0 - 1.0 / scale)
    index = np.floor(centre - width / 2) + np.arange(np.ceil(width) + 2)[:, None]
    weights = narrow * _cubic(narrow * (centre - index))
    weights /= weights.sum(0)
    used = weights.any(1)
    around = (index[used].astype(np.intp) - 1) % (2 * size)  # 1 .. n, n .. 1, and so on
    return np.minimum(around, 2 * size - 1 - around), weights[used]


def _cubic(x: FloatMap) -> FloatMap:
    """Keys' kernel with a = -0.5 (Keys 1981, eq. 15)."""
    x = np.abs(x)
    inner = (1.5 * x - 2.5) * x * x + 1.0
    outer = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x <= 1.0, inner, np.where(x <= 2.0, outer, 0.0))


def _weigh(rows: NDArray[Any], taps: Taps, total: NDArray[Any]) -> NDArray[Any]:
    """Add to ``total`` (positions, W) the weighted rows of ``rows`` (H, W), one tap at a time."""
    for index, weights in zip(*taps, strict=True):
        total += rows[index] * weights[:, None]
    return total


# Name, as protocols give it, to function.
RESIZES: dict[str, Callable[[Map, Shape], Map | FloatMap]] = {
    "cv2-linear": cv2_linear,
    "torch-linear": torch_linear,
    "torch-linear-bytes": torch_linear_bytes,
    "pil-linear": pil_linear,
    "matlab-cubic": matlab_cubic,
    "matlab-cubic-bytes": matlab_cubic_bytes,
}
