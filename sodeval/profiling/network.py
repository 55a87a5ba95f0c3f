"""Profile a network: parameters, multiply-adds, time, memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import Tensor, nn

from sodeval.errors import UsageError, WeightsError
from sodeval.models.card import ModelCard, Published, Size
from sodeval.models.devices import computing, device_name, resolve_device
from sodeval.models.weights import find_weights
from sodeval.profiling.counting import count_all
from sodeval.profiling.memory import CudaPeak, ProcessPeak
from sodeval.profiling.result import Profile, Speed
from sodeval.profiling.speed import measure
from sodeval.profiling.training import trainable

BATCH_ON_GPU = 8


def profile_network(
    model: Any,
    card: ModelCard | None,
    size: Size,
    device: str,
    threads: int | None,
    batch: int | None,
    repeats: int,
    speed: bool,
    seconds: float,
) -> Profile:
    """See `sodeval.profiling.profile.profile`."""
    network: nn.Module = getattr(model, "network", model)
    place = getattr(model, "place", None)
    sizes = {name: weight.numel() for name, weight in network.named_parameters()}
    trains, why = trainable(card, sizes)
    published = Published() if card is None else card.published
    rule = "" if published.macs is None else published.rule
    name = card.name if card is not None else str(getattr(model, "name", type(network).__name__))
    counts = count_all(network, size, rule)
    measured = None
    if speed:
        if place is None:
            place = resolve_device(device)
            network = network.to(place)
        batch = batch or (1 if place.type == "cpu" else BATCH_ON_GPU)
        precision = str(getattr(model, "precision", "fp32"))
        with torch_threads(threads) as used:
            measured = measure_network(
                network, size, place, precision, used, batch, repeats, seconds
            )
    return Profile(
        name=name,
        title=card.title if card is not None else name,
        size=size,
        trained=getattr(model, "weights_sha256", None) is not None,
        params=sum(sizes.values()),
        trainable=trains,
        trainable_why=why,
        buffers=sum(buffer.numel() for buffer in _saved(network)),
        authors=rule,
        counts=counts,
        state_bytes=sum(_bytes(tensor) for tensor in network.state_dict().values()),
        file_bytes=_file_bytes(card),
        speed=measured,
        published=published,
    )


def measure_network(
    network: nn.Module,
    size: Size,
    place: torch.device,
    precision: str,
    threads: int,
    batch: int,
    repeats: int,
    seconds: float,
) -> Speed:
    """Time the network's final output of noise (N, 3, H, W), which is on the device already.

    Raises:
        UsageError: the device has not enough memory.
    """
    final = getattr(network, "final", network)
    layout = torch.channels_last if place.type == "cuda" else torch.contiguous_format

    def work(images: Tensor) -> None:
        final(images)
        if place.type != "cpu":
            getattr(torch, place.type).synchronize()

    noise = torch.Generator().manual_seed(0)
    peak = CudaPeak(place) if place.type == "cuda" else ProcessPeak()
    try:
        with computing(place, precision):
            images = torch.randn((batch, 3, *size), generator=noise)
            images = images.to(place).contiguous(memory_format=layout)
            first = images[:1].contiguous(memory_format=layout)
            return measure(
                lambda: work(first),
                lambda: work(images),
                batch=batch,
                peak=peak,
                device=device_name(place),
                threads=threads,
                repeats=repeats,
                seconds=seconds,
            )
    except (RuntimeError, MemoryError) as error:
        if "memory" not in str(error).lower() and not isinstance(error, MemoryError):
            raise
        raise UsageError(
            f"{device_name(place)} has not enough memory for {batch} of {size[0]}x{size[1]}; "
            "use a smaller --batch-size or --size, or --no-speed to count only."
        ) from error


@contextmanager
def torch_threads(threads: int | None) -> Iterator[int]:
    """So many threads in torch, and afterwards as many as before; gives the number."""
    before = torch.get_num_threads()
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        yield torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


def _saved(network: nn.Module) -> list[Tensor]:
    """The buffers that a checkpoint holds."""
    weights = dict(network.named_parameters())
    return [tensor for name, tensor in network.state_dict().items() if name not in weights]


def _bytes(tensor: Tensor) -> int:
    """Of one entry of a checkpoint, with floats in float32."""
    return tensor.numel() * (4 if tensor.is_floating_point() else tensor.element_size())


def _file_bytes(card: ModelCard | None) -> int | None:
    """Of the checkpoint, if it is on this machine; nothing is fetched to be weighed."""
    path = None
    with suppress(WeightsError):
        path = None if card is None else find_weights(card)
    return None if path is None else path.stat().st_size
