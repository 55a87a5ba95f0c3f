"""Protocols are data, and signatures say everything that moves a number."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from sodeval.errors import ProtocolError, ReportError, UnknownNameError
from sodeval.protocols import PROTOCOLS, EvalProtocol, get_protocol
from sodeval.signature import Signature, gt_hash, stems_hash

DEFAULT = PROTOCOLS["pysodmetrics"]


def signature(**changes: object) -> Signature:
    given: dict[str, object] = {"stems": ["b", "a"], "gt": "0123456789ab", **changes}
    protocol = given.pop("protocol", DEFAULT)
    assert isinstance(protocol, EvalProtocol)
    return Signature.of(protocol, **given)  # type: ignore[arg-type]


def test_every_convention_has_a_key_and_a_docstring() -> None:
    described = [spec for spec in fields(EvalProtocol) if "key" in spec.metadata]
    keys = [spec.metadata["key"] for spec in described]
    assert len(described) == len(fields(EvalProtocol)) - 5  # name, source, about, …
    assert len(set(keys)) == len(keys)
    assert not any(set(key) & set("|:;") for key in keys)


def test_lookup() -> None:
    assert get_protocol("PySODMetrics") is DEFAULT
    assert get_protocol(DEFAULT) is DEFAULT
    with pytest.raises(UnknownNameError) as caught:
        get_protocol("pysodmetric")
    assert str(caught.value) == "unknown protocol 'pysodmetric'; did you mean 'pysodmetrics'?"


def test_a_convention_nobody_implements_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        replace(DEFAULT, name="mine", pred_scale="softmax")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "protocol 'mine': pred_scale='softmax' is not one of minmax, none, max, max+1e-8, "
        "mat2gray, minmax-strict"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "a|b;c"}, "use letters, digits"),
        ({"name": ""}, "use letters, digits"),
        ({"gt_threshold": 300.0}, "gt_threshold=300.0 is not a number from 0 to 255"),
        ({"weighted_sigma": 0.0}, "weighted_sigma=0.0 is not a number from 0.001 to 1e"),
        ({"fbeta_beta2": "x"}, "fbeta_beta2='x' is not a number"),
    ],
)
def test_conventions_that_cannot_be(change: dict[str, object], words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        replace(DEFAULT, **change)  # type: ignore[arg-type]


def test_canonical_line() -> None:
    line = str(signature())
    assert line.startswith("sodeval:pysodmetrics|gts:none|gtcut:128|gtcmp:>|pred:minmax|")
    assert line.endswith(f";n:2|stems:{stems_hash(['a', 'b'])}|gt:0123456789ab|v:0.1.0")
    assert "\n" not in line
    assert "zero:" not in line
    assert "rsf:" not in line  # nothing was resized, so how does not matter


@pytest.mark.parametrize(
    "changes",
    [{}, {"zero": 3}, {"skipped": 2}, {"resized": 1}, {"seed": 7}, {"gt": None}, {"stems": []}],
)
def test_parse_gives_back_what_was_written(changes: dict[str, object]) -> None:
    made = signature(**changes)
    assert Signature.parse(str(made)) == made


@pytest.mark.parametrize(
    "line",
    ["", "sodeval:", "pysodmetrics;n:1", "sodeval:pysodmetrics", "sodeval:p|x;n:1", "sodeval:p;n"],
)
def test_what_is_no_signature(line: str) -> None:
    with pytest.raises(ReportError, match="not a signature"):
        Signature.parse(line)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"protocol": PROTOCOLS["pysodmetrics-raw"]}, "protocol pysodmetrics against"),
        ({"protocol": replace(DEFAULT, fbeta_beta2=1.0)}, "b2 0.3 against 1"),
        ({"protocol": replace(DEFAULT, fbeta_beta2=0.3000001)}, "b2 0.3 against 0.3000001"),
        ({"zero": 1}, "zero none against 1"),
        ({"skipped": 2}, "skip none against 2"),
        ({"stems": ["a", "c"]}, "names of images"),
        ({"stems": ["a"]}, "images 2 against 1"),
        ({"gt": "ffffffffffff"}, "ground truth 0123456789ab against ffffffffffff"),
    ],
)
def test_not_comparable(changes: dict[str, object], reason: str) -> None:
    mine, other = signature(), signature(**changes)
    assert not mine.comparable(other)
    assert any(text.startswith(reason) for text in mine.differences(other))


def test_comparable_although() -> None:
    mine = signature()
    assert mine.comparable(signature(stems=["a", "b"]))
    assert mine.comparable(signature(gt=None))  # unknown is no contradiction
    assert mine.comparable(signature(seed=1))
    older = Signature.parse(str(mine).replace("v:0.1.0", "v:0.0.9"))
    assert mine.comparable(older)
    assert not mine.same_version(older)


def test_two_runs_that_resized_a_different_number_of_maps_alike_are_comparable() -> None:
    assert signature(resized=1).comparable(signature(resized=5))
    assert signature(resized=1).comparable(signature(resized=0))
    pil = replace(DEFAULT, resize_filter="pil-linear")
    assert not signature(resized=1).comparable(signature(protocol=pil, resized=1))


def test_brief_conventions_stand_in_the_line_only_when_they_are_not_the_default() -> None:
    assert "relF" not in str(signature())
    garden = signature(protocol=replace(DEFAULT, relaxed_reach="model-garden"))
    assert "|relF:model-garden" in str(garden)
    assert not garden.comparable(signature())


def test_gt_hash_ignores_order_and_sees_names_and_masks() -> None:
    pairs = [("a", 1), ("b", 2)]
    assert gt_hash(pairs) == gt_hash(pairs[::-1])
    assert gt_hash(pairs) != gt_hash([("a", 2), ("b", 1)])
    assert gt_hash(pairs) != gt_hash([("a", 1), ("c", 2)])
