"""torchvision's ``Resize`` of a tensor, also where its compiled operators do not load."""

from __future__ import annotations

import importlib

import pytest
import torch

# Its Python code registers shapes for these; beside a build of torch that its wheel was not made
# for, the compiled half that declares them does not load.
OPERATORS = (
    *("nms", "qnms", "deform_conv2d", "_deform_conv2d_backward", "qroi_align"),
    *("roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool"),
    *("_roi_align_backward", "_roi_pool_backward"),
    *("_ps_roi_align_backward", "_ps_roi_pool_backward"),
)

_declared: list[torch.library.Library] = []  # a library that is freed takes its operators along


def resize_tensor(tensor: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """``torchvision.transforms.functional.resize`` of float32 (3, H, W); skips if not installed."""
    if importlib.util.find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    try:
        transforms = importlib.import_module("torchvision.transforms.functional")
    except RuntimeError as error:
        if "does not exist" not in str(error):
            raise
        library = torch.library.Library("torchvision", "DEF")
        for operator in OPERATORS:
            library.define(f"{operator}() -> ()")
        _declared.append(library)
        transforms = importlib.import_module("torchvision.transforms.functional")
    return transforms.resize(tensor, list(size))
