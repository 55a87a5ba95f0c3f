"""What a report says of a model's cost without timing it."""

from __future__ import annotations

from torch import nn

from sodeval.errors import UsageError
from sodeval.models.card import ModelCard
from sodeval.profiling.counting import count_all
from sodeval.profiling.profile import input_size


def network_cost(network: nn.Module, card: ModelCard | None = None) -> dict[str, object]:
    """Parameters, and multiply-adds by torch and by the authors' rule, at one input size.

    Args:
        network: a module on any device; it is counted, not run.
        card: what is known of it; without one its input size, and so its cost, is not.

    Returns:
        ``params``; ``macs`` with ``torch`` and ``authors``, None where it cannot be counted or the
        authors print no figure, or none of an input size that they name; ``macs_size``, height and
        width.
    """
    params = sum(weight.numel() for weight in network.parameters())
    if card is None:
        return {"params": params, "macs": None}
    size, said = input_size(card), card.published
    rule = said.rule if said.macs is not None and said.size is not None else ""
    try:
        counts = count_all(network, size, rule)
    except UsageError:
        return {"params": params, "macs": None}
    macs = {"torch": counts["torch"].macs, "authors": counts[rule].macs if rule else None}
    return {"params": params, "macs": macs, "macs_size": list(size)}
