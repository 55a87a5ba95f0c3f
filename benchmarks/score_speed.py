"""How fast sodeval scores, against pysodmetrics and against merely decoding the files.

See README.md beside this file. Everything that is compared is timed in one run, in turns.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy is imported
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import contestants as who
import cv2
import maps
import processes
from tables import print_all
from timing import Rounds, cores, pinned, race

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

SIZES = ("400x300", "512x512", "1024x1024", "2048x2048")
QUICK_SIZES = ("400x300", "512x512")
SEED = 20261121
MOST = 100  # pairs of one size
PIXELS = 12_000_000  # of all pairs of one size, as far as there are four of them


@dataclass(frozen=True, slots=True)
class Measured:
    """One size: what was timed on it."""

    size: str
    pairs: int
    pixels: float
    difference: float
    timings: dict[str, Rounds]
    parts: dict[str, Rounds]


def main() -> None:
    """Time everything, print the tables, and keep the numbers if asked."""
    args = parse()
    cv2.setNumThreads(1)
    about = environment(args)
    measured = []
    with tempfile.TemporaryDirectory() as root:
        for size in plan(args):
            print(f"timing {size} …", file=sys.stderr, flush=True)
            folder = make_folder(args, size, Path(root) / size.replace(" ", "-"))
            measured.append(measure(folder, size, args.rounds or rounds_for(folder, args.quick)))
    print("timing compilation and measuring memory …", file=sys.stderr, flush=True)
    compiled = processes.cold_compile(1 if args.quick else 3)
    counts = [200, 1000] if args.quick else [1000, 10_000] + [50_000] * args.full
    memory = processes.peak_memory(counts, workers=2)
    about["load_after"] = load()
    result = {
        "schema": 1,
        "about": about,
        "sizes": [asdict(one) for one in measured],
        "compile": compiled,
        "memory": memory,
    }
    print_all(about, measured, compiled, memory)
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", nargs="+", type=size_name, metavar="WxH", help="default: " + " ".join(SIZES)
    )
    parser.add_argument(
        "--pairs",
        nargs=2,
        type=Path,
        metavar=("PREDS", "GT"),
        help="score these files, as stored and resized to every size, and not generated ones",
    )
    parser.add_argument("--rounds", type=int, help="by default 9 for small images, 5 for large")
    parser.add_argument("--quick", action="store_true", help="a smoke test: small, and rough")
    parser.add_argument("--full", action="store_true", help="also the memory of 50,000 pairs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every round's numbers")
    return parser.parse_args()


def size_name(text: str) -> str:
    """A size as typed, if it is one."""
    if not re.fullmatch(r"[1-9]\d*x[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write WIDTHxHEIGHT, as 400x300")
    return text


def plan(args: argparse.Namespace) -> list[str]:
    """The sizes to time, by name."""
    sizes = list(args.sizes or (QUICK_SIZES if args.quick else SIZES))
    return ["as stored", *sizes] if args.pairs else sizes


def make_folder(args: argparse.Namespace, size: str, root: Path) -> maps.Folder:
    """The files to score at one size: fewer of the larger ones."""
    if size == "as stored":
        return maps.as_stored(root, tuple(args.pairs), 4 if args.quick else MOST)
    width, height = map(int, size.split("x"))
    count = 4 if args.quick else max(4, min(MOST, PIXELS // (width * height)))
    if args.pairs:
        return maps.resized(root, tuple(args.pairs), (height, width), count)
    return maps.generated(root, SEED, (height, width), count)


def rounds_for(folder: maps.Folder, quick: bool) -> int:
    """More rounds where one is short."""
    if quick:
        return 3
    return 9 if folder.pixels < 500_000 else 7 if folder.pixels < 2_000_000 else 5


def measure(folder: maps.Folder, size: str, rounds: int) -> Measured:
    """Check that both give the same numbers, then time them in turns."""
    difference = who.check_equal(folder)
    items = len(folder.pairs)
    timings = race(whole(folder) | each_metric(folder), items, rounds)
    parts = {name: on(1, run) for name, run in who.our_parts(folder).items()}
    return Measured(
        size, items, folder.pixels, difference, timings, race(parts, items, max(rounds, 7))
    )


def on(count: int, run: Callable[[], object]) -> Callable[[], object]:
    """The same work, kept on so many cores."""

    def pinned_run() -> object:
        with pinned(count):
            return run()

    return pinned_run


def whole(folder: maps.Folder) -> Mapping[str, Callable[[], object]]:
    """The floor, the five metrics together, and the folder as a whole."""
    scorer = who.Scorer("default", who.PROTOCOL)
    return {
        "imread": on(1, lambda: who.read_all(folder)),
        "ours": on(1, lambda: who.our_arrays(folder.pairs, scorer)),
        "peer": on(1, lambda: who.peer_arrays(folder.pairs)),
        "ours folder 1": on(1, lambda: who.our_folder(folder, 1)),
        "peer loop": on(1, lambda: who.peer_loop(folder)),
        "ours folder 2": on(2, lambda: who.our_folder(folder, 2)),
        "peer pool 2": on(2, lambda: who.peer_pool(folder, 2)),
    }


def each_metric(folder: maps.Folder) -> Mapping[str, Callable[[], object]]:
    """Every metric as if it were the only one asked for."""
    runs: dict[str, Callable[[], object]] = {}
    for name in who.default_metrics():
        scorer = who.Scorer(name, who.PROTOCOL)
        runs[f"ours {name}"] = on(1, lambda scorer=scorer: who.our_arrays(folder.pairs, scorer))
        runs[f"peer {name}"] = on(1, lambda name=name: who.peer_arrays(folder.pairs, [name]))
    return runs


def environment(args: argparse.Namespace) -> dict[str, Any]:
    """What the numbers depend on."""
    packages = ("pysodmetrics", "numpy", "scipy", "numba")
    return {
        "date": date.today().isoformat(),
        "inputs": "files given with --pairs" if args.pairs else f"generated, seed {SEED}",
        "machine": f"{processor()}, {len(cores()) or os.cpu_count()} cores",
        "python": platform.python_version(),
        "sodeval": who.sodeval.__version__,
        "opencv": cv2.__version__,
        **{name: installed(name) for name in packages},
        "threads": "cv2.setNumThreads(1), "
        + ", ".join(f"{name}={os.environ[name]}" for name in THREADS),
        "pinned": bool(cores()),
        "load_before": load(),
    }


def installed(package: str) -> str:
    """The version of a package, if it can be told."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def processor() -> str:
    """The name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def load() -> float | None:
    """Processes that wanted a core in the last minute, on average."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


if __name__ == "__main__":
    main()
