"""CSF on two backbones: Res2Net-50 as the authors released it, and ResNet-50 as in their paper."""

from __future__ import annotations

from sodeval.models.card import Finish, Licence, ModelCard, Preparation, Published, Weights

_PAGE = "https://github.com/MCG-NKU/SOD100K"
_PREPARATION = Preparation(reader="opencv", size=None, resize="none", scale="unit", smallest=33)
_FINISH = Finish(activation="sigmoid", resize="none", rounding="round")
_LICENCE = Licence(
    name="CC BY-NC-SA 4.0",
    line=(
        "CSF: code and weights are CC BY-NC-SA 4.0: non-commercial use only; commercial use needs "
        "the authors' permission."
    ),
    commercial=False,
)


def _card(
    backbone: str, title: str, row: str, params: float, macs: float, weights: Weights, note: str
) -> ModelCard:
    return ModelCard(
        name=f"csf-{backbone}",
        title=title,
        task="sod",
        entry="sodeval.models.networks.csf:build",
        options={"backbone": backbone},
        paper=(
            "Gao et al., Highly Efficient Salient Object Detection with 100K Parameters, ECCV 2020"
        ),
        paper_url="https://doi.org/10.1007/978-3-030-58539-6_42",
        code_url=_PAGE,
        licence=_LICENCE,
        year=2020,
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
        Weights(page=_PAGE, note="The authors released neither code nor weights of CSF+R."),
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
            page=_PAGE,
            note=(
                "The weights are a OneDrive share that no program can fetch: follow the link "
                "“pretrained models for CSF” of the page's README, and give the file with "
                "--weights."
            ),
        ),
        note=_SIZE_UNKNOWN,
    ),
)
