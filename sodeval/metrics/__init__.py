"""The registry of metrics: what exists, which columns it fills, and which way is better.

Adding a metric is one file in this folder and one :class:`MetricCard` below. Nothing here imports
NumPy, so that ``sodeval --help`` and name checks stay fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from sodeval.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from sodeval.metrics.base import Metric

Direction = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCard:
    """What is known of a metric without loading it."""

    id: str
    entry: str
    title: str
    better: Direction
    columns: Mapping[str, str]
    """Report key -> heading."""
    paper: str
    curves: tuple[str, ...] = ()
    """What it averages at every threshold."""


METRICS: dict[str, MetricCard] = {
    card.id: card
    for card in (
        MetricCard(
            id="mae",
            entry="sodeval.metrics.mae:MAE",
            title="Mean absolute error",
            better="lower",
            columns={"mae": "MAE"},
            paper="Perazzi et al., Saliency filters, CVPR 2012",
        ),
        MetricCard(
            id="fbeta",
            entry="sodeval.metrics.fbeta:FBeta",
            title="F-measure, β² = 0.3",
            better="higher",
            columns={"max_fbeta": "max Fβ", "mean_fbeta": "mean Fβ", "adp_fbeta": "adp Fβ"},
            paper="Achanta et al., Frequency-tuned salient region detection, CVPR 2009",
            curves=("precision", "recall", "fbeta"),
        ),
        MetricCard(
            id="weighted_fbeta",
            entry="sodeval.metrics.weighted_fbeta:WeightedFBeta",
            title="Weighted F-measure, β² = 1",
            better="higher",
            columns={"weighted_fbeta": "wFβ"},
            paper="Margolin et al., How to evaluate foreground maps?, CVPR 2014",
        ),
        MetricCard(
            id="smeasure",
            entry="sodeval.metrics.smeasure:SMeasure",
            title="Structure-measure, α = 0.5",
            better="higher",
            columns={"smeasure": "S"},
            paper="Fan et al., Structure-measure, ICCV 2017",
        ),
        MetricCard(
            id="emeasure",
            entry="sodeval.metrics.emeasure:EMeasure",
            title="Enhanced-alignment measure",
            better="higher",
            columns={"max_emeasure": "max E", "mean_emeasure": "mean E", "adp_emeasure": "adp E"},
            paper="Fan et al., Enhanced-alignment measure, IJCAI 2018",
            curves=("emeasure",),
        ),
    )
}

SETS: dict[str, tuple[str, ...]] = {
    "default": ("mae", "fbeta", "weighted_fbeta", "smeasure", "emeasure"),
    "all": tuple(METRICS),
}

_COLUMNS = {column: card for card in METRICS.values() for column in card.columns}


def resolve(metrics: str | Iterable[str]) -> tuple[str, ...]:
    """Turn ``"default,mae"`` or a list of names into metric ids, in registry order, each once.

    Raises:
        UnknownNameError: a name is neither a metric nor a set of metrics.
        UsageError: no name was given.
    """
    names = metrics.split(",") if isinstance(metrics, str) else list(metrics)
    wanted: set[str] = set()
    for name in (n.strip().lower() for n in names):
        if name in SETS:
            wanted.update(SETS[name])
        elif name in METRICS:
            wanted.add(name)
        elif name:
            raise UnknownNameError("metric", name, (*METRICS, *SETS))
    if not wanted:
        raise UsageError("no metric was named; try 'default'.")
    return tuple(m for m in METRICS if m in wanted)


def load(metric: str) -> Metric:
    """Import and build a metric by id."""
    module, _, name = METRICS[metric].entry.partition(":")
    built: Metric = getattr(import_module(module), name)()
    return built


def label(column: str) -> str:
    """Heading of a column in tables: ``max_fbeta`` -> ``max Fβ``."""
    return _COLUMNS[column].columns[column]


def better(column: str) -> Direction:
    """Whether higher or lower values of a column are better."""
    return _COLUMNS[column].better
