"""Channel numbers of the CSNet family: two learned configurations as data, five splits by rule.

A tensor of CSNet is a tuple of branches; branch k has 1/2^k of the stage's resolution. ``(8, 10)``
is 8 channels at full and 10 at half resolution; 0 means that the branch does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

Branches = tuple[int, ...]

DILATIONS = (1, 2, 4, 8, 16)
WIDTH = 20  # of the fixed splits; the paper's "x1"
MULTIPLES = (1, 1, 2, 4, 4)  # of the width, stage by stage
BLOCKS = (1, 3, 4, 6, 4)
FRACTIONS = {
    "1-0": (1.0,),
    "3-1": (0.75, 0.25),
    "5-5": (0.5, 0.5),
    "1-3": (0.25, 0.75),
    "0-1": (0.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Channels:
    """What each part of a CSNet puts out.

    Attributes:
        stages: the branches that each block of each stage puts out.
        fuse: the branches after the first convolution of the fusion.
        dilated: per branch of the fusion, the channels of each dilation.
        joined: channels of the one branch that the fusion ends in.
    """

    stages: tuple[tuple[Branches, ...], ...]
    fuse: Branches
    dilated: tuple[Branches, ...]
    joined: int


# Pruning left these numbers, so they follow no formula.
LEARNED = {
    "L-x1": Channels(
        stages=(
            ((8, 10),),
            ((9, 10), (10, 10), (10, 10)),
            ((19, 13), (19, 17), (20, 12), (34,)),
            ((24, 21), (26, 27), (22, 18), (19, 18), (23, 18), (38,)),
            ((18, 29), (25, 24), (26, 20), (50,)),
        ),
        fuse=(12, 24, 24),
        dilated=((1, 2, 2, 2, 4), (1, 4, 4, 4, 5), (2, 2, 4, 5, 4)),
        joined=60,
    ),
    "L-x2": Channels(
        stages=(
            ((13, 10),),
            ((13, 12), (18, 11), (18, 12)),
            ((28, 21), (34, 22), (31, 29), (51,)),
            ((23, 26), (27, 26), (25, 20), (17, 21), (19, 25), (38,)),
            ((18, 31), (31, 27), (26, 44), (64,)),
        ),
        fuse=(17, 38, 32),
        dilated=((2, 1, 2, 2, 1), (0, 6, 6, 7, 5), (0, 1, 3, 7, 7)),
        joined=79,
    ),
}

CONFIGURATIONS = (*LEARNED, *FRACTIONS)


def channels(config: str) -> Channels:
    """The channel numbers of one of `CONFIGURATIONS`."""
    return LEARNED[config] if config in LEARNED else _split(FRACTIONS[config])


def _split(fractions: tuple[float, ...]) -> Channels:
    """Every block split alike, but the last of stages 2, 3 and 4, which puts out one branch."""
    widths = [WIDTH * multiple for multiple in MULTIPLES]
    stages = []
    for stage, (width, blocks) in enumerate(zip(widths, BLOCKS, strict=True)):
        shares = [tuple(round(width * share) for share in fractions)] * blocks
        if stage >= 2:
            shares[-1] = (width,)
        stages.append(tuple(shares))
    fuse = tuple(width // 3 for width in widths[2:])
    dilated = tuple((*(n // 5,) * 4, n - 4 * (n // 5)) for n in fuse)
    return Channels(stages=tuple(stages), fuse=fuse, dilated=dilated, joined=sum(fuse))
