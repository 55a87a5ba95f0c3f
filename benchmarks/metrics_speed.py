"""How fast each metric is, against the class of pysodmetrics that gives the same numbers.

See README.md beside this file. Contestants take turns on the same arrays, every value is compared,
and processor time is what counts: a busy machine disturbs it less than the clock on the wall.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import score_speed  # first: it limits the threads of NumPy  # isort: skip
import contestants as who
import cv2
import maps
import numpy as np
from score_speed import SEED
from skimage import morphology
from tables import markdown as print_table
from tables import three
from timing import SHORTEST, pinned

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- metrics_speed.py: begin -->\n", "<!-- metrics_speed.py: end -->\n"

SMALL, MEDIUM, LARGE = "400x300", "1024x1024", "2048x2048"
MAKE = {"smooth": maps.soft_pair, "thin": maps.thin_pair}
METHODS = ("first", "second", "third", "fourth", "fifth", "sixth")
STORED = "HCE, their skeletons stored"
OVERLAP = "IoU, Dice and six more"


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison: which metric, on how many pairs, timed how often."""

    title: str
    metric: str
    size: str
    wanted: str = ""
    maps: str = "smooth"
    pairs: int = 3
    rounds: int = 5


CASES = (
    Case("HCE", "hce", MEDIUM, "≥ 10, aim 20"),
    Case("HCE", "hce", MEDIUM, "≥ 10, aim 20", "thin"),
    Case("HCE", "hce", LARGE, "≥ 20, aim 40", rounds=3),
    Case("HCE", "hce", LARGE, "≥ 20, aim 40", "thin", 2, 3),
    Case(STORED, "hce", MEDIUM, "", "thin"),
    Case(STORED, "hce", LARGE, "", "thin", 2, 3),
    Case("MSIoU", "msiou", SMALL, "≥ 30, aim 50", pairs=1, rounds=1),
    Case("MSIoU", "msiou", MEDIUM, "≥ 30, aim 50", pairs=1, rounds=1),
    Case("Size-invariant MAE and F", "size_invariant", SMALL, "≥ 30, aim 50", pairs=6),
    Case("Size-invariant MAE and F", "size_invariant", MEDIUM, "≥ 30, aim 50"),
    Case("Context", "context", SMALL, "≥ 4, aim 8", pairs=12, rounds=9),
    Case("Context", "context", MEDIUM, "≥ 4, aim 8", pairs=6, rounds=9),
    Case(OVERLAP, "overlap", SMALL, pairs=6),
    Case(OVERLAP, "overlap", MEDIUM),
    Case("The five default metrics", "default", SMALL, "≥ 12, aim 25", pairs=6),
    Case("The five default metrics", "default", MEDIUM, "≥ 12, aim 25"),
)
ALONE = ("relaxed_fbeta", "auc", "mba", "biou")  # pysodmetrics has none of these


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds, of the processor and on the wall."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Compared:
    """What a case gave; ``costs`` by contestant, for each of the pairs."""

    case: Case
    costs: dict[str, list[Cost]]
    difference: float
    clicks: float
    """Largest difference of HCE with the installed OpenCV."""

    def seconds(self, name: str) -> float:
        """Of the processor, for a pair, on average."""
        return sum(cost.cpu for cost in self.costs[name]) / len(self.costs[name])

    def ratio(self, name: str, clock: str = "cpu") -> float:
        """How many times longer the peer takes."""
        theirs, ours = (
            sum(getattr(cost, clock) for cost in self.costs[which]) for which in ("peer", name)
        )
        return float(theirs / ours)

    def worst(self, name: str) -> float:
        """The ratio of the pair that gives the smallest."""
        pairs = zip(self.costs["peer"], self.costs[name], strict=True)
        return min(theirs.cpu / ours.cpu for theirs, ours in pairs)


def main() -> None:
    """Time everything, print the tables, and keep them if asked."""
    args = parse()
    cv2.setNumThreads(1)
    about = score_speed.environment(argparse.Namespace(pairs=None))
    cases = [case for case in CASES if args.only in (None, case.metric)]
    with pinned(1):
        compared = [compare(case, args.quick) for case in cases]
        alone = [] if args.only else measure_alone(args.quick)
        shared = [] if args.only else measure_shared(args.quick)
    about["load_after"] = score_speed.load()
    if args.json:
        result = {
            "schema": 1,
            "about": about,
            "compared": [asdict(one) for one in compared],
            "alone": alone,
            "methods": shared,
        }
        args.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as out:
        print_all(about, compared, alone, shared)
    print(out.getvalue())
    if args.write:
        text = README.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        after = rest.split(END)[1]
        README.write_text(before + BEGIN + out.getvalue() + END + after, encoding="utf-8")


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = sorted({case.metric for case in CASES})
    parser.add_argument("--only", choices=names, metavar="METRIC", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="one pair, once: does it run?")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every number")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    return parser.parse_args()


def compare(case: Case, quick: bool) -> Compared:
    """Time one metric, ours with and without the work on the ground truth, and theirs."""
    print(f"{case.title}, {case.size} {case.maps} …", file=sys.stderr, flush=True)
    wanted = list(who.PEER_OVERLAP) if case.metric == "overlap" else case.metric
    scorer = who.Scorer(wanted, who.PROTOCOL)
    costs: dict[str, list[Cost]] = {"peer": [], "first": [], "further": []}
    difference = clicks = 0.0
    for pred, gt in make_pairs(case, 1 if quick else case.pairs):
        theirs, check = contestants(case, pred, gt)
        prepared = scorer.prepare(gt)
        expected = who.our_row(scorer, pred, prepared)
        runs = {
            "peer": theirs,
            "first": lambda pred=pred, gt=gt: who.our_row(scorer, pred, gt),
            "further": lambda pred=pred, gt=prepared: who.our_row(scorer, pred, gt),
        }
        best, values = alternate(runs, 1 if quick else case.rounds)
        if not values["first"] == values["further"] == expected:
            raise SystemExit(f"{case.title}: a prepared ground truth changes the values")
        if check is None:
            exact = values["peer"]
        else:
            exact = check()
            clicks = max(clicks, abs(values["peer"]["hce"] - exact["hce"]))
        difference = max(difference, who.difference(f"{case.title}, {case.size}", expected, exact))
        for name, cost in best.items():
            costs[name].append(cost)
    return Compared(case, costs, difference, clicks)


def contestants(
    case: Case, pred: maps.Map, gt: maps.Map
) -> tuple[Callable[[], Any], Callable[[], Any] | None]:
    """The peer's run, and another to compare values with where that differs."""
    if case.metric == "default":

        def five() -> dict[str, float]:
            one = who.Peer()
            one.step(pred, gt)
            return one.scores()

        return five, None
    step = who.peer_other(case.metric)
    if case.metric != "hce":
        return lambda: step(pred, gt), None

    def by_definition() -> dict[str, float]:
        with polygons_by_definition():
            return step(pred, gt)

    old = tuple(map(int, cv2.__version__.split(".")[:2])) < (4, 13)
    check = None if old else by_definition
    if case.title != STORED:
        return lambda: step(pred, gt), check
    skeleton = morphology.skeletonize(gt > 128)

    def stored() -> dict[str, float]:
        """As the authors' code, which reads the skeletons of ground truths from files."""
        with patch.object(morphology, "skeletonize", lambda _: skeleton):
            return step(pred, gt)

    return stored, check


@contextlib.contextmanager
def polygons_by_definition() -> Iterator[None]:
    """Simplify lines as OpenCV did up to 4.12, in plain Python: later versions keep others."""
    sys.path.insert(0, str(README.parents[1]))
    from tests.naive_hce import vertices

    def simplify(line: np.ndarray, _epsilon: float, _closed: bool) -> range:
        return range(vertices(line[:, 0]))

    with patch.object(cv2, "approxPolyDP", simplify):
        yield


def make_pairs(case: Case, count: int) -> list[maps.Pair]:
    """The pairs of a case, from the seed."""
    return [MAKE[case.maps](SEED + i, shape_of(case.size)) for i in range(count)]


def shape_of(size: str) -> tuple[int, int]:
    """``"400x300"`` -> (300, 400)."""
    width, height = map(int, size.split("x"))
    return height, width


def alternate(
    runs: Mapping[str, Callable[[], Any]], rounds: int
) -> tuple[dict[str, Cost], dict[str, Any]]:
    """The smallest cost of each over rounds, in turns, and what it returned last."""
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    values = {}
    order = list(runs)
    for _ in range(rounds):
        for name in order:
            cost, values[name] = clocked(runs[name])
            costs[name].append(cost)
        order.reverse()
    best = {
        name: Cost(min(cost.cpu for cost in some), min(cost.wall for cost in some))
        for name, some in costs.items()
    }
    return best, values


def clocked(run: Callable[[], Any]) -> tuple[Cost, Any]:
    """What one run costs; short ones are repeated."""
    count = 0
    wall, cpu = time.perf_counter(), time.process_time()
    while not count or time.perf_counter() - wall < SHORTEST:
        value = run()
        count += 1
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(cpu / count, wall / count), value


def measure_alone(quick: bool) -> list[dict[str, Any]]:
    """Metrics that pysodmetrics does not have, against decoding both files."""
    out = []
    for size in (SMALL, MEDIUM):
        print(f"metrics without a peer, {size} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as root:
            folder = maps.generated(Path(root) / "pairs", SEED, shape_of(size), 1 if quick else 4)
            best, _ = alternate(our_runs(folder), 1 if quick else 5)
        for name, cost in best.items():
            out.append({"size": size, "metric": name, "cpu": cost.cpu / len(folder.pairs)})
    return out


def our_runs(folder: maps.Folder) -> dict[str, Callable[[], Any]]:
    """The floor, and each metric without a peer, compiled."""
    runs: dict[str, Callable[[], Any]] = {"imread": lambda: who.read_all(folder)}
    for name in ALONE:
        scorer = who.Scorer(name, who.PROTOCOL)
        runs[name] = lambda scorer=scorer: who.our_arrays(folder.pairs, scorer)
        runs[name]()
    return runs


def measure_shared(quick: bool) -> list[dict[str, Any]]:
    """Six methods on one set of ground truths: in one call, and in six."""
    out = []
    for size, count in ((SMALL, 20), (MEDIUM, 4)):
        print(f"six methods, {size} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as root:
            count = 1 if quick else count
            preds, gts = maps.methods(Path(root), SEED, shape_of(size), count, METHODS)
            for metrics in ("default", "all"):
                best, values = alternate(calls(preds, gts, metrics), 1 if quick else 9)
                if values["one"] != values["six"]:
                    raise SystemExit("six methods in one call and in six give unequal numbers")
                one = {"size": size, "pairs": count * len(METHODS), "metrics": metrics}
                out.append(one | {name: asdict(cost) for name, cost in best.items()})
    return out


def calls(preds: Path, gts: Path, metrics: str) -> dict[str, Callable[[], Any]]:
    """Both ways to score the same methods."""
    options: dict[str, Any] = {"metrics": metrics, "protocol": who.PROTOCOL, "workers": 1}

    def one() -> dict[str, Any]:
        results = who.sodeval.score(preds, gts, **options).results
        return {result.method: dict(result.metrics) for result in results}

    def six() -> dict[str, Any]:
        reports = {name: who.sodeval.score(preds / name, gts, **options) for name in METHODS}
        return {name: dict(report.metrics) for name, report in sorted(reports.items())}

    one()  # compiles
    return {"one": one, "six": six}


def print_all(
    about: Mapping[str, Any],
    compared: list[Compared],
    alone: list[dict[str, Any]],
    shared: list[dict[str, Any]],
) -> None:
    """All tables, in Markdown."""
    names = ("sodeval", "pysodmetrics", "numpy", "scipy", "numba", "opencv")
    versions = ", ".join(f"{name} {about[name]}" for name in names)
    print(f"{about['date']} · {about['machine']}. Python {about['python']}, {versions}.")
    where = "pinned to one core" if about["pinned"] else "not pinned: the system cannot"
    load = f"load average {about['load_before']} before and {about['load_after']} after"
    print(f"Processor time of one thread, {where}; {load}.")
    worst = max(one.difference for one in compared)
    print(f"Largest difference of any value: {worst:.1e}.")
    clicks = max(one.clicks for one in compared)
    if clicks:
        print("HCE agrees where pysodmetrics' lines are simplified as OpenCV up to 4.12 does; "
              f"with {about['opencv']} it is up to {clicks:.0f} clicks away.")  # fmt: skip
    rows = [["", "size", "maps", "pysodmetrics", "first", "further", "ratio, first (worst; wall)",
             "ratio, further (worst; wall)", "wanted"]]  # fmt: skip
    for one in compared:
        case = one.case
        milliseconds = [three(one.seconds(name) * 1e3) for name in ("peer", "first", "further")]
        ratios = [
            f"**{three(one.ratio(name))}** ({three(one.worst(name))}; "
            f"{three(one.ratio(name, 'wall'))})"
            for name in ("first", "further")
        ]
        pairs = f"{len(one.costs['peer'])} {case.maps}"
        rows.append([case.title, case.size, pairs, *milliseconds, *ratios, case.wanted])
    print_table("Each metric, milliseconds a pair: pysodmetrics, and sodeval on the first and each "
                "further method of a ground truth", rows)  # fmt: skip
    if alone:
        print_alone(alone)
    if shared:
        print_shared(shared)


def print_alone(alone: list[dict[str, Any]]) -> None:
    """The table of metrics without a peer."""
    floor = {one["size"]: one["cpu"] for one in alone if one["metric"] == "imread"}
    rows = [["", *floor]]
    for name in ("imread", *ALONE):
        found = {one["size"]: one["cpu"] for one in alone if one["metric"] == name}
        cells = [f"{three(found[s] * 1e3)} ({three(found[s] / floor[s])})" for s in floor]
        rows.append(["`cv2.imread` of both files" if name == "imread" else f"`{name}`", *cells])
    print_table("Metrics that pysodmetrics does not have: milliseconds a pair (times the decoding "
                "of both files)", rows)  # fmt: skip


def print_shared(shared: list[dict[str, Any]]) -> None:
    """The table of six methods."""
    rows = [["metrics", "size", "maps", "six calls, s", "one call, s", "one / six", "wanted"]]
    for one in shared:
        six, joint = one["six"], one["one"]
        share = f"**{joint['cpu'] / six['cpu']:.0%}** ({joint['wall'] / six['wall']:.0%})"
        cells = [f"`{one['metrics']}`", one["size"], str(one["pairs"])]
        cells += [f"{cost['cpu']:.2f}" for cost in (six, joint)]
        rows.append([*cells, share, "≤ 70%"])
    print_table("Six methods on one data set, files to report, 1 worker: processor (wall)", rows)


if __name__ == "__main__":
    main()
