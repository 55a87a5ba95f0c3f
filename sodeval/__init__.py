"""sodeval scores saliency maps and says exactly how.

>>> import sodeval
>>> report = sodeval.score("preds/", "gt/")  # doctest: +SKIP
>>> report.metrics["max_fbeta"]  # doctest: +SKIP
0.9411
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"  # a literal: importlib.metadata costs as much as click
__all__ = ["Evaluator", "Leaderboard", "Report", "Signature", "__version__", "load_model", "score"]

if TYPE_CHECKING:
    from sodeval.boards import Leaderboard
    from sodeval.evaluator import Evaluator
    from sodeval.models import load_model
    from sodeval.report import Report
    from sodeval.scoring import score
    from sodeval.signature import Signature

_HOME = {
    "Evaluator": "evaluator",
    "Leaderboard": "boards",
    "Report": "report",
    "Signature": "signature",
    "load_model": "models",
    "score": "scoring",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'sodeval' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"sodeval.{_HOME[name]}"), name)
    globals()[name] = value
    return value
