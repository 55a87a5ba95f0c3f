"""From network output to the 8-bit map, in the order and precision of the authors' scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sodeval.errors import ShapeError
from sodeval.models.card import Finish
from sodeval.models.filters import Single, sigmoid, skimage_linear, torch_linear
from sodeval.resizes import pil_linear

if TYPE_CHECKING:
    import torch

Map = NDArray[np.uint8]
Shape = tuple[int, int]  # height, width
LABELS = 256  # what a byte holds


def finish(out: NDArray[Any] | torch.Tensor, rules: Finish, shape: Shape) -> Map:
    """The map that the authors' script saves of a network's output.

    A flat map divides by 0 under ``stretch``; it becomes 0 throughout here. ``pillow-bytes`` scales
    the width first, as Pillow did until version 12. Class scores are resized by torch's filter,
    whichever is named, before the largest is taken.

    Args:
        out: float32 (C, h, w), an array, or a tensor on the processor; C is 1 but for ``argmax``.
        rules: the card's.
        shape: height and width of the photograph.

    Returns:
        uint8 (H, W), C-contiguous.

    Raises:
        ShapeError: NaN or infinite values, another number of channels, or ``none`` where the sizes
            do not agree.
    """
    values = _as_single(out)
    check_output((values.shape[0], values.shape[1], values.shape[2]), rules, shape)
    broken = values.size - int(np.count_nonzero(np.isfinite(values)))
    if broken:
        raise broken_output(broken, values.size)
    if rules.activation == "argmax":
        if rules.resize != "none":
            values = torch_linear(values, shape)
        return np.asarray(values.argmax(0), np.uint8)
    if rules.resize == "torch-logits":
        values = torch_linear(values, shape)
    if rules.activation == "sigmoid":
        values = sigmoid(values)
    if rules.stretch:
        values = _stretched(values)
    match rules.resize:
        case "torch":
            values = torch_linear(values, shape)
        case "skimage":
            values = skimage_linear(values, shape, "reflect")
        case "pillow-bytes":
            return pil_linear(_to_bytes(values[0], rules), shape)
    return _to_bytes(values[0], rules)


def check_output(out: tuple[int, int, int], rules: Finish, shape: Shape) -> None:
    """Refuse an output of the wrong shape: (C, h, w) for a photograph of ``shape``.

    Raises:
        ShapeError: as `finish` does.
    """
    channels = LABELS if rules.activation == "argmax" else 1
    if not 1 <= out[0] <= channels or 0 in out:
        raise ShapeError(
            f"network output: shape is {out}; expected (C, h, w) with C from 1 to {channels}."
        )
    if rules.resize == "none" and out[1:] != shape:
        raise ShapeError(
            f"network output: {out[1]} x {out[2]} for a photograph of {shape[0]} x {shape[1]} "
            "(height x width), and the model has no rule for resizing."
        )


def broken_output(broken: int, size: int) -> ShapeError:
    """What to raise for NaN and infinities."""
    return ShapeError(
        f"network output: {broken} of {size} values are NaN or infinite. In half precision numbers "
        "overflow: use --precision fp32; otherwise the weights are damaged."
    )


def _as_single(out: NDArray[Any] | torch.Tensor) -> Single:
    """Float32 (C, h, w), C-contiguous and writable."""
    values = out if isinstance(out, np.ndarray) else out.detach().float().numpy()
    if values.ndim != 3:
        raise ShapeError(f"network output: shape is {values.shape}; expected (C, h, w).")
    return np.require(values, np.float32, ("C", "W"))


def _stretched(values: Single) -> Single:
    low, high = values.min(), values.max()
    if low == high:
        return np.zeros_like(values)
    return np.asarray((values - low) / (high - low), np.float32)


def _to_bytes(unit: Single, rules: Finish) -> Map:
    """255 times a map as bytes: truncated, or rounded to the nearest with halves to even."""
    values = unit * np.float32(255)
    if rules.rounding == "round":
        np.rint(values, out=values)
    # a bilinear resize may leave [0, 1] by an ulp
    return values.clip(0, 255).astype(np.uint8)
