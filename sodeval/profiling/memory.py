"""Peak memory of a piece of work, on the processor or on CUDA."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # Linux, proc(5): resets the peak resident set size


class Peak(Protocol):
    """A measurement: entered before the work, read after it."""

    how: str

    def __enter__(self) -> Peak: ...

    def __exit__(self, *error: object) -> None: ...

    @property
    def bytes(self) -> int | None:
        """The peak; None where the system does not tell."""
        ...


class ProcessPeak:
    """How far the resident memory of this process grew: what was there before is not in it.

    On Linux the peak is set back first. Elsewhere it is the growth of the peak since the process
    began, which shows nothing of work that stays below an earlier peak.
    """

    def __init__(self) -> None:
        self.how = "growth of resident memory, without the weights"
        self._growth: int | None = None

    def __enter__(self) -> ProcessPeak:
        _trim_heap()
        try:
            _CLEAR.write_text(_RESET_PEAK)
            self._before: int | None = _status("VmRSS")
            self._linux = True
        except (OSError, KeyError):
            self._linux = False
            self.how = "growth of the process's peak, at least, without the weights"
            self._before = _highest()
        return self

    def __exit__(self, *error: object) -> None:
        after = _status("VmHWM") if self._linux else _highest()
        if after is not None and self._before is not None:
            self._growth = max(0, after - self._before)

    @property
    def bytes(self) -> int | None:
        """The growth; None where the system does not tell."""
        return self._growth


class CudaPeak:
    """torch's own count of what its tensors took on one device, weights included."""

    def __init__(self, device: torch.device):
        self.how = "torch.cuda.max_memory_allocated, with the weights"
        self._device = device

    def __enter__(self) -> CudaPeak:
        import torch

        torch.cuda.synchronize(self._device)
        torch.cuda.reset_peak_memory_stats(self._device)
        return self

    def __exit__(self, *error: object) -> None:
        import torch

        self.bytes: int | None = torch.cuda.max_memory_allocated(self._device)


def _trim_heap() -> None:
    """Give free memory of the heap back: work that found room there would show no growth."""
    with suppress(OSError, AttributeError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)


def _status(field: str) -> int:
    """A line of Linux's /proc/self/status, in bytes."""
    for line in _STATUS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise KeyError(field)


def _highest() -> int | None:
    """The peak resident memory of this process so far; None on systems without a count."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
