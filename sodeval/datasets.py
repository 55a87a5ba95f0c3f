"""The data sets we know by name, and what the folders inside a data set are called.

The names are data: a new set or another spelling is an entry of `sodeval.dataset_cards`, another
folder name is one more below.
"""

from __future__ import annotations

from collections.abc import Iterable

from sodeval.dataset_cards import DATASETS, TRAINING_SETS, Dataset, Variant
from sodeval.errors import UnknownNameError

__all__ = [
    "DATASETS",
    "TRAINING_SETS",
    "canonical",
    "find",
    "is_image_folder",
    "is_known",
    "is_mask_folder",
    "is_side_folder",
    "is_training",
    "mask_folder_owner",
]

# A name that starts with "*-" stands for every folder ending that way (`DUTS-TE-Mask`).
MASK_FOLDERS = (
    "gt",
    "gts",
    "mask",
    "masks",
    "ground-truth",
    "ground-truth-mask",
    "GT-Object",  # COD10K, beside GT-Instance and GT-Edge
    "pixelwiseGT-new-PNG",  # DUT-OMRON
    "*-mask",
    "*-masks",
    "*-gt",
)
IMAGE_FOLDERS = (
    "im",
    "img",
    "imgs",
    "image",
    "images",
    "rgb",
    "*-image",
    "*-images",
    "*-img",
    "*-imgs",
    "*-rgb",
)
# Picture folders that data sets ship beside the two above; neither images nor masks.
SIDE_FOLDERS = (
    "depth",
    "edge",
    "edges",
    "GT-Edge",
    "GT-Instance",
    "instance",
    "instances",
    "ske",  # pre-computed skeletons of DIS
    "*-depth",
    "*-edge",
    "*-instance",
)


def _key(name: str) -> str:
    """What is left of a name once its spelling is set aside."""
    return name.casefold().replace("-", "").replace("_", "").replace(" ", "")


_IDS = {_key(name): d.id for d in DATASETS.values() for name in (d.id, *d.aliases)}
_TRAINING_IDS = {_key(name): name for name in TRAINING_SETS}


def canonical(name: str) -> str:
    """The data-set id behind any spelling of it; an unknown name comes back unchanged.

    A variant keeps its mark: ``duts_te@5017`` is ``DUTS-TE@5017``.
    """
    base, at, variant = name.partition("@")
    dataset_id = _IDS.get(_key(base))
    return name if dataset_id is None else dataset_id + at + variant


def is_known(name: str) -> bool:
    """Whether a name, in any spelling, is that of a data set in the registry."""
    return _key(name.partition("@")[0]) in _IDS


def find(name: str) -> tuple[Dataset, Variant | None]:
    """The entry of a data set, for training too, and of its variant if the name has one.

    Raises:
        UnknownNameError: There is no such data set, or it has no such variant.
    """
    base, _, mark = name.partition("@")
    key = _key(base)
    if key in _TRAINING_IDS:
        dataset = TRAINING_SETS[_TRAINING_IDS[key]]
    elif key in _IDS:
        dataset = DATASETS[_IDS[key]]
    else:
        known = TRAINING_SETS if key.endswith("tr") else DATASETS
        raise UnknownNameError("data set", base, [dataset_id.lower() for dataset_id in known])
    if not mark:
        return dataset, None
    for variant in dataset.variants:
        if _key(variant.name) == _key(mark):
            return dataset, variant
    variants = tuple(f"{dataset.id}@{variant.name}" for variant in dataset.variants)
    raise UnknownNameError("variant", name, variants or (dataset.id,))


def is_training(name: str) -> bool:
    """Whether a name is that of a part to train on: ``DUTS-TR``, and ``TR-DUTS`` like ``TE-DUTS``.

    Such a part is never scored or run unless it is named.
    """
    key = _key(name)
    if key in _TRAINING_IDS:
        return True
    swapped = {f"te{key[2:]}"} if key.startswith("tr") else set()
    if key.endswith("tr"):
        swapped.add(f"{key[:-2]}te")
    return key not in _IDS and not swapped.isdisjoint(_IDS)


class _FolderNames:
    """A list of folder names, some of them endings, compared whatever their spelling."""

    def __init__(self, names: Iterable[str]):
        names = tuple(names)
        self._whole = {_key(name) for name in names if not name.startswith("*-")}
        self._endings = tuple(name[1:] for name in names if name.startswith("*-"))

    def before_ending(self, name: str) -> str | None:
        """What stands before a listed ending: ``DUTS-TE`` of ``DUTS-TE-Mask``."""
        # The separator is part of the ending: "undermask" is somebody's word, not a mask folder.
        dashed = name.casefold().replace("_", "-").replace(" ", "-")
        fits = (name[: -len(end)] for end in self._endings if dashed.endswith(end))
        return next(fits, None) or None

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._whole or self.before_ending(name) is not None


_MASKS = _FolderNames(MASK_FOLDERS)
_IMAGES = _FolderNames(IMAGE_FOLDERS)
_SIDE = _FolderNames(SIDE_FOLDERS)


def is_mask_folder(name: str) -> bool:
    """Whether a folder of this name, inside a data set, holds its masks."""
    return name in _MASKS and name not in _SIDE


def is_image_folder(name: str) -> bool:
    """Whether a folder of this name, inside a data set, holds its input images."""
    return name in _IMAGES


def is_side_folder(name: str) -> bool:
    """Whether a folder of this name holds depth, edges and the like, never masks to score with."""
    return name in _SIDE


def mask_folder_owner(name: str) -> str | None:
    """The data set that a mask folder names by itself: ``DUTS-TE-Mask`` is that of ``DUTS-TE``.

    None where the name says no more than that it holds masks.
    """
    owner = _MASKS.before_ending(name)
    return canonical(owner) if owner and is_known(owner) else None
