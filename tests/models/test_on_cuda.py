"""Every golden case once more on a GPU, in each precision. Needs CUDA; elsewhere it is skipped.

Largest difference allowed, as a share of the output's largest magnitude: fp32 1e-4, for cuDNN sums
in another order and picks its algorithm by the card (TF32, which would be 1e-3, is off); fp16 2e-2
and bf16 1e-1, for products are rounded to 11 and 8 bits over some hundred layers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

import sodeval
from sodeval.models.network_model import NetworkModel
from sodeval.runner import run
from tests.models.photographs import make_set
from tests.models.print_parity import CASES, gap, network_of

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

TOLERANCE = {"fp32": 1e-4, "fp16": 2e-2, "bf16": 1e-1}


def on_cuda(name: str, **options: Any) -> NetworkModel:
    model = sodeval.load_model(name, "none", "cuda", **options)
    assert isinstance(model, NetworkModel)
    model.network.load_state_dict(network_of(name).state_dict())
    return model


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("golden", CASES)
def test_golden_cases(golden: str, precision: str) -> None:
    assert gap(golden, "cuda", precision) <= TOLERANCE[precision]


@pytest.mark.parametrize("options", [{}, {"fast": True}, {"precision": "fp16"}])
def test_runs_in_batches(tmp_path: Path, options: dict[str, object]) -> None:
    make_set(tmp_path, 20, sizes=True)
    maps = {}
    for size in (1, 8):
        folder = tmp_path / f"maps{size}"
        run(on_cuda("csnet-L-x1", **options), images=tmp_path / "im", maps=folder, batch_size=size)
        maps[size] = [cv2.imread(str(p), -1).astype(int) for p in sorted(folder.glob("*.png"))]
    # algorithms differ by batch size; fp16 has 11 bits, of which a map takes 8
    most = 8 if "precision" in options else 1
    assert max(np.abs(a - b).max() for a, b in zip(maps[1], maps[8], strict=True)) <= most


@pytest.mark.parametrize("golden", CASES)
def test_folded_networks(golden: str) -> None:
    assert gap(golden, "cuda", "fp32", fast=True) <= 1e-4  # folding rounds each weight once more


@pytest.mark.parametrize("options", [{}, {"fast": True}, {"compiled": True}])
@pytest.mark.parametrize("name", ["csnet-L-x1", "u2netp", "f3net"])
def test_maps_are_those_of_the_processor(name: str, options: dict[str, bool]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    on_processor = sodeval.load_model(name, "none", "cpu")
    assert isinstance(on_processor, NetworkModel)
    on_processor.network.load_state_dict(network_of(name).state_dict())
    difference = on_cuda(name, **options).predict(image).astype(int) - on_processor.predict(image)
    assert np.abs(difference).max() <= 2  # fp32 in another order, and with `fast` other resizing
