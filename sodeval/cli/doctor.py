"""``sodeval doctor``."""

from __future__ import annotations

import json

import click

from sodeval.cli.options import console
from sodeval.cli.progress import Bar
from sodeval.errors import DataError

_FOUND = 1  # a requested check failed


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: sodeval doctor preds/ gt/ --json",
)
@click.argument("preds")
@click.argument("gt")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="What is printed on standard output.",
)
@click.option("--workers", type=click.IntRange(1), help="Threads.  [default: the cores available]")
@click.option(
    "--max-pixels",
    type=click.IntRange(1),
    help="Refuse larger images.  [default: 268435456]",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def doctor(
    preds: str,
    gt: str,
    as_json: bool,
    form: str,
    workers: int | None,
    max_pixels: int | None,
    quiet: bool,
) -> int:
    """Say what would go wrong when PREDS is scored against GT.

    Files are paired as by score and each is looked at once: missing and extra files, sizes, bit
    depth, channels, grey or empty masks, constant or copied maps, swapped or inverted sides, and
    which standard test set this is.

    Exit code 0 means clean, 1 that there is something to look at, 3 that files cannot be paired or
    read.
    """
    from sodeval.doctor import diagnose
    from sodeval.images import MAX_PIXELS

    diagnosis = diagnose(
        preds,
        gt,
        workers=workers,
        max_pixels=max_pixels or MAX_PIXELS,
        progress=None if quiet else Bar("looking"),
    )
    if as_json or form == "json":
        click.echo(json.dumps(diagnosis.to_dict(), indent=2))
    else:
        from sodeval.render.doctor import print_diagnosis

        print_diagnosis(diagnosis, console())
    if diagnosis.unreadable:
        return DataError.exit_code
    return 0 if diagnosis.is_clean else _FOUND
