"""Folders and archives -> pairs of a prediction and its mask.

Two questions are answered here, from names alone: which folder belongs to which method and data
set, and which file belongs to which mask. No file is opened.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from sodeval.datasets import (
    canonical,
    is_image_folder,
    is_known,
    is_mask_folder,
    is_side_folder,
    mask_folder_owner,
)
from sodeval.errors import PairingError
from sodeval.files import FileRef, FolderStore, Store, open_store

_SHOWN = 5  # names a message lists before it only counts
_NUMBER = re.compile("0*([0-9]+)")
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


def discover(preds: str | os.PathLike[str], gt: str | os.PathLike[str]) -> Plan:
    """Pair the predictions in one folder or archive with the masks in another.

    Raises:
        PairingError: If the two do not fit together.
        DecodeError: If an archive is damaged.
    """
    with ExitStack() as stack:
        pred_store = stack.enter_context(open_store(preds, "predictions"))
        gt_store = stack.enter_context(open_store(gt, "ground truth"))
        _refuse_images(gt_store, os.fsdecode(gt))
        for store, what in ((pred_store, "predictions"), (gt_store, "ground truth")):
            if not store.paths:
                raise PairingError(
                    f"{what}: no images (png, jpg, bmp, tif, webp) in {store.label!r}. "
                    "Check the path."
                )
        notes = []
        if os.path.samefile(preds, gt):
            notes.append("predictions and ground truth are the same files: every score is perfect")
        elif _look_swapped(pred_store, gt_store):
            notes.append(
                f"predictions come first and ground truth second, yet {pred_store.label!r} "
                "is named like a folder of masks: are the two swapped?"
            )
        matches = _matches(pred_store, gt_store, notes)
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
        f"{'is' if len(missing) == 1 else 'are'} missing ({_listed(missing)})"
        + (f", and {others} more of {len(plan.matches)} results lack some. " if others else ". ")
        + "Use --missing skip to leave such images out, or --missing zero to score empty maps."
    )


def natural_key(name: str) -> str:
    """Sorts ``img2`` before ``img10``, whatever the case."""
    # A number becomes its length and its digits: so text compares by value, at any length.
    return f"{_NUMBER.sub(_by_value, name.casefold())}\0{name}"


def _by_value(number: re.Match[str]) -> str:
    digits = number[1]
    return chr(len(digits)) + digits


class _Folder:
    """A folder with images in or below it."""

    __slots__ = ("files", "folders", "name", "path")

    def __init__(self, name: str, path: str):
        self.name = name
        self.path = path
        self.files: list[str] = []
        self.folders: list[_Folder] = []

    def all(self) -> list[str]:
        """The files in and below the folder."""
        return self.files + [path for folder in self.folders for path in folder.all()]

    def names(self) -> set[str]:
        """The data sets or methods that the folder and those below are named for."""
        return {canonical(self.name)}.union(*(folder.names() for folder in self.folders))


@dataclass(frozen=True, slots=True)
class _Found:
    """The files of one data set, on either side; ``above`` is the path of the method's folder."""

    dataset: str
    path: str
    above: str
    files: list[str]


def _tree(store: Store, name: str) -> _Folder:
    root = _Folder(name, "")
    folders = {"": root}

    def folder_at(path: str) -> _Folder:
        if path not in folders:
            above, _, name = path.rpartition("/")
            folders[path] = _Folder(_readable(name), path)
            folder_at(above).folders.append(folders[path])
        return folders[path]

    for path in store.paths:
        folder_at(path.rpartition("/")[0]).files.append(path)
    for folder in folders.values():
        folder.folders.sort(key=lambda folder: natural_key(folder.name))
    return root


def _matches(preds: Store, gts: Store, notes: list[str]) -> list[Match]:
    pred_root = _tree(preds, _readable(preds.name))
    gt_root = _tree(gts, _gt_name(gts))
    truths = _truths_by_id(gts, gt_root, pred_root.names(), notes)
    found, loose = _predictions(pred_root, truths.keys())
    if not found:
        found, loose = [_flat(preds, pred_root, gts, truths)], []
    if loose:
        folders = _listed([_label(preds, folder.path) for folder in loose])
        notes.append(f"no ground truth for these predictions, not scored: {folders}")
    placed = {path for part in (*found, *loose) for path in part.files}
    if strays := [path for path in preds.paths if path not in placed]:
        notes.append(_left_out(preds, strays, "beside the folders of data sets"))

    names = _method_names(preds, {item.above for item in found}, found[0].dataset)
    by_method: dict[str, dict[str, _Found]] = {}
    for item in found:
        twin = by_method.setdefault(names[item.above], {}).setdefault(item.dataset, item)
        if twin is not item:
            raise PairingError(
                f"two folders hold predictions of {names[item.above]} for {item.dataset}: "
                f"{_label(preds, twin.path)} and {_label(preds, item.path)}. Keep one of them."
            )
    masks: dict[str, dict[str, FileRef]] = {}
    matches = []
    for method in sorted(by_method, key=natural_key):
        if absent := [dataset for dataset in truths if dataset not in by_method[method]]:
            notes.append(f"no predictions of {method} for {_listed(absent)}: not scored")
        for dataset in (dataset for dataset in truths if dataset in by_method[method]):
            if dataset not in masks:
                refs = _by_stem(gts, truths[dataset].files, "masks", _MASKS_HINT)
                masks[dataset] = {stem: refs[stem] for stem in sorted(refs, key=natural_key)}
            hint = _PREDS_HINT.format(dataset=dataset)
            maps = _by_stem(preds, by_method[method][dataset].files, "predictions", hint)
            match = _match(method, dataset, maps, masks[dataset])
            if match is None:
                places = (
                    f"{_label(store, part.path)} has {next(iter(stems))!r}"
                    for store, part, stems in (
                        (preds, by_method[method][dataset], maps),
                        (gts, truths[dataset], masks[dataset]),
                    )
                )
                raise PairingError(
                    f"no prediction of {method} for {dataset} is named like a mask: "
                    f"{', '.join(places)}. "
                    f"{_SWAPPED_HINT if _look_swapped(preds, gts) else _NAMES_HINT}"
                )
            matches.append(match)
    return matches


def _gt_name(store: Store) -> str:
    """The data set that GT is named for: its own name, or that of the folder it is the masks of."""
    for name in (store.name, *store.parents):
        if owner := mask_folder_owner(name):
            return owner
        if not (is_mask_folder(name) or is_image_folder(name)):
            return canonical(_readable(name))
    return store.name


def _truths_by_id(
    store: Store, root: _Folder, pred_names: set[str], notes: list[str]
) -> dict[str, _Found]:
    """The data sets of GT, in natural order of their names."""
    everything = _Found(root.name, "", "", root.all())
    truths = _truths(store, root, pred_names, notes) or [everything]
    by_id: dict[str, _Found] = {}
    for truth in sorted(truths, key=lambda truth: natural_key(truth.dataset)):
        where = _label(store, truth.path)
        if not truth.files:
            notes.append(f"{where} has a folder of images, but none of masks: not scored")
            continue
        twin = by_id.setdefault(truth.dataset, truth)
        if twin is not truth:
            raise PairingError(
                f"two folders hold the ground truth of {truth.dataset}: "
                f"{_label(store, twin.path)} and {where}. Keep one of them."
            )
    if not by_id:
        raise PairingError(
            f"ground truth: {store.label!r} has a folder of images, but none of masks "
            "(gt, mask, …). Give the folder of masks itself."
        )
    return by_id


def _truths(store: Store, folder: _Folder, pred_names: set[str], notes: list[str]) -> list[_Found]:
    """The data sets in a folder of ground truth; none if nothing there tells sets apart.

    A folder is a data set if it has a folder of masks or of images, if its name is a known one, or
    if a folder of predictions has the same name. Where one folder is, those beside it are too.
    """
    kids = [kid for kid in folder.folders if not _is_no_mask(kid.name)]
    masks = [kid for kid in kids if is_mask_folder(kid.name) and not mask_folder_owner(kid.name)]
    where = _label(store, folder.path)
    if len(masks) > 1:
        raise PairingError(
            f"ground truth: {where} has several folders of masks "
            f"({_listed([mask.name for mask in masks])}). Give the one to use."
        )
    if masks:
        rest = folder.files + [path for kid in kids if kid is not masks[0] for path in kid.all()]
        if rest:
            notes.append(_left_out(store, rest, f"beside the masks in {masks[0].name}"))
        inner = _truths(store, masks[0], pred_names, notes)
        return inner or [_Found(canonical(folder.name), folder.path, "", masks[0].all())]

    found: list[_Found] = []
    unnamed: list[_Found] = []
    for kid in kids:
        owner = mask_folder_owner(kid.name)
        inner = [] if owner else _truths(store, kid, pred_names, notes)
        dataset = owner or canonical(kid.name)
        # Beside files, a folder is taken for a data set only on better evidence than this.
        same_name = dataset in pred_names and not folder.files
        here = _Found(dataset, kid.path, "", kid.all())
        if inner or owner or is_known(dataset) or same_name:
            found += inner or [here]
        else:
            unnamed.append(here)
    if found:
        if folder.files:
            notes.append(_left_out(store, folder.files, "beside the folders of data sets"))
        return found + unnamed
    if len(kids) == len(folder.folders):
        return []
    no_masks = [kid.name for kid in folder.folders if _is_no_mask(kid.name)]
    files = folder.files + [path for kid in kids for path in kid.all()]
    if files:
        notes.append(f"{where}: not taken for masks: {_listed(no_masks)}")
    return [_Found(canonical(folder.name), folder.path, "", files)]


def _is_no_mask(name: str) -> bool:
    return is_image_folder(name) or is_side_folder(name)


def _predictions(folder: _Folder, datasets: Collection[str]) -> tuple[list[_Found], list[_Found]]:
    """The folders named like a data set of GT, and the topmost ones that lead to none."""
    found: list[_Found] = []
    loose: list[_Found] = []
    for kid in folder.folders:
        inner, inner_loose = _predictions(kid, datasets)
        dataset = canonical(kid.name)
        # A folder for a task, `sod/DUTS-TE`, may be named like a data set too.
        is_group = not kid.files and any(item.dataset != dataset for item in inner)
        if dataset in datasets and not is_group:
            found.append(_Found(dataset, kid.path, folder.path, kid.all()))
        elif inner:
            found += inner
            loose += inner_loose
        else:
            loose.append(_Found(dataset, kid.path, folder.path, kid.all()))
    return found, loose


def _flat(preds: Store, root: _Folder, gts: Store, truths: dict[str, _Found]) -> _Found:
    """All of PREDS as the predictions for one data set."""
    names = _listed(list(truths))
    own = canonical(root.name)
    if own in truths:
        return _Found(own, "", "", root.all())
    if len(truths) > 1:
        raise PairingError(
            f"no folder in {preds.label!r} is named like a data set in {gts.label!r} ({names}). "
            "Name the folders of predictions like the data sets, or give one data set."
        )
    dataset = next(iter(truths))
    others = {name for folder in root.folders for name in folder.names() if is_known(name)}
    if is_known(dataset) and others and not root.files:
        raise PairingError(
            f"the ground truth {gts.label!r} is {dataset}, but the predictions in "
            f"{preds.label!r} are for {_listed(sorted(others, key=natural_key))}. "
            "Give the ground truth of one of these, or one folder of predictions."
        )
    return _Found(dataset, "", "", root.all())


def _method_names(store: Store, above: set[str], dataset: str) -> dict[str, str]:
    """Names for the folders that hold data-set folders: what tells their paths apart."""
    parts = {path: path.split("/") if path else [] for path in above}
    shortest = min(len(path) for path in parts.values())
    first = next(iter(parts.values()))
    shared = 0
    while shared < shortest - 1 and all(p[shared] == first[shared] for p in parts.values()):
        shared += 1
    names = {path: _readable("/".join(p[shared:])) for path, p in parts.items()}
    if "" in names:
        # DGNet/DUTS-TE given as it is: the method is the folder above.
        own = [name for name in (store.name, *store.parents) if canonical(name) != dataset]
        names[""] = _readable(own[0] if own else store.name)
    return names


def _refuse_images(store: Store, path: str) -> None:
    """Refuse a GT that is the folder of input images of a data set."""
    if not (isinstance(store, FolderStore) and is_image_folder(store.name)):
        return
    above = os.path.dirname(os.path.abspath(path))
    masks = [name for name in sorted(os.listdir(above)) if is_mask_folder(name)]
    masks = [name for name in masks if os.path.isdir(os.path.join(above, name))]
    if masks:
        raise PairingError(
            f"ground truth: {store.label!r} is a folder of images. "
            f"The masks seem to be in {masks[0]!r} beside it."
        )


def _look_swapped(preds: Store, gts: Store) -> bool:
    """Whether PREDS is named like masks, and nothing about GT is."""
    gt_folders = (gts.name, *gts.paths[0].split("/")[:-1])
    return is_mask_folder(preds.name) and not any(map(is_mask_folder, gt_folders))


def _by_stem(store: Store, paths: Iterable[str], what: str, hint: str) -> dict[str, FileRef]:
    """The files by their stems, of which there may be one each."""
    by_stem: dict[str, str] = {}
    for path in paths:
        stem = _readable(path.rpartition("/")[2].rpartition(".")[0])
        twin = by_stem.setdefault(stem, path)
        if twin != path:
            same_folder = twin.rpartition("/")[0] == path.rpartition("/")[0]
            raise PairingError(
                f"two {what} are named {stem!r}: {store.describe(twin)} and "
                f"{store.describe(path)}. {'Keep one of them.' if same_folder else hint}"
            )
    return {stem: FileRef(store, path) for stem, path in by_stem.items()}


def _match(
    method: str, dataset: str, maps: dict[str, FileRef], masks: dict[str, FileRef]
) -> Match | None:
    """The pairs of one method and data set; None if there is not a single one."""
    of_mask = {name: name for name in masks}  # the stem of the prediction; "" is nobody's
    stripped = None
    if maps.keys().isdisjoint(masks):
        pred_affix, gt_affix = _affix(maps, masks), _affix(masks, maps)
        if pred_affix and not gt_affix:
            stripped = f"predictions: {_in_words(*pred_affix)}"
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
    them are extra files; too many of those, and the likeness is chance.
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
    return next(iter(common))


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


def _readable(name: str) -> str:
    """One spelling of a name: NFC, for macOS writes NFD, and free of bytes that are no text."""
    if name.isascii():
        return name
    return unicodedata.normalize("NFC", name.encode("utf-8", "backslashreplace").decode())


def _label(store: Store, path: str) -> str:
    return store.describe(path) if path else store.label


def _left_out(store: Store, paths: list[str], where: str) -> str:
    files = "1 image" if len(paths) == 1 else f"{len(paths)} images"
    return f"{files} {where} left out (first: {store.describe(paths[0])})"


def _listed(names: Collection[str]) -> str:
    shown = ", ".join(list(names)[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
