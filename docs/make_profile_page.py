"""Count every network of the zoo by every rule, for docs/profile.md.

    python docs/make_profile_page.py

The tables between the markers of the page are written anew; nothing is fetched or computed, only
counted. With ``--check`` nothing is written, and the exit code is 1 if something would change.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from sodeval.models import CARDS
from sodeval.models.card import ModelCard
from sodeval.profiling.profile import profile
from sodeval.profiling.result import Profile
from sodeval.profiling.rules import RULES
from sodeval.profiling.shapes import build_on_shapes

PAGE = Path(__file__).parent / "profile.md"
EXAMPLES = ("csnet-L-x2", "dgnet-L512", "dgnet-Bstar224", "csf-res2net50", "u2netp")


def main(arguments: Sequence[str] | None = None) -> int:
    """Count, and write or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it would change")
    given = parser.parse_args(arguments)
    page = PAGE.read_text(encoding="utf-8")
    profiles = counted(card for card in CARDS.values() if card.needs_torch)
    new = between(page, "rules", rules_table())
    new = between(new, "models", models_table(profiles))
    new = between(new, "examples", examples_table(profiles))
    if new != page and not given.check:
        PAGE.write_text(new, encoding="utf-8")
    return int(new != page and given.check)


def counted(cards: Iterable[ModelCard]) -> dict[str, Profile]:
    """Profiles without time and memory; of networks that have shapes and no weights."""
    return {card.name: profile(build_on_shapes(card), card, speed=False) for card in cards}


def rules_table() -> str:
    """What each rule counts, in the words of the command."""
    lines = ["| rule | counts |", "|:--|:--|"]
    lines += [f"| {rule.title} | {rule.about} |" for rule in RULES.values()]
    return "\n".join(lines)


def models_table(profiles: dict[str, Profile]) -> str:
    """One row a model: ours by every rule, and what its authors print."""
    lines = [
        "| model | input | parameters | that train | by the authors' rule | published |"
        " torch | fvcore's rule | authors' rule | published |",
        f"|:--|:--|{'--:|' * 8}",
    ]
    for name, found in profiles.items():
        said, count = found.published, found.by_authors
        by_authors = None if count is None else count.params
        elsewhere = said.macs is not None and said.size != found.size
        cells = [
            f"`{name}`",
            f"{found.size[0]}x{found.size[1]}",
            f"{found.params:,}",
            "all" if found.trainable == found.params else f"{found.trainable:,}",
            "–" if by_authors is None else f"{by_authors:,}",
            _published_params(said.params),
            _giga(found.counts["torch"].macs),
            _giga(found.counts["operators"].macs),
            "–" if count is None else f"{_giga(count.macs)} ({RULES[count.rule].title})",
            "–" if said.macs is None else f"{said.macs / 1e9:.6g}{' *' if elsewhere else ''}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def examples_table(profiles: dict[str, Profile]) -> str:
    """The counts of a few models, each over torch's."""
    lines = ["| model | torch | fvcore's rule | authors' rule |", "|:--|--:|--:|--:|"]
    for name in EXAMPLES:
        found = profiles[name]
        base, count = found.counts["torch"], found.by_authors
        over = found.counts["operators"].macs / base.macs
        theirs = "–" if count is None else f"× {count.macs / base.macs:.3f}"
        lines.append(f"| `{name}` | {_giga(base.macs)} G | × {over:.3f} | {theirs} |")
    return "\n".join(lines)


def between(page: str, name: str, text: str) -> str:
    """Put a text between the markers of its name."""
    start, end = f"<!-- {name}: generated -->", f"<!-- /{name} -->"
    before, found, rest = page.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{PAGE.name} has no {start} … {end}")
    return f"{before}{start}\n{text}\n{end}{after}"


def _giga(macs: int) -> str:
    return f"{macs / 1e9:.4f}"


def _published_params(params: float | None) -> str:
    if params is None:
        return "–"
    return f"{params / 1e6:.6g} M" if params >= 1e6 else f"{params / 1e3:.6g} K"


if __name__ == "__main__":
    sys.exit(main())
