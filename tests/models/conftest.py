"""Networks are tested on one thread: cores that others use are slower with two, tenfold."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

# The lanes for other Pythons and packages leave torch out, which is gigabytes there. The main lane
# has it.
HAS_TORCH = find_spec("torch") is not None
HERE = Path(__file__).parent
collect_ignore = [
    path.name
    for path in HERE.glob("test_*.py")
    if not HAS_TORCH and "torch" in path.read_text(encoding="utf-8")
]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    if not HAS_TORCH:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
