"""Baselines: functions of the photograph, without weights and without torch."""

from __future__ import annotations

from sodeval.models.card import Licence, ModelCard

_OWN = Licence(
    name="MIT",
    line="Baselines: sodeval's own code, MIT; there are no weights.",
)


def _card(
    name: str, file: str, title: str, paper: str, doi: str, year: int, note: str
) -> ModelCard:
    return ModelCard(
        name=f"baseline-{name}",
        title=title,
        task="sod",
        entry=f"sodeval.models.baselines.{file}:saliency",
        paper=paper,
        paper_url=f"https://doi.org/{doi}",
        code_url="",
        licence=_OWN,
        year=year,
        note=note,
    )


CARDS: tuple[ModelCard, ...] = (
    _card(
        "ft",
        "frequency_tuned",
        "Frequency-tuned",
        "Frequency-tuned salient region detection",
        "10.1109/CVPR.2009.5206596",
        2009,
        "Distance in CIELAB of the photograph, blurred by a 5x5 binomial, from its mean colour; "
        "min-max to 0 and 255.",
    ),
    _card(
        "sr",
        "spectral_residual",
        "Spectral residual",
        "Saliency detection: a spectral residual approach",
        "10.1109/CVPR.2007.383267",
        2007,
        "Grey, the longer side 64 pixels; log amplitude minus its 3x3 mean, transformed back, "
        "squared, smoothed (sigma 8), resized; min-max to 0 and 255.",
    ),
    _card(
        "mbd",
        "minimum_barrier",
        "Minimum barrier (MB+)",
        "Minimum barrier salient object detection at 80 FPS",
        "10.1109/ICCV.2015.165",
        2015,
        "The variant MB+ at 300 pixels: FastMBD from the border in CIELAB (three scans), contrast "
        "to the border regions, smoothing by reconstruction, centredness, sigmoid.",
    ),
    _card(
        "center",
        "center",
        "Centre prior",
        "The central fixation bias in scene viewing",
        "10.1167/7.14.4",
        2007,
        "A Gaussian at the centre, sigma a quarter of each side, whatever the photograph shows.",
    ),
)
