"""DANet for scene segmentation, with the 19 classes of Cityscapes."""

from __future__ import annotations

from sodeval.models.card import Finish, Licence, ModelCard, Preparation, Weights

_PAGE = "https://github.com/junfu1115/DANet"
_CLASSES = 19


def _card(backbone: str, title: str, weights: Weights, note: str) -> ModelCard:
    return ModelCard(
        name=f"danet-{backbone}",
        title=title,
        task="segmentation",
        entry="sodeval.models.networks.danet:build",
        options={"backbone": backbone, "classes": _CLASSES},
        paper="Fu et al., Dual Attention Network for Scene Segmentation, CVPR 2019",
        paper_url="https://arxiv.org/abs/1809.02983",
        code_url=_PAGE,
        licence=Licence(
            name="MIT",
            line="DANet: code and weights are under the MIT licence: keep its notice with copies.",
        ),
        year=2019,
        preparation=Preparation(reader="pillow", size=None, resize="none", scale="unit"),
        finish=Finish(activation="argmax", resize="none"),
        weights=weights,
        evaluations=("whole", "authors"),
        labels=_CLASSES,
        note=note,
    )


_NO_SALIENCY = "Labels are the 19 classes of Cityscapes; it finds no saliency."

CARDS: tuple[ModelCard, ...] = (
    _card(
        "resnet50",
        "DANet (ResNet-50)",
        Weights(page=_PAGE, note="The authors released no checkpoint on ResNet-50."),
        note=_NO_SALIENCY,
    ),
    _card(
        "resnet101",
        "DANet (ResNet-101)",
        Weights(
            url="https://drive.google.com/file/d/1XmpFEF-tbPH0Rmv4eKRxYJngr3pTbj6p/view",
            page=_PAGE,
            suffix=".pth.tar",
            file="DANet101.pth.tar",
            nested="state_dict",
        ),
        note=(
            f"{_NO_SALIENCY} The authors report 79.93 % mIoU on Cityscapes val, with the "
            "evaluation `authors`."
        ),
    ),
)
