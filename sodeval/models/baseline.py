"""A baseline: a function of the photograph, with a card."""

from __future__ import annotations

from importlib import import_module
from typing import Never

import numpy as np

from sodeval.errors import ShapeError, UsageError
from sodeval.models.card import ModelCard, Reader
from sodeval.models.predictor import Map, Photograph


class Baseline:
    """A model without weights or torch.

    Args:
        card: one whose ``entry`` is a function of uint8 (H, W, 3) RGB to uint8 (H, W).
    """

    reader: Reader = "opencv"
    concurrent = True
    labels: int | None = None
    device = "cpu"
    precision = "fp32"
    weights_sha256: str | None = None
    notes: tuple[str, ...] = ()
    network = None

    def __init__(self, card: ModelCard):
        self.card: ModelCard | None = card
        self.name = card.name
        module, _, function = card.entry.partition(":")
        self._saliency = getattr(import_module(module), function)

    def predict(self, image: Photograph) -> Map:
        """The saliency map of a photograph, uint8 (H, W).

        Raises:
            ShapeError: ``image`` is not uint8 (H, W, 3).
        """
        return np.ascontiguousarray(self._saliency(as_photograph(image)), np.uint8)

    def raw(self, x: object) -> Never:
        """Refuse: there is no network.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{self.name} has no network, and so no output of one; use predict.")

    def settings(self) -> dict[str, object]:
        """What a map depends on."""
        return {"name": self.name}


def as_photograph(image: object, *, grey: bool = False) -> Photograph:
    """A photograph in memory as C-contiguous uint8 (H, W, 3), or (H, W) where ``grey`` allows it.

    Raises:
        ShapeError: another shape or type.
    """
    pixels = np.asarray(image)
    if pixels.dtype != np.uint8:
        raise ShapeError(f"photograph: dtype is {pixels.dtype}; expected uint8, 0 to 255.")
    if pixels.ndim == 2 and pixels.size:
        wanted = pixels if grey else np.repeat(pixels[..., None], 3, axis=2)
        return np.ascontiguousarray(wanted)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ShapeError(f"photograph: shape is {pixels.shape}; expected (H, W, 3), RGB.")
    return np.ascontiguousarray(pixels)
