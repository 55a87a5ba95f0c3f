"""What can be wrong with the files of either side, and with both sides at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sodeval.doctor.facts import Checkup, Facts
from sodeval.doctor.finding import Finding, Severity, counted, first

_MOST = 0.9  # of the files: what so many have in common is true of the folder


def of_files(facts: Facts, what: str, method: str | None, dataset: str) -> Iterator[Finding]:
    """What can be wrong with files of either side."""

    def say(severity: Severity, kind: str, names: Iterable[str], text: str) -> Finding:
        return Finding(severity, kind, text, method, dataset, tuple(names))

    for index, reason in sorted(facts.unreadable.items()):
        yield say("error", "unreadable", [facts.names[index]], reason)
    if names := facts.having("alpha_mask"):
        yield say(
            "error",
            "alpha_mask",
            names,
            f"{counted(names, facts, what, 'have')} a constant colour and a varying alpha, "
            f"which is not read{first(names)}. Save the alpha channel as a grey PNG.",
        )
    if names := facts.having("low_16_bit"):
        yield say(
            "error",
            "low_16_bit",
            names,
            f"{counted(names, facts, what, 'are')} of 16 bits with values up to 255 only, and are "
            f"read as black{first(names)}. Save them as 8 bits.",
        )
    if names := facts.having("unequal_channels"):
        yield say(
            "warning",
            "unequal_channels",
            names,
            f"{counted(names, facts, what, 'are')} colour images, of which luma is read"
            f"{first(names)}. Save one grey channel.",
        )
    if names := facts.having("turned"):
        yield say(
            "warning",
            "exif",
            names,
            f"{counted(names, facts, what, 'carry')} an EXIF orientation, which is ignored"
            f"{first(names)}. Turn the pixels and save without it.",
        )
    coloured = set(facts.having("unequal_channels"))
    if names := [name for name in facts.having("palette") if name not in coloured]:
        yield say(
            "note",
            "palette",
            names,
            f"{counted(names, facts, what, 'store')} palette indices, read by the brightness of "
            f"their colours{first(names)}.",
        )


def are_swapped(checkup: Checkup) -> bool:
    """Whether predictions look like masks and masks like predictions."""
    maps, truths = checkup.maps, checkup.truths
    soft = truths.having("soft")
    return most(maps.having("binary"), maps) and 2 * len(soft) > truths.read


def most(names: Collection[str], facts: Facts) -> bool:
    """Whether nearly all of the files that were read are among ``names``."""
    return facts.read > 0 and len(names) >= _MOST * facts.read
