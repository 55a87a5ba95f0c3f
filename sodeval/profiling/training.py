"""Which parameters the authors train, where their code freezes some."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sodeval.models.card import ModelCard

# Name of the card -> parameters that stay as they were, and why. DualGazeNet: the trunk stays
# frozen, adapters and decoder train. CSF on Res2Net: the authors' code freezes the norms of the
# backbone, and in each shortcut, because a pool stands first there, the convolution in place of
# the norm. F3Net: the stem.
FROZEN: Mapping[str, tuple[str, str]] = {
    r"dgnet-.*": (
        r"encoder\.(?!blocks\.\d+\.prompt_learn\.)",
        "the trunk is frozen",
    ),
    r"csf-res2net50": (
        r"base\.(bn1|layer\d\.\d+\.(bn\d|bns\.\d|downsample\.1))\.",
        "norms of the backbone are frozen",
    ),
    r"f3net": (r"bkbone\.(conv1|bn1)\.", "the first convolution and its norm are frozen"),
}


def trainable(card: ModelCard | None, sizes: Mapping[str, int]) -> tuple[int, str]:
    """How many parameters train in the authors' code, and why not all; empty if all do.

    Args:
        card: of the model; None for a user's own, where all train.
        sizes: elements of each parameter, by its name.
    """
    total = sum(sizes.values())
    for names, (frozen, why) in FROZEN.items():
        if card is not None and re.fullmatch(names, card.name):
            return total - sum(n for name, n in sizes.items() if re.match(frozen, name)), why
    return total, ""
