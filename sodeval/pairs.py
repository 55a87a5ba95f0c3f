"""Folders and archives -> pairs of a prediction and its mask.

Which file belongs to which mask is told from names alone, as is which folder belongs to which
method and data set (`sodeval.layout`). No file is opened.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from sodeval.errors import PairingError
from sodeval.files import FileRef, Store, open_store
from sodeval.layout import label_of, lay_out, look_swapped, refuse_images
from sodeval.names import listed, natural_key, readable

_AGREEING = 3  # names that must share an affix which no sign such as `_` sets apart
_PREDS_HINT = (
    "If these folders are methods, put data-set folders below them: PREDS/METHOD/{dataset}."
)
_MASKS_HINT = "If these folders are data sets, give the folders of predictions the same names."
_NAMES_HINT = (
    "Give both the same names; a prefix or suffix that all files of one side share may stay "
    "if it is the only one that fits."
)
_SWAPPED_HINT = "The two look swapped: predictions come first, ground truth second."


@dataclass(frozen=True, slots=True)
class Pair:
    """One image: ``name`` is the stem of its mask; ``pred`` is None where none was found."""

    name: str
    pred: FileRef | None
    gt: FileRef


@dataclass(frozen=True, slots=True)
class Match:
    """What one method has for one data set.

    Attributes:
        method: Where the predictions come from.
        dataset: The canonical id of the data set, or the name of its folder.
        pairs: One for every mask, in natural order.
        extra: Stems of predictions that no mask asks for.
        stripped: What was taken off one side's names to match them, in words.
    """

    method: str
    dataset: str
    pairs: tuple[Pair, ...]
    extra: tuple[str, ...]
    stripped: str | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the images without a prediction."""
        return tuple(pair.name for pair in self.pairs if pair.pred is None)


@dataclass(frozen=True, slots=True)
class Plan:
    """All there is to score, and what was noticed on the way.

    The files of a plan can be read until it is closed; it is a context manager.
    """

    matches: tuple[Match, ...]
    notes: tuple[str, ...]
    stores: tuple[Store, ...] = field(default=(), repr=False, compare=False)

    def close(self) -> None:
        """Close the folders and archives behind the pairs."""
        for store in self.stores:
            store.close()

    def __enter__(self) -> Self:
        """Close on the way out."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close."""
        self.close()


def discover(
    preds: str | os.PathLike[str], gt: str | os.PathLike[str], what: str = "predictions"
) -> Plan:
    """Pair the predictions in one folder or archive with the masks in another.

    Args:
        preds: The folder or archive of predictions, or of photographs.
        gt: The folder or archive of masks.
        what: What messages call the files of ``preds``, in the plural.

    Raises:
        PairingError: If the two do not fit together.
        DecodeError: If an archive is damaged.
    """
    with ExitStack() as stack:
        pred_store = stack.enter_context(open_store(preds, what))
        gt_store = stack.enter_context(open_store(gt, "ground truth"))
        refuse_images(gt_store, os.fsdecode(gt))
        for store, kind in ((pred_store, what), (gt_store, "ground truth")):
            if not store.paths:
                raise PairingError(
                    f"{kind}: no images (png, jpg, bmp, tif, webp) in {store.label!r}. "
                    "Check the path."
                )
        notes = []
        if os.path.samefile(preds, gt):
            notes.append(f"{what} and ground truth are the same files: every score is perfect")
        elif look_swapped(pred_store, gt_store):
            notes.append(
                f"{what} come first and ground truth second, yet {pred_store.label!r} "
                "is named like a folder of masks: are the two swapped?"
            )
        matches = _matches(pred_store, gt_store, notes, what)
        stack.pop_all()
        return Plan(tuple(matches), tuple(notes), (pred_store, gt_store))


def require_complete(plan: Plan) -> None:
    """Refuse a plan with missing predictions.

    Raises:
        PairingError: If any mask has no prediction.
    """
    incomplete = [(match, missing) for match in plan.matches if (missing := match.missing)]
    if not incomplete:
        return
    match, missing = incomplete[0]
    others = len(incomplete) - 1
    raise PairingError(
        f"{len(missing)} of {len(match.pairs)} predictions of {match.method} for {match.dataset} "
        f"{'is' if len(missing) == 1 else 'are'} missing ({listed(missing)})"
        + (f", and {others} more of {len(plan.matches)} results lack some. " if others else ". ")
        + "Use --missing skip to leave such images out, or --missing zero to score empty maps."
    )


def _matches(preds: Store, gts: Store, notes: list[str], what: str) -> list[Match]:
    layout = lay_out(preds, gts, notes)
    masks: dict[str, dict[str, FileRef]] = {}
    matches = []
    for method in sorted(layout.methods, key=natural_key):
        if absent := [
            dataset for dataset in layout.truths if dataset not in layout.methods[method]
        ]:
            notes.append(f"no {what} of {method} for {listed(absent)}: not scored")
        for dataset in (dataset for dataset in layout.truths if dataset in layout.methods[method]):
            if dataset not in masks:
                refs = _by_stem(gts, layout.truths[dataset].files, "masks", _MASKS_HINT)
                masks[dataset] = {stem: refs[stem] for stem in sorted(refs, key=natural_key)}
            hint = _PREDS_HINT.format(dataset=dataset)
            maps = _by_stem(preds, layout.methods[method][dataset].files, what, hint)
            match = _match(method, dataset, maps, masks[dataset], what)
            if match is None:
                places = (
                    f"{label_of(store, part.path)} has {next(iter(stems))!r}"
                    for store, part, stems in (
                        (preds, layout.methods[method][dataset], maps),
                        (gts, layout.truths[dataset], masks[dataset]),
                    )
                )
                raise PairingError(
                    f"no {what[:-1]} of {method} for {dataset} is named like a mask: "
                    f"{', '.join(places)}. "
                    f"{_SWAPPED_HINT if look_swapped(preds, gts) else _NAMES_HINT}"
                )
            matches.append(match)
    return matches


def _by_stem(store: Store, paths: Iterable[str], what: str, hint: str) -> dict[str, FileRef]:
    """The files by their stems, of which there may be one each."""
    by_stem: dict[str, str] = {}
    for path in paths:
        stem = readable(path.rpartition("/")[2].rpartition(".")[0])
        twin = by_stem.setdefault(stem, path)
        if twin != path:
            same_folder = twin.rpartition("/")[0] == path.rpartition("/")[0]
            raise PairingError(
                f"two {what} are named {stem!r}: {store.describe(twin)} and "
                f"{store.describe(path)}. {'Keep one of them.' if same_folder else hint}"
            )
    return {stem: FileRef(store, path) for stem, path in by_stem.items()}


def _match(
    method: str, dataset: str, maps: dict[str, FileRef], masks: dict[str, FileRef], what: str
) -> Match | None:
    """The pairs of one method and data set; None if there is not a single one."""
    of_mask = {name: name for name in masks}  # the stem of the prediction; "" is nobody's
    stripped = None
    if maps.keys().isdisjoint(masks):
        pred_affix, gt_affix = _affix(maps, masks), _affix(masks, maps)
        if pred_affix and not gt_affix:
            stripped = f"{what}: {_in_words(*pred_affix)}"
            of_mask = {_core(stem, *pred_affix) or "": stem for stem in maps}
        elif gt_affix and not pred_affix:
            stripped = f"ground truth: {_in_words(*gt_affix)}"
            of_mask = {name: _core(name, *gt_affix) or "" for name in masks}
        else:
            return None
    pairs = tuple(Pair(name, maps.get(of_mask.get(name, "")), ref) for name, ref in masks.items())
    used = {of_mask.get(name) for name in masks}
    extra = tuple(sorted((stem for stem in maps if stem not in used), key=natural_key))
    return Match(method, dataset, pairs, extra, stripped)


def _affix(longer: Collection[str], shorter: Collection[str]) -> tuple[str, str] | None:
    """The one prefix and suffix that turns the stems of one side into those of the other.

    Every longer stem that has a shorter one in it must have it between the same two strings, and
    there must be no second choice of the two. Two kinds of map in one folder (`x_sal`, `x_edge`)
    or repetitive names (`a_a` for `a`) are therefore refused. Stems that have no shorter one in
    them are extra files; too many of those, and the likeness is chance. So it may be where one or
    two names alone agree and nothing sets the affix apart: `boat` is no `oa` with a prefix.
    """
    lengths = sorted({len(stem) for stem in shorter})
    common: set[tuple[str, str]] = set()
    fitting = 0
    for stem in longer:
        # Looking at all parts of a stem is slow; mostly the choice so far explains it.
        fits = {affix for affix in common if _core(stem, *affix) in shorter}
        if not fits:
            fits = {
                (stem[:start], stem[start + length :])
                for length in lengths
                for start in range(len(stem) - length + 1)
                if stem[start : start + length] in shorter
            }
            fits = {affix for affix in fits if _core(stem, *affix)}
            if not fits:
                continue
            if common:
                return None
        common = fits
        fitting += 1
    if len(common) != 1 or 2 * fitting < min(len(longer), len(shorter)):
        return None
    prefix, suffix = next(iter(common))
    set_apart = not (prefix[-1:].isalnum() or suffix[:1].isalnum())
    return (prefix, suffix) if set_apart or fitting >= _AGREEING else None


def _core(stem: str, prefix: str, suffix: str) -> str | None:
    """A stem without its affixes; None if it lacks them or if that would cut a number in two."""
    end = len(stem) - len(suffix)
    core = stem[len(prefix) : end]
    if not (core and stem.startswith(prefix) and stem.endswith(suffix)):
        return None
    cuts_before = prefix[-1:].isdigit() and core[0].isdigit()
    cuts_after = suffix[:1].isdigit() and core[-1].isdigit()
    return None if cuts_before or cuts_after else core


def _in_words(prefix: str, suffix: str) -> str:
    affixes = (("prefix", prefix), ("suffix", suffix))
    return " and ".join(f"{kind} {affix!r}" for kind, affix in affixes if affix)
