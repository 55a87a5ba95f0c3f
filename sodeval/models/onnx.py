"""A user's ONNX model on onnxruntime: photograph in, map out.

How photographs become inputs and outputs become maps stands in the file's metadata, under the key
``sodeval``; `metadata` writes it. What does not stand there is assumed, and the model's ``notes``
say so.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sodeval.errors import MissingExtraError, ShapeError, WeightsError
from sodeval.models.baseline import as_photograph
from sodeval.models.card import Finish, ModelCard, Reader
from sodeval.models.finish import finish
from sodeval.models.onnx_metadata import KEY, metadata, usage_of
from sodeval.models.own_output import refuse_misfit
from sodeval.models.predictor import Map, Photograph, Prepared
from sodeval.models.prepare import prepare

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["OnnxModel", "load_onnx", "metadata"]


def load_onnx(path: str, *, device: str = "auto") -> OnnxModel:
    """Load an ONNX model.

    Args:
        path: the file; it has one input, float32 (N, 3, H, W), and its first output is
            (N, 1, h, w), (N, h, w), or (N, C, h, w) of class scores.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        UsageError: the device is not available.
        UnknownNameError: there is no such device.
        WeightsError: the file cannot be read or loaded, has other inputs or outputs, or its
            metadata are not what they should be.
    """
    if find_spec("onnxruntime") is None:
        raise MissingExtraError("onnx", f"the model {path}")
    from sodeval.models.onnx_session import open_session

    session, place, sha256 = open_session(path, device)
    return OnnxModel(session, path, device=place, sha256=sha256)


class OnnxModel:
    """A model of an ONNX file.

    Args:
        session: the model, loaded.
        path: of the file.
        device: where it runs.
        sha256: of the file, and of those that hold its weights.

    Raises:
        WeightsError: other inputs or outputs, or metadata that are not what they should be.
    """

    network = None
    concurrent = False  # batches use all cores
    precision = "as exported"

    def __init__(
        self, session: onnxruntime.InferenceSession, path: str, *, device: str, sha256: str
    ):
        self.name = Path(path).stem
        self.card: ModelCard | None = None
        self.device = device
        self.weights_sha256: str | None = sha256
        self._session = session
        self._input, self._batch, size = _input(session, path)
        stored = session.get_modelmeta().custom_metadata_map.get(KEY)
        usage = usage_of(stored, path, size)
        self.preparation, self.finish_rules = usage.preparation, usage.finish
        self.notes = usage.notes
        self._assumed_sigmoid = "finish activation" in usage.assumed
        self.reader: Reader = self.preparation.reader
        self.labels = _classes(session, path, self.finish_rules)

    def settings(self) -> dict[str, object]:
        """What a map depends on."""
        return {
            "name": self.name,
            "weights_sha256": self.weights_sha256,
            "precision": self.precision,
        }

    def predict(self, image: Photograph) -> Map:
        """The map of one photograph, uint8 (H, W).

        Args:
            image: uint8 (H, W, 3) RGB, or (H, W) grey.

        Raises:
            ShapeError: ``image`` is no photograph, or what the model gives is no map.
        """
        image = as_photograph(image, grey=self.preparation.grey_as_red)
        (out,) = self.submit([self.prepare(image)]).result()
        return self.finish(out, (image.shape[0], image.shape[1]))

    def prepare(self, image: Photograph) -> Prepared:
        """The model's input, float32 (3, h, w)."""
        return prepare(image, self.preparation)

    def group(self, prepared: Prepared) -> Hashable:
        """Inputs of one size share a batch."""
        return prepared.shape

    def submit(self, batch: Sequence[Prepared]) -> Done:
        """Run a batch; a model exported for a fixed number of images gets that many at a time.

        Raises:
            ShapeError: the model cannot run on inputs of this size, or gives something else than
                a map for each. A run then tries the photographs one by one, and leaves those out
                that fail alone.
            MemoryError: the batch does not fit.
        """
        step = self._batch or len(batch)
        outs: list[NDArray[np.float32]] = []
        for start in range(0, len(batch), step):
            part = list(batch[start : start + step])
            real = len(part)
            part += [part[-1]] * (step - real)
            outs += [*self._run(np.stack(part))[:real]]
        return Done(outs)

    def finish(self, out: NDArray[Any], shape: tuple[int, int]) -> Map:
        """The map of one photograph, uint8 (H, W)."""
        return finish(out, self.finish_rules, shape)

    def _run(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """The first output, float32 (N, C, h, w), of float32 (N, 3, H, W)."""
        first = self._session.get_outputs()[0].name
        try:
            out = self._session.run([first], {self._input: inputs})[0]
        except Exception as error:  # onnxruntime's errors have no base of their own
            from sodeval.models.onnx_session import first_line, is_out_of_memory

            if is_out_of_memory(error):
                raise MemoryError(first_line(error)) from error
            raise ShapeError(
                f"{self.name} cannot run on an input of shape {inputs.shape}: {first_line(error)}."
            ) from error
        if not isinstance(out, np.ndarray) or out.dtype.kind not in "fiub":
            raise ShapeError(f"{self.name}: its first output is no tensor of numbers.")
        values = np.asarray(out, np.float32)
        if values.ndim == 3:
            values = values[:, None]
        if values.ndim != 4 or len(values) != len(inputs) or not values.size:
            raise ShapeError(
                f"{self.name} gives an output of shape {values.shape} for {len(inputs)} images; "
                "expected (N, 1, h, w), (N, h, w) or (N, C, h, w)."
            )
        _check_channels(self.name, values.shape[1], self.finish_rules)
        refuse_misfit(
            self.name,
            values,
            self.finish_rules,
            assumed=self._assumed_sigmoid,
            where=f"its metadata (key {KEY!r})",
        )
        return values


class Done:
    """A batch that is there already."""

    def __init__(self, outs: list[NDArray[np.float32]]):
        self._outs = outs

    def result(self) -> list[NDArray[Any]]:
        """One output a photograph, float32 (C, h, w)."""
        return [*self._outs]


def _input(
    session: onnxruntime.InferenceSession, path: str
) -> tuple[str, int | None, tuple[int, int] | None]:
    """Name of the input, and the batch and size it is fixed to, if it is.

    Raises:
        WeightsError: several inputs, or one that takes no photographs.
    """
    inputs = session.get_inputs()
    if len(inputs) != 1:
        names = ", ".join(one.name for one in inputs)
        raise WeightsError(f"{path} has {len(inputs)} inputs ({names}); expected one.")
    (one,) = inputs
    shape = list(one.shape)
    # a dimension that may be anything has a name, or none
    channels = shape[1] if len(shape) == 4 else 0
    if one.type != "tensor(float)" or (isinstance(channels, int) and channels != 3):
        raise WeightsError(
            f"{path}: its input {one.name!r} is {one.type} of shape {shape}; expected "
            "tensor(float) of (N, 3, H, W)."
        )
    batch, _, height, width = shape
    size = (height, width) if isinstance(height, int) and isinstance(width, int) else None
    return one.name, batch if isinstance(batch, int) else None, size


def _classes(session: onnxruntime.InferenceSession, path: str, finish: Finish) -> int | None:
    """The number of classes of a label map, if it is one and the file says."""
    shape = list(session.get_outputs()[0].shape)
    channels = shape[1] if len(shape) == 4 and isinstance(shape[1], int) else None
    if channels is not None:
        try:
            _check_channels(path, channels, finish)
        except ShapeError as error:
            raise WeightsError(str(error)) from None
    return channels if finish.activation == "argmax" else None


def _check_channels(name: str, channels: int, finish: Finish) -> None:
    if (channels == 1) == (finish.activation == "argmax"):
        raise ShapeError(
            f"{name}: its first output has {channels} channel{'s' if channels > 1 else ''} and "
            f"its activation is {finish.activation!r}; expected one channel of saliency, or "
            "class scores with 'argmax'."
        )
