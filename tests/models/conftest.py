"""Networks are tested on one thread: cores that others use are slower with two, tenfold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

HAS_TORCH = find_spec("torch") is not None
# The lanes for other Pythons and packages leave torch out, which is gigabytes there: files that
# are about torch import it at their top. The main lane has it.
NEEDS_TORCH = re.compile(r"^(import|from) torch\b|^from tests\.models\.print_parity", re.MULTILINE)
collect_ignore = [
    path.name
    for path in Path(__file__).parent.glob("test_*.py")
    if not HAS_TORCH and NEEDS_TORCH.search(path.read_text(encoding="utf-8"))
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
