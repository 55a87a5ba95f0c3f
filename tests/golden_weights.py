"""Deterministic weights and inputs for networks: each state-dict entry has a random stream.

The stream is ``PCG64(crc32(salt + key))``, so that neither the order of entries nor the version of
torch matters. `state_of` reads the entries from a file of ``tests/golden/models``.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

GOLDEN = Path(__file__).parent / "golden" / "models"
INTEGERS = {"int8", "int16", "int32", "int64", "uint8", "bool"}


def spec_of(name: str) -> dict[str, Any]:
    """The entries, gains and totals of one model, from ``<name>.json``."""
    spec: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return spec


def stream(text: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(zlib.crc32(text.encode("utf-8"))))


def make_input(shape: NDArray[np.int64], salt: str = "") -> NDArray[np.float32]:
    """Standard normal, as if already normalised."""
    return stream(salt + "input").standard_normal(tuple(map(int, shape))).astype(np.float32)


def state_of(spec: dict[str, Any], salt: str = "") -> dict[str, NDArray[Any]]:
    """Every generated entry; integer tables and kept entries stay as they were built."""
    scalars = set(spec.get("scalar_keys", ()))
    kept = set(spec.get("keep_keys", ())) - scalars
    slopes = set(spec.get("prelu_keys", ()))
    gains = spec.get("gain_overrides") or {}
    state = {}
    for key, shape, dtype in spec["keys"]:
        last = key.rpartition(".")[2]
        if key in kept or (dtype in INTEGERS and last != "num_batches_tracked"):
            continue
        rng = stream(salt + key)
        if last == "num_batches_tracked":
            state[key] = np.zeros(shape, np.int64)
            continue
        if key in scalars:
            value = 0.5 + 0.1 * rng.standard_normal(shape)
        elif last == "running_var":
            value = 0.5 + rng.random(shape)
        elif last == "running_mean":
            value = 0.1 * rng.standard_normal(shape)
        elif len(shape) >= 2:
            gain = gains.get(key, spec["gain"])
            value = rng.standard_normal(shape) * np.sqrt(gain / int(np.prod(shape[1:])))
        elif key in slopes:
            value = 0.25 + 0.05 * rng.standard_normal(shape)
        elif len(shape) == 1 and last == "weight":
            value = 1.0 + 0.1 * rng.standard_normal(shape)
        else:
            value = 0.05 * rng.standard_normal(shape)
        state[key] = np.asarray(value, np.float32)
    return state
