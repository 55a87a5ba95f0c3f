"""A profile in words: our figures beside the published ones; plain text to pipe."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from sodeval.profiling.result import Comparison, Profile, Speed
from sodeval.profiling.rules import RULES

_READING = 100  # columns at most: longer lines are hard to follow

Row = tuple[str, str, str, str, str]  # figure, here, published, ratio, note


def profile_text(profile: Profile) -> str:
    """Everything that is known of a model's cost."""
    height, width = profile.size
    lines = [f"{profile.title} ({profile.name}), input {height}x{width}", ""]
    if profile.network and not profile.trained:
        lines[0] += ", untrained: no figure hangs on the weights"
    lines += _aligned(("", "here", "published", "ratio", ""), [*_rows(profile)])
    lines += [line for about in _remarks(profile) for line in ("", *_wrapped(about))]
    return "\n".join(lines) + "\n"


def _rows(profile: Profile) -> Iterator[Row]:
    said = {row.figure: row for row in profile.comparisons()}
    if not profile.network:
        yield ("parameters", "0", "", "", "")
    else:
        yield from _params(profile, said.get("params"))
        yield from _macs(profile, said.get("macs"))
        yield _row("checkpoint", _megabytes(profile.state_bytes), said.get("checkpoint_mb"), "MB")
        if profile.file_bytes is not None:
            yield ("  its file on this machine", _megabytes(profile.file_bytes), "", "", "")
    if profile.speed is not None:
        yield from _speed(profile.speed, said)
        return
    if "latency_ms" in said:
        yield _row("latency, 1 image", "not measured", said["latency_ms"], "ms")
    if "images_per_second" in said:
        yield _row("throughput", "not measured", said["images_per_second"], "images/s")


def _params(profile: Profile, published: Comparison | None) -> Iterator[Row]:
    count = profile.by_authors
    other = count is not None and count.params is not None
    yield _row("parameters", f"{profile.params:,}", None if other else published)
    if profile.trainable != profile.params:
        yield (
            "  that the authors train",
            f"{profile.trainable:,}",
            "",
            "",
            profile.trainable_why,
        )
    if count is not None and count.params is not None:
        yield _row(f"  by {RULES[count.rule].title}", f"{count.params:,}", published)


def _macs(profile: Profile, published: Comparison | None) -> Iterator[Row]:
    for rule, count in profile.counts.items():
        own = published if rule == profile.authors else None
        yield _row(f"multiply-adds, {RULES[rule].title}", giga(count.macs), own, "G")
    if published is not None and profile.by_authors is None:
        yield _row("multiply-adds, authors'", "rule unknown", published, "G")


def _speed(speed: Speed, said: Mapping[str, Comparison]) -> Iterator[Row]:
    row = _row("latency, 1 image", _milliseconds(speed.latency_ms), said.get("latency_ms"), "ms")
    runs = f"median of {speed.runs}; best {_milliseconds(speed.best_ms)}"
    yield (*row[:4], "; ".join(note for note in (runs, row[4]) if note))
    rate = f"{speed.images_per_second:.4g} images/s"
    batch = f"throughput, {speed.batch} at once"
    yield _row(batch, rate, said.get("images_per_second"), "images/s")
    if speed.memory_bytes is not None:
        yield ("peak memory, 1 image", _megabytes(speed.memory_bytes), "", "", speed.memory_how)


def _row(figure: str, here: str, published: Comparison | None, unit: str = "") -> Row:
    if published is None:
        return (figure, here, "", "", "")
    value = published.published
    if unit == "G":
        theirs = giga(value, digits=".6g")
    elif unit:
        theirs = f"{value:.6g} {unit}"
    else:
        theirs = _short(value)
    ratio = "" if published.ratio is None else f"{published.ratio:.4f}"
    return (figure, here, theirs, ratio, published.note)


def _remarks(profile: Profile) -> Iterator[str]:
    for rule, count in profile.counts.items():
        # of module rules it is known that the figures follow them
        theirs = rule == profile.authors and rule != "operators"
        whose = ", the authors' rule" if theirs else ""
        about = f"{RULES[rule].title}{whose}: {RULES[rule].about}"
        yield f"{about} Not counted: {listed(count.uncounted)}." if count.uncounted else about
    if profile.speed is not None:
        plural = "s" if profile.speed.threads != 1 else ""
        yield f"Measured on {profile.speed.device}, {profile.speed.threads} thread{plural}."
    if profile.published.source:
        yield f"Published: {profile.published.source}."


def listed(operators: Mapping[str, int]) -> str:
    """Operators and how often each ran, the most frequent first."""
    often = sorted(operators.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {n} time{'s' if n != 1 else ''}" for name, n in often)


def giga(number: float, digits: str = ".4f") -> str:
    """Multiply-adds in units of 10^9."""
    return f"{number / 1e9:{digits}} G"


def _short(number: float) -> str:
    """A published number of parameters as papers write it."""
    unit, letter = (1e6, "M") if number >= 1e6 else (1e3, "K")
    return f"{number / unit:.6g} {letter}"


def _milliseconds(number: float) -> str:
    return f"{number:,.0f} ms" if number >= 1000 else f"{number:.4g} ms"


def _megabytes(number: float) -> str:
    return f"{number / 1e6:.1f} MB"


def _aligned(head: Row, rows: Sequence[Row]) -> Iterator[str]:
    """Columns, numbers to the right; those without any entry are left out."""
    filled = [k for k in range(5) if k == 0 or any(row[k] for row in rows)]
    widths = {k: max(len(row[k]) for row in (head, *rows)) for k in filled}
    for row in (head, *rows):
        cells = [row[k].rjust(widths[k]) if 0 < k < 4 else row[k].ljust(widths[k]) for k in filled]
        yield "  ".join(cells).rstrip()


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _READING, break_long_words=False, break_on_hyphens=False)
