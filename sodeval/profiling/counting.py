"""Count a network by every rule that applies to it, without computing anything."""

from __future__ import annotations

from contextlib import nullcontext

from torch import nn
from torch.utils.flop_counter import FlopCounterMode, flop_registry

from sodeval.errors import UsageError
from sodeval.models.card import Size
from sodeval.profiling.hooks import HookCounter
from sodeval.profiling.modules import ModuleCounter
from sodeval.profiling.operators import OperatorCounter
from sodeval.profiling.rules import Count
from sodeval.profiling.shapes import can_be_literal, run_on_shapes


def count_all(network: nn.Module, size: Size, rule: str = "") -> dict[str, Count]:
    """Multiply-adds by torch, by operators, and by the authors' rule, in this order.

    Args:
        network: on any device, trained or not.
        size: height and width of the input.
        rule: the authors': ``hooks``, ``octave``, ``operators``, or empty.

    Raises:
        UsageError: the network cannot take this size.
    """
    authors = _authors_counter(network, rule)
    with (
        authors or nullcontext(),
        FlopCounterMode(display=False) as flops,
        OperatorCounter() as seen,
    ):
        _run(network, size)
    # what torch counts is the network as it runs here; most have no other way to run
    by_torch = count_by_torch(network, size) if can_be_literal(network) else _torch(flops, seen)
    counts = [by_torch, _operators(seen)]
    if authors is not None:
        counts.append(_authors(authors, rule))
    return {count.rule: count for count in counts}


def count_by_torch(network: nn.Module, size: Size) -> Count:
    """Half of torch's own FLOPs, which are two a multiply-add; of the network as it runs here."""
    with FlopCounterMode(display=False) as flops, OperatorCounter() as seen:
        _run(network, size, literal=False)
    return _torch(flops, seen)


def count_by_operators(network: nn.Module, size: Size) -> Count:
    """Count as fvcore does; see `sodeval.profiling.operators`."""
    with OperatorCounter() as seen:
        _run(network, size)
    return _operators(seen)


def count_by_hooks(network: nn.Module, size: Size) -> Count:
    """Count as DualGazeNet's authors did; see `sodeval.profiling.hooks`."""
    return _by_modules(network, size, "hooks")


def count_by_octaves(network: nn.Module, size: Size) -> Count:
    """Count as CSNet's authors do; see `sodeval.profiling.octave`."""
    return _by_modules(network, size, "octave")


def _by_modules(network: nn.Module, size: Size, rule: str) -> Count:
    counter = _authors_counter(network, rule)
    assert counter is not None
    with counter:
        _run(network, size)
    return _authors(counter, rule)


def _authors_counter(network: nn.Module, rule: str) -> ModuleCounter | None:
    if rule == "hooks":
        return HookCounter(network)
    if rule == "octave":
        from sodeval.profiling.octave import OctaveCounter

        return OctaveCounter(network)
    return None


def _torch(flops: FlopCounterMode, seen: OperatorCounter) -> Count:
    by_operator = flops.get_flop_counts().get("Global", {})
    known = {_last(operator) for operator in flop_registry}
    return Count(
        rule="torch",
        macs=flops.get_total_flops() // 2,
        parts={_last(operator): number // 2 for operator, number in by_operator.items()},
        uncounted={name: n for name, n in sorted(seen.calls.items()) if name not in known},
    )


def _operators(seen: OperatorCounter) -> Count:
    parts, uncounted = dict(seen.macs), seen.uncounted()
    return Count(rule="operators", macs=sum(parts.values()), parts=parts, uncounted=uncounted)


def _authors(counter: ModuleCounter, rule: str) -> Count:
    parts = dict(counter.macs)
    return Count(rule=rule, macs=sum(parts.values()), parts=parts, params=counter.params)


def _last(operator: object) -> str:
    """The name of an operator without its namespace."""
    return str(operator).rpartition(".")[2]


def _run(network: nn.Module, size: Size, *, literal: bool = True) -> None:
    try:
        run_on_shapes(network, size, literal=literal)
    except (RuntimeError, ValueError) as error:
        height, width = size
        reason = str(error).splitlines()[0]
        raise UsageError(
            f"the network cannot take an input of {height}x{width} ({reason}); "
            "give it another --size."
        ) from error
