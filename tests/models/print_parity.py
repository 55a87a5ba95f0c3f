"""Print how far every network is from its golden output, on any device and in any precision.

``python -m tests.models.print_parity [--device cuda] [--precision fp16] [--fast]``
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Iterator

import numpy as np
import torch

import sodeval
from sodeval.models.devices import computing, resolve_device
from sodeval.models.network_model import NetworkModel
from sodeval.models.networks import dgnet
from sodeval.models.networks.folding import fold
from tests.golden_weights import GOLDEN, make_input, spec_of, state_of

# golden file -> a model of that architecture; P has no card, for no weights were released
CASES = {
    "dgnet-L": "dgnet-L512",
    "dgnet-Lstar": "dgnet-Lstar512",
    "dgnet-B": "dgnet-B512",
    "dgnet-B-352": "dgnet-B512",
    "dgnet-Bstar": "dgnet-Bstar512",
    "dgnet-P": None,
    "u2net": "u2net",
    "u2netp": "u2netp",
    "csnet-L-x1": "csnet-L-x1",
    "csnet-L-x2": "csnet-L-x2",
    "csnet-x1-1-0": "csnet-x1-1-0",
    "csnet-x1-3-1": "csnet-x1-3-1",
    "csnet-x1-5-5": "csnet-x1-5-5",
    "csnet-x1-1-3": "csnet-x1-1-3",
    "csnet-x1-0-1": "csnet-x1-0-1",
    "csf-resnet50": "csf-resnet50",
    "csf-res2net50": "csf-res2net50",
    "f3net": "f3net",
    "danet-resnet50": "danet-resnet50",
    "danet-resnet101": "danet-resnet101",
}


def network_of(golden: str) -> torch.nn.Module:
    """The network of a golden case, with its weights, loaded strictly."""
    name = CASES[golden]
    if name is None:
        network: torch.nn.Module = dgnet.build(golden.removeprefix("dgnet-")).eval()
    else:
        model = sodeval.load_model(name, "none", "cpu")
        assert isinstance(model, NetworkModel)
        network = model.network
    state = state_of(spec_of(golden.removesuffix("-352")))
    missing, unexpected = network.load_state_dict(
        {key: torch.from_numpy(value) for key, value in state.items()}, strict=True
    )
    assert not missing
    assert not unexpected
    return network


def gap(golden: str, device: str = "cpu", precision: str = "fp32", fast: bool = False) -> float:
    """The largest difference from the golden output, as a share of its largest magnitude."""
    place = resolve_device(device)
    network = network_of(golden).to(place)
    if fast:
        network = fold(network)
    case = np.load(GOLDEN / f"{golden}.npz")
    x = torch.from_numpy(make_input(case["shape"], str(case["salt"]))).to(place)
    with computing(place, precision):
        out = network.final(x).float().cpu().numpy()
    step = int(case["stride"]) if "stride" in case else 1
    classes = int(case["class_stride"]) if "class_stride" in case else 1
    wanted = case["out"]
    found = out[:, ::classes, ::step, ::step]
    assert found.shape == wanted.shape
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


def rows(device: str, precision: str, fast: bool) -> Iterator[str]:
    """The lines of the table."""
    yield "| golden case | largest difference / largest magnitude |"
    yield "|---|---|"
    for golden in CASES:
        yield f"| {golden} | {gap(golden, device, precision, fast):.1e} |"
        gc.collect()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--fast", action="store_true", help="folded networks")
    args = parser.parse_args()
    for row in rows(args.device, args.precision, args.fast):
        print(row, flush=True)
