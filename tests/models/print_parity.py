"""Print how far every network is from its golden output, on any device and in any precision.

``python -m tests.models.print_parity [--device cuda] [--precision fp16] [--fast]``
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sodeval.models import find_card
from sodeval.models.devices import computing, resolve_device
from sodeval.models.networks import dgnet
from sodeval.models.networks.folding import fold
from sodeval.profiling.shapes import build_on_shapes
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


def spec_name(golden: str) -> str:
    """The file of state-dict entries: one network may have golden outputs at several sizes."""
    return golden.removesuffix("-352")


def shapes_of(golden: str) -> torch.nn.Module:
    """The network of a golden case without memory for its weights."""
    name = CASES.get(golden)
    if name is not None:
        return build_on_shapes(find_card(name)).eval()
    with torch.device("meta"):
        return dgnet.build(golden.removeprefix("dgnet-")).eval()


def network_of(golden: str) -> torch.nn.Module:
    """The network of a golden case, with its weights, loaded strictly."""
    network = shapes_of(golden)
    state = state_of(spec_of(spec_name(golden)))
    missing, unexpected = network.load_state_dict(
        {key: torch.from_numpy(value) for key, value in state.items()}, strict=True, assign=True
    )
    assert not missing
    assert not unexpected
    return network


def sampled(out: Tensor, case: Mapping[str, NDArray[np.generic]]) -> Tensor:
    """The classes and pixels that a golden file keeps of a map (N, C, H, W)."""
    step, classes = (int(case[key]) if key in case else 1 for key in ("stride", "class_stride"))
    return out[:, ::classes, ::step, ::step]


def distance(out: Tensor, wanted: NDArray[np.generic]) -> float:
    """The largest difference, as a share of the largest magnitude."""
    found = out.numpy()
    assert found.shape == wanted.shape
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


def gap(golden: str, device: str = "cpu", precision: str = "fp32", fast: bool = False) -> float:
    """The largest difference from the golden output, as a share of its largest magnitude."""
    place = resolve_device(device)
    network = network_of(golden).to(place)
    if fast:
        network = fold(network)
    case = np.load(GOLDEN / f"{golden}.npz")
    x = torch.from_numpy(make_input(case["shape"], str(case["salt"]))).to(place)
    with computing(place, precision):
        out = network.final(x).float().cpu()
    return distance(sampled(out, case), case["out"])


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
