"""The photographs behind the maps, for the metrics that look at them."""

from __future__ import annotations

import os
from contextlib import closing
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from sodeval.errors import DecodeError, PairingError, ShapeError
from sodeval.files import FileRef
from sodeval.images import MAX_PIXELS, decode
from sodeval.pairs import Plan, discover

_FLAGS = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION


class Photographs:
    """One photograph for every ground truth, matched by name as predictions are.

    Args:
        folder: a folder or archive, flat or of data-set folders.
        gt: the ground truths, as :func:`sodeval.scoring.score` takes them.
        max_pixels: larger images are refused.

    Raises:
        PairingError: a ground truth has no photograph.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        gt: str | os.PathLike[str],
        max_pixels: int = MAX_PIXELS,
    ):
        self._plan: Plan = discover(folder, gt, "photographs")
        self._max_pixels = max_pixels
        self._refs: dict[tuple[str, str], FileRef | None] = {
            (match.dataset, pair.name): pair.pred
            for match in self._plan.matches
            for pair in match.pairs
        }
        absent = [name for (_, name), ref in self._refs.items() if ref is None]
        if absent:
            self._plan.close()
            raise PairingError(
                f"{len(absent)} of {len(self._refs)} ground truths have no photograph in "
                f"{os.fspath(folder)} (first: {absent[0]}); --images needs one for each."
            )

    def read(self, dataset: str, name: str, shape: tuple[int, int]) -> NDArray[np.uint8]:
        """The photograph of a ground truth as uint8 (H, W, 3) RGB.

        Raises:
            DecodeError: the file cannot be read.
            ShapeError: its size is not the ground truth's.
            PairingError: the data set has no photographs.
        """
        ref = self._refs.get((dataset, name)) or self._refs.get((self._only_dataset(), name))
        if ref is None:
            raise PairingError(f"there is no photograph of {name} of {dataset}; see --images.")
        data = ref.read()
        decode(data, ref.label, max_pixels=self._max_pixels)  # refuses what is damaged or too large
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _FLAGS)
        if pixels is None or pixels.ndim != 3:
            raise DecodeError(f"{ref.label} cannot be decoded as a colour image.")
        if pixels.shape[:2] != shape:
            height, width = pixels.shape[:2]
            raise ShapeError(
                f"{ref.label} is {width}x{height} and its ground truth {shape[1]}x{shape[0]} "
                "pixels; --images takes the photographs the ground truth was drawn on."
            )
        return np.ascontiguousarray(pixels[..., ::-1], np.uint8)

    def _only_dataset(self) -> str:
        """The data set, if there is one only: a flat folder may carry another name."""
        names = {dataset for dataset, _ in self._refs}
        return names.pop() if len(names) == 1 else ""

    def close(self) -> None:
        """Close the files behind them."""
        self._plan.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with closing(self._plan):
            pass
