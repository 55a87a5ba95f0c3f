"""What running a model costs, as far as it is known without timing it."""

from __future__ import annotations

import platform
from functools import cache
from typing import Any

from sodeval.models.card import ModelCard
from sodeval.models.predictor import Predictor


def costs(model: Predictor) -> dict[str, Any]:
    """Parameters, and multiply-adds at the card's input size; None where they are not known.

    Multiply-adds are those that torch counts and, where the authors print a figure, those of
    their own rule; see ``sodeval models profile``.
    """
    network = getattr(model, "network", None)
    if network is None:
        return {"params": 0 if model.card is not None else None, "macs": None}
    return {
        "params": sum(weight.numel() for weight in network.parameters()),
        "macs": None if model.card is None else _macs(model.card.name),
    }


@cache
def _macs(name: str) -> dict[str, int | None] | None:
    """Counted on shapes alone, once a process."""
    import torch

    from sodeval.models import CARDS
    from sodeval.models.network_model import build
    from sodeval.profiling.counting import count_all

    card: ModelCard = CARDS[name]
    if card.preparation is None or card.preparation.size is None:
        return None  # it depends on the photograph
    rule = card.published.rule if card.published.macs is not None else ""
    with torch.device("meta"):
        counts = count_all(build(card), card.preparation.size, rule)
    authors = counts.get(rule)
    return {"torch": counts["torch"].macs, "authors": None if authors is None else authors.macs}


def device_name(device: str) -> str:
    """What people call the device."""
    if device.startswith("cuda"):
        import torch

        return str(torch.cuda.get_device_name(device))
    return f"{device} ({platform.machine()})" if device == "cpu" else device
