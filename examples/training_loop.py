"""Scores a network while it trains: python examples/training_loop.py [EPOCHS] [DEVICE].

A tiny network learns to find discs in noise. After each epoch the validation images are scored
in batches by `sodeval.Evaluator`. At the end two evaluators each take half of the images, as two
processes of a distributed run would, and are merged. Takes seconds on a CPU.
"""

from __future__ import annotations

import pickle
import sys

import torch
from torch import nn

from sodeval import Evaluator, Report

SIZE = 64
METRICS = "default,iou"


def discs(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Noisy pictures (N, 3, H, W) in [0, 1] and their masks (N, 1, H, W), one disc in each."""
    generator = torch.Generator().manual_seed(seed)
    centres = SIZE * (0.25 + 0.5 * torch.rand(count, 2, 1, 1, generator=generator))
    radii = SIZE * (0.1 + 0.15 * torch.rand(count, 1, 1, generator=generator))
    rows, columns = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    distance = (rows - centres[:, 0]).square() + (columns - centres[:, 1]).square()
    masks = (distance <= radii.square())[:, None]
    noise = 0.6 * torch.rand(count, 3, SIZE, SIZE, generator=generator)
    return 0.4 * masks + noise, masks


def train(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    images: torch.Tensor,
    masks: torch.Tensor,
) -> float:
    """One epoch of gradient descent; the mean loss."""
    network.train()
    losses = []
    for batch in torch.randperm(len(images)).split(16):
        logits = network(images[batch])
        loss = nn.functional.binary_cross_entropy_with_logits(logits, masks[batch].float())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


@torch.no_grad()
def evaluate(network: nn.Module, images: torch.Tensor, masks: torch.Tensor, rank: int) -> Evaluator:
    """Score one part of the validation images.

    Maps and masks go in as they are: any device, any float type, no rounding and no `.cpu()`.
    A logit is not a map: the sigmoid comes first.
    """
    evaluator = Evaluator(metrics=METRICS, method="tiny", dataset="discs")
    network.eval()
    for start in range(0, len(images), 16):
        maps = network(images[start : start + 16]).sigmoid()
        names = [f"rank{rank}-{start + i:03d}" for i in range(len(maps))]
        evaluator.update(maps, masks[start : start + 16], names)
    return evaluator


def merged(parts: list[Evaluator]) -> Report:
    """The report of all parts together.

    In a distributed run `torch.distributed.gather_object(evaluator, parts)` brings them to one
    process; it pickles them, as here. The order does not matter, nor how images were split.
    """
    first, *others = pickle.loads(pickle.dumps(parts))
    for other in others:
        first.merge(other)
    return first.compute()


def main(epochs: int = 5, device: str = "cpu") -> None:
    """Train, score every epoch, and print scores and signature."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(), nn.Conv2d(8, 1, 5, padding=2)
    ).to(device)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.03)
    images, masks = (t.to(device) for t in discs(96, seed=1))
    val_images, val_masks = (t.to(device) for t in discs(32, seed=2))
    for epoch in range(1, epochs + 1):
        loss = train(network, optimiser, images, masks)
        scores = evaluate(network, val_images, val_masks, rank=0).compute().metrics
        shown = "  ".join(
            f"{name} {scores[name]:.4f}" for name in ("mae", "max_fbeta", "smeasure", "max_iou")
        )
        print(f"epoch {epoch}  loss {loss:.4f}  {shown}")

    halves = zip(val_images.chunk(2), val_masks.chunk(2), strict=True)
    report = merged([evaluate(network, *half, rank) for rank, half in enumerate(halves)])
    print(f"merged: {report.results[0].images} images")
    for name, score in report.metrics.items():
        print(f"{name:16} {'undefined' if score is None else f'{score:.4f}'}")
    print(report.signature)


if __name__ == "__main__":
    main(*(kind(text) for kind, text in zip((int, str), sys.argv[1:], strict=False)))
