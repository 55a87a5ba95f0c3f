"""How far a download is, on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sodeval.cli.options import console

if TYPE_CHECKING:
    from rich.progress import Progress


class TransferBar:
    """A bar where there is a terminal for it, else nothing."""

    def __init__(self) -> None:
        self._bar: Progress | None = None

    def start(self, total: int | None) -> None:
        """The download begins, or goes on after a break."""
        if sys.stderr is None or not sys.stderr.isatty():
            return
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], total=total)
            return
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._bar = Progress(
            TextColumn("fetching"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console(err=True),
            transient=True,
        )
        self._bar.add_task("fetching", total=total)
        self._bar.start()

    def advance(self, done: int) -> None:
        """``done`` bytes are here so far."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)

    def stop(self) -> None:
        """The download has ended."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
