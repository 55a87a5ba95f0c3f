"""The model zoo: cards by name, and `load_model`. Reading cards needs no torch.

A model is one of three: a network (torch), a baseline (a function of the photograph), or the
user's own. All of them are a :class:`~sodeval.models.predictor.Predictor`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sodeval.errors import MissingExtraError, UnknownNameError, UsageError
from sodeval.models.card import ModelCard
from sodeval.models.cards import CARDS

if TYPE_CHECKING:
    from sodeval.models.predictor import Predictor
    from sodeval.models.transfer import Transfer

__all__ = ["CARDS", "find_card", "load_model", "require_torch"]


def find_card(name: str, others: Iterable[str] = ()) -> ModelCard:
    """The card of a model, whatever the case of its name; ``others`` might have been meant.

    Raises:
        UnknownNameError: there is no such model.
    """
    names = {known.casefold(): known for known in CARDS}
    known = names.get(name.casefold())
    if known is None:
        raise UnknownNameError("model", name, (*CARDS, *others))
    return CARDS[known]


def require_torch(purpose: str) -> None:
    """Refuse what needs torch where it is not installed.

    Raises:
        MissingExtraError: with the lines that install it.
    """
    if find_spec("torch") is None:
        raise MissingExtraError("run", purpose, first=TORCH_FOR_CPU)


TORCH_FOR_CPU = "pip install torch --index-url https://download.pytorch.org/whl/cpu"
"""What to install first where there is no GPU: the usual build is gigabytes larger."""


def load_model(
    name: str,
    weights: str | os.PathLike[str] | None = None,
    device: str = "auto",
    precision: str = "fp32",
    fast: bool = False,
    *,
    compiled: bool = False,
    evaluation: str | None = None,
    transfer: Transfer | None = None,
) -> Predictor:
    """Load a model and its weights.

    >>> model = load_model("csnet-L-x2")  # doctest: +SKIP
    >>> saliency = model.predict(image)  # doctest: +SKIP

    Args:
        name: of a card, of an installed package's model, ``FILE.py:function``, or ``FILE.onnx``.
        weights: a checkpoint; None: look it up, and fetch it if it is published; ``"none"``: the
            untrained architecture.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        precision: ``fp32``, ``fp16`` or ``bf16``; the last two by autocast.
        fast: resize on the device and fold constants into the network: quicker, and not the
            authors' bytes.
        compiled: compile the network with ``torch.compile``.
        evaluation: one of the card's; None: the first.
        transfer: told how far a download is.

    Raises:
        UnknownNameError: there is no such model or evaluation.
        UsageError: a device or precision that is not there.
        MissingExtraError: an optional package is not installed.
        WeightsError: no weights, or not those of this model.
    """
    from sodeval.models.own_source import own_names, refuse_clash

    if not isinstance(name, str):
        raise UsageError(f"a model is named by a string, not by a {type(name).__name__}.")
    weights = None if weights is None else os.fspath(weights)
    device = str(device)  # a torch.device will do

    if name in (others := own_names()) and name not in CARDS:
        return _load_own(name, weights, device, precision, fast, compiled, evaluation)
    if ".py:" in name or name.endswith((".py", ".onnx")):
        return _load_own(name, weights, device, precision, fast, compiled, evaluation)
    card = find_card(name, others)
    refuse_clash(card.name)
    if evaluation is not None and evaluation not in card.evaluations:
        raise UnknownNameError(f"evaluation of {card.name}", evaluation, card.evaluations)
    if not card.needs_torch:
        from sodeval.models.baseline import Baseline

        _refuse_for_baseline(card, weights, device, precision, fast or compiled)
        return Baseline(card)
    require_torch(f"the model {card.name}")
    from sodeval.models.network_model import load_network

    return load_network(
        card,
        weights,
        device=device,
        precision=precision,
        fast=fast,
        compiled=compiled,
        evaluation=evaluation or card.evaluations[0],
        transfer=transfer,
    )


def _load_own(
    name: str,
    weights: str | None,
    device: str,
    precision: str,
    fast: bool,
    compiled: bool,
    evaluation: str | None,
) -> Predictor:
    for option, given in (("fast", fast), ("compile", compiled), ("evaluation", evaluation)):
        if given:
            raise UsageError(f"--{option} is for the models of `sodeval models`; leave it out.")
    if name.endswith(".onnx"):
        from sodeval.models.onnx import load_onnx

        if weights is not None:
            raise UsageError(f"{name} holds its weights; leave --weights out.")
        if precision != "fp32":
            raise UsageError(f"the precision of {name} is its own; leave --precision out.")
        return load_onnx(name, device=device)
    from sodeval.models.own import load_own

    return load_own(name, device=device, precision=precision, weights=weights)


def _refuse_for_baseline(
    card: ModelCard, weights: str | None, device: str, precision: str, quick: bool
) -> None:
    if weights not in (None, "none"):
        raise UsageError(f"{card.name} has no weights; leave --weights out.")
    if quick:
        raise UsageError(f"{card.name} has nothing to fold or compile; leave --fast and --compile.")
    if device not in ("auto", "cpu"):
        raise UsageError(f"{card.name} runs on the processor; leave --device out.")
    if precision != "fp32":
        raise UsageError(f"{card.name} has no precision to choose; leave --precision out.")
