"""Every network against the authors' state dict and against its golden outputs.

The golden numbers come from seeded weights; ``stride`` says which pixels of a map are kept, an odd
number or one with which all positions inside the pixels of one token, or all even ones, occur.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import nn

from sodeval.models.networks.folding import fold
from tests.golden_weights import GOLDEN, make_input, spec_of
from tests.models.outputs import outputs
from tests.models.print_parity import CASES, distance, network_of, sampled, shapes_of, spec_name

# Of the largest magnitude: float32 sums in another order; 4e-6 at most was measured.
TOLERANCE = 1e-5
# Folding rounds each weight once more.
FOLDED_TOLERANCE = 1e-4

NETWORKS = list(dict.fromkeys(map(spec_name, CASES)))


@pytest.fixture(autouse=True)
def freed() -> Iterator[None]:
    yield
    gc.collect()  # a gigabyte each; modules and their hooks refer to each other


@pytest.mark.parametrize("name", [*NETWORKS, "dgnet-S"])  # of S no output is known
def test_entries_and_totals_are_the_authors(name: str) -> None:
    spec = spec_of(name)
    network = shapes_of(name)
    entries = [
        [key, list(value.shape), str(value.dtype).removeprefix("torch.")]
        for key, value in network.state_dict().items()
    ]
    assert entries == spec["keys"]
    assert sum(one.numel() for one in network.parameters()) == spec["totals"]["parameters"]
    saved = {key for key, _, _ in entries}
    buffers = {key: one.numel() for key, one in network.named_buffers() if key in saved}
    assert sum(buffers.values()) == spec["totals"]["buffers"]


@pytest.mark.parametrize("name", NETWORKS)
def test_golden_outputs(name: str) -> None:
    network = network_of(name)
    for golden in CASES:
        if spec_name(golden) == name:
            check(golden, network, TOLERANCE)
    if norms(network) and name != "danet-resnet101":  # as on ResNet-50, but deeper
        folded = fold(network)
        assert norms(folded) < norms(network)
        check(name, folded, FOLDED_TOLERANCE)


def norms(network: nn.Module) -> int:
    return sum(isinstance(layer, nn.BatchNorm2d) for layer in network.modules())


def check(golden: str, network: nn.Module, tolerance: float) -> None:
    """Every output of the golden file, and that ``final`` gives the one called ``out``."""
    with np.load(GOLDEN / f"{golden}.npz") as file:
        case = dict(file)
    x = torch.from_numpy(make_input(case["shape"], str(case["salt"])))
    with torch.inference_mode():
        found = outputs(golden, network, x)
        if not golden.startswith(("csf", "csnet", "dgnet")):  # there it is ``final`` already
            assert torch.equal(network.final(x), found["out"])
    assert set(found) == {key for key in case if key.startswith("out")}
    for key, out in found.items():
        if out.ndim == 4:
            assert out.shape[-2:] == x.shape[-2:]
            out = sampled(out, case)
        assert distance(out, case[key]) < tolerance, key
