"""Profiles: what they hold, how they are printed, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner
from torch import nn

from sodeval.cli.profile import profile as command
from sodeval.errors import MissingExtraError, UnknownNameError, UsageError
from sodeval.models import CARDS, find_card
from sodeval.models.card import ModelCard, Published, Size
from sodeval.profiling.counting import count_by_hooks
from sodeval.profiling.memory import ProcessPeak
from sodeval.profiling.profile import check_size, input_size, profile
from sodeval.profiling.result import Profile
from sodeval.profiling.speed import FEWEST, WARM_UP, run_times
from sodeval.render.models import show_text
from sodeval.render.profile import profile_text
from tests.models.on_shapes import Small, network_of


def test_run_times_stop_at_the_limit_but_not_before_three() -> None:
    calls = []
    assert len(run_times(lambda: calls.append(1), 5, 60)) == 5
    assert len(calls) == 5 + WARM_UP
    assert len(run_times(lambda: None, 100, 0)) == FEWEST
    assert len(run_times(lambda: None, 1, 0)) == 1


def test_peak_memory_of_the_process() -> None:
    size = 64 << 20
    with ProcessPeak() as peak:
        np.ones(size, np.uint8)
    if not sys.platform.startswith("linux") or "at least" in peak.how:
        pytest.skip("this system does not let the peak be set back")
    # the array is touched as a whole; a page more or less, and what other threads free meanwhile
    assert peak.bytes == pytest.approx(size, rel=0.1)


def test_profile_of_a_module_without_card() -> None:
    found = profile(Small(), size=(8, 8), device="cpu", batch=2, repeats=2, threads=1)
    assert (found.name, found.authors, found.by_authors) == ("Small", "", None)
    assert found.params == found.trainable == sum(p.numel() for p in Small().parameters())
    assert found.state_bytes == 4 * found.params
    assert found.speed is not None
    assert (found.speed.runs, found.speed.batch, found.speed.threads) == (2, 2, 1)
    assert found.speed.best_ms <= found.speed.latency_ms
    assert found.comparisons() == []
    json.dumps(found.to_dict(), allow_nan=False)


def test_published_figures_are_compared_where_they_mean_the_same() -> None:
    card = find_card("csnet-L-x2")
    published = Published(
        params=140e3,
        macs=0.72e9,
        size=(224, 224),
        fps=40,
        device="a GPU",
        checkpoint_mb=0.6,
        rule="octave",
    )
    network = network_of("csnet-L-x2")
    found = profile(network, replace(card, published=published), speed=False)
    rows = {row.figure: row for row in found.comparisons()}
    assert rows["params"].ratio == pytest.approx(140_894 / 140e3)
    assert rows["macs"].ratio == pytest.approx(0.71671 / 0.72, abs=1e-4)
    assert (rows["images_per_second"].ratio, rows["images_per_second"].ours) == (None, None)
    assert "a GPU" in rows["images_per_second"].note
    other = replace(found, size=(256, 256))
    row = next(row for row in other.comparisons() if row.figure == "macs")
    assert (row.ratio, row.note) == (None, "theirs at 224x224")
    assert "theirs at 224x224" in profile_text(other)


@pytest.mark.parametrize(("name", "latency"), [("csnet-L-x1", 95.3), ("csnet-x1-5-5", 135.9)])
def test_a_published_latency_stands_beside_ours(name: str, latency: float) -> None:
    card = find_card(name)

    def found(size: Size) -> Profile:
        return Profile(name=name, title=card.title, size=size, published=card.published)

    row = found((224, 224)).comparisons()[-1]
    assert (row.figure, row.ours, row.published, row.ratio) == ("latency_ms", None, latency, None)
    machine = "on one core of an i7-8700K"
    text = " ".join(profile_text(found((224, 224))).split())
    assert f"latency, 1 image not measured {latency} ms theirs {machine}" in text
    assert f"theirs at 224x224 {machine}" in profile_text(found((256, 256)))
    assert f"{latency} ms an image {machine}" in " ".join(show_text(card).split())


def test_a_checkpoint_on_this_machine_is_weighed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "csnet-x1-1-0.pth").write_bytes(b"0" * 123)
    monkeypatch.setenv("SODEVAL_WEIGHTS", str(tmp_path))
    found = profile(network_of("csnet-x1-1-0"), find_card("csnet-x1-1-0"), speed=False)
    assert found.file_bytes == 123
    # 210,985 parameters and 6,630 statistics in float32, 61 counters of batches in int64
    assert (found.params, found.buffers) == (210_985, 6_691)
    assert found.state_bytes == 4 * (210_985 + 6_691 - 61) + 8 * 61
    monkeypatch.setenv("SODEVAL_WEIGHTS", str(tmp_path / "absent"))
    again = profile(network_of("csnet-x1-1-0"), find_card("csnet-x1-1-0"), speed=False)
    assert again.file_bytes is None


def test_size_is_that_of_the_card_or_refused() -> None:
    assert input_size(find_card("dgnet-B352")) == (352, 352)
    assert input_size(None) == (300, 400)
    with pytest.raises(UsageError, match=r"225x224.*multiples of 16.*--size 224x224"):
        check_size(find_card("csnet-L-x1"), (225, 224))
    preparation = find_card("csf-resnet50").preparation
    assert preparation is not None
    small = replace(find_card("csf-resnet50"), preparation=replace(preparation, smallest=33))
    with pytest.raises(UsageError, match="at least 33"):
        check_size(small, (8, 400))
    with pytest.raises(UsageError, match="multiples of 32"):
        count_by_hooks(network_of("dgnet-Bstar224"), (100, 100))


def test_command_prints_a_table() -> None:
    result = CliRunner().invoke(command, ["csnet-L-x1", "--no-speed"], catch_exceptions=False)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].startswith("CSNet×1-L (csnet-L-x1), input 224x224, untrained")
    row = next(line for line in lines if line.startswith("multiply-adds, CSNet's counter"))
    assert row.split()[-5:] == ["0.4354", "G", "0.43", "G", "1.0126"]
    assert "native_batch_norm 106 times" in result.output.replace("\n", " ")


def test_command_gives_json_and_measures() -> None:
    arguments = ["csnet-L-x1", "--size", "32", "--device", "cpu", "--threads", "1"]
    result = CliRunner().invoke(command, [*arguments, "--format", "json"], catch_exceptions=False)
    found = json.loads(result.stdout)
    assert found["schema"] == 1
    assert found["size"] == [32, 32]
    assert found["params"] == 93_647
    assert set(found["macs"]) == {"torch", "operators", "octave", "authors"}
    assert found["macs"]["authors"] == found["macs"]["octave"]
    assert found["speed"]["threads"] == 1
    assert found["speed"]["latency_ms"] > 0
    assert found["published"]["macs"] == 0.43e9


def test_command_times_a_baseline() -> None:
    arguments = ["baseline-center", "--size", "32x48", "--format", "json"]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    found = json.loads(result.stdout)
    assert (found["params"], found["counts"]) == (0, [])
    assert found["speed"]["images_per_second"] > 0
    text = CliRunner().invoke(command, ["baseline-center", "--size", "32x48"]).output
    assert "parameters" in text
    assert "latency, 1 image" in text


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["csnet-L-x3"], UnknownNameError),
        (["csnet-L-x2", "--size", "100x100"], UsageError),
        (["dgnet-L512", "--size", "16"], UsageError),
        (["csnet-L-x2", "--device", "tpu"], UsageError),
    ],
)
def test_command_refuses(arguments: list[str], error: type[Exception]) -> None:
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, error)
    assert getattr(result.exception, "exit_code", None) == 2


@pytest.mark.parametrize("size", ["0x32", "32x", "big", "32x99999", "-1x2"])
def test_command_refuses_what_is_no_size(size: str) -> None:
    result = CliRunner().invoke(command, ["csnet-L-x2", "--size", size])
    assert result.exit_code == 2


def test_without_torch_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sodeval.models.find_spec", lambda name: None)
    result = CliRunner().invoke(command, ["csnet-L-x2", "--no-speed"])
    assert isinstance(result.exception, MissingExtraError)
    assert "sodeval[run]" in str(result.exception)


def test_a_baseline_needs_no_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from sodeval.cli.profile import profile\n"
        "profile(['baseline-center', '--size', '8x8'])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "latency" in ran.stdout


def test_what_is_no_network_is_refused() -> None:
    class Other:
        name = "other.onnx"
        card: ModelCard | None = None
        network: nn.Module | None = None

    with pytest.raises(UsageError, match=r"other\.onnx is no torch network"):
        profile(Other(), size=(8, 8))  # type: ignore[arg-type]  # on purpose


@pytest.fixture(scope="module")
def page_script() -> ModuleType:
    path = Path(__file__).parents[2] / "docs" / "make_profile_page.py"
    spec = spec_from_file_location("make_profile_page", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_has_a_row_for_each_network(page_script: ModuleType) -> None:
    page = page_script.PAGE.read_text(encoding="utf-8")
    table = page.partition("<!-- models: generated -->")[2].partition("<!-- /models -->")[0]
    rows = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    assert rows == [card.name for card in CARDS.values() if card.needs_torch]
    assert page_script.rules_table() in page


def test_page_says_what_is_counted(page_script: ModuleType) -> None:
    page = page_script.PAGE.read_text(encoding="utf-8")
    # all of them take a minute: `python docs/make_profile_page.py --check`
    cards = [find_card(name) for name in ("csnet-x1-1-0", "csf-resnet50", "f3net")]
    for row in page_script.models_table(page_script.counted(cards)).splitlines()[2:]:
        assert row in page
