"""The model zoo in words: the list, and one model fact by fact; plain text to pipe."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator
from typing import Literal
from urllib.parse import urlsplit

from sodeval.models.card import Finish, ModelCard, Preparation, Published
from sodeval.models.weights import cached_path, find_weights

Availability = Literal["have", "drive", "https", "none", "-"]

_READING = 100  # columns at most: longer lines are hard to follow
_HEAD = ("model", "task", "input", "params", "weights", "licence")
_AVAILABILITY: dict[Availability, str] = {
    "have": "on this machine",
    "drive": "on Google Drive",
    "https": "at a web address",
    "none": "nothing that a program can fetch",
    "-": "not needed",
}
_SCALES = {
    "unit": "divided by 255",
    "byte": "0 to 255",
    "image-maximum": "divided by the photograph's largest value",
}


def availability(card: ModelCard) -> Availability:
    """Whether the weights of a model are here, and if not, where they are."""
    if not card.needs_torch:
        return "-"
    if find_weights(card) is not None:
        return "have"
    if card.weights.url is None:
        return "none"
    return (
        "drive" if (urlsplit(card.weights.url).hostname or "").endswith("google.com") else "https"
    )


def list_text(cards: Iterable[ModelCard]) -> str:
    """One line a model, and below what the words of the column ``weights`` mean."""
    rows = [
        (
            card.name,
            card.task,
            _size_text(card),
            _short(card.published.params),
            availability(card),
            card.licence.name + ("" if card.licence.commercial else " *"),
        )
        for card in cards
    ]
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    lines = []
    for row in (_HEAD, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[3] = row[3].rjust(widths[3])
        lines.append("  ".join(cells).rstrip())
    used = {row[4] for row in rows}
    meaning = "; ".join(f"{word} = {text}" for word, text in _AVAILABILITY.items() if word in used)
    lines += ["", *textwrap.wrap(f"weights: {meaning}", 80)]
    if any(row[5].endswith("*") for row in rows):
        lines.append("licence: * non-commercial use only")
    return "\n".join(lines) + "\n"


def show_text(card: ModelCard) -> str:
    """Everything that is known of a model."""
    width = min(shutil.get_terminal_size().columns, _READING)
    facts = list(_facts(card))
    first = max(len(label) for label, _ in facts)
    lines = [f"{card.name}: {card.title}", ""]
    last = ""
    for label, text in facts:
        lines += textwrap.wrap(
            text,
            width,
            initial_indent=f"{'' if label == last else label:{first}}  ",
            subsequent_indent=" " * (first + 2),
            break_long_words=False,
            break_on_hyphens=False,
        )
        last = label
    return "\n".join(lines) + "\n"


def _facts(card: ModelCard) -> Iterator[tuple[str, str]]:
    """Labels and values; what is not known is left out."""
    yield "task", card.task
    yield "paper", card.paper
    yield "paper", card.paper_url
    if card.code_url:
        yield "code", card.code_url
    yield "licence", card.licence.name
    yield "licence", card.licence.line
    if card.preparation is not None:
        yield "input", _preparation_text(card.preparation)
    if card.finish is not None:
        yield "output", _finish_text(card.finish, card.labels)
    if len(card.evaluations) > 1:
        yield "run as", ", ".join(card.evaluations)
    published = _published_text(card.published)
    if published:
        yield "published", published
    if card.published.source:
        yield "published", card.published.source
    yield from _weights(card)
    if card.maps_url is not None:
        yield "maps", card.maps_url
    if card.maps_note:
        yield "maps", card.maps_note
    if card.note:
        yield "note", card.note


def _weights(card: ModelCard) -> Iterator[tuple[str, str]]:
    if not card.needs_torch:
        yield "weights", "not needed"
        return
    found, weights = find_weights(card), card.weights
    if found is not None:
        yield "weights", f"{found} (here)"
    if weights.url is not None:
        yield "weights", weights.url
    elif weights.page is not None:
        yield "weights", f"none that a program can fetch; see {weights.page}"
    else:
        yield "weights", "none published"
    if weights.file:
        yield "weights", f"the authors' name of the file: {weights.file}"
    if weights.sha256 is not None:
        yield "weights", f"SHA-256 {weights.sha256}"
    if weights.note:
        yield "weights", weights.note
    if found is None:
        yield "weights", f"looked for at {cached_path(card)}"


def _size_text(card: ModelCard) -> str:
    if card.preparation is None or card.preparation.size is None:
        return "any"
    return f"{card.preparation.size[0]}x{card.preparation.size[1]}"


def _preparation_text(rules: Preparation) -> str:
    if rules.size is not None:
        size = f"{rules.size[0]}x{rules.size[1]}"
    else:
        step = f", to a multiple of {rules.multiple}" if rules.multiple > 1 else ""
        size = f"the photograph's own size{step}"
    resize = f" ({rules.resize})" if rules.resize != "none" else ""
    mean, std = (", ".join(map(str, triple)) for triple in (rules.mean, rules.std))
    return f"{size}{resize}, read by {rules.reader}, {_SCALES[rules.scale]}, mean {mean}, std {std}"


def _finish_text(rules: Finish, labels: int | None) -> str:
    if labels is not None:
        return f"a label map of {labels} classes"
    parts = ["sigmoid"] if rules.activation == "sigmoid" else []
    parts += ["min-max"] if rules.stretch else []
    parts += [f"resized to the photograph ({rules.resize})"] if rules.resize != "none" else []
    parts.append("rounded to bytes" if rules.rounding == "round" else "cut off to bytes")
    return ", ".join(parts)


def _published_text(published: Published) -> str:
    size = "" if published.size is None else f" at {published.size[0]}x{published.size[1]}"
    on = f" on {published.device}" if published.device else ""
    parts = [
        "" if published.params is None else f"{_short(published.params)} parameters",
        "" if published.macs is None else f"{_short(published.macs)} MACs{size}",
        "" if published.fps is None else f"{published.fps:g} frames/s{on}",
        "" if published.latency_ms is None else f"{published.latency_ms:g} ms an image{on}",
        "" if published.checkpoint_mb is None else f"file of {published.checkpoint_mb:g} MB",
    ]
    return ", ".join(part for part in parts if part)


def _short(count: float | None) -> str:
    """A count in thousands, millions or thousand millions; ``-`` where it is not published."""
    if count is None:
        return "-"
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= unit:
            return f"{count / unit:.5g} {name}"
    return f"{count:g}"
