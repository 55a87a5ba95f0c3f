"""Measure what every protocol gives for one set of files, for docs/why-toolkits-disagree.md.

    python docs/make_toolkits_page.py PREDS GT --title "DSS on SOD, 300 images"

The tables between the markers of the page are written anew, and so is docs/toolkits.svg. With
``--check`` nothing is written, and the exit code is 1 if something would change.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import sodeval
from sodeval.protocols import PROTOCOLS, EvalProtocol, get_protocol

HERE = Path(__file__).parent
PAGE = HERE / "why-toolkits-disagree.md"
PICTURE = HERE / "toolkits.svg"
HEADINGS = {
    "mae": "MAE",
    "max_fbeta": "max F",
    "mean_fbeta": "mean F",
    "adp_fbeta": "adp F",
    "weighted_fbeta": "wF",
    "smeasure": "S",
    "adp_emeasure": "adp E",
}

# One convention changed at a time, everything else as pysodmetrics: what it is called on the page,
# the fields, the column it is measured in.
CHANGES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("F of averaged precision and recall", {"max_fbeta": "mean-pr"}, "max_fbeta"),
    ("each image's own best level", {"max_fbeta": "per-image"}, "max_fbeta"),
    ("F of averaged precision and recall", {"max_fbeta": "mean-pr"}, "mean_fbeta"),
    ("maps taken as they are", {"pred_scale": "none"}, "max_fbeta"),
    ("strictly above the level", {"compare": ">"}, "mean_fbeta"),
    ("255 levels", {"levels": 255}, "mean_fbeta"),
    ("threshold of F not capped at 1", {"fbeta_adp_cap": "none"}, "adp_fbeta"),
    ("above the threshold of E, not at it", {"emeasure_adp_compare": ">"}, "adp_emeasure"),
    ("threshold of E not capped at 1", {"emeasure_adp_cap": "none"}, "adp_emeasure"),
    ("centroid of S in 1-based pixels", {"smeasure_split": "half-up"}, "smeasure"),
    ("β² = 0.3 in weighted F", {"weighted_beta2": 0.3}, "weighted_fbeta"),
    ("MAE against the grey ground truth", {"mae_gt": "grey"}, "mae"),
)

# The three ways to a maximum: words beside the dots, and their colour on light and on dark.
FAMILIES = {
    "mean-curve": ("F averaged over images, then maximum", "#4a83c4"),
    "per-image": ("each image's maximum, averaged", "#c27a1f"),
    "mean-pr": ("F of averaged P and R", "#2b8f82"),
}
# Colours of the page stand in for these while matplotlib draws; style sheets know light and dark.
INK, FAINT = "#010203", "#010204"
STYLE = (
    "<style>:root { --ink: #1f2328; --faint: #8c959f }"
    " @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #6e7681 } }</style>"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and write or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preds")
    parser.add_argument("gt")
    parser.add_argument("--title", help="what the files are; by default the folders' names")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it would change")
    given = parser.parse_args(arguments)
    report = sodeval.score(given.preds, given.gt, metrics="default", protocol="all")
    if len(report.results) != len(PROTOCOLS):
        parser.error("PREDS must be one method on one data set")
    scores = {str(result.protocol["name"]): dict(result.metrics) for result in report.results}
    title = given.title or f"{report.results[0].method}, {report.results[0].images} images"
    page = PAGE.read_text(encoding="utf-8")
    page = between(page, "toolkits", toolkits_table(scores, title))
    page = between(page, "conventions", changes_table(measure(given.preds, given.gt), title))
    page = between(page, "verify", example(given.preds, given.gt))
    stale = False
    for path, text in ((PAGE, page), (PICTURE, picture(scores, title))):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale = True
            if not given.check:
                path.write_text(text, encoding="utf-8")
    return int(stale and given.check)


def measure(preds: str, gt: str) -> list[tuple[str, dict[str, Any], str, float, float]]:
    """Each change with the score of its column before and after."""
    default = get_protocol("pysodmetrics")
    before = score_of(preds, gt, default)
    found = []
    for words, fields, column in CHANGES:
        changed = replace(default, name="changed", **fields)
        metric = next(
            card.id for card in sodeval.metrics.METRICS.values() if column in card.columns
        )
        after = score_of(preds, gt, changed, metric)
        found.append((words, fields, column, before[column], after[column]))
    return found


def score_of(
    preds: str, gt: str, protocol: EvalProtocol, metrics: str = "default"
) -> dict[str, float]:
    """The scores of one protocol, all of them numbers."""
    result = sodeval.score(preds, gt, metrics=metrics, protocol=protocol).results[0]
    return {column: value for column, value in result.metrics.items() if value is not None}


def toolkits_table(scores: dict[str, dict[str, float | None]], title: str) -> str:
    """One row a protocol, in the order of the registry; a dash is what a toolkit does not print."""
    lines = [
        f"{title}, every protocol on the same files; –: the toolkit prints no such column.",
        "",
        f"| protocol | {' | '.join(HEADINGS.values())} |",
        f"|:--|{'--:|' * len(HEADINGS)}",
    ]
    for name, row in scores.items():
        cells = []
        for column in HEADINGS:
            value = row.get(column)
            printed = column in PROTOCOLS[name].prints
            cells.append("–" if value is None or not printed else f"{value:.4f}")
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def changes_table(changes: list[tuple[str, dict[str, Any], str, float, float]], title: str) -> str:
    """One row a convention, with the column it moves."""
    lines = [
        f"{title}, one convention changed at a time, everything else as `pysodmetrics`.",
        "",
        "| change | field | column | before | after | moved by |",
        "|:--|:--|:--|--:|--:|--:|",
    ]
    for words, fields, column, before, after in changes:
        field = ", ".join(f"`{name}={value}`" for name, value in fields.items())
        moved = (
            f"{after - before:+.4f}"
            if f"{after - before:.4f}" not in ("0.0000", "-0.0000")
            else "0"
        )
        lines.append(
            f"| {words} | {field} | {HEADINGS[column]} | {before:.4f} | {after:.4f} | {moved} |"
        )
    return "\n".join(lines)


def example(preds: str, gt: str) -> str:
    """What `sodeval verify` prints for a figure of these files."""
    from rich.console import Console

    from sodeval.figures import parse_value
    from sodeval.render.verify import print_verification
    from sodeval.verification import verify

    figures = [parse_value("max_fbeta=0.844"), parse_value("max_fbeta=0.8500")]
    console = Console(file=io.StringIO(), width=100, highlight=False)
    print_verification(verify(preds, gt, figures), console)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    names = f"{Path(preds).name}/ {Path(gt).name}/"
    command = f"$ sodeval verify {names} --value max_fbeta=0.844 --value max_fbeta=0.8500"
    return "\n".join(["```", command, *lines, "```"])


def between(page: str, name: str, text: str) -> str:
    """Put a text between the markers of its name."""
    start, end = f"<!-- {name}: generated -->", f"<!-- /{name} -->"
    before, found, rest = page.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{PAGE.name} has no {start} … {end}")
    return f"{before}{start}\n{text}\n{end}{after}"


def picture(scores: dict[str, dict[str, float | None]], title: str) -> str:
    """Max F of every protocol whose toolkit prints one, sorted, as SVG for light and dark pages."""
    figure = draw(scores, title)
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = out.getvalue().replace(INK, "var(--ink)").replace(FAINT, "var(--faint)")
    head, svg, rest = text.partition("<svg ")
    tag, close, body = rest.partition(">")
    words = "Max F of the same maps under every protocol, sorted: the same numbers as the table."
    return f'{head}{svg}role="img" aria-label="{words}" {tag}{close}\n {STYLE}{body}'


def draw(scores: dict[str, dict[str, float | None]], title: str) -> Any:
    """The dot plot itself."""
    os.environ.setdefault("MPLCONFIGDIR", os.path.expanduser("~/.cache/matplotlib"))
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams["svg.hashsalt"] = "toolkits"
    matplotlib.rcParams["font.family"] = "DejaVu Sans"
    rows = sorted(
        (value, name)
        for name, row in scores.items()
        if "max_fbeta" in PROTOCOLS[name].prints and (value := row.get("max_fbeta")) is not None
    )
    figure = Figure(figsize=(8.2, 0.36 * len(rows) + 1.35))
    axes = figure.add_axes((0.185, 0.1, 0.79, 0.79))
    low, high = rows[0][0], rows[-1][0]
    step = 0.01 if high - low < 0.08 else 0.02
    ticks = [i * step for i in range(int(low / step), int(high / step) + 2)]
    span = ticks[-1] - ticks[0]
    axes.set_xlim(ticks[0], ticks[-1] + 0.6 * span)  # room for words beside the last dots
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.patch.set_visible(False)
    axes.vlines(ticks, -0.7, len(rows) - 0.5, color=FAINT, lw=0.5, alpha=0.45, zorder=1)
    for y, (value, name) in enumerate(rows):
        words, colour = FAMILIES[PROTOCOLS[name].max_fbeta]
        axes.plot(value, y, "o", color=colour, ms=8, zorder=3)
        family = [
            i
            for i, (_, other) in enumerate(rows)
            if PROTOCOLS[other].max_fbeta == PROTOCOLS[name].max_fbeta
        ]
        for text, right, shade in (
            (f"{value:.4f}", 9, INK),
            (words if y == family[len(family) // 2] else "", 60, colour),
        ):
            axes.annotate(
                text, (value, y), (right, 0), textcoords="offset points",
                va="center_baseline", color=shade, fontsize=10,
            )  # fmt: skip
    axes.set_yticks(range(len(rows)), [name for _, name in rows], fontsize=10, color=INK)
    axes.set_xticks(ticks, [f"{tick:.2f}" for tick in ticks], fontsize=9, color=FAINT)
    axes.tick_params(length=0, pad=6)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.text(0.185, 0.925, "Max F of the same files", color=INK, fontsize=12, weight="bold")
    figure.text(0.455, 0.925, title, color=FAINT, fontsize=10)
    return figure


if __name__ == "__main__":
    sys.exit(main())
