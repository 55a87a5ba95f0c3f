"""What the bytes of a map stand for under a protocol: values in [0, 1], and cuts at each level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol

FloatArray = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Tables:
    """What every code of one prediction stands for, under one protocol.

    Attributes:
        values: float64 (K,), p of each code, not decreasing. Codes outside the map's range have
            values too; they occur in no histogram.
        cuts: int64 (levels,), the smallest code that passes each level, levels ascending; K where
            none does.
        quantised: uint8 (K,), floor(255 p) of each code.
        defined: False for a constant map whose scaling is 0/0: nothing passes any level.
    """

    values: FloatArray
    cuts: NDArray[np.int64]
    quantised: Bytes
    defined: bool


@lru_cache(maxsize=4096)
def byte_tables(protocol: EvalProtocol, low: int, high: int) -> Tables:
    """Tables for predictions whose smallest and largest bytes are ``low`` and ``high``."""
    return float_tables(protocol, np.arange(256.0), low, high)


def float_tables(protocol: EvalProtocol, raw: FloatArray, low: int, high: int) -> Tables:
    """Tables for a map that holds the values ``raw``, in units of bytes and ascending.

    Args:
        protocol: says how values are scaled, quantised and compared.
        raw: float64 (K,).
        low: index of the map's smallest value.
        high: index of its largest.
    """
    scaled = scale(protocol.pred_scale, raw, low, high)
    defined = scaled is not None
    values = np.clip(raw / 255 if scaled is None else scaled, 0.0, 1.0)
    met = values if protocol.quantise == "none" else values * 255
    if protocol.pred_scale == "minmax-strict" and defined:
        met = 255 * (raw - raw[low]) / (raw[high] - raw[low])  # whole where it is exactly whole
    if protocol.quantise == "floor":
        met = np.floor(met)
    levels = np.arange(float(protocol.levels))
    if protocol.quantise == "none":
        levels /= 254 if protocol.level_unit == "1/254" else 255
    side: Side = "left" if protocol.compare == ">=" else "right"
    if defined:
        cuts = np.searchsorted(met, levels, side=side).astype(np.int64)
    else:
        cuts = np.full(protocol.levels, raw.size, np.int64)
    quantised = np.floor(values * 255).astype(np.uint8)
    for array in (values, cuts, quantised):
        array.setflags(write=False)
    return Tables(values, cuts, quantised, defined)


def thresholds(protocol: EvalProtocol, levels: int) -> FloatArray:
    """The thresholds of a curve of ``levels`` levels, ascending, in units of bytes."""
    unit = 255 / 254 if protocol.level_unit == "1/254" and levels == protocol.levels else 1.0
    return np.arange(float(levels)) * unit


def scale(how: str, raw: FloatArray, low: int, high: int) -> FloatArray | None:
    """Bring raw values, in units of bytes, to [0, 1] as a protocol's ``pred_scale`` says.

    The order of operations is each toolkit's own, so that levels have its own roundings.

    Returns:
        float64 (K,), or None where the scaling is 0/0.
    """
    smallest, largest = raw[low], raw[high]
    if how.startswith("minmax"):
        unit = raw / 255
        if smallest != largest:
            return np.asarray((unit - unit[low]) / (unit[high] - unit[low]))
        return None if how == "minmax-strict" else unit
    if how == "mat2gray":
        if smallest == largest:
            return np.full(raw.shape, float(largest > 0))
        step = 1 / (largest - smallest)
        return np.asarray(raw * step - smallest * step)
    if how == "max+1e-8":
        return np.asarray(raw / (largest + 1e-8))
    if how == "max" and largest > 0:
        return np.asarray((raw / 255) / (largest / 255))
    return np.asarray(raw / 255)


@lru_cache(maxsize=4096)
def gt_values(protocol: EvalProtocol, low: int, high: int) -> FloatArray:
    """Float64 (256,): what the bytes of a ground truth stand for, in [0, 1] and ascending."""
    raw = np.arange(256.0)
    how = protocol.gt_scale
    made: FloatArray | None = raw / 255
    if how == "one-to-255" and high <= 1:
        made = raw
    elif how == "max":
        made = raw / (high + 1e-8)
    elif how == "minmax":
        made = scale("mat2gray", raw, low, high)
    values = np.array(made)
    values.setflags(write=False)
    return values


@lru_cache(maxsize=4096)
def gt_cut(protocol: EvalProtocol, low: int, high: int) -> int:
    """The smallest foreground byte of a ground truth; 256 if there is none."""
    side: Side = "left" if protocol.gt_compare == ">=" else "right"
    values = gt_values(protocol, low, high)
    return int(np.searchsorted(values, protocol.gt_threshold / 255, side=side))
