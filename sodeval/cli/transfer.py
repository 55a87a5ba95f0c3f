"""How far a download is, on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sodeval.cli.progress import Bar

if TYPE_CHECKING:
    from rich.progress import ProgressColumn


class TransferBar(Bar):
    """Counts bytes, not images."""

    def __init__(self) -> None:
        super().__init__("fetching")

    def _columns(self) -> tuple[ProgressColumn, ...]:
        from rich.progress import DownloadColumn, TransferSpeedColumn

        return DownloadColumn(), TransferSpeedColumn()
