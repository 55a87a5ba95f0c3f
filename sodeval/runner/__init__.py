"""Running models: photographs to maps, to scores, in one go.

``run`` is what ``sodeval run`` calls.
"""

from __future__ import annotations

from sodeval.runner.run import Outcome, run

__all__ = ["Outcome", "run"]
