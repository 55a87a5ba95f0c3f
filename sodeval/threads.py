"""How many threads to use."""

from __future__ import annotations

import os

MOST_WORKERS = 256
"""More would only wait for each other."""


def available_cores() -> int:
    """Cores this process may run on, which a container may limit."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
