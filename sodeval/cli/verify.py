"""``sodeval verify``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sodeval.cli.options import console, quiet_option
from sodeval.errors import DataError, UsageError

if TYPE_CHECKING:
    from sodeval.scoring import Missing, SizeMismatch
    from sodeval.verification import Verification

_FAILED = 1  # a requested check failed


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: sodeval verify preds/ gt/ --value max_fbeta=0.853 --value mae=0.121",
)
@click.argument("preds")
@click.argument("gt")
@click.option(
    "--value",
    "values",
    metavar="COLUMN=NUMBER",
    multiple=True,
    help="A figure, its digits as printed; may be repeated.",
)
@click.option("--paper", metavar="TABLE.csv", help="Figures: method, dataset, then columns.")
@click.option(
    "--missing",
    type=click.Choice(["error", "skip", "zero"]),
    default="error",
    show_default=True,
    help="A ground truth without a prediction stops the run, is left out, or scores as all zero.",
)
@click.option(
    "--size-mismatch",
    type=click.Choice(["resize", "error"]),
    default="resize",
    show_default=True,
    help="A prediction of another size is resized as each protocol says, or stops the run.",
)
@click.option("--workers", type=click.IntRange(1), help="Threads.  [default: the cores available]")
@click.option(
    "--max-pixels",
    type=click.IntRange(1),
    help="Refuse larger images.  [default: 268435456]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "json", "csv", "markdown")),
    default="table",
    show_default=True,
    help="What is printed on standard output.",
)
@quiet_option
def verify(
    preds: str,
    gt: str,
    values: tuple[str, ...],
    paper: str | None,
    missing: Missing,
    size_mismatch: SizeMismatch,
    workers: int | None,
    max_pixels: int | None,
    form: str,
    quiet: bool,
) -> int:
    """Say which protocol gives published figures for the maps in PREDS.

    The maps are scored under every protocol. A figure is reproduced if a score rounds to it, in
    its digits as written, and the toolkit itself prints that column; otherwise the closest score
    is named. Give your own figure to learn why it is not somebody else's.

    A number above 1 is percent. Columns may be written as papers do: maxF, Fmax, Sm, wF; for an
    E-measure of unknown kind (Em) max, mean and adaptive are tried. Rows of TABLE.csv are matched
    by method and data set; `-` is standard input.

    Exit code 0: every figure is reproduced; 1: one or more is not; 3: files cannot be paired or
    read.
    """
    from sodeval.cli.progress import ScoreProgress
    from sodeval.figures import parse_value, read_table
    from sodeval.verification import verify as run

    if values and paper is not None:
        raise UsageError("give --value or --paper, not both.")
    if not values and paper is None:
        raise UsageError("give figures to verify: --value COLUMN=NUMBER, or --paper TABLE.csv.")
    figures = [parse_value(value) for value in values] if paper is None else read_table(paper)
    verification = run(
        preds,
        gt,
        figures,
        missing=missing,
        size_mismatch=size_mismatch,
        workers=workers,
        max_pixels=max_pixels,
        progress=None if quiet else ScoreProgress(),
    )
    _print(verification, form)
    if not quiet:
        for note in verification.notes:
            click.echo(note, err=True)
    if any(result.unreadable for result in verification.report.results):
        return DataError.exit_code
    return 0 if verification.reproduced else _FAILED


def _print(verification: Verification, form: str) -> None:
    from sodeval.render.verify import csv_text, markdown, print_verification, to_dict

    if form == "json":
        data = to_dict(verification)
        click.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))
    elif form == "csv":
        click.echo(csv_text(verification), nl=False)
    elif form == "markdown":
        click.echo(markdown(verification), nl=False)
    else:
        print_verification(verification, console())
