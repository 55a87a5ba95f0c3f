"""Everything the doctor says, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sodeval.doctor.facts import Checkup
from sodeval.doctor.finding import SEVERITIES, Finding
from sodeval.doctor.masks import of_truths
from sodeval.doctor.predictions import of_maps


def findings_of(checkups: Sequence[Checkup], notes: Sequence[str], *, same: bool) -> list[Finding]:
    """Everything worth saying, worst first, and otherwise in the order of the data sets.

    Args:
        checkups: what was found, data sets of one method together.
        notes: what was noticed while files were paired.
        same: whether predictions and ground truth are one folder.
    """
    found: list[Finding] = []
    if same:
        found.append(Finding("error", "same_files", f"{notes[0]}. Give the predictions first."))
        notes = notes[1:]
    found += [Finding("warning", "layout", note + "." * (note[-1] not in ".?")) for note in notes]
    truths = {checkup.match.dataset: checkup for checkup in checkups}
    for checkup in truths.values():
        found += of_truths(checkup)
    for checkup in checkups:
        found += of_maps(checkup, same=same)
    found += _of_methods(checkups)
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _of_methods(checkups: Sequence[Checkup]) -> Iterator[Finding]:
    """Methods whose predictions are the same."""
    groups: dict[tuple[str, int], list[Checkup]] = {}
    for checkup in checkups:
        where = frozenset(
            (digest, tuple(sorted(places))) for digest, places in checkup.maps.digests.items()
        )
        if where:
            groups.setdefault((checkup.match.dataset, hash(where)), []).append(checkup)
    for (dataset, _), group in groups.items():
        methods = [checkup.match.method for checkup in group]
        if len(methods) > 1:
            yield Finding(
                "warning",
                "same_predictions",
                f"{' and '.join(methods)} have the same predictions, all "
                f"{group[0].maps.read} of them. Check that none was copied.",
                None,
                dataset,
            )
