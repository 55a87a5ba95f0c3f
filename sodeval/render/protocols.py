"""Protocols in words: one of them field by field, or where two differ; plain text to pipe."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

from sodeval.meanings import differences, meanings
from sodeval.protocols import DEFAULT, PROTOCOLS, EvalProtocol

_READING = 100  # columns at most: longer lines are hard to follow


def show_text(protocol: EvalProtocol) -> str:
    """Everything that is known of a protocol; ``*`` marks what differs from the default."""
    width = _width()
    lines = [protocol.name, *_wrapped(protocol.about, width), ""]
    lines += _labelled("source", [protocol.source], width)
    if protocol.prints:
        lines += _labelled("prints", [", ".join(protocol.prints)], width)
    if protocol.notes:
        lines += ["", *_labelled("notes", protocol.notes, width)]
    lines += ["", *_conventions(protocol, width)]
    return "\n".join(lines) + "\n"


def diff_text(one: EvalProtocol, other: EvalProtocol) -> str:
    """The conventions in which two protocols differ, with what each means."""
    width = _width()
    found = differences(one, other)
    if not found:
        return f"{one.name} and {other.name} agree in every convention.\n"
    total = sum(1 for _ in one.conventions())
    lines = [f"{one.name} and {other.name} differ in {len(found)} of {total} conventions", ""]
    first = max(len("convention"), *(len(d.field) for d in found))
    second = max(len(one.name), *(len(str(d.one)) for d in found))
    lines.append(f"{'convention':{first}}  {one.name:{second}}  {other.name}")
    said = meanings()
    for d in found:
        lines.append(f"{d.field:{first}}  {d.one!s:{second}}  {d.other}")
        if d.field in said:
            lines += _wrapped(said[d.field].text, width, indent=4)
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _conventions(protocol: EvalProtocol, width: int) -> Iterator[str]:
    """Each field with its value and its key in signatures, and below it what it means."""
    rows = [(name, str(value), key) for name, key, value in protocol.conventions()]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    other = {d.field for d in differences(PROTOCOLS[DEFAULT], protocol)}
    said = meanings()
    if protocol.name != DEFAULT:
        yield (
            f"Conventions; * marks those that are not as in {DEFAULT}"
            if other
            else f"Conventions, all as in {DEFAULT}"
        )
        yield ""
    yield f"  {'convention':{first}}  {'value':{second}}  in signatures"
    group = ""
    for name, value, key in rows:
        if name in said and said[name].group != group:
            group = said[name].group
            yield ""
            yield group
        mark = "*" if name in other else " "
        yield f"{mark} {name:{first}}  {value:{second}}  {key}"
        if name in said:
            yield from _wrapped(said[name].text, width, indent=6)


def _labelled(name: str, texts: list[str] | tuple[str, ...], width: int) -> Iterator[str]:
    for index, text in enumerate(texts):
        start = "" if index else name
        yield from textwrap.wrap(
            text,
            width,
            initial_indent=f"{start:8}",
            subsequent_indent=" " * 8,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _wrapped(text: str, width: int, *, indent: int = 0) -> list[str]:
    blank = " " * indent
    return textwrap.wrap(
        text,
        width,
        initial_indent=blank,
        subsequent_indent=blank,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _width() -> int:
    return min(shutil.get_terminal_size().columns, _READING)
