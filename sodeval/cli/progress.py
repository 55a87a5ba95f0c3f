"""How far scoring is, on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sodeval.cli.options import console

if TYPE_CHECKING:
    from rich.progress import Progress


class ScoreProgress:
    """Announces a first compilation, then draws a bar where there is a terminal for it."""

    def __init__(self, metrics: str = "default") -> None:
        self._metrics = metrics
        self._bar: Progress | None = None

    def start(self, total: int) -> None:
        """Scoring begins."""
        from sodeval.metrics import resolve
        from sodeval.warmup import is_warm

        if not is_warm(resolve(self._metrics)):
            click.echo("compiling kernels (first run here; about ten seconds) …", err=True)
        if sys.stderr is None or not sys.stderr.isatty():
            return
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            Task,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        class Speed(ProgressColumn):
            """Images a second."""

            def render(self, task: Task) -> Text:
                speed = task.finished_speed or task.speed
                return Text("" if speed is None else f"{speed:,.0f} images/s", style="cyan")

        self._bar = Progress(
            TextColumn("scoring"),
            BarColumn(),
            MofNCompleteColumn(),
            Speed(),
            TimeRemainingColumn(),
            console=console(err=True),
            transient=True,
        )
        self._bar.add_task("scoring", total=total)
        self._bar.start()

    def advance(self, done: int) -> None:
        """``done`` images so far."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)

    def stop(self) -> None:
        """Scoring has ended."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
