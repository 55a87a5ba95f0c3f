"""Minimum barrier distance by raster scans, and grey reconstruction by the same kind of scan."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

kernel = njit(cache=True, nogil=True)

Values = NDArray[np.float64]


@kernel
def barrier_distance(values: Values, seeds: NDArray[np.uint8], passes: int) -> Values:
    """Range of values along the best path from a seed that some raster scans find.

    FastMBD (Zhang et al., ICCV 2015, algorithm 1). Scans alternate between raster and inverse
    raster order. A pixel looks at the two of its four neighbours that come before it, the one
    above (below) first, and takes over a neighbour's path where that lowers its own distance. Each
    distance is that of a path, so never less than the exact minimum.

    Args:
        values: float64 (H, W), C order.
        seeds: uint8 (H, W), not 0 where paths begin.
        passes: scans, 1 or more.

    Returns:
        float64 (H, W): 0 at seeds, infinite where no scan has come from a seed.
    """
    height, width = values.shape
    out = np.empty((height, width))
    highest = values.copy()  # along the path of each pixel
    lowest = values.copy()
    for r in range(height):
        for c in range(width):
            out[r, c] = 0.0 if seeds[r, c] != 0 else np.inf
    for index in range(passes):
        back = 1 if index % 2 == 1 else -1  # towards the neighbours that come before
        for i in range(height):
            r = i if back == -1 else height - 1 - i
            for j in range(width):
                c = j if back == -1 else width - 1 - j
                here = values[r, c]
                for side in range(2):
                    y = r + back if side == 0 else r
                    x = c if side == 0 else c + back
                    if y < 0 or y >= height or x < 0 or x >= width or out[y, x] == np.inf:
                        continue
                    top = max(highest[y, x], here)
                    bottom = min(lowest[y, x], here)
                    if top - bottom < out[r, c]:
                        out[r, c] = top - bottom
                        highest[r, c] = top
                        lowest[r, c] = bottom
    return out


@kernel
def reconstruct(marker: Values, mask: Values) -> Values:
    """Grey reconstruction by dilation (Vincent, IEEE TIP 1993, section IV-B).

    The marker grows to the largest of its eight neighbours, never above the mask, until nothing
    changes. Scans in raster and inverse raster order carry a value over the image at once.

    Args:
        marker: float64 (H, W), nowhere above the mask.
        mask: float64 (H, W).
    """
    height, width = mask.shape
    out = marker.copy()
    changed = True
    while changed:
        changed = False
        for back in (-1, 1):
            for i in range(height):
                r = i if back == -1 else height - 1 - i
                y = r + back
                for j in range(width):
                    c = j if back == -1 else width - 1 - j
                    value = out[r, c]
                    if 0 <= y < height:
                        for x in range(max(0, c - 1), min(width, c + 2)):
                            value = max(value, out[y, x])
                    if 0 <= c + back < width:
                        value = max(value, out[r, c + back])
                    value = min(value, mask[r, c])
                    if value > out[r, c]:
                        out[r, c] = value
                        changed = True
    return out
