"""CSF on two backbones: Res2Net-50 as the authors released it, and ResNet-50 as in their paper."""

from __future__ import annotations

from sodeval.models.card import Finish, ModelCard, Preparation, Published, Weights
from sodeval.models.cards.sod100k import PAGE, card

_PREPARATION = Preparation(reader="opencv", size=None, resize="none", scale="unit")
_FINISH = Finish(activation="sigmoid", resize="none", rounding="round")


def _card(
    backbone: str, title: str, row: str, params: float, macs: float, weights: Weights, note: str
) -> ModelCard:
    return card(
        "CSF",
        f"csf-{backbone}",
        title,
        {"backbone": backbone},
        preparation=_PREPARATION,
        finish=_FINISH,
        weights=weights,
        published=Published(
            params=params, macs=macs, rule="operators", source=f"ECCV 2020, table 2, {row}"
        ),
        note=note,
    )


_SIZE_UNKNOWN = "The authors do not say at which input size they counted multiply-adds."

CARDS: tuple[ModelCard, ...] = (
    _card(
        "resnet50",
        "CSF (ResNet-50)",
        "CSF+R",
        36.37e6,
        18.40e9,
        Weights(page=PAGE, note="The authors released neither code nor weights of CSF+R."),
        note=(
            "Defined by substitution: the head of csf-res2net50 on a plain ResNet-50. "
            + _SIZE_UNKNOWN
        ),
    ),
    _card(
        "res2net50",
        "CSF (Res2Net-50)",
        "CSF+R2",
        36.53e6,
        18.96e9,
        Weights(
            page=PAGE,
            note=(
                "The weights are a OneDrive share that no program can fetch: follow the link "
                "“pretrained models for CSF” of the page's README, and give the file with "
                "--weights."
            ),
        ),
        note=_SIZE_UNKNOWN,
    ),
)
