"""Files and arrays become the canonical map: uint8, (H, W), C-contiguous, writable.

Nothing here normalises, thresholds or resizes by itself; those are choices of the protocol.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.errors import DecodeError, ShapeError, UnknownNameError
from sodeval.image_headers import AGAIN, AS_PNG, Flaw, read_header

MAX_PIXELS = 2**28  # 268 million, 16384 x 16384: larger than any test set, smaller than a bomb
# EXIF orientation is ignored: a ground truth and its prediction are compared as they are stored.
GREY_FLAGS = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION

Trait = Literal["palette", "alpha_mask", "unequal_channels", "low_16_bit"]
Map = NDArray[np.uint8]


class Decoded(NamedTuple):
    """A grey map as uint8 (H, W), and what reading it as grey may have lost.

    ``palette``: the file stores colour indices (a PNG or TIFF with a colour table).
    ``alpha_mask``: the colour is constant but the alpha varies, so the map is only in the alpha.
    ``unequal_channels``: a colour file whose channels differ, so luma was taken.
    ``low_16_bit``: a 16-bit file with values up to 255 only, so every high byte is zero.
    """

    pixels: Map
    traits: frozenset[Trait] = frozenset()


def decode(data: bytes, label: str, *, max_pixels: int = MAX_PIXELS) -> Decoded:
    """Read the bytes of an image file as grey, to the bit as ``cv2.imread`` does.

    PNG, JPEG, BMP, TIFF (its first page) and WebP, told apart by content. Colour becomes luma,
    16 bits become their high byte, alpha and EXIF orientation are ignored.

    Args:
        data: The whole file.
        label: What to call the file in an error message.
        max_pixels: The largest width times height; checked in the header, before decoding.

    Raises:
        DecodeError: The file is empty, no image, of another format, cut off, corrupt or too large.
    """
    try:
        header = read_header(data, max_pixels)
    except Flaw as flaw:
        raise DecodeError(f"{label} {flaw}") from None
    buffer = np.frombuffer(header.data, np.uint8)
    try:
        pixels = cv2.imdecode(buffer, GREY_FLAGS)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise DecodeError(f"{label} cannot be decoded: its pixel data are damaged. {AGAIN}")
    if pixels.dtype != np.uint8 or pixels.ndim != 2:
        raise DecodeError(f"{label} does not decode to an 8-bit grey map. {AS_PNG}")
    grey = np.ascontiguousarray(pixels, np.uint8)
    if not (header.colour or header.palette or header.deep):  # the usual map: no second look
        return Decoded(grey)
    traits: set[Trait] = {"palette"} if header.palette else set()
    if header.deep and not grey.any() and _any_stored(buffer):
        traits.add("low_16_bit")
    if header.colour:
        traits |= _channel_traits(buffer)
    return Decoded(grey, frozenset(traits))


def _any_stored(buffer: Map) -> bool:
    """Whether any sample of the file is not zero."""
    try:
        stored = cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return False
    return stored is not None and bool(np.any(stored))


def _channel_traits(buffer: Map) -> set[Trait]:
    """Decode once more, as stored, and compare the channels."""
    try:
        stored = cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return set()
    if stored is None or stored.ndim != 3:
        return set()
    traits: set[Trait] = set()
    blue, green, red = (stored[..., channel] for channel in range(3))
    if not (np.array_equal(blue, green) and np.array_equal(green, red)):
        traits.add("unequal_channels")
    if stored.shape[2] == 4:
        alpha = stored[..., 3]
        if alpha.min() != alpha.max() and all(c.min() == c.max() for c in (blue, green, red)):
            traits.add("alpha_mask")
    return traits


# A float32 map in [0, 1] that was resized bilinearly may leave the range by a few ulp.
SLACK = 1e-6
_ROUNDINGS: dict[str, Callable[[NDArray[np.floating]], NDArray[np.floating]]] = {
    "round": np.rint,
    "floor": np.floor,
}


def as_pred(array: object, *, rounding: str = "round", label: str = "prediction") -> Map:
    """Make a prediction in memory the uint8 (H, W) map that its file would hold.

    uint8 passes through, and is not copied if it is C-contiguous and writable already; other
    integers must lie in 0..255; bool becomes 0 and 255; float must be finite and in [0, 1], and
    becomes ``round(255 x)`` (``rounding="round"``: v / 255 gives v again, from float16 up, and
    from bfloat16 too) or ``floor(255 x)`` (``"floor"``: what ``(255 * x).astype(uint8)`` writes).

    Args:
        array: (H, W); a NumPy array, a torch tensor on any device, or what ``np.asarray`` takes.
        rounding: ``"round"`` or ``"floor"``.
        label: What to call the array in an error message.

    Raises:
        ShapeError: Another shape, empty, not numeric, NaN, or out of range.
        UnknownNameError: Another rounding.
    """
    if rounding not in _ROUNDINGS:
        raise UnknownNameError("rounding", rounding, _ROUNDINGS)
    return _as_map(array, rounding, label, "apply a sigmoid?")


def as_gt(array: object, *, label: str = "ground truth") -> Map:
    """Make a ground truth in memory the uint8 (H, W) map that its file would hold.

    Integers are taken as stored (0..255), bool becomes 0 and 255, float in [0, 1] becomes
    ``round(255 x)``. Arguments and errors are those of `as_pred`.
    """
    return _as_map(array, "round", label, "a mask of labels? compare it first, as in gt == 1")


def as_batch(array: object, *, label: str = "batch") -> list[NDArray[Any]]:
    """Take a batch apart: (H, W), (N, H, W) or (N, 1, H, W) becomes a list of (H, W) arrays.

    A tensor is moved to the host once, not per image; the arrays returned are views, any dtype.

    Raises:
        ShapeError: Another shape, an empty batch, or something that is no array.
    """
    values = _to_numpy(array, label)
    if values.ndim == 4 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 2:
        values = values[None]
    if values.ndim != 3:
        raise ShapeError(
            f"{label}: shape is {values.shape}; expected (H, W), (N, H, W) or (N, 1, H, W)"
        )
    if values.size == 0:
        raise ShapeError(f"{label}: shape is {values.shape}, which holds no pixels")
    return list(values)


@runtime_checkable
class _Tensor(Protocol):
    """A torch tensor, known by its methods: torch is never imported here."""

    def detach(self) -> _Tensor: ...
    def cpu(self) -> _Tensor: ...
    def float(self) -> _Tensor: ...
    def numpy(self) -> NDArray[Any]: ...


def _to_numpy(array: object, label: str) -> NDArray[Any]:
    try:
        if isinstance(array, _Tensor):
            tensor = array.detach().cpu()
            try:
                return tensor.numpy()
            except TypeError:  # bfloat16 and float8 have no NumPy counterpart
                return tensor.float().numpy()
        return np.asarray(array)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ShapeError(
            f"{label}: a {type(array).__name__} that is no numeric array ({error})"
        ) from error


def _as_map(array: object, rounding: str, label: str, hint: str) -> Map:
    values = _to_numpy(array, label)
    if values.ndim != 2:
        raise ShapeError(f"{label}: shape is {values.shape}; expected (H, W)")
    if values.size == 0:
        raise ShapeError(f"{label}: shape is {values.shape}, which holds no pixels")
    kind = values.dtype.kind
    if kind not in "buif":
        raise ShapeError(
            f"{label}: dtype is {values.dtype}; expected uint8 0..255 or float in [0, 1]"
        )
    if kind == "b":
        return values.astype(np.uint8, order="C") * np.uint8(255)
    if kind == "f":
        values = _quantise(values, rounding, label, hint)
    elif values.dtype != np.uint8:
        low, high = int(values.min()), int(values.max())
        if low < 0 or high > 255:
            raise ShapeError(
                f"{label}: values run from {low} to {high}; "
                "expected uint8 0..255 or float in [0, 1]"
            )
        values = values.astype(np.uint8, order="C")
    return np.require(values, np.uint8, ("C", "W"))


def _quantise(values: NDArray[Any], rounding: str, label: str, hint: str) -> Map:
    if values.dtype.itemsize < 4:
        values = values.astype(np.float32)  # 255 x has no room in half precision
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(low + high):
        bad = values.size - int(np.isfinite(values).sum())
        raise ShapeError(
            f"{label}: {bad} of {values.size} values are NaN or infinite; expected [0, 1]"
        )
    if low < -SLACK or high > 1 + SLACK:
        if low >= 0 and high <= 255:
            hint = "divide by 255, or convert to uint8?"
        raise ShapeError(
            f"{label}: values run from {low:.7g} to {high:.7g}; "
            f"expected uint8 0..255 or float in [0, 1] ({hint})"
        )
    scaled = values * 255
    if low < 0 or high > 1:
        scaled = scaled.clip(0, 255)
    return _ROUNDINGS[rounding](scaled).astype(np.uint8, order="C")
