"""Options and output shared by the commands that give results."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from sodeval.report import Report

FORMATS = ("table", "json", "csv", "markdown", "latex")

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="What is printed on standard output.",
)
decimals_option = click.option(
    "--decimals",
    type=click.IntRange(0, 17),
    help="Digits after the point in tables.  [default: 4; latex: 3]",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress bar, no remarks.")


def console(*, err: bool = False) -> Console:
    """A console for results, or for talk; plain text unless it is a terminal."""
    from rich.console import Console

    # a fixed width where there is no terminal, so that piped tables are not broken at 80 columns
    stream = sys.stderr if err else sys.stdout
    terminal = stream is not None and stream.isatty()
    return Console(stderr=err, width=None if terminal else 200, highlight=False)


def print_report(report: Report, form: str, decimals: int | None) -> None:
    """Print a report on standard output in one of ``FORMATS``."""
    if form == "table":
        from sodeval.render.breakdowns import print_breakdowns
        from sodeval.render.cells import score_columns
        from sodeval.render.intervals import print_intervals
        from sodeval.render.per_class import print_per_class
        from sodeval.render.table import print_table

        digits, out = 4 if decimals is None else decimals, console()
        print_table(report, out, digits)
        print_per_class(report, out, digits)
        print_intervals(report, out, digits)
        for result in report.results:
            if result.breakdowns:
                out.print()
                print_breakdowns(dict(result.breakdowns), out, score_columns(report), digits)
        return
    if form == "json":
        text = report.dumps()
    elif form == "csv":
        from sodeval.render.flat import csv_text

        text = csv_text(report)
    elif form == "markdown":
        text = report.to_markdown(4 if decimals is None else decimals)
    else:
        text = report.to_latex(3 if decimals is None else decimals)
    click.echo(text, nl=not text.endswith("\n"))


def print_notes(report: Report) -> None:
    """Print what was noticed while scoring on standard error."""
    from sodeval.render.table import print_notes

    print_notes(report, console(err=True))
