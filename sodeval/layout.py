"""Which folder of predictions belongs to which method and data set.

The layout is found from the names of folders: flat, data sets on both sides, or methods over data
sets; masks in folders of their own below a data set.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass

from sodeval.datasets import (
    canonical,
    is_image_folder,
    is_known,
    is_mask_folder,
    is_side_folder,
    mask_folder_owner,
)
from sodeval.errors import PairingError
from sodeval.files import FolderStore, Store
from sodeval.names import listed, natural_key, readable


@dataclass(frozen=True, slots=True)
class Found:
    """The files of one data set, on either side; ``above`` is the path of the method's folder."""

    dataset: str
    path: str
    above: str
    files: list[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """The data sets of GT in natural order, and what each method has for them."""

    truths: dict[str, Found]
    methods: dict[str, dict[str, Found]]


def lay_out(preds: Store, gts: Store, notes: list[str]) -> Layout:
    """Find the data sets of GT and each method's predictions for them.

    Args:
        preds: PREDS.
        gts: GT.
        notes: what is left aside is said here.

    Raises:
        PairingError: The folders do not tell, or tell two things.
    """
    pred_root = _tree(preds, readable(preds.name))
    gt_root = _tree(gts, _gt_name(gts))
    truths = _truths_by_id(gts, gt_root, pred_root.names(), notes)
    found, loose = _predictions(pred_root, truths.keys())
    if not found:
        found, loose = [_flat(preds, pred_root, gts, truths)], []
    if loose:
        folders = listed([label_of(preds, folder.path) for folder in loose])
        notes.append(f"no ground truth for these predictions, not scored: {folders}")
    placed = {path for part in (*found, *loose) for path in part.files}
    if strays := [path for path in preds.paths if path not in placed]:
        notes.append(_left_out(preds, strays, "beside the folders of data sets"))

    names = _method_names(preds, {item.above for item in found}, found[0].dataset)
    by_method: dict[str, dict[str, Found]] = {}
    for item in found:
        twin = by_method.setdefault(names[item.above], {}).setdefault(item.dataset, item)
        if twin is not item:
            raise PairingError(
                f"two folders hold predictions of {names[item.above]} for {item.dataset}: "
                f"{label_of(preds, twin.path)} and {label_of(preds, item.path)}. Keep one of them."
            )
    return Layout(truths, by_method)


def refuse_images(store: Store, path: str) -> None:
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


def look_swapped(preds: Store, gts: Store) -> bool:
    """Whether PREDS is named like masks, and nothing about GT is."""
    gt_folders = (gts.name, *gts.paths[0].split("/")[:-1])
    return is_mask_folder(preds.name) and not any(map(is_mask_folder, gt_folders))


def label_of(store: Store, path: str) -> str:
    """A folder as the user would write it."""
    return store.describe(path) if path else store.label


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


def _tree(store: Store, name: str) -> _Folder:
    root = _Folder(name, "")
    folders = {"": root}

    def folder_at(path: str) -> _Folder:
        if path not in folders:
            above, _, name = path.rpartition("/")
            folders[path] = _Folder(readable(name), path)
            folder_at(above).folders.append(folders[path])
        return folders[path]

    for path in store.paths:
        folder_at(path.rpartition("/")[0]).files.append(path)
    for folder in folders.values():
        folder.folders.sort(key=lambda folder: natural_key(folder.name))
    return root


def _gt_name(store: Store) -> str:
    """The data set that GT is named for: its own name, or that of the folder it is the masks of."""
    for name in (store.name, *store.parents):
        if owner := mask_folder_owner(name):
            return owner
        if not (is_mask_folder(name) or is_image_folder(name)):
            return canonical(readable(name))
    return store.name


def _truths_by_id(
    store: Store, root: _Folder, pred_names: set[str], notes: list[str]
) -> dict[str, Found]:
    """The data sets of GT, in natural order of their names."""
    everything = Found(root.name, "", "", root.all())
    truths = _truths(store, root, pred_names, notes) or [everything]
    by_id: dict[str, Found] = {}
    for truth in sorted(truths, key=lambda truth: natural_key(truth.dataset)):
        where = label_of(store, truth.path)
        if not truth.files:
            notes.append(f"{where} has a folder of images, but none of masks: not scored")
            continue
        twin = by_id.setdefault(truth.dataset, truth)
        if twin is not truth:
            raise PairingError(
                f"two folders hold the ground truth of {truth.dataset}: "
                f"{label_of(store, twin.path)} and {where}. Keep one of them."
            )
    if not by_id:
        raise PairingError(
            f"ground truth: {store.label!r} has a folder of images, but none of masks "
            "(gt, mask, …). Give the folder of masks itself."
        )
    return by_id


def _truths(store: Store, folder: _Folder, pred_names: set[str], notes: list[str]) -> list[Found]:
    """The data sets in a folder of ground truth; none if nothing there tells sets apart.

    A folder is a data set if it has a folder of masks or of images, if its name is a known one, or
    if a folder of predictions has the same name. Where one folder is, those beside it are too.
    """
    kids = [kid for kid in folder.folders if not _is_no_mask(kid.name)]
    masks = [kid for kid in kids if is_mask_folder(kid.name) and not mask_folder_owner(kid.name)]
    where = label_of(store, folder.path)
    if len(masks) > 1:
        raise PairingError(
            f"ground truth: {where} has several folders of masks "
            f"({listed([mask.name for mask in masks])}). Give the one to use."
        )
    if masks:
        rest = folder.files + [path for kid in kids if kid is not masks[0] for path in kid.all()]
        if rest:
            notes.append(_left_out(store, rest, f"beside the masks in {masks[0].name}"))
        inner = _truths(store, masks[0], pred_names, notes)
        return inner or [Found(canonical(folder.name), folder.path, "", masks[0].all())]

    found: list[Found] = []
    unnamed: list[Found] = []
    for kid in kids:
        owner = mask_folder_owner(kid.name)
        inner = [] if owner else _truths(store, kid, pred_names, notes)
        dataset = owner or canonical(kid.name)
        # Beside files, a folder is taken for a data set only on better evidence than this.
        same_name = dataset in pred_names and not folder.files
        here = Found(dataset, kid.path, "", kid.all())
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
        notes.append(f"{where}: not taken for masks: {listed(no_masks)}")
    return [Found(canonical(folder.name), folder.path, "", files)]


def _is_no_mask(name: str) -> bool:
    return is_image_folder(name) or is_side_folder(name)


def _predictions(folder: _Folder, datasets: Collection[str]) -> tuple[list[Found], list[Found]]:
    """The folders named like a data set of GT, and the topmost ones that lead to none."""
    found: list[Found] = []
    loose: list[Found] = []
    for kid in folder.folders:
        inner, inner_loose = _predictions(kid, datasets)
        dataset = canonical(kid.name)
        # A folder for a task, `sod/DUTS-TE`, may be named like a data set too.
        is_group = not kid.files and any(item.dataset != dataset for item in inner)
        if dataset in datasets and not is_group:
            found.append(Found(dataset, kid.path, folder.path, kid.all()))
        elif inner:
            found += inner
            loose += inner_loose
        else:
            loose.append(Found(dataset, kid.path, folder.path, kid.all()))
    return found, loose


def _flat(preds: Store, root: _Folder, gts: Store, truths: dict[str, Found]) -> Found:
    """All of PREDS as the predictions for one data set."""
    names = listed(list(truths))
    own = canonical(root.name)
    if own in truths:
        return Found(own, "", "", root.all())
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
            f"{preds.label!r} are for {listed(sorted(others, key=natural_key))}. "
            "Give the ground truth of one of these, or one folder of predictions."
        )
    return Found(dataset, "", "", root.all())


def _method_names(store: Store, above: set[str], dataset: str) -> dict[str, str]:
    """Names for the folders that hold data-set folders: what tells their paths apart."""
    parts = {path: path.split("/") if path else [] for path in above}
    shortest = min(len(path) for path in parts.values())
    first = next(iter(parts.values()))
    shared = 0
    while shared < shortest - 1 and all(p[shared] == first[shared] for p in parts.values()):
        shared += 1
    names = {path: readable("/".join(p[shared:])) for path, p in parts.items()}
    if "" in names:
        # DGNet/DUTS-TE given as it is: the method is the folder above.
        own = [name for name in (store.name, *store.parents) if canonical(name) != dataset]
        names[""] = readable(own[0] if own else store.name)
    return names


def _left_out(store: Store, paths: list[str], where: str) -> str:
    files = "1 image" if len(paths) == 1 else f"{len(paths)} images"
    return f"{files} {where} left out (first: {store.describe(paths[0])})"
