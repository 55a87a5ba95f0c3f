"""A user's network with its preparation and finish as a model."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from sodeval.errors import UsageError
from sodeval.models.network_model import Forward, NetworkModel
from sodeval.models.own_forward import OwnForward
from sodeval.models.own_function import labels_of
from sodeval.models.own_output import refuse_misfit
from sodeval.models.predictor import Map

if TYPE_CHECKING:
    from torch import nn

    from sodeval.models.card import Finish, Preparation


class OwnNetwork(NetworkModel):
    """A network model that tells the state of its code, and of weights without a file.

    ``folder`` is where the user's code is, for errors, and ``code`` what `Source.code` says; the
    other arguments are those of `NetworkModel`.
    """

    def __init__(
        self,
        name: str,
        network: nn.Module,
        preparation: Preparation,
        finish_rules: Finish,
        *,
        device: str,
        precision: str,
        weights_sha256: str | None,
        folder: Path,
        code: dict[str, str],
    ):
        self._folder = folder
        self._code = code if weights_sha256 is not None else {**code, **_state(network)}
        super().__init__(
            name,
            network,
            preparation,
            finish_rules,
            device=device,
            precision=precision,
            weights_sha256=weights_sha256,
            labels=_classes(name, network, finish_rules),
        )

    def settings(self) -> dict[str, object]:
        """What a map depends on: maps of code or weights that have changed are not kept."""
        return {**super().settings(), **self._code}

    # `_coarse` gives what runs a batch, and `_final` what `raw` runs
    def _coarse(self, network: nn.Module) -> Forward:
        forward = super()._coarse(network)
        return forward if isinstance(forward, OwnForward) else self._watched(forward)

    def _final(self, network: nn.Module) -> Forward:
        return self._watched(super()._final(network))

    def _watched(self, forward: Forward) -> OwnForward:
        return OwnForward(self.name, forward, self._folder)

    def finish(self, out: NDArray[Any], shape: tuple[int, int]) -> Map:
        """The map of one photograph, uint8 (H, W).

        Raises:
            ShapeError: the activation is ``none`` and the output leaves [0, 1].
        """
        refuse_misfit(self.name, out, self.finish_rules, assumed=False, where="its Finish")
        return super().finish(out, shape)


def _classes(name: str, network: nn.Module, rules: Finish) -> int | None:
    """How many classes an arg-max has, which the network says itself."""
    if rules.activation != "argmax":
        return None
    classes = labels_of(name, network)
    if classes is None:
        raise UsageError(
            f"{name}: its Finish takes the arg-max of classes; give the network an attribute "
            "'labels' that says how many there are."
        )
    return classes


def _state(network: nn.Module) -> dict[str, str]:
    """SHA-256 over the tensors that the user's function has put into the network."""
    digest = hashlib.sha256()
    for key, tensor in sorted(network.state_dict().items()):
        digest.update(f"{key} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        # as float64, which holds every type that weights come in and NumPy lacks
        digest.update(tensor.detach().cpu().double().numpy().tobytes())
    return {"state_sha256": digest.hexdigest()}
