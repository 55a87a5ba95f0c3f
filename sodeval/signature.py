"""The signature: one line that says how a number was made and from which files.

``sodeval:<protocol part>;<facts>``. The protocol part is the protocol's name and every convention
that can move a number for these files, ``key:value`` joined by ``|`` in canonical order; how many
images were scored as zero or skipped belongs to it, and the resize convention only when something
was resized. A few rare conventions stand in it only when they are not at their default. The facts
are ``n`` (images), ``stems`` (hash of the sorted names), ``gt`` (hash of the binarised ground
truths), ``seed`` where one was used, and ``v`` (the sodeval version).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from sodeval import __version__
from sodeval.errors import ReportError
from sodeval.protocols import EvalProtocol

_PREFIX = "sodeval:"
_ONLY_WHEN_RESIZED = ("resize", "resize_filter")
_RESIZE_KEYS = ("rs", "rsf")


@dataclass(frozen=True, slots=True)
class Signature:
    """A parsed signature; ``str()`` gives the line back."""

    protocol: str
    conventions: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]

    @classmethod
    def of(
        cls,
        protocol: EvalProtocol,
        *,
        stems: Iterable[str],
        zero: int = 0,
        skipped: int = 0,
        resized: int = 0,
        gt: str | None = None,
        seed: int | None = None,
    ) -> Self:
        """Build the signature of a result.

        Args:
            protocol: the protocol it was scored with.
            stems: names of the scored images, in any order.
            zero: images scored as an all-zero prediction.
            skipped: images of the ground truth left out.
            resized: images whose prediction was resized.
            gt: hash of the ground-truth masks, see :func:`gt_hash`.
            seed: seed of whatever was drawn at random.
        """
        conventions = [
            (key, _plain(value))
            for name, key, value in protocol.conventions(brief=True)
            if resized or name not in _ONLY_WHEN_RESIZED
        ]
        conventions += [(k, str(n)) for k, n in (("zero", zero), ("skip", skipped)) if n]
        names = sorted(stems)
        facts = [("n", str(len(names))), ("stems", stems_hash(names))]
        facts += [("gt", gt)] if gt else []
        facts += [("seed", str(seed))] if seed is not None else []
        facts.append(("v", __version__))
        return cls(protocol.name, tuple(conventions), tuple(facts))

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a signature line.

        Raises:
            ReportError: the line is not a signature.
        """
        body, semicolon, facts = line.strip().removeprefix(_PREFIX).partition(";")
        name, *rest = body.split("|")
        pairs = [(part.rpartition(":")[0], part.rpartition(":")[2]) for part in rest]
        known = [(part.partition(":")[0], part.partition(":")[2]) for part in facts.split("|")]
        if (
            not line.strip().startswith(_PREFIX)
            or not semicolon
            or not name
            or not all(key and value for key, value in (*pairs, *known))
        ):
            raise ReportError(
                f"not a signature: {line[:80]!r}; expected 'sodeval:<protocol>|…;n:…|stems:…|v:…'"
            )
        return cls(name, tuple(pairs), tuple(known))

    def __str__(self) -> str:
        """Return the one-line form."""
        body = "|".join((self.protocol, *(f"{k}:{v}" for k, v in self.conventions)))
        return f"{_PREFIX}{body};" + "|".join(f"{k}:{v}" for k, v in self.facts)

    @property
    def fact(self) -> Mapping[str, str]:
        """The facts by key."""
        return dict(self.facts)

    def differences(self, other: Signature) -> list[str]:
        """Say in words why two results cannot be compared; empty if they can.

        The protocol part and the list of images must agree, and the masks too where both
        signatures know them. Another version is no difference, see :meth:`same_version`.
        """
        reasons = []
        if self.protocol != other.protocol:
            reasons.append(f"protocol {self.protocol} against {other.protocol}")
        mine, theirs = dict(self.conventions), dict(other.conventions)
        for key in dict.fromkeys((*mine, *theirs)):
            if key in _RESIZE_KEYS and (key not in mine or key not in theirs):
                continue  # where nothing was resized, how does not matter
            if mine.get(key) != theirs.get(key):
                reasons.append(f"{key} {mine.get(key, 'none')} against {theirs.get(key, 'none')}")
        for key, what in (("n", "images"), ("stems", "names of images"), ("gt", "ground truth")):
            a, b = self.fact.get(key), other.fact.get(key)
            if a != b and not (key == "gt" and None in (a, b)):
                reasons.append(f"{what} {a} against {b}")
        return reasons

    def comparable(self, other: Signature) -> bool:
        """Whether numbers with these two signatures may be ranked against each other."""
        return not self.differences(other)

    def same_version(self, other: Signature) -> bool:
        """Whether both were made by the same version of sodeval (a difference only warns)."""
        return self.fact.get("v") == other.fact.get("v")


def stems_hash(sorted_stems: Iterable[str]) -> str:
    """First 12 hex digits of the SHA-256 of the names, sorted, one a line, in UTF-8."""
    text = "".join(f"{stem}\n" for stem in sorted_stems)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def gt_hash(masks: Iterable[tuple[str, int]]) -> str:
    """First 12 hex digits over (name, 64-bit digest of the mask), whatever their order."""
    total = hashlib.sha256()
    for name, digest in sorted(masks):
        total.update(name.encode("utf-8", "surrogateescape") + b"\n" + struct.pack("<Q", digest))
    return total.hexdigest()[:12]


def _plain(value: object) -> str:
    """A value in a signature: the shortest text that reads back as the same number."""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
