"""What is kept of the files of each side: counters, places and digests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from sodeval.doctor.looking import Look
from sodeval.pairs import Match
from sodeval.recognition import Recognised

Pair = TypeVar("Pair", tuple[int, int], tuple[float, float])


def commonest(counts: Counter[Pair]) -> tuple[Pair, int]:
    """The key with the largest count, the smallest of these; not the one that arrived first."""
    return min(counts.items(), key=lambda item: (-item[1], item[0]))


@dataclass(slots=True)
class Facts:
    """What the files of one side are like; a file is known by its place among the pairs."""

    names: tuple[str, ...]
    read: int = 0
    grey: Fraction = Fraction(0)  # exact, so that files may arrive in any order
    kinds: Counter[str] = field(default_factory=Counter)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    flags: dict[str, list[int]] = field(default_factory=dict)
    digests: dict[bytes, list[int]] = field(default_factory=dict)
    unreadable: dict[int, str] = field(default_factory=dict)

    def add(self, index: int, look: Look) -> None:
        """Count one file."""
        self.read += 1
        self.grey += Fraction(look.grey)
        self.kinds[look.kind] += 1
        self.sizes[look.shape] += 1
        for flag in look.flags:
            self.flags.setdefault(flag, []).append(index)
        if look.digest is not None:
            self.digests.setdefault(look.digest, []).append(index)

    def having(self, flag: str) -> list[str]:
        """The names of the files with a flag, in order."""
        return [self.names[index] for index in sorted(self.flags.get(flag, ()))]

    def twins(self) -> list[list[str]]:
        """Groups of files with the same pixels, in order."""
        groups = sorted(sorted(group) for group in self.digests.values() if len(group) > 1)
        return [[self.names[index] for index in group] for group in groups]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        flags = sorted(self.flags)
        sizes = sorted(self.sizes)
        return {
            "read": self.read,
            "unreadable": [self.unreadable[index] for index in sorted(self.unreadable)],
            "kinds": dict(sorted(self.kinds.items())),
            "sizes": {
                "distinct": len(sizes),
                "smallest": _wide_first(min(sizes, key=_area)) if sizes else None,
                "largest": _wide_first(max(sizes, key=_area)) if sizes else None,
            },
            "grey_share": float(self.grey / self.read) if self.read else None,
            "flags": {flag: len(self.flags[flag]) for flag in flags},
            "duplicates": self.twins(),
        }


@dataclass(slots=True)
class Checkup:
    """One method on one data set."""

    match: Match
    truths: Facts
    maps: Facts
    recognised: Recognised | None
    pairs: dict[str, list[int]] = field(default_factory=dict)
    """``other_size``, ``turned``, ``identical``, ``upright``, ``inverted`` … -> places."""
    ratios: Counter[tuple[float, float]] = field(default_factory=Counter)
    """Width and height of predictions against those of their masks, where these differ."""

    def mark(self, what: str, index: int) -> None:
        """Note something about one pair."""
        self.pairs.setdefault(what, []).append(index)

    def having(self, what: str) -> list[str]:
        """The names of the pairs so marked, in order."""
        return [self.maps.names[index] for index in sorted(self.pairs.get(what, ()))]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        match, known = self.match, self.recognised
        return {
            "method": match.method,
            "dataset": match.dataset,
            "recognised": known
            and {
                "id": known.id,
                "by": "name" if known.named else "stems",
                "images": known.images,
                "expected": known.dataset.images,
                "confidence": known.dataset.confidence,
                "known_absent": list(known.absent),
            },
            "expected": len(match.pairs),
            "paired": len(match.pairs) - len(match.missing),
            "missing": list(match.missing),
            "extra": list(match.extra),
            "stripped": match.stripped,
            "predictions": self.maps.to_dict(),
            "ground_truth": self.truths.to_dict(),
            "sizes": {
                "differ": len(self.pairs.get("other_size", ())),
                "turned": len(self.pairs.get("turned", ())),
                "ratio": commonest(self.ratios)[0] if self.ratios else None,
            },
            "identical_to_ground_truth": self.having("identical"),
            "leaning": {
                what: len(self.pairs.get(what, ()))
                for what in ("upright", "unclear", "inverted", "clearly inverted")
            },
        }


def _area(shape: tuple[int, int]) -> tuple[int, tuple[int, int]]:
    return shape[0] * shape[1], shape


def _wide_first(shape: tuple[int, int]) -> list[int]:
    return [shape[1], shape[0]]
