"""Users' files, written for a test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

IMAGE = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).astype(np.uint8)


@contextmanager
def forgetting() -> Iterator[None]:
    """Modules and folders that a test leaves behind must not be seen by the next."""
    modules, path = set(sys.modules), list(sys.path)
    yield
    assert sys.path == path, "loading leaves no folder behind"
    for name in set(sys.modules) - modules:
        if name.startswith(("sodeval_own_", "sibling", "plugin")):
            del sys.modules[name]


def spec(folder: Path, text: str, function: str = "build", name: str = "mine.py") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return f"{folder / name}:{function}"


def returning(expression: str) -> str:
    return f"import numpy as np\ndef build():\n    return lambda image: {expression}\n"
