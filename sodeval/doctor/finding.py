"""One thing worth a look, and how it is worded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sodeval.doctor.facts import Facts

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

_SHOWN = 3  # names a sentence holds


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth a look.

    Attributes:
        severity: ``error`` stops or spoils a score, ``warning`` may, ``note`` is good to know.
        kind: a word for scripts.
        text: what, where, and what to do.
        method: whose predictions; None where it is not about predictions.
        dataset: on which data set; None where it is about all there is.
        names: every file concerned.
    """

    severity: Severity
    kind: str
    text: str
    method: str | None = None
    dataset: str | None = None
    names: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "severity": self.severity,
            "kind": self.kind,
            "method": self.method,
            "dataset": self.dataset,
            "text": self.text,
            "count": len(self.names),
            "names": list(self.names),
        }


_SINGULAR = {
    "are": "is",
    "carry": "carries",
    "fit": "fits",
    "have": "has",
    "hold": "holds",
    "store": "stores",
}


def counted(names: Collection[str], facts: Facts, what: str, verb: str) -> str:
    """``all 12 masks are``, ``3 of 12 masks are``, ``1 of 12 masks is``."""
    if len(names) == facts.read > 1:
        return f"all {facts.read} {what}s {verb}"
    plural = "" if facts.read == 1 else "s"
    return f"{len(names)} of {facts.read} {what}{plural} " + (
        verb if len(names) > 1 else _SINGULAR[verb]
    )


def first(names: Sequence[str]) -> str:
    """``(x)``, or the first three of more."""
    shown = ", ".join(names[:_SHOWN])
    return f" ({shown})" if len(names) <= _SHOWN else f" (first: {shown})"


def twins_shown(twins: Sequence[Sequence[str]]) -> str:
    """``(a = b)``, or the first three groups of more."""
    shown = ", ".join(" = ".join(group[:_SHOWN]) for group in twins[:_SHOWN])
    return f" ({shown})" if len(twins) <= _SHOWN else f" (first: {shown})"
