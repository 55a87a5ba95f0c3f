"""One process at a time; the lock of a process that dies is free."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS}  # some network file systems


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait until nobody else is inside with the same path; the file is gone afterwards."""
    handle = _taken(path)
    try:
        yield
    finally:
        with suppress(OSError):  # Windows keeps an open file, which does no harm
            path.unlink()
        os.close(handle)


def _taken(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _wait(handle)
        except BaseException:
            os.close(handle)
            raise
        # whoever was inside before has removed the file: what is locked then is no lock any more
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _wait(handle: int) -> None:
        import time

        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            except OSError:
                time.sleep(0.2)
            else:
                return

else:
    import fcntl

    def _wait(handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
