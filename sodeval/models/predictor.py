"""What the runner asks of a model, whoever made it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sodeval.models.card import ModelCard, Reader

Photograph = NDArray[np.uint8]
"""(H, W, 3) RGB, or (H, W) grey where the model's reader keeps grey files so."""
Map = NDArray[np.uint8]
"""(H, W): a saliency map of 0 to 255, or labels."""
Prepared = NDArray[Any]


class Predictor(Protocol):
    """A model: photograph in, map out.

    Attributes:
        name: what reports call it.
        card: its row in the zoo; None for a user's own.
        reader: whose rules photographs are read by.
        concurrent: ``predict`` may be called from several threads at once.
        labels: classes, if its maps are label maps; else None.
        device: where it runs: ``cpu``, ``cuda:0`` ….
        precision: ``fp32``, ``fp16`` or ``bf16``; of a user's own also ``as exported`` or
            ``unknown``.
        weights_sha256: of the checkpoint's file, where there is one.
        notes: what a user should know of how it was loaded.
    """

    name: str
    card: ModelCard | None
    reader: Reader
    concurrent: bool
    labels: int | None
    device: str
    precision: str
    weights_sha256: str | None
    notes: tuple[str, ...]

    def predict(self, image: Photograph) -> Map:
        """The map of one photograph, uint8 (H, W), of its height and width."""
        ...

    def settings(self) -> dict[str, object]:
        """What a map depends on, as reports store it under ``model``."""
        ...


class Pending(Protocol):
    """A batch on its way."""

    def result(self) -> list[NDArray[Any]]:
        """Wait for it: one output a photograph."""
        ...


@runtime_checkable
class Batched(Protocol):
    """A model that takes photographs in batches, in three steps; each step has its own threads."""

    def prepare(self, image: Photograph) -> Prepared:
        """What the network is given of one photograph; called from several threads."""
        ...

    def group(self, prepared: Prepared) -> Hashable:
        """Photographs of one group may share a batch."""
        ...

    def submit(self, batch: Sequence[Prepared]) -> Pending:
        """Start a batch; called from one thread."""
        ...

    def finish(self, out: NDArray[Any], shape: tuple[int, int]) -> Map:
        """The map of one photograph of this height and width; called from several threads."""
        ...
