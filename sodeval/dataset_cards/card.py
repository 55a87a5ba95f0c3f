"""What an entry of the registry of data sets holds.

Counts say how sure they are. Nothing here was measured on the files themselves; a stem pattern or
a folder name is what common distributions use, and ``naming_confirmed`` says whether a page that
was read states it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Task = Literal["sod", "hrsod", "dis", "cod", "usod", "rgbd", "segmentation"]
Split = Literal["test", "validation", "whole", "train", "unknown"]
Confidence = Literal["confirmed", "derived", "usual", "unknown"]

TASKS: dict[Task, str] = {
    "sod": "salient objects",
    "hrsod": "salient objects, high resolution",
    "dis": "dichotomous segmentation",
    "cod": "camouflaged objects",
    "usod": "salient objects under water",
    "rgbd": "salient objects with depth",
    "segmentation": "scene segmentation, names only",
}
"""Task -> what it is, in the order of lists."""

CONFIDENCES: dict[Confidence, str] = {
    "confirmed": "stated by a source below",
    "derived": "derived from stated totals",
    "usual": "usual figure, not confirmed",
    "unknown": "not recorded",
}


@dataclass(frozen=True, slots=True)
class Variant:
    """Another count that a data set is met with.

    ``name`` is what follows the ``@``: ``5017`` of ``DUTS-TE@5017``. ``without`` holds the stems
    of the full set that are left out, where they are known.
    """

    name: str
    images: int
    confidence: Confidence
    about: str
    without: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One data set.

    Attributes:
        id: canonical name.
        task: what it is for.
        images: how many images one scores; None where no count is recorded.
        confidence: how sure ``images`` is.
        aliases: other names, needed only where more than case, ``-``, ``_`` or a space differs:
            ``DUTS_TE`` and ``dutste`` are understood without an entry.
        split: the part of the data set that the entry is.
        of: images of the whole release, where that is more.
        authors: of the paper.
        venue: where it appeared.
        year: when it appeared.
        image_folders: where distributions keep the input images.
        mask_folders: where they keep the masks.
        image_extensions: of the input images.
        mask_extensions: of the masks.
        stems: patterns that the names of its files follow, if they are known.
        telling: those of them that no other data set's files follow.
        naming_confirmed: whether folders, extensions and stems are stated by a page that was read.
        get: where to get it.
        sources: pages behind the figures above.
        licence: terms, as far as they are known.
        grey_masks: whether its masks are known to be not binary.
        empty_masks: whether images without an object belong to it.
        variants: other counts with a name.
        seen: counts met in the wild that have no name.
        notes: what one should know before comparing scores on it.
    """

    id: str
    task: Task
    images: int | None = None
    confidence: Confidence = "unknown"
    aliases: tuple[str, ...] = ()
    split: Split = "test"
    of: int | None = None
    authors: str = ""
    venue: str = ""
    year: int | None = None
    image_folders: tuple[str, ...] = ()
    mask_folders: tuple[str, ...] = ()
    image_extensions: tuple[str, ...] = ()
    mask_extensions: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    naming_confirmed: bool = False
    get: str = ""
    sources: tuple[str, ...] = ()
    licence: str = "research only or unstated"
    grey_masks: bool = False
    empty_masks: bool = False
    variants: tuple[Variant, ...] = ()
    seen: tuple[Variant, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def paper(self) -> str:
        """Authors, venue and year on one line; empty where none is recorded."""
        where = " ".join(str(part) for part in (self.venue, self.year) if part)
        return ", ".join(part for part in (self.authors, where) if part)
