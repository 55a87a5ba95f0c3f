"""The page on why toolkits disagree: its script, and what it has written."""

from __future__ import annotations

import importlib.util
import re
import xml.dom.minidom
from pathlib import Path
from types import ModuleType

import pytest

import sodeval
from sodeval.protocols import PROTOCOLS

DOCS = Path(__file__).parents[2] / "docs"
SYNTHETIC = Path(__file__).parents[1] / "golden" / "synthetic"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("page", DOCS / "make_toolkits_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def scores() -> dict[str, dict[str, float | None]]:
    report = sodeval.score(SYNTHETIC / "pred", SYNTHETIC / "gt", protocol="all")
    return {str(r.protocol["name"]): dict(r.metrics) for r in report.results}


def test_a_row_for_each_protocol(
    script: ModuleType, scores: dict[str, dict[str, float | None]]
) -> None:
    rows = script.toolkits_table(scores, "title").splitlines()[4:]
    assert [row.split("`")[1] for row in rows] == list(PROTOCOLS)
    assert rows[0] == (
        "| `pysodmetrics` | 0.1903 | 0.5445 | 0.4798 | 0.4719 | 0.4582 | 0.6976 | 0.6432 |"
    )
    assert rows[6].split(" | ")[2] == "–"  # jiwei-matlab prints no max F


def test_each_change_is_measured(script: ModuleType) -> None:
    found = script.measure(str(SYNTHETIC / "pred"), str(SYNTHETIC / "gt"))
    assert len(found) == len(script.CHANGES)
    raw = next(row for row in found if row[1] == {"pred_scale": "none"})
    assert raw[3:] == pytest.approx((0.5444693489017024, 0.5430438229863215), abs=1e-12)
    assert "| `pred_scale=none` | max F | 0.5445 | 0.5430 | -0.0014 |" in script.changes_table(
        found, "title"
    )


def test_the_picture_knows_light_and_dark(
    script: ModuleType, scores: dict[str, dict[str, float | None]]
) -> None:
    pytest.importorskip("matplotlib")
    text = script.picture(scores, "title")
    xml.dom.minidom.parseString(text)
    assert text == script.picture(scores, "title")
    assert "prefers-color-scheme: dark" in text
    assert "var(--ink)" in text
    assert script.INK not in text
    assert script.FAINT not in text


def test_only_what_stands_between_the_markers_changes(script: ModuleType) -> None:
    page = "a\n<!-- x: generated -->\nold\n<!-- /x -->\nb\n"
    assert script.between(page, "x", "new") == page.replace("old", "new")
    with pytest.raises(SystemExit, match="has no <!-- y: generated -->"):
        script.between(page, "y", "new")


def test_the_page_holds_every_protocol_and_convention(script: ModuleType) -> None:
    page = script.PAGE.read_text(encoding="utf-8")
    table = page.partition("<!-- toolkits: generated -->")[2].partition("<!-- /toolkits -->")[0]
    assert re.findall(r"^\| `(.+?)` ", table, re.MULTILINE) == list(PROTOCOLS)
    for words, fields, _ in script.CHANGES:
        assert f"| {words} | `{'`, `'.join(f'{k}={v}' for k, v in fields.items())}` |" in page
    assert script.PICTURE.name in page
    xml.dom.minidom.parse(str(script.PICTURE))
