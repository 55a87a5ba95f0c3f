"""What only a process of its own can show: compile time from nothing, and peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from maps import generated

_SCORE = "import sys, sodeval; sodeval.score(sys.argv[1], sys.argv[2], workers=int(sys.argv[3]))"
# The peak of the process itself: ru_maxrss also counts the parent, up to the moment of the exec.
_PEAK = """
import resource
try:
    lines = open("/proc/self/status").read().splitlines()
    print(1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")))
except (OSError, StopIteration):
    unit = 1 if sys.platform == "darwin" else 1024
    print(unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
_TINY = (48, 64)


def cold_compile(repeats: int) -> dict[str, float]:
    """Median seconds to score one tiny pair with an empty kernel cache and with a full one."""
    cold, warm = [], []
    with tempfile.TemporaryDirectory() as root:
        folder = generated(Path(root) / "pair", 1, _TINY, 1)
        for i in range(repeats):
            cache = str(Path(root) / f"cache{i}")
            cold.append(_seconds(folder.preds, folder.gts, cache))
            warm.append(_seconds(folder.preds, folder.gts, cache))
    return {
        "first_process": median(cold),
        "later_process": median(warm),
        "compile": median(c - w for c, w in zip(cold, warm, strict=True)),
    }


def peak_memory(counts: list[int], workers: int) -> dict[int, int]:
    """Peak bytes of a process that scores folders of so many tiny pairs; 1 is what it begins with.

    The folders hold hard links to a few files, which cost no disk.
    """
    peaks = {}
    with tempfile.TemporaryDirectory() as root:
        small = generated(Path(root) / "small", 1, _TINY, 16)
        for count in sorted({1, *counts}):
            folder = Path(root) / str(count)
            for side, kind in enumerate(("preds", "gt")):
                (folder / kind).mkdir(parents=True)
                for i in range(count):
                    source = small.files[i % len(small.files)][side]
                    os.link(source, folder / kind / f"{i:06d}.png")
            peaks[count] = int(_run(_SCORE + _PEAK, folder / "preds", folder / "gt", workers))
    return peaks


def _seconds(preds: Path, gts: Path, cache: str) -> float:
    begin = time.perf_counter()
    _run(_SCORE, preds, gts, 1, cache)
    return time.perf_counter() - begin


def _run(code: str, preds: Path, gts: Path, workers: int, cache: str | None = None) -> str:
    environment = dict(os.environ)
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = cache
    command = [sys.executable, "-c", code, str(preds), str(gts), str(workers)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"a process that scores failed:\n{done.stderr}")
    return done.stdout
