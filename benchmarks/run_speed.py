"""How fast `sodeval run` is, against the authors' plain loop and against the network alone.

See README.md beside this file. The plain loop reads, runs and writes one photograph after another
at batch 1 in fp32, as the authors' test scripts do; the floor is the network alone, fed from
memory. All of them are timed in one run, on the same photographs and the same weights.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import torch
from tables import markdown as print_table
from tables import three

import sodeval
from sodeval.models import find_card
from sodeval.models.devices import computing, device_name
from sodeval.models.finish import finish
from sodeval.models.network_model import NetworkModel, build
from sodeval.models.networks.folding import fold
from sodeval.models.prepare import prepare
from sodeval.runner import run

SIZES = ((300, 400), (400, 300), (267, 400))  # what DUTS photographs look like
SEED = 2011


def main() -> None:
    """Measure and print."""
    args = parse()
    torch.set_num_threads(args.threads or torch.get_num_threads())
    about = {
        "device": args.device,
        "torch": torch.__version__,
        "sodeval": sodeval.__version__,
        "photographs": args.photographs,
        "threads": torch.get_num_threads(),
    }
    if args.device.startswith("cuda"):
        about["device"] = device_name(torch.device(args.device))
    print(", ".join(f"{key} {value}" for key, value in about.items()), flush=True)
    out: dict[str, Any] = {"about": about, "models": {}}
    for name in args.models:
        out["models"][name] = one = {}
        if args.latency:
            one["latency"] = latency(name, args)
            continue
        one["alone"] = alone(name, args)
        one["folder"] = folders(name, args, max(one["alone"].values()))
    if args.json:
        args.json.write_text(json.dumps(out, indent=2))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", help="names, as in `sodeval models`")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--precisions", nargs="+", default=["fp32", "fp16", "bf16"])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 16, 32])
    parser.add_argument("--compile", action="store_true", help="also compiled networks")
    parser.add_argument("--photographs", type=int, default=512, help="in the folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="of torch on the processor")
    parser.add_argument("--workers", type=int, help="of the runner")
    parser.add_argument("--latency", action="store_true", help="plain against folded, batch 1")
    parser.add_argument("--json", type=Path, help="keep every number")
    args = parser.parse_args()
    if args.device == "cpu":
        args.precisions = [one for one in args.precisions if one != "fp16"]
    return args


def load(name: str, args: argparse.Namespace, precision: str = "fp32", **more: Any) -> NetworkModel:
    """A model without its checkpoint: speed does not depend on it."""
    torch.manual_seed(SEED)
    model = sodeval.load_model(name, "none", args.device, precision, **more)
    assert isinstance(model, NetworkModel)
    return model


def size_of(name: str) -> tuple[int, int]:
    """The input size; of a model that takes photographs as they are, a usual photograph's."""
    preparation = find_card(name).preparation
    assert preparation is not None
    return preparation.size or SIZES[0]


# the network alone ------------------------------------------------------------------------------


def alone(name: str, args: argparse.Namespace) -> dict[str, float]:
    """Images a second of the network, inputs on the device: the floor."""
    found: dict[str, float] = {}
    rows = [["network alone, images/s", *(f"batch {size}" for size in args.batches)]]
    kinds = [(p, c) for p in args.precisions for c in ((False, True) if args.compile else (False,))]
    for precision, compiled in kinds:
        model = load(name, args, precision, compiled=compiled)
        cells = [precision + (", compiled" if compiled else "")]
        for size in args.batches:
            key = f"{precision}{' compiled' if compiled else ''} batch {size}"
            speed = network_speed(model, size, name)
            cells.append("–" if speed is None else three(speed))
            if speed is not None:
                found[key] = speed
        rows.append(cells)
        del model
        free(args.device)
    print_table(name, rows)
    sys.stdout.flush()
    return found


def network_speed(model: NetworkModel, size: int, name: str) -> float | None:
    """Images a second, the best of several; None where memory does not suffice."""
    x = torch.randn(size, 3, *size_of(name), device=model.place)
    if model.place.type == "cuda":
        x = x.contiguous(memory_format=torch.channels_last)
    forward = model.runnable()
    seconds = []
    try:
        for _ in range(3):
            begin = time.perf_counter()
            done = 0
            while time.perf_counter() - begin < 1.0 or done == 0:
                with computing(model.place, model.precision):
                    forward(x)
                wait(model.place)
                done += 1
            seconds.append((time.perf_counter() - begin) / (done * size))
    except torch.OutOfMemoryError:
        return None
    return 1 / min(seconds)


# folder to maps ---------------------------------------------------------------------------------


def folders(name: str, args: argparse.Namespace, best: float) -> dict[str, Any]:
    """Images a second from a folder of photographs to a folder of maps."""
    with tempfile.TemporaryDirectory() as place:
        photographs = Path(place) / "photographs"
        write_photographs(photographs, args.photographs)
        few = sorted(photographs.iterdir())[: max(8, args.photographs // 8)]
        speeds = {
            "plain loop, batch 1, fp32": best_of(
                partial(plain_loop, name, args.device, few, place), args
            ),
            "decode and encode only": best_of(partial(copy_loop, few, place), args),
        }
        for precision in args.precisions:
            for fast in (False, True):
                model = load(name, args, precision, fast=fast)
                label = f"sodeval run, {precision}{', --fast' if fast else ''}"

                work = partial(whole, model, photographs, Path(place) / "maps", args)
                speeds[label] = best_of(work, args)
                del model
                free(args.device)
    card = find_card(name)
    published = card.published.fps
    loop = speeds["plain loop, batch 1, fp32"]
    rows = [
        [
            "folder to maps",
            "images/s",
            "of the plain loop",
            "of the network alone",
            "of the published",
        ]
    ]
    for label, speed in speeds.items():
        rows.append(
            [
                label,
                three(speed),
                f"{speed / loop:.2f}x",
                f"{speed / best:.0%}",
                f"{speed / published:.1f}x" if published else "–",
            ]
        )
    print_table(name, rows)
    sys.stdout.flush()
    return speeds


def whole(model: NetworkModel, photographs: Path, maps: Path, args: argparse.Namespace) -> float:
    """`sodeval run` from folder to folder."""
    outcome = run(
        model,
        images=photographs,
        maps=maps,
        overwrite=True,
        workers=args.workers,
        batch_size=max(args.batches),
    )
    busy = ", ".join(f"{stage} {share:.0%}" for stage, share in outcome.shares.items())
    print(f"  {model.settings()}: {busy}", file=sys.stderr)
    assert outcome.images_per_second is not None
    return outcome.images_per_second


def best_of(work: Callable[[], float], args: argparse.Namespace) -> float:
    """The best of a few rounds, after one that warms up."""
    work()
    return max(work() for _ in range(args.rounds))


def plain_loop(name: str, device: str, paths: list[Path], place: str) -> float:
    """Read, prepare, run, finish and write one photograph after another, torch as it comes.

    As the authors' scripts: batch 1, fp32 (in which torch lets convolutions use TF32), and the
    result waited for. Only `prepare` and `finish`, which are theirs in effect, are ours.
    """
    card = find_card(name)
    assert card.preparation is not None
    assert card.finish is not None
    network: Any = build(card).to(device)
    # F3Net's script asks its network for a map of the photograph's size
    forward = network.coarse if card.finish.resize == "torch-logits" else network.final
    target = Path(place) / "loop"
    target.mkdir(exist_ok=True)
    begin = time.perf_counter()
    for path in paths:
        image = np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])
        x = torch.from_numpy(prepare(image, card.preparation))[None].to(device)
        with torch.no_grad():
            out = forward(x)[0].cpu()
        saliency = finish(out, card.finish, (image.shape[0], image.shape[1]))
        cv2.imwrite(str(target / f"{path.stem}.png"), saliency)
    return len(paths) / (time.perf_counter() - begin)


def copy_loop(paths: list[Path], place: str) -> float:
    """The floor of files: one thread that decodes each photograph and encodes a map of it."""
    target = Path(place) / "loop"
    begin = time.perf_counter()
    for path in paths:
        cv2.imwrite(str(target / f"{path.stem}.png"), cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
    return len(paths) / (time.perf_counter() - begin)


def write_photographs(folder: Path, count: int) -> None:
    """JPEG photographs as hard to encode as real ones: smooth shapes with fine noise."""
    folder.mkdir()
    rng = np.random.default_rng(SEED)
    for index in range(count):
        height, width = SIZES[index % len(SIZES)]
        coarse = rng.integers(0, 256, (6, 8, 3), np.uint8)
        image = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
        image += rng.normal(0, 6, image.shape).astype(np.int16)
        pixels = image.clip(0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{index:05d}.jpg"), pixels, (cv2.IMWRITE_JPEG_QUALITY, 90))


# latency ----------------------------------------------------------------------------------------


def latency(name: str, args: argparse.Namespace) -> dict[str, Any]:
    """Milliseconds an image at batch 1: the plain module, folded, and folded and compiled."""
    model = load(name, args)
    x = torch.randn(1, 3, *size_of(name), device=model.place)
    settle(model.network, x)
    plain, folded = model.network, fold(model.network)
    contestants = {"plain": plain, "folded": folded}
    if args.compile:
        contestants["folded, compiled"] = torch.compile(folded)
    runs = {key: forwarding(module, x, model) for key, module in contestants.items()}
    with computing(model.place, "fp32"):
        reference = plain.final(x)
        gap = {
            key: float((module.final(x) - reference).abs().max() / reference.abs().max())
            for key, module in contestants.items()
        }
    timed = alternate(runs, 10 * args.rounds, time.process_time if on_processor(model) else None)
    rows = [["batch 1", "ms, best", "ms, median", "plain / this", "largest difference"]]
    for key, seconds in timed.items():
        ratio = min(timed["plain"]) / min(seconds)
        rows.append(
            [
                key,
                three(1000 * min(seconds)),
                three(1000 * median(seconds)),
                f"{ratio:.2f}x",
                f"{gap[key]:.1e}",
            ]
        )
    print_table(f"{name}, {size_of(name)[0]}x{size_of(name)[1]}", rows)
    return timed


def settle(network: torch.nn.Module, x: torch.Tensor) -> None:
    """Give every BatchNorm the statistics of ``x``: an untrained network's output is flat."""
    norms = [one for one in network.modules() if isinstance(one, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean of what comes by
        norm.train()
    with torch.no_grad():
        network(x)
    network.eval()


def on_processor(model: NetworkModel) -> bool:
    """Whether one thread of the processor computes, whose own time other jobs cannot disturb."""
    return model.place.type == "cpu" and torch.get_num_threads() == 1


def alternate(
    runs: dict[str, Callable[[], object]], rounds: int, clock: Callable[[], float] | None
) -> dict[str, list[float]]:
    """Seconds of every run, in turns, after three that warm up."""
    clock = clock or time.perf_counter
    seconds: dict[str, list[float]] = {key: [] for key in runs}
    for number in range(-3, rounds):
        for key, run_once in runs.items():
            begin = clock()
            run_once()
            if number >= 0:
                seconds[key].append(clock() - begin)
    return seconds


def forwarding(module: Any, x: torch.Tensor, model: NetworkModel) -> Callable[[], object]:
    """One forward pass, waited for."""

    def forward() -> None:
        with computing(model.place, "fp32"):
            module.final(x)
        wait(model.place)

    return forward


def wait(place: torch.device) -> None:
    """Until the device is done."""
    if place.type == "cuda":
        torch.cuda.synchronize(place)


def free(device: str) -> None:
    """Give the device's memory back."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
