"""Leaderboards: who scored what, in one small file a data set, and the order of it."""

from sodeval.boards.admission import refuse_untrained
from sodeval.boards.board import Change, Leaderboard, Ranked
from sodeval.boards.row import Row

__all__ = ["Change", "Leaderboard", "Ranked", "Row", "refuse_untrained"]
