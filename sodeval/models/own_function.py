"""A user's function of the photograph as a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

from sodeval.errors import DataError, ShapeError, SodevalError, UsageError
from sodeval.images import as_pred
from sodeval.models.baseline import as_photograph
from sodeval.models.card import ModelCard, Reader
from sodeval.models.own_source import said
from sodeval.models.predictor import Map, Photograph

UNKNOWN = "unknown"
"""Device and precision of code that was not told any."""


class OwnFunction:
    """A model that is called with one photograph at a time.

    Args:
        name: what reports call it.
        built: what the user's function returned; its attributes ``reader``, ``labels``,
            ``concurrent``, ``device`` and ``precision`` are heeded, where it has them.
        predict: uint8 (H, W, 3) RGB to (H, W), uint8 or float in [0, 1].
        folder: where the user's code is, for errors.
        code: what `Source.code` says.
        device: what it was told; None: nothing.
        precision: likewise.
        weights_sha256: of the weights it was given.

    Raises:
        UsageError: an attribute is not what it should be.
    """

    def __init__(
        self,
        name: str,
        built: object,
        predict: Callable[[Photograph], object],
        *,
        folder: Path,
        code: dict[str, str],
        device: str | None = None,
        precision: str | None = None,
        weights_sha256: str | None = None,
    ):
        self.name = name
        self.card: ModelCard | None = None
        self.network = None
        self.reader: Reader = _reader(name, built)
        self.labels: int | None = labels_of(name, built)
        self.concurrent = getattr(built, "concurrent", False) is True
        self.device = str(getattr(built, "device", None) or device or UNKNOWN)
        self.precision = str(getattr(built, "precision", None) or precision or UNKNOWN)
        self.weights_sha256 = weights_sha256
        self.notes: tuple[str, ...] = ()
        self._predict = predict
        self._folder = folder
        self._code = code

    def predict(self, image: Photograph) -> Map:
        """The map of a photograph, uint8 (H, W); float in [0, 1] becomes ``round(255 x)``.

        Raises:
            ShapeError: ``image`` is no photograph, or what the function returns is no map of it:
                another shape or type, NaN, or out of range.
            DataError: the function fails.
        """
        photograph = as_photograph(image)
        try:
            out = self._predict(photograph)
        except SodevalError:
            raise
        except (Exception, SystemExit) as error:
            height, width = photograph.shape[:2]
            raise DataError(
                f"{self.name} fails on a photograph of {width}x{height} pixels: "
                f"{said(error, self._folder)}."
            ) from error
        label = f"the map of {self.name}"
        pixels = as_pred(out, label=label)
        if pixels.shape != photograph.shape[:2]:
            raise ShapeError(
                f"{label}: shape is {pixels.shape} and its photograph's {photograph.shape[:2]}; "
                "resize the map before it is returned."
            )
        return pixels

    def settings(self) -> dict[str, object]:
        """What a map depends on, as far as it is known; the code too, for it may change."""
        return {
            "name": self.name,
            "weights_sha256": self.weights_sha256,
            "precision": self.precision,
            **self._code,
        }


def _reader(name: str, built: object) -> Reader:
    reader: Reader = getattr(built, "reader", "opencv")
    if reader not in get_args(Reader):
        known = ", ".join(get_args(Reader))
        raise UsageError(f"{name}: reader is {reader!r}; expected one of {known}.")
    return reader


def labels_of(name: str, built: object) -> int | None:
    """How many classes the user's object says that its label maps have; None: saliency maps."""
    labels: int | None = getattr(built, "labels", None)
    if labels is not None and not (type(labels) is int and 2 <= labels <= 256):
        raise UsageError(f"{name}: labels is {labels!r}; expected None, or 2 to 256 classes.")
    return labels
