"""What running a model costs, as far as it is known without timing it."""

from __future__ import annotations

import platform
from typing import Any

from sodeval.models.predictor import Predictor


def costs(model: Predictor) -> dict[str, Any]:
    """Parameters, and multiply-adds at the card's input size; None where they are not known."""
    network = getattr(model, "network", None)
    if network is None:
        return {"params": 0 if model.card is not None else None, "macs": None}
    from sodeval.profiling.cost import network_cost

    return network_cost(network, model.card)


def device_name(device: str) -> str:
    """What people call the device."""
    if device.startswith("cuda"):
        import torch

        return str(torch.cuda.get_device_name(device))
    return f"{device} ({platform.machine()})" if device == "cpu" else device
