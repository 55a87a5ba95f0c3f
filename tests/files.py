"""Small folders of real image files for tests."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def write(path: Path, pixels: NDArray[np.uint8]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, pixels)[1].tobytes())
    return path


def disc(seed: int, shape: tuple[int, int] = (30, 40)) -> NDArray[np.uint8]:
    """A mask of 0 and 255 with one disc in it."""
    rng = np.random.default_rng(seed)
    mask = np.zeros(shape, np.uint8)
    centre = (int(rng.integers(12, shape[1] - 12)), int(rng.integers(10, shape[0] - 10)))
    return np.asarray(cv2.circle(mask, centre, int(rng.integers(4, 9)), 255, -1), np.uint8)


def seen(mask: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """A soft prediction of a mask."""
    rng = np.random.default_rng(seed)
    soft = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(1, 3)))
    return np.asarray(np.roll(soft, int(rng.integers(-3, 4)), axis=1), np.uint8)


def make_set(root: Path, count: int = 6, methods: tuple[str, ...] = ()) -> tuple[Path, Path]:
    """``root/preds`` and ``root/gt``: flat, or method folders over one data set ``SET``."""
    preds, gts = root / "preds", root / "gt"
    for i in range(count):
        mask = disc(i)
        write(gts / ("SET" if methods else "") / f"x{i}.png", mask)
        for m, method in enumerate(methods or ("",)):
            where = preds / method / "SET" if methods else preds
            write(where / f"x{i}.png", seen(mask, 100 * m + i))
    return preds, gts
