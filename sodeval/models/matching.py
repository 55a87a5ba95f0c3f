"""Whether a state dict fits a network; where it does not, which model it may be of."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

import torch
from torch import Tensor

from sodeval.errors import WeightsError
from sodeval.models.card import ModelCard

_SHOWN = 5
_SIZES = ("input_size", "img_size", "image_size", "size")
_COUNTER = "num_batches_tracked"

State = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Differences:
    """What keeps a state dict from fitting; false if nothing does."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    shapes: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected or self.shapes)

    def lines(self) -> Iterator[str]:
        """Each difference: other shapes first, as they say most."""
        for text in self.shapes:
            yield f"other shape: {text}"
        for key in self.missing:
            yield f"missing: {key}"
        for key in self.unexpected:
            yield f"unexpected: {key}"


def differences(own: State, given: State) -> Differences:
    """Compare a network's entries with a file's; counters of batches may be missing."""
    return Differences(
        missing=tuple(
            key for key in own if key not in given and key.rpartition(".")[2] != _COUNTER
        ),
        unexpected=tuple(key for key in given if key not in own),
        shapes=tuple(
            f"{key} is {tuple(given[key].shape)}, not {tuple(value.shape)}"
            for key, value in own.items()
            if key in given and given[key].shape != value.shape
        ),
    )


def mismatch_text(
    found: Differences, given: State, card: ModelCard, path: str | os.PathLike[str]
) -> str:
    """The first differences, their number, and a model that the file does fit."""
    lines = list(found.lines())
    text = [
        f"{os.fspath(path)} does not fit {card.name}: {len(found.missing)} entries missing, "
        f"{len(found.unexpected)} unexpected, {len(found.shapes)} of another shape.",
        *(f"  {line}" for line in lines[:_SHOWN]),
    ]
    if len(lines) > _SHOWN:
        text.append(f"  and {len(lines) - _SHOWN} more")
    fitting = fitting_models(given, card)
    if fitting:
        text.append(f"This looks like {' or '.join(fitting)}.")
    return "\n".join(text)


def fitting_models(given: State, card: ModelCard) -> list[str]:
    """Names of models that a state dict fits to the last entry, those of one network together."""
    from sodeval.models.cards import CARDS

    def network(other: ModelCard) -> tuple[str, str]:
        return other.entry, repr(other.options)

    groups: dict[tuple[str, str], list[ModelCard]] = {}
    for other in CARDS.values():
        if other.needs_torch and network(other) != network(card):
            groups.setdefault(network(other), []).append(other)
    # the same family first: a variant is the likely mistake
    for group in sorted(groups.values(), key=lambda group: group[0].entry != card.entry):
        own = _entries(group[0])
        if own is not None and not differences(own, given):
            return [other.name for other in group]
    return []


def check_size(
    args: Mapping[str, object] | None, card: ModelCard, path: str | os.PathLike[str]
) -> list[str]:
    """Compare the input size that a file was trained at with the card's; remarks if it is silent.

    Raises:
        WeightsError: it was trained at another size.
    """
    expected = None if card.preparation is None else card.preparation.size
    if expected is None:
        return []
    size = _trained_size(args or {})
    if size is None:
        return [
            f"the input size cannot be known from this file: {os.fspath(path)} does not say what "
            f"it was trained at, and {card.name} is run at {_spelt(expected)}; weights of another "
            "size load as well, and give worse maps."
        ]
    if size != expected:
        right = _at_size(card, size)
        hint = f"; use --model {right}." if right else "; no model here is of that size."
        raise WeightsError(
            f"{os.fspath(path)} was trained at {_spelt(size)}, and {card.name} is run at "
            f"{_spelt(expected)}{hint}"
        )
    return []


def _entries(card: ModelCard) -> State | None:
    """The entries of a card's network, without memory for them; None if it cannot be built so."""
    module, _, function = card.entry.partition(":")
    try:
        with torch.device("meta"):
            state: State = getattr(import_module(module), function)(**card.options).state_dict()
    except Exception:  # this is only for a hint, whatever goes wrong
        return None
    return state


def _trained_size(args: Mapping[str, object]) -> tuple[int, int] | None:
    for name in _SIZES:
        value = args.get(name)
        if isinstance(value, str):
            value = value.strip("()[] ").replace("x", ",").split(",")
        sides = list(value) if isinstance(value, (list, tuple)) else [value]
        try:
            numbers = [int(str(side)) for side in sides]
        except ValueError:
            continue
        if len(numbers) in (1, 2):
            return numbers[0], numbers[-1]
    return None


def _at_size(card: ModelCard, size: tuple[int, int]) -> str | None:
    from sodeval.models.cards import CARDS

    for other in CARDS.values():
        same = (other.entry, other.options, other.task) == (card.entry, card.options, card.task)
        if same and other.preparation is not None and other.preparation.size == size:
            return other.name
    return None


def _spelt(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"
