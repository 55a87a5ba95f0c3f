"""Scores of parts of a data set: by what the ground truth is like, by category, by tag."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from sodeval.metrics.attributes import Attributes
from sodeval.names import natural_key
from sodeval.tags import ImageTags

UNTAGGED = "untagged"  # images without the tag
UNCATEGORISED = "no category"  # images whose name tells none, beside others whose name does
TAG = "tag:"  # before a column of the tags file

# Between groups; a limit itself belongs to the group above it.
SIZES = (0.01, 0.1, 0.25, 0.5)  # SOC (Fan et al., ECCV 2018): small is below 0.1, big above 0.5
BOUNDARIES = (1.0, 2.0, 4.0, 8.0)  # image diagonals
OBJECTS = (2, 3, 6)

_SIZES = ("under 1 %", "1-10 %", "10-25 %", "25-50 %", "50 % and more")
_BOUNDARIES = ("under 1", "1-2", "2-4", "4-8", "8 and more")
_OBJECTS = ("1", "2", "3-5", "6 and more")

# DIS5K: group number, group, class number, class, name of the photograph
_DIS = re.compile(r"[0-9]+#[^#]+#[0-9]+#([^#]+)#.+", re.DOTALL)


class Group(TypedDict):
    """Scores of some images of a data set."""

    images: int
    metrics: dict[str, float | None]


Breakdowns = dict[str, dict[str, Group]]
"""Kind -> group -> scores. Kinds and groups have an order, which is that of the dictionary."""


def breakdowns(
    names: Sequence[str],
    columns: Iterable[str],
    attributes: Sequence[Attributes],
    tags: Mapping[str, ImageTags] | None,
    summarise: Callable[[NDArray[np.intp]], Mapping[str, float | None]],
) -> Breakdowns:
    """Score every group of images.

    Args:
        names: of the images.
        columns: the scores to keep of what ``summarise`` gives.
        attributes: one for each image; or none at all, and there are no kinds made from them.
        tags: name -> tag column -> values; images and columns may lack.
        summarise: ascending indices of images -> their scores as if they were the data set.
    """
    columns = list(columns)
    found: Breakdowns = {}
    for kind, groups in grouped(names, attributes, tags).items():
        found[kind] = {}
        for group, indices in groups.items():
            scores = summarise(np.array(indices, np.intp))
            kept = {column: scores.get(column) for column in columns}
            found[kind][group] = {"images": len(indices), "metrics": kept}
    return found


def grouped(
    names: Sequence[str],
    attributes: Sequence[Attributes],
    tags: Mapping[str, ImageTags] | None = None,
) -> dict[str, dict[str, list[int]]]:
    """Kind -> group -> indices of its images, ascending; groups without images are left out.

    An image is in one group of each kind; of a tag's, in one for each of its values.
    """
    kinds: dict[str, dict[str, list[int]]] = {}
    if attributes:
        if len(attributes) != len(names):
            raise ValueError(f"{len(attributes)} attributes of {len(names)} images")
        kinds["size"] = _sorted([size(one) for one in attributes], ("empty", *_SIZES))
        kinds["objects"] = _sorted([objects(one) for one in attributes], ("none", *_OBJECTS))
        kinds["boundary"] = _sorted([boundary(one) for one in attributes], ("none", *_BOUNDARIES))
        kinds["border"] = _sorted(
            [border(one) for one in attributes], ("inside", "touching", "empty")
        )
    categories = [category(name) for name in names]
    if len(set(categories) - {None}) > 1:
        kinds["category"] = _by_value([(one or UNCATEGORISED,) for one in categories])
    for column in dict.fromkeys(c for name in names for c in (tags or {}).get(name, {})):
        values = [(tags or {}).get(name, {}).get(column, ()) for name in names]
        if any(values):
            kinds[TAG + column] = _by_value([one or (UNTAGGED,) for one in values])
    return kinds


def size(of: Attributes) -> str:
    """The group by share of the image that is foreground."""
    return _SIZES[bisect_right(SIZES, of.share)] if of.share > 0 else "empty"


def objects(of: Attributes) -> str:
    """The group by number of objects."""
    return _OBJECTS[bisect_right(OBJECTS, of.objects)] if of.objects else "none"


def boundary(of: Attributes) -> str:
    """The group by length of the boundary, in image diagonals."""
    return _BOUNDARIES[bisect_right(BOUNDARIES, of.boundary)] if of.boundary > 0 else "none"


def border(of: Attributes) -> str:
    """The group by whether the foreground touches the image frame."""
    if of.share == 0:
        return "empty"
    return "touching" if of.border else "inside"


def category(name: str) -> str | None:
    """The class that a file name of DIS5K holds: ``Bag`` of ``1#Accessories#1#Bag#2339``."""
    fields = _DIS.fullmatch(name)
    return fields[1] if fields else None


def _sorted(labels: Sequence[str], order: Sequence[str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {label: [] for label in order}
    for index, label in enumerate(labels):
        groups[label].append(index)
    return {label: indices for label, indices in groups.items() if indices}


def _by_value(labels: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Groups in natural order, the images without a value last."""
    groups: dict[str, list[int]] = {}
    for index, several in enumerate(labels):
        for label in dict.fromkeys(several):
            groups.setdefault(label, []).append(index)
    last = (UNTAGGED, UNCATEGORISED)
    return {key: groups[key] for key in sorted(groups, key=lambda k: (k in last, natural_key(k)))}
