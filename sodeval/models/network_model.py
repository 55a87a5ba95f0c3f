"""A network with its preparation and finish: photograph in, map out, on any device.

Photographs become inputs and outputs become maps on the processor, as the authors' scripts do it;
only the network runs on the device. With ``fast`` the resizing moves there too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sodeval.errors import ShapeError
from sodeval.models.baseline import as_photograph
from sodeval.models.batch import Batch, staged
from sodeval.models.card import Finish, ModelCard, Preparation, Reader
from sodeval.models.checkpoint import load_into, read_checkpoint
from sodeval.models.devices import check_precision, computing, resolve_device
from sodeval.models.finish import broken_output, finish
from sodeval.models.on_device import finish_on_device, prepare_on_device
from sodeval.models.predictor import Map, Photograph, Prepared
from sodeval.models.prepare import input_size, prepare
from sodeval.models.weights import locate

if TYPE_CHECKING:
    from sodeval.models.transfer import Transfer

Forward = Callable[[Tensor], Tensor]


def load_network(
    card: ModelCard,
    weights: str | None,
    *,
    device: str,
    precision: str,
    fast: bool,
    compiled: bool,
    evaluation: str,
    transfer: Transfer | None,
) -> NetworkModel:
    """Build a card's network and load its weights; see `sodeval.load_model`."""
    if card.preparation is None or card.finish is None:
        raise TypeError(f"{card.name} is no network")
    place = resolve_device(device)
    check_precision(precision, place)
    network = build(card)
    sha256 = None
    notes: list[str] = []
    if weights != "none":
        path = locate(card, weights, progress=transfer)
        checkpoint = read_checkpoint(path)
        notes += load_into(network, checkpoint, card, path)
        sha256 = checkpoint.sha256
    return NetworkModel(
        card.name,
        network,
        card.preparation,
        card.finish,
        device=place,
        precision=precision,
        fast=fast,
        compiled=compiled,
        card=card,
        weights_sha256=sha256,
        evaluation=evaluation,
        notes=tuple(notes),
    )


def build(card: ModelCard) -> nn.Module:
    """The untrained network of a card, ready for inference."""
    module, _, function = card.entry.partition(":")
    network: nn.Module = getattr(import_module(module), function)(**card.options)
    return network.eval()


class NetworkModel:
    """A network that finds what is salient.

    Attributes:
        network: the module, with the checkpoint's state-dict keys; load others into it at will.
            With ``fast`` a change behind torch's back, through ``.data``, is not noticed.
        card: its row in the zoo; None for a user's own.

    Args:
        name: what reports call it.
        network: takes normalised float32 (N, 3, H, W). Its method ``final`` gives the output that
            the map is made of; a network without one is called.
        preparation: from photograph to input.
        finish_rules: from output to map.
        device: where it runs.
        precision: ``fp32``, or ``fp16`` or ``bf16`` by autocast.
        fast: resize on the device, with constants folded into the network.
        compiled: compile the network.
        card: its row in the zoo.
        weights_sha256: of the checkpoint.
        evaluation: ``whole``, or ``authors`` for sliding windows.
        notes: what a user should know of how it was loaded.
        labels: classes, if its maps are label maps; None: what the card says.
    """

    concurrent = False  # batches are what a device is for

    def __init__(
        self,
        name: str,
        network: nn.Module,
        preparation: Preparation,
        finish_rules: Finish,
        *,
        device: torch.device | str = "cpu",
        precision: str = "fp32",
        fast: bool = False,
        compiled: bool = False,
        card: ModelCard | None = None,
        weights_sha256: str | None = None,
        evaluation: str = "whole",
        notes: tuple[str, ...] = (),
        labels: int | None = None,
    ):
        place = resolve_device(device) if isinstance(device, str) else device
        check_precision(precision, place)
        self.name = name
        self.preparation = preparation
        self.finish_rules = finish_rules
        self.precision = precision
        self.fast = fast
        self.compiled = compiled
        self.card = card
        self.weights_sha256 = weights_sha256
        self.evaluation = evaluation
        self.notes = notes
        self.reader: Reader = preparation.reader
        self.labels = card.labels if labels is None and card is not None else labels
        self.place = place
        self.device = str(place)
        self.network = network.eval().requires_grad_(False).to(place)
        if place.type == "cuda":
            for tensor in self.network.parameters():
                if tensor.ndim == 4:  # what cuDNN's convolutions are quickest with
                    tensor.data = tensor.data.contiguous(memory_format=torch.channels_last)
        self._quick: tuple[Hashable, Forward] | None = None

    def settings(self) -> dict[str, object]:
        """What a map depends on, as reports store it under ``model``."""
        known: dict[str, object] = {
            "name": self.name,
            "weights_sha256": self.weights_sha256,
            "precision": self.precision,
        }
        known |= {key: True for key in ("fast", "compiled") if getattr(self, key)}
        if self.evaluation != "whole":
            known["evaluation"] = self.evaluation
        return known

    def raw(self, x: Tensor | NDArray[np.float32]) -> Tensor | NDArray[np.float32]:
        """The network's final output, as its architecture defines it; no preparation, no sigmoid.

        Args:
            x: float32 (N, 3, H, W), normalised; a tensor on any device, or an array.

        Returns:
            float32 (N, C, H, W), a tensor on the device of ``x``, or an array if ``x`` is one.

        Raises:
            ShapeError: ``x`` is not (N, 3, H, W).
            UsageError: a height or width that the network cannot take.
        """
        if isinstance(x, Tensor):
            tensor = x.detach()
        else:
            tensor = torch.from_numpy(np.require(x, np.float32, ("C", "W")))
        if tensor.ndim != 4 or tensor.shape[1] != 3 or tensor.numel() == 0:
            raise ShapeError(f"input: shape is {tuple(tensor.shape)}; expected (N, 3, H, W).")
        with computing(self.place, self.precision):
            out = self._final(self.network.eval())(tensor.to(self.place, torch.float32)).float()
        out = out.to(tensor.device).clone()  # outside inference mode: a tensor like any other
        return out if isinstance(x, Tensor) else out.numpy()

    def predict(self, image: Photograph) -> Map:
        """The map of one photograph: the bytes that ``sodeval run`` writes at batch size 1.

        Args:
            image: uint8 (H, W, 3) RGB, or (H, W) grey.

        Returns:
            uint8 (H, W), a saliency map, or label ids if ``labels`` is set.

        Raises:
            ShapeError: ``image`` is no photograph.
            UsageError: it is of a size that the network cannot take.
        """
        image = as_photograph(image, grey=self.preparation.grey_as_red)
        (out,) = self.submit([self.prepare(image)]).result()
        return self.finish(out, (image.shape[0], image.shape[1]))

    def prepare(self, image: Photograph) -> Prepared:
        """The network's input, float32 (3, h, w); with ``fast`` the photograph itself."""
        if self.fast:
            image = as_photograph(image, grey=self.preparation.grey_as_red)
            input_size((image.shape[0], image.shape[1]), self.preparation)  # refuses what is no fit
            return image
        return prepare(image, self.preparation)

    def group(self, prepared: Prepared) -> Hashable:
        """Inputs of one size share a batch; photographs that are resized to one size all do."""
        return None if self.fast and self.preparation.size is not None else prepared.shape

    def submit(self, batch: Sequence[Prepared]) -> Batch:
        """Start a batch of one group."""
        with computing(self.place, self.precision):
            if self.fast:
                return self._submit_fast(batch)
            inputs = staged(batch, self.place)
            if self.evaluation == "authors":
                return Batch(self._sliding(inputs), self.place)
            return Batch([*self.runnable()(inputs).float()], self.place)

    def finish(self, out: NDArray[Any], shape: tuple[int, int]) -> Map:
        """The map of one photograph, uint8 (H, W)."""
        if self.fast:
            if out.ndim == 0:  # how many values of the output are no numbers, instead of a map
                raise broken_output(int(out), shape[0] * shape[1])
            return np.ascontiguousarray(out, np.uint8)
        return finish(out, self.finish_rules, shape)

    def _submit_fast(self, batch: Sequence[Prepared]) -> Batch:
        photographs = [staged([image], self.place)[0] for image in batch]
        inputs = torch.stack([prepare_on_device(p, self.preparation) for p in photographs])
        if self.place.type == "cuda":
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        if self.evaluation == "authors":
            outs = self._sliding(inputs)
        else:
            outs = [*self.runnable()(inputs).float()]
        rules = self.finish_rules
        shapes = [(p.shape[0], p.shape[1]) for p in photographs]
        pairs = zip(outs, shapes, strict=True)
        maps = [finish_on_device(out, rules, shape, check=False) for out, shape in pairs]
        # looked at when the maps are there, so that the host need not wait for it here
        return Batch(maps, self.place, torch.stack([(~out.isfinite()).sum() for out in outs]))

    def _sliding(self, inputs: Tensor) -> list[Tensor]:
        from sodeval.models.networks.sliding import sliding_scores

        return [sliding_scores(self.network, one[None])[0].float() for one in inputs]

    def runnable(self) -> Forward:
        """The network as it runs: plain, or folded and compiled, made again if weights changed."""
        self.network.eval()  # whoever trained it may have left it in training mode
        if not (self.fast or self.compiled):
            return self._coarse(self.network)
        tensors = [*self.network.parameters(), *self.network.buffers()]
        state = tuple((t.data_ptr(), 0 if t.is_inference() else t._version) for t in tensors)
        if self._quick is None or self._quick[0] != state:
            network = self.network
            if self.fast:
                from sodeval.models.networks.folding import fold

                network = fold(network)
            forward = self._coarse(network)
            self._quick = state, torch.compile(forward) if self.compiled else forward
        return self._quick[1]

    def _coarse(self, network: nn.Module) -> Forward:
        """What `finish` starts from: the final output, or the logits before their resize."""
        if self.finish_rules.resize == "torch-logits" and hasattr(network, "coarse"):
            return cast(Forward, network.coarse)
        return self._final(network)

    def _final(self, network: nn.Module) -> Forward:
        return cast(Forward, getattr(network, "final", network))
