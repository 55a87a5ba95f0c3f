"""Methods beside each other on the same images: differences, how sure they are, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sodeval import __version__
from sodeval.candidates import Candidate
from sodeval.draws import EXACT, FloatArray, Measurements
from sodeval.errors import PairingError, ReportError, UsageError
from sodeval.metrics import METRICS, better
from sodeval.names import listed
from sodeval.signature import Signature
from sodeval.statistics import (
    LEVEL,
    PERMUTATIONS,
    RESAMPLES,
    TIE,
    Interval,
    differences,
    holm,
)

SCHEMA = 1
ALPHA = 0.05  # a corrected p-value below this is said to show a difference
MOVED = 5  # images listed each way

Verdict = Literal["better", "worse", "no difference shown", "undefined"]


class Moved(NamedTuple):
    """An image and its own values under both methods."""

    name: str
    a: float
    b: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One column: from A, the reference, to B.

    Attributes:
        column: which.
        a: A's score; None where it is undefined, as is what depends on it.
        b: B's score.
        difference: b - a.
        interval: of the difference, 95 %, paired bootstrap.
        p: two-sided, paired permutation test.
        p_holm: the same corrected for all tests of one comparison.
        wins: images whose own value is better under B.
        ties: images with equal values, within 1e-12.
        losses: images whose own value is worse under B.
        undefined: images that one of the two has no value for.
        improved: images that gained most, largest change first.
        worsened: images that lost most.
    """

    column: str
    a: float | None
    b: float | None
    difference: float | None
    interval: Interval | None
    p: float | None
    p_holm: float | None = None
    wins: int
    ties: int
    losses: int
    undefined: int
    improved: tuple[Moved, ...]
    worsened: tuple[Moved, ...]

    @property
    def verdict(self) -> Verdict:
        """What the corrected p-value shows, said of B."""
        if self.p_holm is None or self.difference is None:
            return "undefined"
        if self.p_holm >= ALPHA:
            return "no difference shown"
        return "better" if (self.difference > 0) == (better(self.column) == "higher") else "worse"

    def to_dict(self) -> dict[str, Any]:
        """The change as it stands in the JSON."""
        data = asdict(self)
        del data["column"], data["interval"]
        for key in ("improved", "worsened"):
            data[key] = [moved._asdict() for moved in getattr(self, key)]
        return {
            **data,
            "ci95": None if self.interval is None else list(self.interval),
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """B against A on one data set.

    Attributes:
        dataset: which.
        a: the reference.
        b: the other method.
        images: how many both were scored on.
        swaps: permutations tried.
        exact: whether these were all there are.
        signatures: of A and B; None for tables without a report.
        changes: one for each column.
    """

    dataset: str
    a: str
    b: str
    images: int
    swaps: int
    exact: bool
    signatures: tuple[str | None, str | None]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What ``compare`` gives."""

    reference: str
    pairs: tuple[Pair, ...]
    tests: int
    resamples: int
    permutations: int
    seed: int
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The comparison as a JSON-ready dictionary; what is undefined is None."""
        return {
            "schema": SCHEMA,
            "tool": {"name": "sodeval", "version": __version__},
            "reference": self.reference,
            "resamples": self.resamples,
            "permutations": self.permutations,
            "seed": self.seed,
            "level": LEVEL,
            "alpha": ALPHA,
            "tests": self.tests,
            "notes": list(self.notes),
            "comparisons": [
                {
                    "dataset": pair.dataset,
                    "a": pair.a,
                    "b": pair.b,
                    "images": pair.images,
                    "swaps": pair.swaps,
                    "exact": pair.exact,
                    "signatures": dict(zip("ab", pair.signatures, strict=True)),
                    "columns": {change.column: change.to_dict() for change in pair.changes},
                }
                for pair in self.pairs
            ],
        }


def compare(
    candidates: Sequence[Candidate],
    *,
    resamples: int = RESAMPLES,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Comparison:
    """Compare every method with the first, on each data set that both have.

    Args:
        candidates: methods on data sets; the method of the first is the reference, A.
        resamples: of the bootstrap.
        permutations: of the test, where not all can be tried.
        seed: of both.

    Returns:
        Differences, with p-values corrected over all methods, data sets and columns (Holm).

    Raises:
        UsageError: there is only one method.
        PairingError: the methods share no data set, or not its images.
        ReportError: they were not scored alike, or share no column.
    """
    methods = list(dict.fromkeys(one.method for one in candidates))
    if len(methods) < 2:
        raise UsageError("there is only one method; name another to compare it with.")
    reference, *others = methods
    held = {(one.method, one.dataset): one for one in candidates}
    sets = list(dict.fromkeys(one.dataset for one in candidates))
    pairs, notes = [], []
    for method in others:
        both = [d for d in sets if (reference, d) in held and (method, d) in held]
        if not both:
            raise PairingError(
                f"{method} and {reference} share no data set: {_sets(candidates, method)} "
                f"against {_sets(candidates, reference)}."
            )
        notes += [
            f"{dataset}: only {one} has it; not compared with {other}"
            for dataset in sets
            for one, other in ((reference, method), (method, reference))
            if (one, dataset) in held and (other, dataset) not in held
        ]
        for dataset in both:
            a, b = held[reference, dataset], held[method, dataset]
            _require_alike(a, b)
            pairs.append(_pair(a, b, resamples, permutations, seed))
    corrected = iter(holm([change.p for pair in pairs for change in pair.changes]))
    pairs = [
        replace(pair, changes=tuple(replace(c, p_holm=next(corrected)) for c in pair.changes))
        for pair in pairs
    ]
    return Comparison(
        reference=reference,
        pairs=tuple(pairs),
        tests=sum(change.p is not None for pair in pairs for change in pair.changes),
        resamples=resamples,
        permutations=permutations,
        seed=seed,
        notes=tuple(notes),
    )


def _sets(candidates: Sequence[Candidate], method: str) -> str:
    return listed([one.dataset for one in candidates if one.method == method])


def _require_alike(a: Candidate, b: Candidate) -> None:
    """Make sure that both were scored on the same images by the same conventions."""
    names = set(a.names), set(b.names)
    alone = [n for n in a.names if n not in names[1]], [n for n in b.names if n not in names[0]]
    if any(alone):
        where = [
            f"{len(only)} in {one.method} only (first: {only[0]})"
            for one, only in zip((a, b), alone, strict=True)
            if only
        ]
        raise PairingError(
            f"{b.method} and {a.method} do not hold the same images of {a.dataset}: "
            f"{', '.join(where)}. Score both on the same images."
        )
    if a.signature is None or b.signature is None:
        return
    reasons = Signature.parse(a.signature).differences(Signature.parse(b.signature))
    if reasons:
        raise ReportError(
            f"{b.method} cannot be compared with {a.method} on {a.dataset}: {'; '.join(reasons)}. "
            "Score both in the same way."
        )


def _pair(a: Candidate, b: Candidate, resamples: int, permutations: int, seed: int) -> Pair:
    shared = [c for c in a.measured.columns if c in b.measured.columns]  # of tables
    one, other = (
        Measurements({column: x.measured.columns[column] for column in shared}, x.measured.curves)
        for x in (a, b)
    )
    found = differences(
        one,
        other,
        a.summarise,
        resamples=resamples,
        permutations=permutations,
        seed=seed,
    )
    known = [column for card in METRICS.values() for column in card.columns]
    changes = []
    for column in (c for c in known if c in found and c in a.scores and c in b.scores):
        _, interval, p = found[column]
        score_a, score_b = a.scores[column], b.scores[column]
        difference = None if score_a is None or score_b is None else score_b - score_a
        changes.append(
            Change(
                column=column,
                a=score_a,
                b=score_b,
                difference=difference,
                interval=interval,
                p=p,
                **_by_image(
                    column, a.names, a.measured.columns[column], b.measured.columns[column]
                ),
            )
        )
    if not changes:
        raise ReportError(f"{b.method} and {a.method} share no column that can be compared.")
    exact = len(a.names) <= EXACT
    return Pair(
        dataset=a.dataset,
        a=a.method,
        b=b.method,
        images=len(a.names),
        swaps=2 ** len(a.names) if exact else permutations,
        exact=exact,
        signatures=(a.signature, b.signature),
        changes=tuple(changes),
    )


def _by_image(column: str, names: Sequence[str], a: FloatArray, b: FloatArray) -> dict[str, Any]:
    """Who wins how often, and the images that moved most."""
    gain = b - a if better(column) == "higher" else a - b
    defined = ~np.isnan(gain)
    won, lost = gain > TIE, gain < -TIE

    def most(order: FloatArray, among: NDArray[np.bool_]) -> tuple[Moved, ...]:
        # stable: of equal changes, the first in the order of names; NaN are last
        ranked = np.argsort(order, kind="stable")[:MOVED]
        return tuple(Moved(names[i], float(a[i]), float(b[i])) for i in ranked if among[i])

    return {
        "wins": int(won.sum()),
        "ties": int((defined & ~won & ~lost).sum()),
        "losses": int(lost.sum()),
        "undefined": int((~defined).sum()),
        "improved": most(-gain, won),
        "worsened": most(gain, lost),
    }
