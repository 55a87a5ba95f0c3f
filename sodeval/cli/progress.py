"""How far the work is, on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sodeval.cli.options import console

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, Task


class Bar:
    """A bar where there is a terminal for it, else nothing.

    Args:
        doing: the work in one word, before the bar.
    """

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._bar: Progress | None = None

    def start(self, total: int | None) -> None:
        """The work begins, or goes on after a break; ``total`` is to be done, if that is known."""
        if sys.stderr is None or not sys.stderr.isatty():
            return
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], total=total)
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn(self._doing),
            BarColumn(),
            *self._columns(),
            TimeRemainingColumn(),
            console=console(err=True),
            transient=True,
        )
        self._bar.add_task(self._doing, total=total)
        self._bar.start()

    def _columns(self) -> tuple[ProgressColumn, ...]:
        """How much is done and how fast: images, between the bar and the time that remains."""
        from rich.progress import MofNCompleteColumn, ProgressColumn
        from rich.text import Text

        class Speed(ProgressColumn):
            """Images a second."""

            def render(self, task: Task) -> Text:
                speed = task.finished_speed or task.speed
                return Text("" if speed is None else f"{speed:,.0f} images/s", style="cyan")

        return MofNCompleteColumn(), Speed()

    def advance(self, done: int) -> None:
        """So much is done so far."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)

    def stop(self) -> None:
        """The work has ended."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


class ScoreProgress(Bar):
    """Announces a first compilation, then draws a bar."""

    def __init__(self, metrics: str = "default", doing: str = "scoring") -> None:
        super().__init__(doing)
        self._metrics = metrics

    def start(self, total: int | None) -> None:
        """Scoring begins."""
        from sodeval.metrics import resolve
        from sodeval.warmup import is_warm

        if not is_warm(resolve(self._metrics)):
            click.echo("compiling kernels (first run here; about ten seconds) …", err=True)
        super().start(total)
