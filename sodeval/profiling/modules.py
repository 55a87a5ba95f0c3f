"""What the rules that look at modules share: hooks that are there while a pass is counted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import Self

from torch import nn


class ModuleCounter(ABC):
    """Counts the forward passes of a network while it is entered.

    Attributes:
        macs: multiply-adds by what they were counted for.
    """

    def __init__(self, network: nn.Module):
        self.macs: Counter[str] = Counter()
        self._network = network

    @property
    def params(self) -> int | None:
        """Parameters by this rule; None where that is all of them."""
        return None

    def __enter__(self) -> Self:
        self._handles = [
            module.register_forward_hook(self._count) for module in self._network.modules()
        ]
        return self

    def __exit__(self, *error: object) -> None:
        for handle in self._handles:
            handle.remove()

    @abstractmethod
    def _count(self, module: nn.Module, inputs: tuple[object, ...], out: object) -> None:
        """Add one pass of one module."""
