"""Run a network on shapes alone: torch's ``meta`` device, where nothing is computed or stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import chain
from typing import cast

import torch
from torch import nn
from torch.func import functional_call

from sodeval.models.card import ModelCard, Size


def build_on_shapes(card: ModelCard) -> nn.Module:
    """The untrained network of a card without memory for its weights: enough to be counted."""
    module, _, function = card.entry.partition(":")
    with torch.device("meta"):
        network: nn.Module = getattr(import_module(module), function)(**card.options)
    return network


def run_on_shapes(network: nn.Module, size: Size, *, literal: bool = True) -> None:
    """Call ``forward`` once, on an input (1, 3, H, W) without values.

    The network keeps its tensors, its device and its mode.

    Args:
        network: on any device; it runs in evaluation mode.
        size: height and width.
        literal: as the authors' code runs, with the needless work that ours leaves out.
    """
    state = {
        name: torch.empty_like(tensor, device="meta")
        for name, tensor in chain(network.named_parameters(), network.named_buffers())
    }
    x = torch.empty((1, 3, *size), device="meta")
    with evaluating(network), literally(network, literal), torch.no_grad():
        functional_call(network, state, (x,))


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Evaluation mode, and afterwards each module's own again."""
    modes = {module: module.training for module in network.modules()}
    network.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


@contextmanager
def literally(network: nn.Module, literal: bool = True) -> Iterator[None]:
    """Have a network that leaves out needless work do it all the same, if it says how.

    The authors' counts are of the code that they ran, so they include products whose result is
    known beforehand.
    """
    if not (literal and can_be_literal(network)):
        yield
        return
    be_literal = cast("Callable[[bool], None]", network.be_literal)
    be_literal(True)
    try:
        yield
    finally:
        be_literal(False)


def can_be_literal(network: nn.Module) -> bool:
    """Whether a network has a method ``be_literal``: it leaves something out otherwise."""
    return callable(getattr(network, "be_literal", None))
