"""examples/pysodevaltoolkit.py: a configuration of that toolkit becomes a report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sodeval
from tests.files import disc, seen, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "pysodevaltoolkit.py"


@pytest.fixture
def configuration(tmp_path):
    """Two data sets, two methods with a prefix and a suffix, one method without the second set."""
    datasets, methods = {}, {"plain": {}, "named": {}}
    for dataset, count in (("ECSSD", 4), ("SOC", 3)):
        masks = tmp_path / "data" / dataset / "Mask"
        datasets[dataset] = {
            "image": {"path": str(masks), "suffix": ".jpg"},
            "mask": {"path": str(masks), "suffix": ".png"},
        }
        methods["plain"][dataset] = {"path": str(tmp_path / "plain" / dataset), "suffix": ".png"}
        for i in range(count):
            mask = disc(i)
            write(masks / f"x{i}.png", mask)
            write(tmp_path / "plain" / dataset / f"x{i}.png", seen(mask, i))
    named = tmp_path / "named" / "ecssd"
    methods["named"]["ECSSD"] = {"path": str(named), "prefix": "e_", "suffix": "_sod.png"}
    for i in range(3):  # the fourth is missing
        write(named / f"e_x{i}_sod.png", seen(disc(i), 50 + i))
        write(named / f"e_x{i}_edge.png", disc(i))
    write(named / "thumbnail.png", disc(9))
    files = tmp_path / "datasets.json", tmp_path / "methods.json"
    for file, content in zip(files, (datasets, methods), strict=True):
        file.write_text(json.dumps(content), "utf-8")
    return files


def test_script(configuration):
    script = [sys.executable, str(EXAMPLE), *map(str, configuration)]
    env = os.environ | {"PYTHONPATH": str(EXAMPLE.parents[1])}
    done = subprocess.run(script, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1:3] for line in done.stdout.splitlines() if line.startswith("| ")]
    assert [[cell.strip() for cell in row] for row in rows[2:]] == [
        ["named", "ECSSD"],
        ["plain", "ECSSD"],
        ["plain", "SOC"],
    ]


def test_scores(configuration, monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLE.parent))
    import pysodevaltoolkit

    datasets, methods = (json.loads(file.read_text("utf-8")) for file in configuration)
    report = pysodevaltoolkit.main(datasets, methods)
    found = {(r.method, r.dataset): r for r in report.results}
    assert {key: r.images for key, r in found.items()} == {
        ("plain", "ECSSD"): 4,
        ("plain", "SOC"): 3,
        ("named", "ECSSD"): 3,
    }
    assert found["named", "ECSSD"].missing == ("x3",)
    direct = sodeval.score(methods["plain"]["SOC"]["path"], datasets["SOC"]["mask"]["path"])
    assert found["plain", "SOC"].metrics == direct.metrics
