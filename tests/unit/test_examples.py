"""The examples run as they are printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sodeval import Signature

ROOT = Path(__file__).parents[2]


def output(*command: str) -> list[str]:
    """What an example prints, line by line."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / command[0]), *command[1:]],
        env={**os.environ, "PYTHONPATH": str(ROOT)},  # this sodeval, installed or not
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_training_loop() -> None:
    pytest.importorskip("torch", reason="the training loop needs torch, which is an extra")
    lines = output("training_loop.py", "5", "cpu")
    epochs = [line for line in lines if line.startswith("epoch ")]
    assert len(epochs) == 5
    scores = [float(re.findall(r"max_iou ([\d.]+)", line)[0]) for line in epochs]
    assert scores[-1] > scores[0] + 0.1, "the network learns"

    start = lines.index("merged: 32 images")
    merged = dict(line.split() for line in lines[start + 1 : -1])
    assert float(merged["max_iou"]) == scores[-1], "two parts, merged, score as one"
    assert merged.keys() >= {"mae", "max_fbeta", "weighted_fbeta", "smeasure", "max_emeasure"}
    assert Signature.parse(lines[-1]).fact["n"] == "32"
