"""Scoring one image: decoded bytes in, measured values out. Shared by files and streams."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sodeval.errors import ShapeError
from sodeval.images import resize_to
from sodeval.kernels.counts import grey_and_largest
from sodeval.metrics import load, resolve
from sodeval.metrics.base import GroundTruth, Sample
from sodeval.protocols import EvalProtocol, get_protocol
from sodeval.tally import Scored, Tally

Map = NDArray[np.uint8]

_SHOWN_TRAITS = {
    "alpha_mask",
    "low_16_bit",
    "unequal_channels",
}  # a palette matters only if the mask is empty
GREY_SHARE = 0.01  # a ground truth with more grey than this is worth a warning


@dataclass(frozen=True, slots=True)
class Prepared:
    """A ground truth ready to be scored against."""

    gt: GroundTruth
    digest: int
    warnings: tuple[str, ...]


class Scorer:
    """Metrics and a protocol, resolved once; holds no images and is shared between threads.

    Raises:
        UnknownNameError: a metric or protocol does not exist.
    """

    def __init__(
        self,
        metrics: str | Iterable[str],
        protocol: str | EvalProtocol,
        size_mismatch: str = "resize",
    ):
        self.metrics = resolve(metrics)
        self.protocol = get_protocol(protocol)
        self.size_mismatch = size_mismatch
        self._loaded = [load(metric) for metric in self.metrics]

    def tally(self) -> Tally:
        """An empty tally for what this scorer measures."""
        return Tally(self.metrics)

    def prepare(self, gt: Map, traits: frozenset[str] = frozenset()) -> Prepared:
        """Binarise a ground truth.

        Args:
            gt: uint8 (H, W).
            traits: what :func:`sodeval.images.decode` noticed in the file.
        """
        grey, largest = grey_and_largest(gt)
        truth = GroundTruth(gt, self.protocol)
        warnings = sorted(traits & _SHOWN_TRAITS)
        if largest == 1:
            warnings.append("gt_0_1")
        elif grey > GREY_SHARE * gt.size:
            warnings.append("grey_gt")
        if "palette" in traits and truth.positives == 0 and largest > 0:
            warnings.append("empty_palette_gt")
        packed = np.packbits(truth.mask)
        digest = hashlib.blake2b(packed.data, digest_size=8, salt=b"%d" % truth.shape[1]).digest()
        return Prepared(truth, int.from_bytes(digest, "little"), tuple(warnings))

    def score(
        self,
        pred: Map,
        prepared: Prepared,
        *,
        label: str,
        traits: frozenset[str] = frozenset(),
        absent: bool = False,
    ) -> Scored:
        """Score one prediction.

        Args:
            pred: uint8 (H, W).
            prepared: its ground truth.
            label: of the prediction, for messages.
            traits: what :func:`sodeval.images.decode` noticed in the file.
            absent: the map stands for a file that is not there, so it gives no warnings.

        Raises:
            ShapeError: the sizes differ and ``size_mismatch`` is ``"error"``.
        """
        truth = prepared.gt
        resized = pred.shape != truth.shape
        if resized:
            if self.size_mismatch == "error":
                (h, w), (gh, gw) = pred.shape, truth.shape
                raise ShapeError(
                    f"{label} is {w}x{h} and its ground truth {gw}x{gh} pixels; "
                    "resize it, or score with --size-mismatch resize."
                )
            pred = resize_to(pred, truth.shape, self.protocol.resize_filter)
        sample = Sample(pred, truth, self.protocol)
        warnings = list(prepared.warnings)
        if not absent:
            warnings += sorted(traits & _SHOWN_TRAITS)
            if sample.extent[0] == sample.extent[1]:
                warnings.append("constant_pred")
        measured = tuple(metric.measure(sample, self.protocol) for metric in self._loaded)
        return Scored(measured, prepared.digest, tuple(warnings), resized)
