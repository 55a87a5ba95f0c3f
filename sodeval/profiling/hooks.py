"""Count by module hooks, as thop does and as DualGazeNet's figures were counted.

What is no module of a known type is not seen: products of attention, hand-written norms,
activations, resizing. A multiply-add is one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from torch import Tensor, nn

from sodeval.profiling.modules import ModuleCounter

Formula = Callable[[nn.Module, Tensor], int]


def _linear(module: nn.Module, out: Tensor) -> int:
    assert isinstance(module, nn.Linear)
    return out.numel() * module.in_features


def _convolution(module: nn.Module, out: Tensor) -> int:
    """Transposed ones too, by their *output*: kernel area over stride area times too much."""
    assert isinstance(module, nn.Conv2d | nn.ConvTranspose2d)
    area = math.prod(module.kernel_size)
    return out.numel() * (module.in_channels // module.groups) * area


def _layer_norm(module: nn.Module, out: Tensor) -> int:
    return 4 * out.numel()


FORMULAS: Mapping[type[nn.Module], Formula] = {
    nn.Linear: _linear,
    nn.Conv2d: _convolution,
    nn.ConvTranspose2d: _convolution,
    nn.LayerNorm: _layer_norm,
}
"""Module type to formula; the type exactly, as such counters look it up."""


class HookCounter(ModuleCounter):
    """Counts by type of module."""

    def __init__(self, network: nn.Module):
        super().__init__(network)
        self._run: dict[nn.Module, int] = {}

    @property
    def params(self) -> int:
        """Parameters of the modules that were counted: what never ran has none."""
        return sum(self._run.values())

    def _count(self, module: nn.Module, inputs: tuple[object, ...], out: object) -> None:
        formula = FORMULAS.get(type(module))
        if formula is None or not isinstance(out, Tensor):
            return
        self.macs[type(module).__name__] += formula(module, out)
        self._run[module] = sum(weight.numel() for weight in module.parameters(recurse=False))
