"""The quick path: preparing and finishing with torch on the device, in place of the authors' tools.

Every resize is bilinear, in float32, antialiased where the authors' filter is. Constants are kept
on the device: copying them for each photograph would make the host wait for it.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from sodeval.errors import ShapeError
from sodeval.models.card import Finish, Preparation, Size
from sodeval.models.filters import Border, skimage_taps
from sodeval.models.finish import broken_output, check_output
from sodeval.models.prepare import channel_constants, input_size


def prepare_on_device(image: Tensor, preparation: Preparation, size: Size | None = None) -> Tensor:
    """The network's input, close to what `sodeval.models.prepare.prepare` makes.

    A mean and std that come first in the authors' script come last here, which is the same but for
    rounding.

    Args:
        image: uint8 (H, W, 3) RGB, or (H, W) grey, on any device.
        preparation: the card's.
        size: height and width of the input, in place of the card's.

    Returns:
        float32 (3, h, w), C-contiguous, on the device of ``image``.

    Raises:
        ShapeError: as `prepare` does.
        UsageError: as `prepare` does.
    """
    if image.dtype != torch.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)):
        raise ShapeError(
            f"photograph: {image.dtype} {tuple(image.shape)}; "
            "expected uint8 (H, W, 3) RGB, or uint8 (H, W) grey."
        )
    shape = input_size((image.shape[0], image.shape[1]), preparation, size)
    planes = image.permute(2, 0, 1) if image.ndim == 3 else image[None]
    made = planes.float()
    match preparation.resize:
        case "skimage-reflect":
            made = _skimage_linear(made, shape, "reflect")
        case "skimage-constant":
            made = _skimage_linear(made, shape, "constant")
        case _:
            made = _resized(made, shape, antialias=preparation.resize == "torch-antialias")
    match preparation.scale:
        case "unit":
            made = made / 255.0
        case "image-maximum":
            largest = made.max()
            made = made / torch.where(largest > 0, largest, torch.ones_like(largest))
        case "byte":
            pass
    constants = channel_constants(preparation, grey=image.ndim == 2)
    mean, std = (_channels(tuple(values.tolist()), made.device) for values in constants)
    return ((made - mean) / std).contiguous()


def finish_on_device(out: Tensor, rules: Finish, shape: Size, *, check: bool = True) -> Tensor:
    """The map of a network's output, close to what `sodeval.models.finish.finish` makes.

    Args:
        out: (C, h, w), of any floating type, on any device.
        rules: the card's.
        shape: height and width of the photograph.
        check: look for NaN and infinities, for which the host waits for the device; without it
            they become bytes of no meaning.

    Returns:
        uint8 (H, W), C-contiguous, on the device of ``out``.

    Raises:
        ShapeError: as `finish` does.
    """
    if out.ndim != 3:
        raise ShapeError(f"network output: shape is {tuple(out.shape)}; expected (C, h, w).")
    check_output((out.shape[0], out.shape[1], out.shape[2]), rules, shape)
    values = out.float()
    if check and (broken := int((~values.isfinite()).sum())):
        raise broken_output(broken, values.numel())
    if rules.activation == "argmax":
        if rules.resize != "none":
            values = _resized(values, shape)
        return values.argmax(0).to(torch.uint8)
    if rules.resize == "torch-logits":
        values = _resized(values, shape)
    if rules.activation == "sigmoid":
        values = values.sigmoid()
    if rules.stretch:
        low, high = values.aminmax()
        spread = high - low
        values = (values - low) / torch.where(spread > 0, spread, torch.ones_like(spread))
    match rules.resize:
        case "torch":
            values = _resized(values, shape)
        case "skimage":
            values = _skimage_linear(values, shape, "reflect")
        case "pillow-bytes":  # bytes again after each direction, halves up
            values = _to_levels(values, rules)
            for step in ((values.shape[1], shape[1]), shape):
                values = _resized(values, step, antialias=True).add(0.5).floor()
            return values[0].to(torch.uint8)
    return _to_levels(values, rules)[0].to(torch.uint8)


@lru_cache(maxsize=64)
def _channels(values: tuple[float, ...], device: torch.device) -> Tensor:
    return torch.tensor(values, dtype=torch.float32, device=device)[:, None, None]


@lru_cache(maxsize=2048)  # a data set has photographs of some hundreds of sizes
def _taps(size: int, out: int, border: Border, device: torch.device) -> tuple[Tensor, Tensor]:
    index, weights = skimage_taps(size, out, border)
    return torch.from_numpy(index).to(device), torch.from_numpy(weights).to(device, torch.float32)


def _skimage_linear(values: Tensor, shape: Size, border: Border) -> Tensor:
    low, high = values.aminmax()
    for axis, out in enumerate(shape, 1):
        if values.shape[axis] != out:
            index, weights = _taps(values.shape[axis], out, border, values.device)
            first, second = weights if axis == 2 else weights[..., None]
            values = values.index_select(axis, index[0]) * first + (
                values.index_select(axis, index[1]) * second
            )
    return values.clamp(low, high)


def _to_levels(unit: Tensor, rules: Finish) -> Tensor:
    levels = unit * 255.0
    return (levels.round() if rules.rounding == "round" else levels.floor()).clamp(0, 255)


def _resized(values: Tensor, shape: Size, *, antialias: bool = False) -> Tensor:
    if tuple(values.shape[1:]) == shape:
        return values
    return functional.interpolate(
        values[None], shape, mode="bilinear", align_corners=False, antialias=antialias
    )[0]
