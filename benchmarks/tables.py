"""The tables of score_speed.py, in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from timing import Rounds


class Measured(Protocol):
    """One size, as score_speed.py measures it."""

    size: str
    pairs: int
    pixels: float
    difference: float
    timings: dict[str, Rounds]
    parts: dict[str, Rounds]


CONTESTANTS = {
    "imread": "`cv2.imread` of both files",
    "ours": "sodeval, five metrics from arrays",
    "peer": "pysodmetrics, five metrics from arrays",
    "ours folder 1": "sodeval, folder, 1 worker",
    "peer loop": "pysodmetrics, folder, plain loop",
    "ours folder 2": "sodeval, folder, 2 workers",
    "peer pool 2": "pysodmetrics, folder, pool of 2 threads",
}
RATIOS = {  # label: slower, faster, what is wanted
    "five metrics: pysodmetrics / sodeval": ("peer", "ours", "≥ 12, aim 25"),
    "five metrics: sodeval / imread": ("ours", "imread", "≤ 2.5, aim 1.2"),
    "folder, one core: plain loop / 1 worker": ("peer loop", "ours folder 1", "≥ 8, aim 12"),
    "folder, two cores: plain loop / 2 workers": ("peer loop", "ours folder 2", ""),
    "folder, two cores: pool of 2 / 2 workers": ("peer pool 2", "ours folder 2", ""),
    "sodeval's folder: 1 worker / 2 workers": ("ours folder 1", "ours folder 2", ""),
}


def print_all(
    about: Mapping[str, Any],
    measured: Sequence[Measured],
    compiled: Mapping[str, float],
    memory: Mapping[int, int],
) -> None:
    """Print everything that was measured."""
    _about(about, measured)
    _contestants(measured)
    _ratios(measured)
    _metrics(measured)
    _parts(measured)
    _processes(compiled, memory)


def _about(about: Mapping[str, Any], measured: Sequence[Measured]) -> None:
    names = ("sodeval", "pysodmetrics", "numpy", "scipy", "numba", "opencv")
    print(f"{about['date']} · {about['machine']}")
    print(f"Python {about['python']}, " + ", ".join(f"{name} {about[name]}" for name in names))
    print(f"inputs: {about['inputs']}; load average {about['load_before']} before, "
          f"{about['load_after']} after")  # fmt: skip
    print(f"threads: {about['threads']}; " + (
        "one-core and two-core runs pinned to one and two cores"
        if about["pinned"] else "cores not pinned: the system cannot"
    ))  # fmt: skip
    worst = max(one.difference for one in measured)
    print(f"largest difference between the two in any of nine numbers: {worst:.1e}")
    print("± is half the distance between the quartiles of the rounds, in percent of the median")


def _contestants(measured: Sequence[Measured]) -> None:
    def milliseconds(one: Measured, key: str) -> str:
        return _with_spread(one.timings[key], 1e3)

    def nanoseconds(one: Measured, key: str) -> str:
        return three(one.timings[key].median * 1e9 / one.pixels)

    _table("Median milliseconds a pair", CONTESTANTS, measured, milliseconds)
    _table("Median nanoseconds a pixel", CONTESTANTS, measured, nanoseconds)


def _ratios(measured: Sequence[Measured]) -> None:
    rows = [["ratio", *(one.size for one in measured), "wanted"]]
    for label, (slower, faster, wanted) in RATIOS.items():
        ratios = [one.timings[slower].over(one.timings[faster]) for one in measured]
        rows.append([label, *(_with_spread(ratio) for ratio in ratios), wanted])
    markdown("Ratios, median over rounds", rows)


def _metrics(measured: Sequence[Measured]) -> None:
    names = [key.split()[1] for key in measured[0].timings if key.startswith("ours ")]
    names = [name for name in names if name != "folder"]

    def cell(one: Measured, name: str) -> str:
        ours, theirs = one.timings[f"ours {name}"], one.timings[f"peer {name}"]
        times = f"{three(theirs.median * 1e3)} / {three(ours.median * 1e3)}"
        return f"{times} = **{three(theirs.over(ours).median)}**"

    title = "Each metric alone, from arrays: pysodmetrics / sodeval in ms a pair = ratio"
    _table(title, {name: f"`{name}`" for name in names}, measured, cell)


def _parts(measured: Sequence[Measured]) -> None:
    def cell(one: Measured, name: str) -> str:
        seconds = one.parts[name].median
        return f"{three(seconds * 1e6)} ({three(seconds * 1e9 / one.pixels)})"

    names = {name: name for name in measured[0].parts}
    _table("Where sodeval's time goes: µs a pair (ns a pixel)", names, measured, cell)


def _processes(compiled: Mapping[str, float], memory: Mapping[int, int]) -> None:
    print("\n**Processes**\n")
    print(
        f"- compiling every kernel, once a machine: {compiled['compile']:.1f} s "
        f"(a process that scores one tiny pair: {compiled['first_process']:.1f} s with an empty "
        f"cache, {compiled['later_process']:.1f} s with a full one); wanted ≤ 12 s"
    )
    sizes = ", ".join(f"{count:,} pairs {size / 2**20:.0f} MiB" for count, size in memory.items())
    few, many = min(memory), max(memory)
    growth = (memory[many] - memory[few]) / (many - few)
    print(f"- peak memory of a process with 2 workers: {sizes}: {growth:.0f} bytes a pair")


def _table(
    title: str,
    labels: Mapping[str, str],
    measured: Sequence[Measured],
    cell: Callable[[Measured, str], str],
) -> None:
    rows = [["", *(one.size for one in measured)]]
    rows += [[label, *(cell(one, key) for one in measured)] for key, label in labels.items()]
    markdown(title, rows)


def markdown(title: str, rows: list[list[str]]) -> None:
    """Print a Markdown table below its title; the first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print(f"\n**{title}**\n")
    for i, row in enumerate(rows):
        first, *rest = (
            text.ljust(width) if c == 0 else text.rjust(width)
            for c, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        print(f"| {' | '.join([first, *rest])} |")
        if i == 0:
            marks = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
            print(f"| {' | '.join(marks)} |")


def _with_spread(rounds: Rounds, unit: float = 1.0) -> str:
    return f"{three(rounds.median * unit)} ±{rounds.spread * 100:.0f}%"


def three(value: float) -> str:
    """About three digits, never in powers of ten."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
