"""Groups of images: the attributes against a plain transcription, each kind, and their tables."""

from __future__ import annotations

import io
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from rich.console import Console

from sodeval import breakdowns as parts
from sodeval.metrics.attributes import Attributes, attributes
from sodeval.metrics.base import Reference
from sodeval.protocols import get_protocol
from sodeval.render.breakdowns import MOST, markdown_breakdowns, print_breakdowns
from tests.cases import disc, named_pairs

PROTOCOL = get_protocol("pysodmetrics")
NONE = Attributes(0.0, 0, 0.0, False)


def attributes_of(mask: np.ndarray) -> Attributes:
    truth = Reference(np.where(mask, 255, 0).astype(np.uint8)).under(PROTOCOL)
    return truth.derived(attributes)


# The plain transcription --------------------------------------------------------------------------


def component(mask: np.ndarray, start: tuple[int, int], steps: list[tuple[int, int]]) -> np.ndarray:
    """The pixels of the mask that can be reached from one of them."""
    reached = np.zeros(mask.shape, bool)
    reached[start] = True
    todo = [start]
    while todo:
        row, column = todo.pop()
        for down, right in steps:
            r, c = row + down, column + right
            inside = 0 <= r < mask.shape[0] and 0 <= c < mask.shape[1]
            if inside and mask[r, c] and not reached[r, c]:
                reached[r, c] = True
                todo.append((r, c))
    return reached


FOUR = [(0, 1), (1, 0), (0, -1), (-1, 0)]
EIGHT = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0)]


def naive(mask: np.ndarray) -> Attributes:
    height, width = mask.shape
    areas = []
    left = mask.copy()
    while left.any():
        first = tuple(int(i) for i in np.argwhere(left)[0])
        one = component(mask, first, EIGHT)
        left &= ~one
        outside = component(np.pad(~one, 1, constant_values=True), (0, 0), FOUR)[1:-1, 1:-1]
        areas.append(int((~outside).sum()))  # what cannot be reached from outside: holes filled
    pairs = 0
    for r in range(height):
        for c in range(width):
            pairs += r + 1 < height and mask[r, c] != mask[r + 1, c]
            pairs += c + 1 < width and mask[r, c] != mask[r, c + 1]
    frame = np.ones(mask.shape, bool)
    frame[1:-1, 1:-1] = False
    return Attributes(
        int(mask.sum()) / mask.size,
        sum(area >= 50 for area in areas) or len(areas),
        int(pairs) / math.sqrt(height**2 + width**2),
        bool((mask & frame).any()),
    )


def assert_plain(mask: np.ndarray) -> None:
    found, wanted = attributes_of(mask), naive(mask)
    assert found._replace(boundary=0) == wanted._replace(boundary=0)
    assert found.boundary == pytest.approx(wanted.boundary, rel=1e-15)  # hypot may round otherwise


@pytest.mark.parametrize("name", named_pairs())
def test_attributes_of_named_masks(name):
    assert_plain(named_pairs()[name][1] > 128)


@settings(max_examples=150, deadline=None)
@given(arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=24)))
def test_attributes_of_any_mask(mask):
    assert_plain(mask)


@pytest.mark.parametrize("density", [0.02, 0.1, 0.3, 0.42, 0.5, 0.7, 0.95])
def test_attributes_of_noise(density):
    # near 0.4 there are components of all sizes, with holes and components in them
    rng = np.random.default_rng(3)
    for _ in range(3):
        assert_plain(rng.random((25, 31)) < density)


def test_empty_full_and_one_pixel():
    assert attributes_of(np.zeros((6, 8), bool)) == NONE
    assert attributes_of(np.ones((6, 8), bool)) == Attributes(1.0, 1, 0.0, True)
    assert attributes_of(np.ones((1, 1), bool)) == Attributes(1.0, 1, 0.0, True)
    one = np.zeros((6, 8), bool)
    one[2, 3] = True
    assert attributes_of(one) == Attributes(1 / 48, 1, 4 / 10, False)  # the diagonal is 10
    one[0, 0] = True
    assert attributes_of(one) == Attributes(2 / 48, 2, 6 / 10, True)


def test_specks_count_only_where_nothing_is_larger():
    specks = np.zeros((60, 60), bool)
    specks[2, 2] = specks[2, 57] = specks[57, 2] = True
    assert attributes_of(specks).objects == 3
    object_of = {}
    for rows, name in ((7, "49 pixels"), (10, "50 pixels")):
        mask = specks.copy()
        mask[20 : 20 + rows, 20 : 20 + (7 if rows == 7 else 5)] = True
        object_of[name] = attributes_of(mask).objects
    assert object_of == {"49 pixels": 4, "50 pixels": 1}


def test_objects_touch_at_corners_and_lie_in_holes():
    mask = np.zeros((60, 60), bool)
    mask[5:15, 5:15] = mask[15:25, 15:25] = True
    assert attributes_of(mask).objects == 1
    ring = disc((60, 60), (30, 30), 25) & ~disc((60, 60), (30, 30), 20)
    assert attributes_of(ring).objects == 1
    assert attributes_of(ring | disc((60, 60), (30, 30), 10)).objects == 2


# Groups -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "group"),
    [
        (0.0, "empty"),
        (1e-9, "under 1 %"),
        (0.01, "1-10 %"),
        (0.1, "10-25 %"),
        (0.25, "25-50 %"),
        (0.4999, "25-50 %"),
        (0.5, "50 % and more"),
        (1.0, "50 % and more"),
    ],
)
def test_size(share, group):
    assert parts.size(NONE._replace(share=share)) == group


@pytest.mark.parametrize(
    ("number", "group"),
    [
        (0, "none"),
        (1, "1"),
        (2, "2"),
        (3, "3-5"),
        (5, "3-5"),
        (6, "6 and more"),
        (99, "6 and more"),
    ],
)
def test_objects(number, group):
    assert parts.objects(NONE._replace(objects=number)) == group


@pytest.mark.parametrize(
    ("length", "group"),
    [
        (0.0, "none"),
        (0.5, "under 1"),
        (1.0, "1-2"),
        (3.9, "2-4"),
        (4.0, "4-8"),
        (8.0, "8 and more"),
    ],
)
def test_boundary(length, group):
    assert parts.boundary(NONE._replace(boundary=length)) == group


@pytest.mark.parametrize(
    ("share", "touches", "group"),
    [(0.0, False, "empty"), (0.2, False, "inside"), (0.2, True, "touching")],
)
def test_border(share, touches, group):
    assert parts.border(NONE._replace(share=share, border=touches)) == group


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("1#Accessories#1#Bag#2339506821_83cf9f1d22_o", "Bag"),
        ("14#Machine#6#Sewing Machine#a#b", "Sewing Machine"),
        ("1#Accessories#1#Bag", None),
        ("1#Accessories#1#Bag#", None),
        ("a#b#c#d#e", None),
        ("0001", None),
    ],
)
def test_category(name, group):
    assert parts.category(name) == group


def test_category_only_where_there_are_several():
    one = ["1#Accessories#1#Bag#a", "1#Accessories#1#Bag#b"]
    assert "category" not in parts.grouped(one, [])
    assert "category" not in parts.grouped(["a", "b"], [])
    two = ["2#Aircraft#2#Drone#a", *one]
    assert parts.grouped(two, []) == {"category": {"Bag": [1, 2], "Drone": [0]}}
    assert "category" not in parts.grouped(["a", *one], [])
    mixed = parts.grouped(["a", *two], [])["category"]
    assert list(mixed.items()) == [("Bag", [2, 3]), ("Drone", [1]), ("no category", [0])]


def test_tags():
    tags = {
        "b": {"weather": ("rain",), "camera": ("cam10",), "empty": ()},
        "c": {"weather": ("fog", "rain"), "camera": ("cam9",), "empty": ()},
        "elsewhere": {"weather": ("sun",), "camera": ("x",), "empty": ()},
    }
    found = parts.grouped(["a", "b", "c"], [], tags)
    assert found == {
        "tag:weather": {"fog": [2], "rain": [1, 2], "untagged": [0]},
        "tag:camera": {"cam9": [2], "cam10": [1], "untagged": [0]},
    }
    assert list(found["tag:camera"]) == ["cam9", "cam10", "untagged"]


ATTRIBUTES = st.builds(
    Attributes,
    st.one_of(st.just(0.0), st.floats(0, 1)),
    st.integers(0, 20),
    st.floats(0, 50),
    st.booleans(),
)


@given(st.lists(st.tuples(ATTRIBUTES, st.integers(1, 4)), max_size=30))
def test_an_image_is_in_one_group_of_each_kind(images):
    names = [f"1#Group#{number}#Class{number}#{i}" for i, (_, number) in enumerate(images)]
    tags = {name: {"t": (str(n % 3),)} for name, (_, n) in zip(names, images, strict=True) if n > 1}
    for groups in parts.grouped(names, [one for one, _ in images], tags).values():
        assert all(groups.values())
        assert all(indices == sorted(indices) for indices in groups.values())
        everyone = [index for indices in groups.values() for index in indices]
        assert sorted(everyone) == list(range(len(images)))


def test_breakdowns_score_each_group_as_a_data_set():
    names = ["a", "b", "c"]
    values = np.array([0.1, 0.2, np.nan])
    found = [NONE, Attributes(0.3, 1, 2.5, True), Attributes(0.3, 1, 2.5, False)]
    asked = []

    def summarise(indices):
        assert indices.dtype == np.intp
        asked.append(indices.tolist())
        defined = values[indices][~np.isnan(values[indices])]
        return {"mae": float(defined.mean()) if defined.size else None, "hidden": 1.0}

    result = parts.breakdowns(names, ["mae"], found, None, summarise)
    assert list(result) == ["size", "objects", "boundary", "border"]
    assert result["size"] == {
        "empty": {"images": 1, "metrics": {"mae": 0.1}},
        "25-50 %": {"images": 2, "metrics": {"mae": 0.2}},
    }
    assert result["border"] == {
        "inside": {"images": 1, "metrics": {"mae": None}},
        "touching": {"images": 1, "metrics": {"mae": 0.2}},
        "empty": {"images": 1, "metrics": {"mae": 0.1}},
    }
    assert [0] in asked
    assert json.loads(json.dumps(result)) == result


def test_attributes_must_be_of_the_images():
    with pytest.raises(ValueError, match="1 attributes of 2 images"):
        parts.grouped(["a", "b"], [NONE])


# Tables -------------------------------------------------------------------------------------------

COLUMNS = ["mae", "max_fbeta", "mean_fbeta", "adp_fbeta", "weighted_fbeta", "smeasure"]
COLUMNS += ["max_emeasure", "mean_emeasure", "adp_emeasure"]


def scored(*groups: str, images: int = 10) -> dict[str, parts.Group]:
    return {
        group: {"images": images + index, "metrics": {c: 0.5 + index / 1000 for c in COLUMNS}}
        for index, group in enumerate(groups)
    }


def printed(breakdowns, columns, width=80, encoding="utf-8", **options):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    console = Console(file=stream, width=width, force_terminal=False)
    print_breakdowns(breakdowns, console, columns, **options)
    stream.flush()
    text = stream.buffer.getvalue().decode(encoding)
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_groups_in_rows():
    groups = scored("inside", "touching")
    groups["touching"]["metrics"]["mae"] = None
    assert printed({"border": groups}, ["mae", "max_fbeta"], decimals=3) == "\n".join(
        [
            "Foreground at the image border",
            "                           max",
            "          images  MAE ↓   Fβ ↑",
            "──────────────────────────────",
            "inside        10  0.500  0.500",
            "touching      11      –  0.501",
        ]
    )


def test_scores_in_rows_where_groups_do_not_fit():
    text = printed({"size": scored("empty", *parts._SIZES)}, COLUMNS)
    assert max(map(len, text.splitlines())) <= 80
    lines = text.splitlines()
    assert lines[1].split("  ")[-1] == "50 % and more"
    assert lines[3].split() == ["images", "10", "11", "12", "13", "14", "15"]
    assert len(lines) == 4 + len(COLUMNS)


def test_many_groups_are_split_and_the_largest_kept():
    names = [f"class {index}" for index in range(MOST + 5)]
    text = printed({"category": scored(*names)}, COLUMNS)
    assert max(map(len, text.splitlines())) <= 80
    assert "class 4 " not in text  # of the five smallest
    assert text.count("class 24 ") == 2
    assert text.endswith("and 5 smaller groups, in the report")


def test_names_of_tags_are_shown_as_text():
    text = printed({"tag:[red]x": scored("[b]1", "\x1b[31m2", "ü")}, ["mae"], encoding="ascii")
    lines = text.splitlines()
    assert lines[0] == "Tag [red]x"
    assert [line.split()[0] for line in lines[3:]] == ["[b]1", r"\x1b[31m2", r"\xfc"]


def test_markdown():
    found = {"objects": scored("1", "2"), "tag:a|b": scored("x_y", "_z_")}
    assert markdown_breakdowns(found, ["mae", "max_fbeta"], 3) == "\n".join(
        [
            "**Number of objects**",
            "",
            "| Group | Images | MAE ↓ | max Fβ ↑ |",
            "| :-- | --: | --: | --: |",
            "| 1 | 10 | 0.500 | 0.500 |",
            "| 2 | 11 | 0.501 | 0.501 |",
            "",
            r"**Tag a\|b**",
            "",
            "| Group | Images | MAE ↓ | max Fβ ↑ |",
            "| :-- | --: | --: | --: |",
            "| x_y | 10 | 0.500 | 0.500 |",
            r"| \_z\_ | 11 | 0.501 | 0.501 |",
            "",
        ]
    )
    assert markdown_breakdowns({}, ["mae"]) == ""
