"""What can be wrong with ground truths, and which data set they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sodeval.doctor.facts import Checkup
from sodeval.doctor.files import are_swapped, of_files
from sodeval.doctor.finding import Finding, Severity, counted, first, twins_shown
from sodeval.recognition import Recognised, look_like

_FEW = 0.01  # of the masks: so many twins happen in released data sets


def of_truths(checkup: Checkup) -> Iterator[Finding]:
    """What is to be said about the masks of one data set."""
    facts, known = checkup.truths, checkup.recognised
    dataset = checkup.match.dataset

    def say(severity: Severity, kind: str, names: Iterable[str], text: str) -> Finding:
        return Finding(severity, kind, text, None, dataset, tuple(names))

    if known is not None:
        yield from _of_recognised(known, checkup)
    if others := look_like(dataset, facts.names):
        yield say(
            "warning",
            "other_dataset",
            (),
            f"the folder is named for {dataset}, but its files are named like those of "
            f"{' or '.join(others)} (first: {facts.names[0]}). Check which masks these are.",
        )
    yield from of_files(facts, "mask", None, dataset)
    if names := facts.having("zero_one"):
        yield say(
            "error",
            "gt_0_1",
            names,
            f"{counted(names, facts, 'mask', 'hold')} 0 and 1 only and would score as empty"
            f"{first(names)}. Multiply them by 255.",
        )
    if names := facts.having("dark"):
        palette = " (a palette is read by the brightness of its colours)"
        yield say(
            "error",
            "dark_gt",
            names,
            f"{counted(names, facts, 'mask', 'have')} no pixel above 128 and would score as empty"
            f"{first(names)}{palette if facts.having('palette') else ''}. "
            "Save them as 0 and 255.",
        )
    lost = {*facts.having("low_16_bit"), *facts.having("alpha_mask")}
    if names := [name for name in facts.having("all_zero") if name not in lost]:
        usual = known is not None and known.dataset.empty_masks
        yield say(
            "note" if usual else "warning",
            "empty_gt",
            names,
            f"{counted(names, facts, 'mask', 'are')} empty{first(names)}. "
            "By default F is zero there whatever is predicted"
            + (f"; {known.dataset.id} has such images." if usual and known else "; check them."),
        )
    if names := facts.having("full"):
        yield say(
            "warning",
            "full_gt",
            names,
            f"{counted(names, facts, 'mask', 'are')} foreground all over{first(names)}. "
            "Check them.",
        )
    dark = {*facts.having("zero_one"), *facts.having("dark")}
    names = [name for name in facts.having("grey") if name not in dark]
    if names and not are_swapped(checkup):
        usual = known is not None and known.dataset.grey_masks
        share = float(100 * facts.grey / facts.read)
        yield say(
            "note" if usual else "warning",
            "grey_gt",
            names,
            f"{counted(names, facts, 'mask', 'have')} more than 1 % grey pixels"
            f"{first(names)}, {share:.1f} % over all. The cut above 128 decides; "
            + (
                f"masks of {known.dataset.id} are known to be so, and the cut is part of the "
                "signature."
                if usual and known
                else "save masks as PNG and resize them with nearest neighbour."
            ),
        )
    if names := facts.having("jpeg"):
        yield say(
            "warning",
            "jpeg_gt",
            names,
            f"{counted(names, facts, 'mask', 'are')} JPEG files, which blur edges{first(names)}. "
            "Use the PNG files of the release if there are any.",
        )
    if twins := facts.twins():
        names = [name for group in twins for name in group]
        yield say(
            "note" if len(names) <= max(2, _FEW * facts.read) else "warning",
            "duplicate_gt",
            names,
            f"{counted(names, facts, 'mask', 'have')} the same pixels as another"
            f"{twins_shown(twins)}. Check that none was copied over another.",
        )


def _of_recognised(known: Recognised, checkup: Checkup) -> Iterator[Finding]:
    """What is to be said about the number of masks."""
    dataset, total, count = known.dataset, known.dataset.images, known.images
    folder = checkup.match.dataset
    by_stems = "" if known.named else "by the names of its files this is "
    unsure = " (the usual figure, not confirmed)" if dataset.confidence == "usual" else ""
    variant = known.variant
    severity: Severity = "note"
    absent: tuple[str, ...] = ()
    if total is None:
        return
    if count == total:
        text = f"{by_stems}{dataset.id}, all {total} images{unsure}"
    elif variant is not None:
        severity = "note" if variant in dataset.variants else "warning"
        absent = known.absent if variant.without else ()
        text = f"{by_stems}{dataset.id}, {count} of {total}: {variant.about}"
        text += f" ({', '.join(absent)})" if absent else ""
        text += f"; known as {known.id}" if severity == "note" else ""
    elif count < total:
        severity = "warning"
        text = (
            f"{by_stems}{dataset.id}, {count} of {total}{unsure}: a part of the set, whose scores "
            "do not compare with those of the whole"
        )
    else:
        severity = "warning"
        text = (
            f"{by_stems}{dataset.id}, {count} masks where {total} are expected{unsure}: "
            "look for stray files"
        )
    advice = "" if known.named else f" Name the folder {dataset.id} to have it so in reports."
    yield Finding(severity, "dataset", f"{text}.{advice}", None, folder, absent)
