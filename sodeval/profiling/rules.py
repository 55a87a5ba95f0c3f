"""How multiply-adds are counted: the rules by name, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's name in tables, and what it counts."""

    title: str
    about: str


RULES: Mapping[str, Rule] = {
    "torch": Rule(
        "torch",
        "torch.utils.flop_counter, halved: convolutions and matrix products, nothing else; of the "
        "network as it runs here.",
    ),
    "operators": Rule(
        "fvcore's rule",
        "convolutions and matrix products (the attention's too); BatchNorm 2, LayerNorm and "
        "GroupNorm 5, bilinear resizing 4 an element.",
    ),
    "hooks": Rule(
        "module hooks",
        "Linear, Conv2d, ConvTranspose2d (by its output: 4 times too much at stride 2), LayerNorm "
        "4 an element; parameters of those that ran; no attention products.",
    ),
    "octave": Rule(
        "CSNet's counter",
        "convolutions and their biases; BatchNorm 4, PReLU 3 an element; in octave convolutions "
        "also resizing 9, max pool the kernel's area, average pool 5 an element.",
    ),
}
"""`sodeval.models.card.Published.rule` is one of these, or empty where the authors print none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What one rule makes of a network at one input size.

    Attributes:
        rule: a name in ``RULES``.
        macs: multiply-adds of one image, a multiply-add as one.
        parts: the same by what they were counted for.
        uncounted: operators that compute and that the rule has no figure for, and how often each
            ran; empty where a rule does not look at operators.
        params: parameters by the rule; None where that is all of them.
    """

    rule: str
    macs: int
    parts: dict[str, int] = field(default_factory=dict)
    uncounted: dict[str, int] = field(default_factory=dict)
    params: int | None = None

    def to_dict(self) -> dict[str, object]:
        """Plain data, without what is empty."""
        data: dict[str, object] = {"rule": self.rule, "macs": self.macs, "parts": self.parts}
        if self.uncounted:
            data["uncounted"] = self.uncounted
        if self.params is not None:
            data["params"] = self.params
        return data
