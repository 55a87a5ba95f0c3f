"""Users' models that an installed package registers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sodeval.errors import UnknownNameError, UsageError
from sodeval.models.own import load_own, own_names, refuse_clash
from tests.models.own_files import IMAGE, forgetting, returning


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    with forgetting():
        yield


def install(folder: Path, package: str, names: str, text: str = "") -> None:
    """What pip leaves behind of a package with entry points."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
    (info / "METADATA").write_text(head, encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[sodeval.models]\n{names}\n", encoding="utf-8")
    (folder / f"{package}.py").write_text(text, encoding="utf-8")


def test_an_installed_package(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        text = returning("image[..., 1]")
        install(tmp_path, "plugin_green", "green = plugin_green:build\nlost = nowhere:build", text)
        assert {"green", "lost"} <= set(own_names())
        assert "plugin_green" not in sys.modules, "a list imports nothing"
        model = load_own("green")
        assert model.name == "green"
        assert model.settings()["package"] == "plugin_green 1.0"
        np.testing.assert_array_equal(model.predict(IMAGE), IMAGE[..., 1])
        with pytest.raises(UsageError, match="cannot import the model 'lost' of the package plug"):
            load_own("lost")
        with pytest.raises(UnknownNameError, match="unknown model 'gren'; did you mean 'green'"):
            load_own("gren")


def test_errors_of_a_package(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        text = "LEVEL = 3\ndef build():\n    raise KeyError('size')\n"
        install(tmp_path, "plugin_bad", "bad = plugin_bad:build\nlevel = plugin_bad:LEVEL", text)
        where = r"fails: KeyError: 'size' \(.*plugin_bad.py, line 3\)"
        with pytest.raises(UsageError, match=f"the model 'bad' of the package plugin_bad {where}"):
            load_own("bad")
        with pytest.raises(UsageError, match="registered as plugin_bad:LEVEL, which is no funct"):
            load_own("level")


def test_names_that_clash(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        install(tmp_path, "plugin_one", "mine = plugin_one:build\nU2Net = plugin_one:build")
        install(tmp_path, "plugin_two", "mine = plugin_two:build")
        with pytest.raises(
            UsageError, match="the package plugin_one and the package plugin_two both regis"
        ):
            load_own("mine")
        for call in (load_own, refuse_clash):
            with pytest.raises(
                UsageError, match="the package plugin_one registers a model 'U2Net', which is a nam"
            ):
                call("U2Net")
        with pytest.raises(UsageError, match="registers a model 'U2Net'"):
            refuse_clash("u2net")
        refuse_clash("u2netp")


def test_a_list_of_models_loads_nothing_heavy() -> None:
    heavy = ("cv2", "numba", "numpy", "pandas", "rich", "torch")
    code = (
        "import sys; from sodeval.models.own import own_names; own_names(); "
        f"loaded = set(sys.modules) & set({heavy!r}); assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
