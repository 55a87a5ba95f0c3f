"""What can be wrong with the predictions of one method, by themselves and beside their masks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sodeval.doctor.facts import Checkup, commonest
from sodeval.doctor.files import are_swapped, most, of_files
from sodeval.doctor.finding import Finding, Severity, counted, first, twins_shown


def of_maps(checkup: Checkup, *, same: bool) -> Iterator[Finding]:
    """What is to be said about the predictions of one method for one data set."""
    match, facts = checkup.match, checkup.maps

    def say(severity: Severity, kind: str, names: Iterable[str], text: str) -> Finding:
        return Finding(severity, kind, text, match.method, match.dataset, tuple(names))

    if match.missing:
        yield say("error", "missing", match.missing, _missing(checkup))
    if match.extra:
        what = "prediction has" if len(match.extra) == 1 else "predictions have"
        yield say(
            "warning",
            "extra",
            match.extra,
            f"{len(match.extra)} {what} no mask and would not be scored{first(match.extra)}. "
            "Remove them, or give the masks.",
        )
    if match.stripped:
        yield say("note", "stripped", (), f"files are matched without {_affix(match.stripped)}.")
    yield from of_files(facts, "prediction", match.method, match.dataset)
    if are_swapped(checkup):
        yield say(
            "error",
            "swapped",
            (),
            "predictions are black and white and masks are grey: the two look swapped. "
            "Predictions come first: sodeval doctor PREDS GT.",
        )
    if not same:
        yield from _of_pairs(checkup)
    if names := facts.having("zero_one"):
        yield say(
            "warning",
            "pred_0_1",
            names,
            f"{counted(names, facts, 'prediction', 'hold')} 0 and 1 only{first(names)}. Multiply "
            "them by 255; protocols without min-max would take them for black.",
        )
    black = facts.having("all_zero")
    lost = {*facts.having("low_16_bit"), *facts.having("alpha_mask")}
    if names := [name for name in black if name not in lost]:
        yield say(
            "error" if len(names) == facts.read else "warning",
            "black_pred",
            names,
            f"{counted(names, facts, 'prediction', 'are')} black all over{first(names)}. "
            "Look at the model's output.",
        )
    if names := [name for name in facts.having("constant") if name not in set(black)]:
        yield say(
            "error" if len(names) == facts.read else "warning",
            "constant_pred",
            names,
            f"{counted(names, facts, 'prediction', 'are')} of one grey all over{first(names)}. "
            "Such maps are not min-maxed; look at the model's output.",
        )
    if twins := facts.twins():
        names = [name for group in twins for name in group]
        yield say(
            "warning",
            "duplicate_pred",
            names,
            f"{counted(names, facts, 'prediction', 'have')} the same pixels as another"
            f"{twins_shown(twins)}. Check that none was copied over another.",
        )
    binary = facts.having("binary")
    if not same and most(binary, facts) and not are_swapped(checkup):
        yield say(
            "note",
            "binary_pred",
            binary,
            f"{counted(binary, facts, 'prediction', 'are')} black and white: curves have one "
            "step, and max and mean F compare badly with those of grey maps.",
        )


def _of_pairs(checkup: Checkup) -> Iterator[Finding]:
    """What predictions are against their masks."""
    match, facts = checkup.match, checkup.maps

    def say(severity: Severity, kind: str, names: Iterable[str], text: str) -> Finding:
        return Finding(severity, kind, text, match.method, match.dataset, tuple(names))

    turned = checkup.having("turned")
    if turned:
        yield say(
            "error",
            "turned_pred",
            turned,
            f"{counted(turned, facts, 'prediction', 'have')} width and height of the mask exchanged"
            f"{first(turned)}. Turn them, or fix how images are loaded (EXIF).",
        )
    if names := [name for name in checkup.having("other_size") if name not in set(turned)]:
        yield say(
            "warning",
            "other_size",
            names,
            f"{counted(names, facts, 'prediction', 'are')} of another size than the mask"
            f"{_typical(checkup)}{first(names)}. score resizes them; save them at the size of "
            "the image, or refuse them with --size-mismatch error.",
        )
    if names := checkup.having("identical"):
        yield say(
            "error" if 2 * len(names) > facts.read else "warning",
            "identical",
            names,
            f"{counted(names, facts, 'prediction', 'have')} the same pixels as their mask"
            f"{first(names)}. Check that masks were not copied among predictions.",
        )
    judged = sum(
        len(checkup.pairs.get(what, ()))
        for what in ("upright", "unclear", "inverted", "clearly inverted")
    )
    clear = checkup.having("clearly inverted")
    names = [*clear, *checkup.having("inverted")]
    if names and 2 * len(names) > judged:
        yield say(
            "error",
            "inverted",
            names,
            f"{counted(names, facts, 'prediction', 'fit')} better as 255 - p{first(names)}: "
            "the maps look inverted, unless the masks are. Objects must be white in both.",
        )
    elif clear:
        yield say(
            "note",
            "inverted_some",
            clear,
            f"{counted(clear, facts, 'prediction', 'fit')} clearly better as 255 - p"
            f"{first(clear)}. Look at them.",
        )


def _missing(checkup: Checkup) -> str:
    match, known = checkup.match, checkup.recognised
    count, total = len(match.missing), len(match.pairs)
    if known is not None and total == known.dataset.images:
        for variant in known.dataset.variants:
            if variant.without and set(variant.without) == set(match.missing):
                return (
                    f"{known.dataset.id}, {total - count} of {total}: {variant.about} "
                    f"({', '.join(match.missing)}). Use --missing skip to score the others."
                )
        for seen in known.dataset.seen:
            if seen.images == total - count:
                return (
                    f"{known.dataset.id}, {total - count} of {total}: {seen.about} are known"
                    f"{first(match.missing)}. Use --missing skip to score the others."
                )
    verb = "is" if count == 1 else "are"
    return (
        f"{count} of {total} predictions {verb} missing{first(match.missing)}. Use --missing skip "
        "to leave such images out, or --missing zero to score empty maps."
    )


def _affix(stripped: str) -> str:
    side, _, affix = stripped.partition(": ")
    return f"the {affix} of {'masks' if side == 'ground truth' else 'predictions'}"


def _typical(checkup: Checkup) -> str:
    """What most of the predictions of another size have in common."""
    names = checkup.pairs.get("other_size", ())
    (height, width), same = commonest(checkup.maps.sizes)
    if len(checkup.maps.sizes) == 1 and same > 1:
        return f", all {width} x {height}"
    (across, down), alike = commonest(checkup.ratios)
    if 2 * alike > len(names):
        ratio = f"{across:g}" if across == down else f"{across:g} x {down:g}"
        return f", mostly {ratio} of it"
    return ""
