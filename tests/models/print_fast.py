"""Print how far the maps of ``--fast`` are from the faithful ones, end to end, on photographs.

``python -m tests.models.print_fast FOLDER [--side 400]``, with the weights of the golden cases.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

import sodeval
from sodeval.models.network_model import NetworkModel
from tests.models.print_parity import network_of

# golden file -> the model that runs with its weights
MODELS = {
    "dgnet-Bstar": "dgnet-Bstar224",
    "u2net": "u2net",
    "u2netp": "u2netp",
    "csnet-L-x1": "csnet-L-x1",
    "csnet-L-x2": "csnet-L-x2",
    "f3net": "f3net",
    "csf-resnet50": "csf-resnet50",
    "danet-resnet50": "danet-resnet50",
}


def model_of(golden: str, fast: bool) -> NetworkModel:
    model = sodeval.load_model(MODELS[golden], "none", "cpu", fast=fast)
    assert isinstance(model, NetworkModel)
    model.network.load_state_dict(network_of(golden).state_dict())
    return model


def read(path: Path, side: int) -> np.ndarray:
    image = cv2.imread(str(path))[..., ::-1]
    scale = side / max(image.shape[:2])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return np.ascontiguousarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--side", type=int, default=400, help="longer side of the photographs")
    args = parser.parse_args()
    photographs = [read(path, args.side) for path in sorted(args.folder.glob("*.jpg"))]
    print("| model | mean, levels | largest, levels | pixels that differ |\n|---|---|---|---|")
    for golden, name in MODELS.items():
        fast, faithful = model_of(golden, True), model_of(golden, False)
        gaps = [
            np.abs(fast.predict(image).astype(int) - faithful.predict(image)).ravel()
            for image in photographs
        ]
        gap = np.concatenate(gaps)
        print(f"| {name} | {gap.mean():.1e} | {gap.max()} | {(gap > 0).mean():.3%} |", flush=True)


if __name__ == "__main__":
    main()
