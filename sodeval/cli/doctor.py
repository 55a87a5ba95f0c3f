"""``sodeval doctor``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from sodeval.cli.options import console
from sodeval.errors import DataError

if TYPE_CHECKING:
    from rich.progress import Progress

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
        progress=None if quiet else _Bar(),
    )
    if as_json or form == "json":
        click.echo(json.dumps(diagnosis.to_dict(), indent=2))
    else:
        from sodeval.render.doctor import print_diagnosis

        print_diagnosis(diagnosis, console())
    if diagnosis.unreadable:
        return DataError.exit_code
    return 0 if diagnosis.is_clean else _FOUND


class _Bar:
    """How many predictions have been looked at, on standard error if that is a terminal."""

    def __init__(self) -> None:
        self._bar: Progress | None = None

    def start(self, total: int) -> None:
        """The work begins."""
        if sys.stderr is None or not sys.stderr.isatty():
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn("looking"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console(err=True),
            transient=True,
        )
        self._bar.add_task("looking", total=total)
        self._bar.start()

    def advance(self, done: int) -> None:
        """``done`` predictions so far."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)

    def stop(self) -> None:
        """The work has ended."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
