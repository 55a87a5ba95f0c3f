"""The cards of all models, by name; a new variant is a row in one of these files."""

from __future__ import annotations

from sodeval.models.card import ModelCard
from sodeval.models.cards.baselines import CARDS as BASELINES
from sodeval.models.cards.csf import CARDS as CSF
from sodeval.models.cards.csnet import CARDS as CSNET
from sodeval.models.cards.danet import CARDS as DANET
from sodeval.models.cards.dgnet import CARDS as DGNET
from sodeval.models.cards.f3net import CARDS as F3NET
from sodeval.models.cards.u2net import CARDS as U2NET

__all__ = ["CARDS"]

CARDS: dict[str, ModelCard] = {
    card.name: card
    for family in (DGNET, U2NET, CSNET, CSF, F3NET, DANET, BASELINES)
    for card in family
}
"""Name -> card, in the order of lists."""
