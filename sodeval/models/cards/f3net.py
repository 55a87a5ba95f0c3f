"""F3Net, on ResNet-50."""

from __future__ import annotations

from sodeval.models.card import Finish, Licence, ModelCard, Preparation, Weights

_PAGE = "https://github.com/weijun-arc/F3Net"

CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        name="f3net",
        title="F3Net",
        task="sod",
        entry="sodeval.models.networks.f3net:build",
        paper=(
            "Wei et al., F3Net: Fusion, Feedback and Focus for Salient Object Detection, AAAI 2020"
        ),
        paper_url="https://arxiv.org/abs/1911.11445",
        code_url=_PAGE,
        licence=Licence(
            name="MIT",
            line="F3Net: code and weights are under the MIT licence: keep its notice with copies.",
        ),
        year=2020,
        preparation=Preparation(
            reader="opencv",
            size=(352, 352),
            resize="opencv",
            scale="byte",
            mean=(124.55, 118.90, 102.94),
            std=(56.77, 55.97, 57.50),
            normalise_first=True,
            double=True,
        ),
        finish=Finish(activation="sigmoid", resize="torch-logits", rounding="round"),
        weights=Weights(
            url="https://drive.google.com/file/d/1jcsmxZHL6DGwDplLp93H4VeN2ZjqBsOF/view",
            page=_PAGE,
            suffix=".pth",
            file="model-32",
            note=(
                "Trained in mixed precision: tensors of half precision become float32 when loaded."
            ),
        ),
    ),
)
