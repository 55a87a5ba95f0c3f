"""``sodeval compare``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sodeval.cli.options import console, quiet_option
from sodeval.errors import DataError

if TYPE_CHECKING:
    from sodeval.comparison import Comparison
    from sodeval.scoring import Missing


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: sodeval compare ours/ theirs/ --gt gt/ -o compared.json",
)
@click.argument("sources", metavar="A B [C]...", nargs=-1, required=True)
@click.option("--gt", help="Ground truths, if A, B … are predictions.")
@click.option("--metrics", help="Comma-separated names.  [default: default, or all in the tables]")
@click.option("--protocol", default="pysodmetrics", show_default=True, help="Whose conventions.")
@click.option(
    "--missing",
    type=click.Choice(["error", "skip", "zero"]),
    default="error",
    show_default=True,
    help="A ground truth without a prediction stops the run, is left out, or scores as all zero.",
)
@click.option("--workers", type=click.IntRange(1), help="Threads.  [default: the cores available]")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all draws.")
@click.option(
    "--resamples",
    type=click.IntRange(1, 1_000_000),
    default=1000,
    show_default=True,
    help="Of the bootstrap.",
)
@click.option(
    "--permutations",
    type=click.IntRange(1, 1_000_000),
    default=10_000,
    show_default=True,
    help="Of the test; up to 12 images all are tried.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "json", "csv", "markdown")),
    default="table",
    show_default=True,
    help="What is printed on standard output.",
)
@click.option(
    "--decimals",
    type=click.IntRange(0, 17),
    default=4,
    show_default=True,
    help="Digits after the point in tables.",
)
@click.option("-o", "--output", metavar="FILE.json", help="Write the comparison.")
@quiet_option
def compare(
    sources: tuple[str, ...],
    gt: str | None,
    metrics: str | None,
    protocol: str,
    missing: Missing,
    workers: int | None,
    seed: int,
    resamples: int,
    permutations: int,
    form: str,
    decimals: int,
    output: str | None,
    quiet: bool,
) -> int:
    """Compare methods B, C … with A on the same images.

    They are folders or archives of predictions, with --gt; or per-image tables written by
    `sodeval score --per-image` (.csv, .parquet); or reports R.json with the table
    R.per-image.csv beside them. One that holds several methods stands for all of them.

    For every column: both scores, their difference with a 95 % interval (paired bootstrap over
    images), p-values (paired permutation test, also corrected for the number of tests by Holm's
    method), and how many images are better, equal and worse.
    """
    from sodeval.candidates import gather
    from sodeval.cli.progress import ScoreProgress
    from sodeval.comparison import compare as run
    from sodeval.writing import check_target, write_text

    if output is not None:
        check_target(output)
    gathered = gather(
        sources,
        gt,
        metrics=metrics,
        protocol=protocol,
        missing=missing,
        workers=workers,
        progress=None if quiet else ScoreProgress(),
    )
    comparison = run(gathered.candidates, resamples=resamples, permutations=permutations, seed=seed)
    text = json.dumps(comparison.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if output is not None:
        write_text(output, text)
    _print(comparison, text if form == "json" else None, form, decimals)
    if not quiet:
        for note in (*gathered.notes, *comparison.notes):
            click.echo(note, err=True)
    return DataError.exit_code if gathered.unreadable else 0


def _print(comparison: Comparison, text: str | None, form: str, decimals: int) -> None:
    from sodeval.render.compare import csv_text, markdown, print_comparison

    if text is not None:
        click.echo(text, nl=False)
    elif form == "csv":
        click.echo(csv_text(comparison), nl=False)
    elif form == "markdown":
        click.echo(markdown(comparison, decimals), nl=False)
    else:
        print_comparison(comparison, console(), decimals)
