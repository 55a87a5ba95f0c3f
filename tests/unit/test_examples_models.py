"""The examples of users' own models run as they are printed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from sodeval.models.own import load_own, own_names

EXAMPLES = Path(__file__).parents[2] / "examples"


def photograph() -> np.ndarray:
    """A red disc on dark green."""
    rows, columns = np.mgrid[:60, :80]
    image = np.full((60, 80, 3), (10, 60, 20), np.uint8)
    image[(rows - 30) ** 2 + (columns - 40) ** 2 < 200] = (230, 20, 30)
    return image


def finds_the_disc(saliency: np.ndarray) -> bool:
    assert (saliency.shape, saliency.dtype) == ((60, 80), np.dtype(np.uint8))
    return bool(saliency[30, 40] > 200 and saliency[:10].max() < 80)


def test_a_file() -> None:
    model = load_own(f"{EXAMPLES / 'own_model.py'}:build")
    assert model.name == "own_model"
    assert finds_the_disc(model.predict(photograph()))


def test_a_network_in_a_file(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="the network needs torch, which is an extra")
    state = {"0.weight": torch.zeros(1, 3, 3, 3), "0.bias": torch.tensor([-1.0])}
    state["0.weight"][0, :, 1, 1] = torch.tensor([3.0, -1.5, -1.5])
    weights = tmp_path / "red.pth"
    torch.save(state, weights)
    spec = f"{EXAMPLES / 'own_model.py'}:build_network"
    model = load_own(spec, device="cpu", weights=str(weights))
    assert model.name == "own_model-build_network"
    assert finds_the_disc(model.predict(photograph()))


def test_an_onnx_file(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="the example writes its file with onnx")
    pytest.importorskip("onnxruntime", reason="ONNX models need onnxruntime, which is an extra")
    path = tmp_path / "redness.onnx"
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "make_onnx.py"), str(path)],
        env={**os.environ, "PYTHONPATH": str(EXAMPLES.parent)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    from sodeval.models.onnx import load_onnx

    model = load_onnx(str(path), device="cpu")
    assert model.notes == ()
    assert finds_the_disc(model.predict(photograph()))


def test_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed as pip would, without pip: what its pyproject.toml declares becomes metadata."""
    package = EXAMPLES / "own_model_package"
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = project["entry-points"]["sodeval.models"]
    info = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n",
        encoding="utf-8",
    )
    (info / "entry_points.txt").write_text(
        "[sodeval.models]\n" + "".join(f"{name} = {value}\n" for name, value in points.items()),
        encoding="utf-8",
    )
    for module in package.glob("*.py"):
        shutil.copy(module, tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "border-contrast" in own_names()
    model = load_own("border-contrast")
    assert (model.name, model.reader, model.concurrent) == ("border-contrast", "pillow", True)
    assert finds_the_disc(model.predict(photograph()))
    monkeypatch.delitem(sys.modules, "border_contrast")
