"""The test sets we know by name, and what the folders inside a data set are called.

The names are data: a new set, another spelling or another folder name is one more entry below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Task = Literal["sod", "hrsod", "dis", "cod", "usod", "rgbd"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """One test set.

    ``aliases`` are its other names, needed only where more than case, ``-``, ``_`` or a space
    differs: ``DUTS_TE`` and ``dutste`` are understood without an entry.
    """

    id: str
    task: Task
    aliases: tuple[str, ...] = ()


def _by_id(*datasets: Dataset) -> dict[str, Dataset]:
    return {dataset.id: dataset for dataset in datasets}


DATASETS: dict[str, Dataset] = _by_id(
    Dataset("DUTS-TE", "sod", ("TE-DUTS",)),
    Dataset("DUT-OMRON", "sod", ("DUT-O", "DUT")),
    Dataset("ECSSD", "sod"),
    Dataset("HKU-IS", "sod"),
    Dataset("PASCAL-S", "sod"),
    Dataset("SOD", "sod"),
    Dataset("SOC", "sod"),
    Dataset("HRSOD-TE", "hrsod", ("TE-HRSOD",)),
    Dataset("DAVIS-S", "hrsod"),
    Dataset("UHRSD-TE", "hrsod", ("TE-UHRSD",)),
    Dataset("HRS10K-TE", "hrsod", ("TE-HRS10K",)),
    Dataset("DIS-VD", "dis"),
    Dataset("DIS-TE1", "dis"),
    Dataset("DIS-TE2", "dis"),
    Dataset("DIS-TE3", "dis"),
    Dataset("DIS-TE4", "dis"),
    Dataset("CAMO", "cod", ("TE-CAMO", "CAMO-TE")),
    Dataset("CHAMELEON", "cod", ("TE-CHAMELEON", "CHAMELEON-TE")),
    Dataset("COD10K", "cod", ("TE-COD10K", "COD10K-TE")),
    Dataset("NC4K", "cod", ("TE-NC4K", "NC4K-TE")),
    Dataset("USOD10K-TE", "usod", ("TE-USOD10K",)),
    Dataset("USOD", "usod"),
    Dataset("STERE", "rgbd", ("STEREO",)),
    Dataset("GIT", "rgbd"),
    Dataset("RGBD135", "rgbd", ("DES",)),
    Dataset("NLPR", "rgbd"),
    Dataset("LFSD", "rgbd"),
    Dataset("NJU2K", "rgbd", ("NJUD",)),
    Dataset("SSD", "rgbd"),
    Dataset("DUT-RGBD", "rgbd"),
    Dataset("SIP", "rgbd"),
)

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
