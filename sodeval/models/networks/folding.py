"""Networks for inference: BatchNorm goes into the convolution before it.

``BN(conv(x)) = a (w * x + b) + c`` is a convolution with the weight ``a w`` and the bias
``a b + c``, where ``a = gamma / sqrt(var + eps)`` and ``c = beta - a mean``.
"""

from __future__ import annotations

import copy
from collections import Counter
from itertools import pairwise

import torch
from torch import Tensor, fx, nn

# glibc hands freed blocks back to the system, and a network then pays for each page of each
# activation anew: a quarter of CSNet's time. It stops doing so, for blocks up to the largest one it
# has seen freed, which counts up to 32 MiB.
FREED_ONCE = 31 * 2**20


def fold(network: nn.Module) -> nn.Module:
    """A copy for inference with fewer operations; the same results but for float rounding.

    A network that knows better has a method ``folded()``. Otherwise BatchNorm is folded where a
    trace of the network shows that its input is a convolution's result that nothing else uses; a
    network that cannot be traced is copied as it is.
    """
    own = getattr(network, "folded", None)
    with torch.no_grad():
        result: nn.Module = fold_traced(network) if own is None else own()
    torch.empty(FREED_ONCE, dtype=torch.uint8)
    return result.eval().requires_grad_(False)


def norm_as_affine(bn: nn.Module) -> tuple[Tensor, Tensor]:
    """BatchNorm in inference as a scale and a shift per channel, both (C,)."""
    assert isinstance(bn, nn.BatchNorm2d)
    assert bn.running_mean is not None
    assert bn.running_var is not None
    scale = torch.rsqrt(bn.running_var.double() + bn.eps)
    if bn.affine:
        scale = scale * bn.weight
    shift = -bn.running_mean * scale
    if bn.affine:
        shift = shift + bn.bias
    return scale.to(bn.running_mean.dtype), shift.to(bn.running_mean.dtype)


def merged(conv: nn.Module, bn: nn.Module) -> nn.Conv2d | None:
    """One convolution that does the work of both; None if they are not such a pair.

    A subclass of Conv2d may do something else with its weight, so it does not count.
    """
    if type(conv) is not nn.Conv2d or type(bn) is not nn.BatchNorm2d:
        return None
    if bn.running_var is None or bn.num_features != conv.out_channels:
        return None
    scale, shift = norm_as_affine(bn)
    result = copy.deepcopy(conv)
    weight = conv.weight * scale.view(-1, 1, 1, 1)
    # A convolution whose weight has channels last puts out channels last, which is faster.
    result.weight = nn.Parameter(weight.contiguous(memory_format=torch.channels_last))
    result.bias = nn.Parameter(shift if conv.bias is None else conv.bias * scale + shift)
    return result


def fold_adjacent(network: nn.Module) -> nn.Module:
    """A copy with every Conv2d folded that is registered directly before a BatchNorm2d.

    For networks whose layers run in the order of registration.
    """
    network = copy.deepcopy(network)
    for parent in list(network.modules()):
        for (before, conv), (after, bn) in pairwise(list(parent.named_children())):
            both = merged(conv, bn)
            if both is not None:
                setattr(parent, before, both)
                setattr(parent, after, nn.Identity())
    return network


def fold_traced(network: nn.Module) -> nn.Module:
    """A copy with every pair folded that a trace of the network is sure about."""
    network = copy.deepcopy(network).eval()
    tracer = fx.Tracer()
    tracer.traced_func_name = "final" if hasattr(network, "final") else "forward"
    try:
        graph = tracer.trace(network)
    except Exception:  # whatever the network's own code says to a stand-in for a tensor
        return network
    calls = [node for node in graph.nodes if node.op == "call_module"]
    uses = Counter(str(node.target) for node in calls)
    for node in calls:
        before = node.args[0] if node.args else None
        if not isinstance(before, fx.Node) or before.op != "call_module" or len(before.users) > 1:
            continue
        first, second = str(before.target), str(node.target)
        both = merged(network.get_submodule(first), network.get_submodule(second))
        if both is not None and uses[first] == uses[second] == 1:
            replace(network, first, both)
            replace(network, second, nn.Identity())
    return network


def replace(network: nn.Module, name: str, layer: nn.Module) -> None:
    """Put a layer in the place of another, by its dotted name."""
    parent, _, last = name.rpartition(".")
    setattr(network.get_submodule(parent), last, layer)
