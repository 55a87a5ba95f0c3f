"""Files that are for research only and never part of the project, where a reader has them.

They are looked for in a folder ``shared`` beside the checkout, or where the environment says.
"""

from __future__ import annotations

import os
from pathlib import Path


def folder(variable: str, name: str) -> Path:
    """The folder that a variable names, else the one of this name beside the checkout."""
    beside = Path(__file__).parents[3] / "shared" / name
    return Path(os.environ.get(variable) or beside)


CHECKPOINTS = folder("SODEVAL_TEST_CHECKPOINTS", "checkpoints")
PHOTOGRAPHS = folder("SODEVAL_TEST_PHOTOGRAPHS", "images")
OFFICIAL = folder("SODEVAL_TEST_MODELS", "models")  # what the authors' own code gives, by model

ABSENT = (
    "files that are for research only are not here "
    "(SODEVAL_TEST_CHECKPOINTS, SODEVAL_TEST_PHOTOGRAPHS, SODEVAL_TEST_MODELS)"
)
