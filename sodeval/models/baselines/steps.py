"""What several baselines do: check the photograph, take its CIELAB colours, make bytes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.errors import ShapeError

Photograph = NDArray[np.uint8]
Map = NDArray[np.uint8]
Values = NDArray[np.float64]

# linear sRGB to CIE XYZ under D65 (IEC 61966-2-1); the white point is what (1, 1, 1) gives
_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_TO_WHITE = _XYZ / _XYZ.sum(axis=1, keepdims=True)
_KNEE = 6 / 29  # CIE 15: below its cube the cube root becomes a line
ROUNDING = 1e-9  # a range this small beside the values themselves is what floats leave, no signal


def check(image: object) -> Photograph:
    """The photograph as a C-contiguous array, if it is uint8 (H, W, 3) with at least one pixel.

    Raises:
        ShapeError: another shape or type.
    """
    pixels = np.asarray(image)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ShapeError(
            f"photograph: {pixels.dtype} of shape {pixels.shape}; a baseline takes uint8 "
            "(H, W, 3), RGB. Repeat the channel of a grey photograph three times."
        )
    return np.ascontiguousarray(pixels)


def is_flat(image: Photograph) -> bool:
    """Whether all pixels have one colour, so that nothing stands out."""
    return bool((image == image[0, 0]).all())


def lab(image: Photograph) -> Values:
    """CIELAB (CIE 15) of sRGB bytes under D65: float64 (H, W, 3), L from 0 to 100."""
    encoded = np.arange(256) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    red, green, blue = (linear[image[..., channel]] for channel in range(3))
    x, y, z = (_bend(row[0] * red + row[1] * green + row[2] * blue) for row in _TO_WHITE)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _bend(share: Values) -> Values:
    line = share / (3 * _KNEE**2) + 4 / 29
    return np.where(share > _KNEE**3, np.cbrt(share), line)


def fit(image: NDArray[np.uint8], longer: int) -> NDArray[np.uint8]:
    """Resize a photograph or grey image so that its longer side is ``longer`` pixels.

    Averages over areas where it shrinks and interpolates linearly where it grows; no side gets
    shorter than one pixel.
    """
    height, width = image.shape[:2]
    scale = longer / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)


def enlarge(values: Values, shape: tuple[int, int]) -> Values:
    """Resize a float64 (h, w) map to (H, W), linearly."""
    height, width = shape
    resized = cv2.resize(values, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(resized, np.float64)


def stretch(values: Values) -> Map:
    """The least value becomes 0, the largest 255; all 0 if they do not differ."""
    low, high = float(values.min()), float(values.max())
    if high - low <= ROUNDING * max(abs(low), abs(high)):
        return np.zeros(values.shape, np.uint8)
    return np.rint((values - low) * (255 / (high - low))).astype(np.uint8)
