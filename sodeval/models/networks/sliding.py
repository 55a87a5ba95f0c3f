"""The DANet authors' evaluation: mirrored windows that slide over a resized photograph.

Fu et al., "Dual Attention Network for Scene Segmentation", CVPR 2019, with the settings of the
authors' test command for Cityscapes (junfu1115/DANet): base size 2048, crop 768, one scale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from sodeval.errors import UsageError
from sodeval.models.card import IMAGENET_MEAN, IMAGENET_STD, Triple

BASE = 2048  # the longer side that a photograph is resized to
CROP = 768  # height and width of a window


def sliding_scores(
    network: nn.Module,
    photograph: Tensor,
    *,
    base: int = BASE,
    crop: int = CROP,
    mean: Triple = IMAGENET_MEAN,
    std: Triple = IMAGENET_STD,
) -> Tensor:
    """Class scores of every pixel; their arg-max is the label map.

    In a window they are the exponential of the sum of two logits: of the window, and of its mirror
    image, mirrored back. Where windows overlap, scores are averaged.

    Args:
        network: its ``final`` gives logits of its input's height and width.
        photograph: normalised float32 (N, 3, H, W).
        base: the longer side that the windows slide over, in pixels.
        crop: side of a window; windows lie two thirds of it apart.
        mean: with ``std``, how the photograph was normalised; says what black is, with which
            windows are filled up at the right and bottom.
        std: see ``mean``.

    Returns:
        float32 (N, classes, H, W), not negative.

    Raises:
        UsageError: ``base`` or ``crop`` is too small, or the photograph is empty.
    """
    if base < 1 or crop < 2 or photograph.numel() == 0:
        raise UsageError(
            f"windows of {crop} over {base} pixels of a photograph {tuple(photograph.shape)}: "
            "use a crop of at least 2, a base of at least 1 and a photograph that is not empty."
        )
    final: Callable[[Tensor], Tensor] = getattr(network, "final", network)
    height, width = photograph.shape[-2:]
    scaled = _resize(photograph, _scaled(height, width, base))
    black = scaled.new_tensor([-m / s for m, s in zip(mean, std, strict=True)]).view(1, 3, 1, 1)
    tops, lefts = (_starts(length, crop) for length in scaled.shape[-2:])
    total = torch.empty(0)
    for top in tops:
        for left in lefts:
            part = scaled[..., top : top + crop, left : left + crop]
            high, wide = part.shape[-2:]
            scores = _mirrored(final, _filled(part, crop, black))[..., :high, :wide]
            if total.numel() == 0:
                total = scores.new_zeros(*scores.shape[:2], *scaled.shape[-2:])
            total[..., top : top + high, left : left + wide] += scores
    down, across = (
        _coverage(starts, length, crop).to(total.device)
        for starts, length in zip((tops, lefts), scaled.shape[-2:], strict=True)
    )
    total /= down[:, None] * across
    return _resize(total, (height, width))


def _scaled(height: int, width: int, base: int) -> tuple[int, int]:
    """The size whose longer side is ``base``; the shorter one is rounded, half a pixel up."""
    if height > width:
        return base, max(1, int(width * base / height + 0.5))
    return max(1, int(height * base / width + 0.5)), base


def _starts(length: int, crop: int) -> list[int]:
    """Where windows begin: as many as reach the end, the last one cut there."""
    stride = crop * 2 // 3
    beyond = max(0, length - crop)
    return [stride * place for place in range(-(-beyond // stride) + 1)]


def _coverage(starts: Sequence[int], length: int, crop: int) -> Tensor:
    """How many windows see each of ``length`` positions."""
    counts = torch.zeros(length)
    for start in starts:
        counts[start : start + crop] += 1
    return counts


def _filled(part: Tensor, crop: int, black: Tensor) -> Tensor:
    """A window of full size; what lies beyond the photograph is black."""
    high, wide = part.shape[-2:]
    if high == wide == crop:
        return part
    window = black.repeat(part.shape[0], 1, crop, crop)
    window[..., :high, :wide] = part
    return window


def _mirrored(final: Callable[[Tensor], Tensor], window: Tensor) -> Tensor:
    plain, mirrored = final(torch.cat([window, window.flip(-1)])).float().chunk(2)
    return (plain + mirrored.flip(-1)).exp()


def _resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    if x.shape[-2:] == size:
        return x
    return functional.interpolate(x, size, mode="bilinear", align_corners=True)
