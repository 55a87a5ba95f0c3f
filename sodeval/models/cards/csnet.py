"""CSNet: two learned configurations with weights, and five fixed splits without."""

from __future__ import annotations

from sodeval.models.card import Finish, ModelCard, Preparation, Published, Weights
from sodeval.models.cards.sod100k import PAGE, card

_RAW = "https://raw.githubusercontent.com/MCG-NKU/SOD100K/2176012/CSNet/checkpoints"
_PREPARATION = Preparation(
    reader="skimage",
    size=(224, 224),
    resize="skimage-reflect",
    scale="unit",
    double=True,
    multiple=16,
    smallest=16,
)
_FINISH = Finish(activation="sigmoid", resize="skimage", rounding="floor")


def _card(
    name: str, title: str, config: str, published: Published, weights: Weights, note: str = ""
) -> ModelCard:
    return card(
        "CSNet",
        name,
        title,
        {"config": config},
        preparation=_PREPARATION,
        finish=_FINISH,
        weights=weights,
        published=published,
        note=note,
    )


def _published(params: float, macs: float, table: str, latency_ms: float | None) -> Published:
    timed = latency_ms is not None
    return Published(
        params=params,
        macs=macs,
        size=(224, 224),
        latency_ms=latency_ms,
        device="one core of an i7-8700K" if timed else "",
        rule="octave",
        source=f"ECCV 2020, {f'tables {table} and 5' if timed else f'table {table}'}",
    )


def _learned(
    config: str,
    title: str,
    params: float,
    macs: float,
    sha256: str,
    latency_ms: float | None = None,
) -> ModelCard:
    name = f"csnet-{config}"
    weights = Weights(
        url=f"{_RAW}/{name}/{name}.pth.tar",
        page=PAGE,
        sha256=sha256,
        suffix=".pth.tar",
        file=f"{name}.pth.tar",
        nested="state_dict",
    )
    return _card(name, title, config, _published(params, macs, "2", latency_ms), weights)


def _split(config: str, macs: float, latency_ms: float | None = None) -> ModelCard:
    weights = Weights(page=PAGE, note="The authors released no weights of the fixed splits.")
    return _card(
        f"csnet-x1-{config}",
        f"CSNet {config.replace('-', '/')}",
        config,
        _published(211e3, macs, "1", latency_ms),
        weights,
        note="The share of channels at full against half resolution is fixed, not learned.",
    )


CARDS: tuple[ModelCard, ...] = (
    _learned(
        "L-x1",
        "CSNet×1-L",
        94e3,
        0.43e9,
        "581f02dad8f7333329264fcdf5710111db947246ad43852d3aa0518393157995",
        latency_ms=95.3,
    ),
    _learned(
        "L-x2",
        "CSNet×2-L",
        140e3,
        0.72e9,
        "8d72d13a0edbbd6e5a682ea3e39f4193077f570c8c4c147201083316e0c9490f",
    ),
    _split("1-0", 0.91e9),
    _split("3-1", 0.78e9),
    _split("5-5", 0.61e9, latency_ms=135.9),
    _split("1-3", 0.47e9),
    _split("0-1", 0.35e9),
)
