"""U2-Net and its small version U2-Net†."""

from __future__ import annotations

from sodeval.models.card import Finish, Licence, ModelCard, Preparation, Published, Weights

_PREPARATION = Preparation(
    reader="skimage",
    size=(320, 320),
    resize="skimage-constant",
    scale="image-maximum",
    double=True,
    grey_as_red=True,
)
_FINISH = Finish(activation="none", stretch=True, resize="pillow-bytes", rounding="floor")
_LICENCE = Licence(
    name="Apache-2.0",
    line="U2-Net: code and weights are under the Apache License 2.0: keep its notice with copies.",
)


def _card(name: str, title: str, width: str, drive: str, fps: float, megabytes: float) -> ModelCard:
    return ModelCard(
        name=name,
        title=title,
        task="sod",
        entry="sodeval.models.networks.u2net:build",
        options={"width": width},
        paper=(
            "Qin et al., U2-Net: Going Deeper with Nested U-Structure for Salient Object "
            "Detection, Pattern Recognition 106, 2020"
        ),
        paper_url="https://doi.org/10.1016/j.patcog.2020.107404",
        code_url="https://github.com/xuebinqin/U-2-Net",
        licence=_LICENCE,
        year=2020,
        preparation=_PREPARATION,
        finish=_FINISH,
        weights=Weights(
            url=f"https://drive.google.com/file/d/{drive}/view",
            page="https://github.com/xuebinqin/U-2-Net",
            file=f"{name}.pth",
        ),
        published=Published(
            size=(320, 320),
            fps=fps,
            device="GTX 1080Ti",
            checkpoint_mb=megabytes,
            rule="operators",
            source="arXiv:2005.09007, abstract",
        ),
        note=(
            "Resized without anti-aliasing, as scikit-image 0.14 does, which the authors pin; "
            "later versions smooth first when they shrink."
        ),
    )


CARDS: tuple[ModelCard, ...] = (
    _card("u2net", "U2-Net", "full", "1ao1ovG1Qtx4b7EoskHXmi2E9rp5CHLcZ", 30, 176.3),
    _card("u2netp", "U2-Net†", "small", "1rbSTGKAE-MTxBYHd-51l2hMOQPT_7EPy", 40, 4.7),
)
