"""Writes `context.json`: the context-measures of PySODMetrics 1.6.2 on the synthetic pairs.

Run in an environment with PySODMetrics: `python -m tests.golden.make_context`.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
PAIRS = HERE / "synthetic"
GOLDEN = HERE / "context.json"


def names() -> list[str]:
    return sorted(path.stem for path in (PAIRS / "gt").iterdir())


def read(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Prediction and ground truth, uint8 (H, W)."""
    pair = []
    for folder in ("pred", "gt"):
        (path,) = (PAIRS / folder).glob(f"{name}.*")
        pair.append(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE))
    return pair[0], pair[1]


def photo(shape: tuple[int, int], seed: int = 5) -> np.ndarray:
    """A made-up photograph: coloured waves and grain. Whole numbers only, alike everywhere."""
    rows, columns = np.indices(shape)
    grain = np.random.default_rng(seed).integers(0, 24, (*shape, 3))
    waves = [(a * rows + b * columns) % 160 for a, b in ((3, 5), (7, 2), (1, 9))]
    waves = [np.where(wave < 80, wave, 160 - wave) for wave in waves]
    return (2 * np.stack(waves, axis=2) + 40 + grain).astype(np.uint8)


def main() -> None:
    from py_sod_metrics.context_measure import CamouflageContextMeasure, ContextMeasure

    images, notes = {}, []
    for name in names():
        pred, gt = read(name)
        row: dict[str, float | None] = {}
        for column, metric, more in (
            ("context", ContextMeasure(), {}),
            ("camouflage_context", CamouflageContextMeasure(), {"img": photo(gt.shape)}),
        ):
            try:
                metric.step(pred.copy(), gt.copy(), **more)
                value = float(metric.scores[-1])
                row[column] = value if np.isfinite(value) else None
            except Exception as error:
                row[column] = None
                notes.append(f"{name}, {column}: {error!r}")
        images[name] = row
    versions = {"python": platform.python_version(), "opencv": cv2.__version__}
    for package in ("pysodmetrics", "numpy", "scikit-image", "scikit-learn"):
        versions[package] = importlib.metadata.version(package)
    golden = {
        "schema": 1,
        "tool": "pysodmetrics 1.6.2",
        "versions": versions,
        "command": "python -m tests.golden.make_context",
        "how": "a fresh object per pair, step(pred=uint8, gt=uint8), normalize=True; the "
        "photograph of camouflage_context is photo(gt.shape) of the command's file",
        "null": "NaN in the tool, or an error; see notes",
        "notes": notes,
        "images": images,
    }
    GOLDEN.write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
