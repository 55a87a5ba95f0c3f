"""Batches that lie on an accelerator: made bytes there, and counted there where that is enough.

Torch is never imported: a tensor brings its own methods. Whatever does not fit here is left as it
is, for the host's path in :mod:`sodeval.images` to score or to refuse; the numbers are the same.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sodeval.images import SLACK
from sodeval.metrics.base import GroundTruth, Pair, Sample
from sodeval.metrics.tables import gt_cut
from sodeval.scorer import Prepared, Scorer
from sodeval.tally import Scored

Tensor = Any
"""A torch tensor."""

ACCELERATORS = frozenset({"cuda"})
COUNTED = frozenset(
    (
        *("mae", "fbeta", "emeasure", "iou", "dice", "accuracy", "kappa"),
        *("precision", "recall", "specificity", "ber", "auc"),
    )
)
"""Metrics that follow from how often each byte occurs over background and foreground."""

_INTEGERS = ("torch.int8", "torch.int16", "torch.int32", "torch.int64")
_FLOATS = ("torch.float16", "torch.bfloat16", "torch.float32", "torch.float64")


def is_there(array: object) -> bool:
    """Whether an array is a tensor on an accelerator."""
    where = getattr(getattr(array, "device", None), "type", None)
    return where in ACCELERATORS and str(getattr(array, "layout", "")) == "torch.strided"


def quantised(array: object, rounding: str) -> object:
    """Make a tensor on an accelerator the bytes that its files would hold, without moving it.

    To the bit what :func:`sodeval.images.as_pred` does, so that one byte a pixel travels.

    Args:
        array: any array; only tensors on an accelerator are touched.
        rounding: ``"round"`` or ``"floor"``.

    Returns:
        uint8 of the same shape on the same device; or ``array``, where it is elsewhere, empty, of
        another type or out of range.
    """
    if not is_there(array):
        return array
    tensor = cast("Tensor", array).detach()
    kind = str(tensor.dtype)
    if kind == "torch.uint8" or tensor.numel() == 0:
        return tensor
    if kind == "torch.bool":
        return tensor.byte() * 255
    if kind in _INTEGERS:
        least, most = (int(edge) for edge in tensor.aminmax())
        return tensor.byte() if least >= 0 and most <= 255 else array
    if kind not in _FLOATS:
        return array
    if tensor.element_size() < 4:
        tensor = tensor.float()  # 255 x has no room in half precision
    low, high = (float(edge) for edge in tensor.aminmax())  # NaN if anything is
    if not (low >= -SLACK and high <= 1 + SLACK):
        return array
    scaled = (tensor * 255).clamp(0, 255)
    return (scaled.floor() if rounding == "floor" else scaled.round()).byte()


class CountedPair(Pair):
    """A pair whose prediction stays where it is until a metric asks for pixels.

    Args:
        pred: uint8 tensor (H, W).
        stored: uint8 tensor (H, W) on the same device: the ground truth as stored.
        gt: the ground truth on the host.
        cut: its smallest foreground byte; 256 if there is none.
    """

    def __init__(self, pred: Tensor, stored: Tensor, gt: GroundTruth, cut: int):
        self.gt = gt
        self.raw = None
        self._counts: dict[tuple[int, int], NDArray[np.int64]] = {}
        self.binary: dict[int, NDArray[np.uint8]] = {}
        self._pred = pred
        foreground = stored.short() >= cut  # 256 is no byte
        index = foreground.short() * 256 + pred
        self._counted = index.flatten().bincount(minlength=512).reshape(2, 256).cpu().numpy()

    # an attribute of the parent, made on first use here: most images never leave the device
    @cached_property
    def codes(self) -> NDArray[np.uint8]:  # type: ignore[override]
        """uint8 (H, W): the bytes, fetched on first use."""
        return np.require(self._pred.cpu().numpy(), np.uint8, ("C", "W"))

    @cached_property
    def _joint(self) -> tuple[NDArray[np.int64], int, int]:
        present = np.flatnonzero(self._counted.sum(axis=0))
        return self._counted, int(present[0]), int(present[-1])


class BatchScorer(Scorer):
    """A scorer that can also count on an accelerator; for one protocol."""

    def counts_there(self, pred: object, gt: object) -> bool:
        """Whether both are bytes on one accelerator, and counts are all that the metrics need."""
        if not (is_there(pred) and is_there(gt)):
            return False
        one, other = cast("Tensor", pred), cast("Tensor", gt)
        return (
            COUNTED.issuperset(self.metrics)
            and self.protocol.sums != "float32"  # added pixel by pixel, in order
            and one.numel() > 0
            and one.shape == other.shape
            and (one.dim() in (2, 3) or (one.dim() == 4 and one.shape[1] == 1))
            and one.device == other.device
            and str(one.dtype) == str(other.dtype) == "torch.uint8"
        )

    def score_there(self, pred: Tensor, stored: Tensor, prepared: Prepared) -> Scored:
        """Score one prediction by what is counted on the device.

        Args:
            pred: uint8 tensor (H, W).
            stored: uint8 tensor (H, W) on the same device, the ground truth as stored.
            prepared: the same ground truth.
        """
        gt = prepared.reference.under(self.protocol)
        cut = gt_cut(self.protocol, *prepared.reference.stored.extent)
        pair = CountedPair(pred, stored, gt, cut)
        low, high = pair.extent
        warnings = prepared.warnings(gt) + (["constant_pred"] if low == high else [])
        return self._measure(Sample(pair, self.protocol), warnings, resized=False)


def maps_of(batch: Tensor) -> list[Tensor]:
    """Take a batch apart where it is: (H, W), (N, H, W) or (N, 1, H, W), as bytes (H, W)."""
    return list(batch.reshape(-1, *batch.shape[-2:]))
