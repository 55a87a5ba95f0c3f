"""`profile`: everything a model costs, in one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sodeval.errors import UsageError
from sodeval.models.card import ModelCard, Size
from sodeval.profiling.result import Profile

if TYPE_CHECKING:
    from torch import nn

    from sodeval.models.predictor import Predictor

PHOTOGRAPH: Size = (300, 400)
"""For models that take photographs at their own size: that of most in DUTS-TE and ECSSD."""

REPEATS = 20
SECONDS = 10.0


def profile(
    model: Predictor | nn.Module,
    card: ModelCard | None = None,
    size: Size | None = None,
    device: str = "auto",
    threads: int | None = None,
    batch: int | None = None,
    repeats: int = REPEATS,
    *,
    speed: bool = True,
    seconds: float = SECONDS,
) -> Profile:
    """Count a model's parameters and multiply-adds, and measure its time and memory.

    >>> import sodeval  # doctest: +SKIP
    >>> model = sodeval.load_model("csnet-L-x2", weights="none")  # doctest: +SKIP
    >>> profile(model, speed=False).counts["operators"].macs  # doctest: +SKIP
    567140112

    Args:
        model: what `sodeval.load_model` gives, or a torch module of normalised float32
            (N, 3, H, W).
        card: what is known of it; None: the model's own.
        size: height and width of the input; None: the card's.
        device: of a torch module, which is moved there; another model stays where it was loaded.
        threads: of torch on the processor, of OpenCV for a baseline; None: as it is.
        batch: images at once for the throughput; None: 8 on a GPU and 1 on the processor.
        repeats: runs that are timed.
        speed: measure time and memory; else only count.
        seconds: limit on the time of each measurement.

    Raises:
        UsageError: the model cannot take this size, or the device is not there.
        MissingExtraError: torch is not installed.
    """
    for what, value in (("threads", threads), ("batch", batch), ("repeats", repeats)):
        if value is not None and value < 1:
            raise UsageError(f"{what} is {value}; give at least 1.")
    own: ModelCard | None = getattr(model, "card", None)
    card = card or own
    size = size or input_size(card)
    check_size(card, size)
    if card is not None and not card.needs_torch:
        from sodeval.profiling.baseline import profile_baseline

        return profile_baseline(model, size, threads, repeats, speed, seconds)
    from sodeval.models import require_torch

    require_torch("profiling a model")
    from torch import nn

    from sodeval.profiling.network import profile_network

    if not isinstance(getattr(model, "network", model), nn.Module):
        what = getattr(model, "name", type(model).__name__)
        raise UsageError(f"{what} is no torch network, so what it costs cannot be counted.")
    return profile_network(model, card, size, device, threads, batch, repeats, speed, seconds)


def input_size(card: ModelCard | None) -> Size:
    """The card's input size, else what its figures are of, else a usual photograph's."""
    if card is not None and card.preparation is not None and card.preparation.size is not None:
        return card.preparation.size
    return (card.published.size if card is not None else None) or PHOTOGRAPH


def check_size(card: ModelCard | None, size: Size) -> None:
    """Refuse a size that the card says its network cannot take.

    Raises:
        UsageError: with the nearest size that it can.
    """
    if min(size) < 1:
        raise UsageError(f"the size is {size[0]}x{size[1]}; height and width must be at least 1.")
    rules = card.preparation if card is not None else None
    if card is None or rules is None:
        return
    step, least = rules.multiple, rules.smallest
    if min(size) >= least and not any(side % step for side in size):
        return
    low = -(-least // step) * step
    near = [max(low, (side + step // 2) // step * step) for side in size]
    asked = f"multiples of {step}" if step > 1 else f"at least {least}"
    if step > 1 and low > step:
        asked += f", at least {low}"
    raise UsageError(
        f"{card.name} cannot take an input of {size[0]}x{size[1]}: height and width must be "
        f"{asked}. Use --size {near[0]}x{near[1]}."
    )
