"""Photographs and ground truths for tests, and models that need no torch."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def photograph(index: int, height: int = 40, width: int = 52) -> Image:
    """A bright disc on a textured ground, uint8 (H, W, 3) RGB."""
    rng = np.random.default_rng(index)
    image = rng.integers(0, 90, (height, width, 3), np.uint8)
    centre = (width // 3 + index % 7, height // 2)
    cv2.circle(image, centre, min(height, width) // 4, (200, 180 - index % 50, 90), -1)
    return image


def mask(index: int, height: int = 40, width: int = 52) -> Image:
    """Its disc, nearly."""
    out = np.zeros((height, width), np.uint8)
    cv2.circle(out, (width // 3, height // 2), min(height, width) // 4, 255, -1)
    return out


def write(path: Path, image: Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = image[..., ::-1] if image.ndim == 3 else image
    assert cv2.imwrite(str(path), np.ascontiguousarray(stored))


def make_set(
    folder: Path, count: int, *, images: str = "im", masks: str = "gt", sizes: bool = False
) -> None:
    """A data set of PNG photographs; with ``sizes`` they are of three sizes."""
    for index in range(count):
        height, width = ((40, 52), (52, 40), (36, 36))[index % 3 if sizes else 0]
        write(folder / images / f"p{index:02d}.png", photograph(index, height, width))
        write(folder / masks / f"p{index:02d}.png", mask(index, height, width))


class Done:
    def __init__(self, outs: list[NDArray[Any]]):
        self._outs = outs

    def result(self) -> list[NDArray[Any]]:
        return self._outs


class Brightness:
    """A stand-in for a network: how bright a pixel is; counts what it is given."""

    card = None
    reader = "opencv"
    concurrent = False
    labels: int | None = None
    device = "cpu"
    precision = "fp32"
    weights_sha256 = "0" * 64
    notes: tuple[str, ...] = ()

    def __init__(self, name: str = "brightness", *, room: int | None = None, stop: int = -1):
        self.name = name
        self.batches: list[int] = []
        self._room = room  # photographs that fit into its memory
        self._stop = stop  # photographs after which Ctrl-C comes

    def settings(self) -> dict[str, object]:
        return {"name": self.name, "weights_sha256": self.weights_sha256, "precision": "fp32"}

    def predict(self, image: Image) -> Image:
        (out,) = self.submit([self.prepare(image)]).result()
        return self.finish(out, image.shape[:2])

    def prepare(self, image: Image) -> NDArray[np.float32]:
        return np.ascontiguousarray(image.transpose(2, 0, 1), np.float32) / np.float32(255)

    def group(self, prepared: NDArray[Any]) -> Hashable:
        return prepared.shape

    def submit(self, batch: Sequence[NDArray[Any]]) -> Done:
        if self._room is not None and len(batch) > self._room:
            raise MemoryError
        if 0 <= self._stop <= sum(self.batches):
            raise KeyboardInterrupt
        assert len({one.shape for one in batch}) == 1
        self.batches.append(len(batch))
        return Done([one.mean(0, keepdims=True) for one in batch])

    def finish(self, out: NDArray[Any], shape: tuple[int, int]) -> Image:
        assert out.shape == (1, *shape)
        return np.floor(out[0] * 255).astype(np.uint8)
