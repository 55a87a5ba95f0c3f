"""Conventions in words: what each field of a protocol means, and where two protocols differ.

The words are those that stand below the fields in :mod:`sodeval.conventions`; they are read from
its source when they are asked for, so there is one text to keep.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise

from sodeval import conventions
from sodeval.protocols import EvalProtocol


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a field means, and the part of an evaluation that it belongs to."""

    group: str
    text: str


@cache
def meanings() -> dict[str, Meaning]:
    """Field -> its meaning, in the order of the fields; empty if the source is not at hand."""
    try:
        lines = inspect.getsource(conventions).splitlines()
    except OSError:
        return {}
    body = next(
        node.body
        for node in ast.parse("\n".join(lines)).body
        if isinstance(node, ast.ClassDef) and node.name == EvalProtocol.__name__
    )
    found = {}
    for spec, text in pairwise(body):
        match spec, text:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(value=ast.Constant(str(said))):
                above = (
                    line for line in reversed(lines[: spec.lineno]) if line.startswith("    # ")
                )
                found[name] = Meaning(next(above, "").strip("# "), _plain(said))
    return found


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("``", "").strip()


@dataclass(frozen=True, slots=True)
class Difference:
    """A convention in which two protocols differ, with the value of each."""

    field: str
    one: object
    other: object

    def moves(self, column: str) -> bool:
        """Whether this convention can move a column of maps that were read from files."""
        for starts, columns in _MOVES.items():
            if self.field.startswith(starts):
                return any(fnmatchcase(column, pattern) for pattern in columns)
        return True


_FBETA = ("max_fbeta", "mean_fbeta")
_OF_CURVES = ("max_*", "mean_*", "min_*", "si_m[ae]?*_fbeta", "auc_roc", "ap")
# how a convention's name starts -> the only columns it can move; the first entry that fits counts
_MOVES: dict[str | tuple[str, ...], tuple[str, ...]] = {
    "float_pred": (),
    ("quantise", "levels", "level_unit", "compare"): _OF_CURVES,
    ("f_guard", "max_fbeta"): _FBETA,
    "pr_guard": (*_FBETA, "mean_precision", "mean_recall"),
    "mean_guard": (*_FBETA, "mean_precision", "mean_recall", "mae"),
    "fbeta_adp": ("adp_[!e]*",),
    "fbeta_": (*_FBETA, "adp_fbeta"),
    "emeasure_adp": ("adp_emeasure",),
    "emeasure_": ("*_emeasure",),
    "mae_": ("mae",),
    "smeasure_": ("smeasure",),
    "weighted_": ("weighted_fbeta",),
    "hce_": ("hce",),
    "mba_": ("mba",),
    "relaxed_": ("relaxed_fbeta",),
    "msiou_": ("*_msiou",),
}


def differences(one: EvalProtocol, other: EvalProtocol) -> list[Difference]:
    """The conventions in which two protocols differ, in canonical order."""
    theirs = {name: value for name, _, value in other.conventions()}
    return [
        Difference(name, value, theirs[name])
        for name, _, value in one.conventions()
        if value != theirs[name]
    ]
