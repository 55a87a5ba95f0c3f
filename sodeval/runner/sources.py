"""What is to be run: photographs, with ground truths where there are any, by data set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from sodeval.dataset_cards import DATASETS, TRAINING_SETS
from sodeval.datasets import (
    canonical,
    find,
    is_image_folder,
    is_known,
    is_mask_folder,
    is_training,
)
from sodeval.errors import PairingError, UnknownNameError
from sodeval.files import FileRef, Store, open_store
from sodeval.names import listed, natural_key, readable
from sodeval.pairs import Match, discover

DATA_VARIABLE = "SODEVAL_DATA"
OTHER_FORMATS = frozenset(
    f".{name}" for name in ("avif", "gif", "heic", "heif", "jfif", "jp2", "jxl", "pgm", "ppm")
)
DEFAULT_ROOT = "datasets"
_DEEPEST = 4  # folders between the root and a data set's own


@dataclass(frozen=True, slots=True)
class Item:
    """One photograph: ``target`` is where its map goes, relative to the folder of maps."""

    name: str
    photograph: FileRef
    gt: FileRef | None
    target: str


@dataclass(frozen=True, slots=True)
class Source:
    """The photographs of one data set.

    Attributes:
        dataset: its canonical name; of the folder, where no ground truth is given.
        items: what is to be run, in natural order.
        expected: ground truths there are; 0 without any.
        extra: photographs without a ground truth, which are not run.
    """

    dataset: str
    items: tuple[Item, ...]
    expected: int = 0
    extra: tuple[str, ...] = ()

    @property
    def has_gt(self) -> bool:
        """Whether maps of it can be scored."""
        return self.expected > 0

    def first(self, limit: int | None) -> Source:
        """The first few."""
        return self if limit is None else replace(self, items=self.items[:limit])


@dataclass(frozen=True, slots=True)
class Sources:
    """All there is to run; open until closed."""

    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    stack: ExitStack

    def __enter__(self) -> Sources:
        """Close on the way out."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close folders and archives."""
        self.stack.close()


def from_images(images: str | os.PathLike[str], gt: str | os.PathLike[str] | None) -> Sources:
    """The photographs in a folder or archive, paired with ground truths if these are given.

    Raises:
        PairingError: there are none, two share a name, or a ground truth has none.
        DecodeError: an archive is damaged.
    """
    with ExitStack() as stack:
        if gt is None:
            source = _unpaired(stack.enter_context(open_store(images, "photographs")))
            return Sources((source,), _other_formats(images), stack.pop_all())
        plan = stack.enter_context(discover(images, gt, "photographs"))
        if len(methods := {match.method for match in plan.matches}) > 1:
            raise PairingError(
                f"photographs: {os.fspath(images)!r} has several folders of photographs for the "
                f"same ground truths ({listed(sorted(methods))}). Give one of them."
            )
        folders = len(plan.matches) > 1
        sources = [_paired(m, f"{m.dataset}/" if folders else "") for m in plan.matches]
        return Sources(tuple(sources), (*plan.notes, *_other_formats(images)), stack.pop_all())


def from_root(
    root: str | os.PathLike[str] | None, tasks: Sequence[str], names: Sequence[str]
) -> Sources:
    """The data sets below a folder, ``ROOT/<task>/<dataset>/{im,gt}`` or any usual spelling of it.

    Args:
        root: None: ``$SODEVAL_DATA``, or ``./datasets``.
        tasks: whose test sets are taken where no names are given; empty: of every task.
        names: data sets to take; only so are training sets taken.

    Raises:
        PairingError: there is no such folder, or nothing of what is wanted in it.
        UnknownNameError: a name that is neither known nor there.
    """
    place = root_of(root)
    there: dict[str, Path] = {}
    twins: dict[str, Path] = {}
    for dataset, folder in _sets_below(place):
        if there.setdefault(dataset, folder) != folder:
            twins[dataset] = folder
    wanted = _chosen(place, there, tasks, names)
    with ExitStack() as stack:
        sources: list[Source] = []
        notes: list[str] = []
        for dataset in wanted:
            if dataset in twins:
                raise PairingError(
                    f"data: two folders are {dataset}: {there[dataset]} and {twins[dataset]}. "
                    "Keep one of them, or give --images and --gt."
                )
            photographs, masks = _two_folders(there[dataset])
            plan = stack.enter_context(discover(photographs, masks, "photographs"))
            notes += plan.notes
            match = replace(plan.matches[0], dataset=dataset)
            sources.append(_paired(match, f"{dataset}/"))
        return Sources(tuple(sources), tuple(notes), stack.pop_all())


def root_of(root: str | os.PathLike[str] | None) -> Path:
    """The folder of data sets: the one given, ``$SODEVAL_DATA``, or ``./datasets``.

    Raises:
        PairingError: there is no such folder.
    """
    place = Path(root or os.environ.get(DATA_VARIABLE) or DEFAULT_ROOT)
    if not place.is_dir():
        raise PairingError(
            f"data: {os.fspath(place)!r} is no folder. Give --data ROOT with "
            f"ROOT/<task>/<dataset>/im and gt below it, or set ${DATA_VARIABLE}."
        )
    return place


def _unpaired(store: Store) -> Source:
    if not store.paths:
        raise PairingError(
            f"photographs: no images (png, jpg, bmp, tif, webp) in {store.label!r}. Check the path."
        )
    items: dict[str, Item] = {}
    for path in sorted(store.paths, key=natural_key):
        name = readable(path.rpartition(".")[0])
        item = Item(name, FileRef(store, path), None, f"{name}.png")
        twin = items.setdefault(name, item)
        if twin is not item:
            raise PairingError(
                f"two photographs would give the map {item.target}: {twin.photograph.label} and "
                f"{item.photograph.label}. Keep one of them."
            )
    return Source(store.name, tuple(items.values()))


def _other_formats(images: str | os.PathLike[str]) -> tuple[str, ...]:
    """A note of images in a folder that no decoder here reads."""
    found = sorted(p.name for p in Path(images).rglob("*") if p.suffix.lower() in OTHER_FORMATS)
    if not found:
        return ()
    kinds = "png, jpg, bmp, tif and webp are read"
    return (f"{len(found)} files of other formats left out (first: {found[0]}); {kinds}",)


def _paired(match: Match, prefix: str) -> Source:
    if match.missing:
        raise PairingError(
            f"{len(match.missing)} of {len(match.pairs)} ground truths of {match.dataset} have no "
            f"photograph ({listed(match.missing)}). Add them, or take the ground truths away."
        )
    items = tuple(
        Item(pair.name, pair.pred, pair.gt, f"{prefix}{pair.name}.png")
        for pair in match.pairs
        if pair.pred is not None
    )
    return Source(match.dataset, items, len(match.pairs), match.extra)


def _sets_below(root: Path, depth: int = 0) -> Iterator[tuple[str, Path]]:
    """Folders that hold a folder of photographs and one of masks, by canonical name."""
    folders = sorted(
        (one for one in root.iterdir() if one.is_dir() and not one.name.startswith(".")),
        key=lambda one: natural_key(one.name),
    )
    has_images = any(is_image_folder(one.name) for one in folders)
    if has_images and any(is_mask_folder(one.name) for one in folders):
        yield canonical(readable(root.resolve().name)), root
    elif depth < _DEEPEST:
        for folder in folders:
            yield from _sets_below(folder, depth + 1)


def _two_folders(folder: Path) -> tuple[Path, Path]:
    """Its folder of photographs and its folder of masks, of which there must be one each."""
    names = sorted(one.name for one in folder.iterdir() if one.is_dir())
    found = []
    for kind, belongs in (("photographs", is_image_folder), ("masks", is_mask_folder)):
        fitting = [name for name in names if belongs(name)]
        if len(fitting) > 1:
            raise PairingError(
                f"data: {folder} has several folders of {kind} ({listed(fitting)}). "
                "Give the one to use with --images and --gt."
            )
        found.append(folder / fitting[0])
    return found[0], found[1]


def _chosen(
    root: Path, there: dict[str, Path], tasks: Sequence[str], names: Sequence[str]
) -> list[str]:
    if names:
        return [_named(root, there, name) for name in dict.fromkeys(map(canonical, names))]
    tests = [dataset for dataset in there if not is_training(dataset)]
    wanted = [d for d in tests if not tasks or _task(d, there[d]) in tasks]
    if not wanted:
        have = f"it has {listed(list(there))}" if there else "it has no <dataset>/im and gt"
        what = f"test set for {' or '.join(tasks)}" if tasks else "test set"
        raise PairingError(
            f"data: no {what} below {os.fspath(root)!r}; {have}. "
            "Name one with --dataset, or give --images and --gt."
        )
    return wanted


def _named(root: Path, there: dict[str, Path], name: str) -> str:
    by_case = {dataset.casefold(): dataset for dataset in there}
    if name.casefold() in by_case:
        return by_case[name.casefold()]
    if not is_known(name) and not is_training(name):
        known: Iterable[str] = (*DATASETS, *TRAINING_SETS, *there)
        raise UnknownNameError("data set", name, {one.lower() for one in known})
    have = f"it has {listed(list(there))}" if there else "it has no <dataset>/im and gt"
    raise PairingError(f"data: no {name} below {os.fspath(root)!r}; {have}.")


def _task(dataset: str, folder: Path) -> str:
    """The task of a known set; of another, what the folder above is called."""
    if is_known(dataset):
        return find(dataset)[0].task
    return folder.resolve().parent.name.casefold()
