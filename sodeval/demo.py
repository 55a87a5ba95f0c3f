"""A small sample set to try sodeval on: drawn here, so that no data has to be shipped.

Twelve scenes of smooth shapes, and two methods that find them: ``sharp`` sees nearly right edges,
``soft`` blurs them, sees things that are not there and misses parts.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.errors import OutputError

DATASET = "SHAPES"
SCENES = 12
_SIZES = ((300, 400), (400, 300), (320, 320))

Image = NDArray[np.float64]


def make_samples(folder: Path) -> tuple[Path, Path]:
    """Draw the sample set; the same bytes every time.

    Args:
        folder: where ``preds/METHOD/SHAPES`` and ``gt/SHAPES`` are made.

    Returns:
        The folders of predictions and of ground truths, ready for ``sodeval.score``.

    Raises:
        OutputError: the folder cannot be written.
    """
    preds, gts = folder / "preds", folder / "gt"
    rng = np.random.default_rng(2009)
    for index in range(SCENES):
        mask = _scene(rng, _SIZES[index % len(_SIZES)])
        name = f"scene_{index + 1:02d}.png"
        _write(gts / DATASET / name, mask)
        _write(preds / "sharp" / DATASET / name, _seen(rng, mask, blur=3.0, doubt=0.3))
        _write(preds / "soft" / DATASET / name, _seen(rng, mask, blur=11.0, doubt=0.9))
    return preds, gts


def _scene(rng: np.random.Generator, shape: tuple[int, int]) -> Image:
    """One to three smooth, lobed shapes as a mask of 0 and 1."""
    height, width = shape
    y, x = np.mgrid[:height, :width]
    mask = np.zeros(shape, bool)
    for _ in range(rng.integers(1, 4)):
        cy, cx = rng.uniform(0.25, 0.75) * height, rng.uniform(0.2, 0.8) * width
        radius = rng.uniform(0.1, 0.24) * min(shape)
        angle = np.arctan2(y - cy, x - cx)
        outline = np.ones(shape)
        for lobes in (2, 3, 5):
            outline += rng.uniform(0, 0.22) * np.cos(lobes * angle + rng.uniform(0, 2 * np.pi))
        mask |= np.hypot(y - cy, x - cx) < radius * outline
    return mask.astype(np.float64)


def _seen(rng: np.random.Generator, mask: Image, *, blur: float, doubt: float) -> Image:
    """The mask as a method might see it: soft edges, doubts inside, a ghost outside."""
    noise = rng.standard_normal(mask.shape)
    ghosts = np.asarray(cv2.GaussianBlur(noise, (0, 0), 24.0), np.float64)
    ghosts /= np.abs(ghosts).max()
    soft = cv2.GaussianBlur(mask, (0, 0), blur)
    # a logistic curve as at the end of a network: near 0 and 1 in most places
    certainty = 9.0 * (soft - 0.5) + 9.0 * doubt * ghosts
    return np.asarray(1.0 / (1.0 + np.exp(-certainty)), np.float64)


def _write(path: Path, image: Image) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.rint(255 * image).astype(np.uint8)
        path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}.") from error
