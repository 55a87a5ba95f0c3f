"""Scoring one image: decoded bytes in, measured values out. Shared by files and streams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.errors import ShapeError, UsageError
from sodeval.kept import Kept, keep
from sodeval.metrics import METRICS, load, resolve
from sodeval.metrics.attributes import attributes
from sodeval.metrics.base import GroundTruth, Measured, Pair, Reference, Sample
from sodeval.protocols import get_protocols
from sodeval.resizes import codes_of, resize_to
from sodeval.tally import ZEROED, Scored, Tally

Map = NDArray[np.uint8]

_SHOWN_TRAITS = {
    "alpha_mask",
    "low_16_bit",
    "unequal_channels",
}  # a palette matters only if the mask is empty
_NOTHING: dict[str, Any] = {"pred_scale": "none", "mae_pred": "same", "blank_images": "score"}
GREY_SHARE = 0.01  # a ground truth with more grey than this is worth a warning


@dataclass(frozen=True, slots=True)
class Prepared:
    """A ground truth ready to be scored against."""

    reference: Reference
    traits: frozenset[str]

    def warnings(self, gt: GroundTruth) -> list[str]:
        """What is odd about the file, as one protocol binarises it."""
        out = sorted(self.traits & _SHOWN_TRAITS)
        if self.reference.stored.largest == 1:
            out += ["gt_0_1"] if gt.positives == 0 else []
        elif self.reference.stored.grey > GREY_SHARE * gt.size:
            out.append("grey_gt")
        if "palette" in self.traits and gt.positives == 0 and self.reference.stored.largest > 0:
            out.append("empty_palette_gt")
        return out


class Scorer:
    """Metrics and protocols, resolved once; holds no images and is shared between threads.

    Args:
        metrics: names as in ``--metrics``.
        protocol: a name, ``"all"``, a list of names with commas, or an
            :class:`~sodeval.conventions.EvalProtocol`.
        size_mismatch: ``"resize"`` or ``"error"``; None leaves it to the protocol.
        images: the photographs will be given, so metrics that need them are measured.
        keep_curves: keep what each image's curves follow from.
        describe: keep the attributes of each ground truth.

    Raises:
        UnknownNameError: a metric or protocol does not exist.
        UsageError: a metric needs what is not there.
    """

    def __init__(
        self,
        metrics: str | Iterable[str],
        protocol: str | EvalProtocol | Iterable[str | EvalProtocol],
        size_mismatch: str | None = None,
        *,
        images: bool = False,
        keep_curves: bool = False,
        describe: bool = False,
    ):
        wanted = resolve(metrics)
        if images and "context" in wanted:
            wanted = resolve((*wanted, "camouflage_context"))
        for metric in wanted:
            if METRICS[metric].needs == "image" and not images:
                raise UsageError(f"{metric} needs the photographs; give them with --images DIR.")
            if METRICS[metric].needs == "labels":
                raise UsageError(
                    f"{metric} scores label maps: score folders, or stream arrays into "
                    "sodeval.metrics.miou.ConfusionMatrix."
                )
        self.metrics = wanted
        self.protocols = get_protocols(protocol)
        if size_mismatch == "resize":  # the signature says so where anything was resized
            self.protocols = tuple(
                replace(p, resize="pred-to-gt") if p.resize == "error" else p
                for p in self.protocols
            )
        self.size_mismatch = size_mismatch
        self.keep_curves = keep_curves
        self.describe = describe
        self._loaded = [load(metric) for metric in self.metrics]

    @property
    def looks_at_photographs(self) -> bool:
        """Whether any metric needs the photographs."""
        return any(METRICS[metric].needs == "image" for metric in self.metrics)

    @property
    def protocol(self) -> EvalProtocol:
        """The only protocol, or the first."""
        return self.protocols[0]

    def tallies(self) -> list[Tally]:
        """An empty tally for each protocol."""
        return [Tally(self.metrics, protocol) for protocol in self.protocols]

    def prepare(
        self, gt: Map, traits: frozenset[str] = frozenset(), image: Map | None = None
    ) -> Prepared:
        """Take in a ground truth.

        Args:
            gt: uint8 (H, W).
            traits: what :func:`sodeval.images.decode` noticed in the file.
            image: uint8 (H, W, 3) RGB, its photograph.
        """
        return Prepared(Reference(gt, image), traits)

    def score(
        self,
        pred: Map,
        prepared: Prepared,
        *,
        label: str,
        traits: frozenset[str] = frozenset(),
        absent: bool = False,
    ) -> tuple[Scored, ...]:
        """Score one prediction under every protocol; what they count alike is counted once.

        Args:
            pred: uint8 (H, W).
            prepared: its ground truth.
            label: of the prediction, for messages.
            traits: what :func:`sodeval.images.decode` noticed in the file.
            absent: the map stands for a file that is not there, so it gives no warnings.

        Raises:
            ShapeError: the sizes differ, and a protocol or ``size_mismatch`` refuses that.
        """
        resized = pred.shape != prepared.reference.stored.pixels.shape
        pairs: dict[tuple[str, int], Pair] = {}
        out = []
        for protocol in self.protocols:
            gt = prepared.reference.under(protocol)
            if resized:
                self._check_sizes(pred, gt, protocol, label)
            key = (protocol.resize_filter if resized else "", id(gt))
            if key not in pairs:
                pairs[key] = _pair(pred, gt, protocol, resized)
            warnings = prepared.warnings(gt)
            if absent:
                # no protocol decides what a missing map costs: nothing was predicted
                protocol = replace(protocol, **_NOTHING)
            else:
                warnings += sorted(traits & _SHOWN_TRAITS)
                low, high = pairs[key].extent
                warnings += ["constant_pred"] if low == high else []
            out.append(self._measure(Sample(pairs[key], protocol), warnings, resized))
        return tuple(out)

    def _measure(self, sample: Sample, warnings: list[str], resized: bool) -> Scored:
        protocol = sample.protocol
        blank = protocol.blank_images == "zero" and sample.blank
        if blank:
            warnings = [*warnings, "blank_adds_zero"]
        measured = tuple(
            _zero(metric, protocol) if blank and metric in ZEROED else one.measure(sample, protocol)
            for metric, one in zip(self.metrics, self._loaded, strict=True)
        )
        kept: Kept | None = None
        if self.keep_curves:
            kept = keep(sample, self._loaded, measured, whole=blank)
        described = sample.gt.derived(attributes) if self.describe else None
        digest = sample.gt.digest
        return Scored(measured, digest, tuple(warnings), resized, blank, kept, described)

    def _check_sizes(self, pred: Map, gt: GroundTruth, protocol: EvalProtocol, label: str) -> None:
        asked = self.size_mismatch or ("error" if protocol.resize == "error" else "resize")
        if asked == "error":
            (h, w), (gh, gw) = pred.shape, gt.shape
            whose = "" if self.size_mismatch else f", which protocol {protocol.name} refuses"
            others = ", or leave that protocol out" if len(self.protocols) > 1 and whose else ""
            raise ShapeError(
                f"{label} is {w}x{h} and its ground truth {gw}x{gh} pixels{whose}; "
                f"resize it, or score with --size-mismatch resize{others}."
            )


def _pair(pred: Map, gt: GroundTruth, protocol: EvalProtocol, resized: bool) -> Pair:
    if not resized:
        return Pair(pred, gt)
    fitted = resize_to(pred, gt.shape, protocol.resize_filter)
    if fitted.dtype == np.uint8:
        return Pair(fitted.astype(np.uint8, copy=False), gt)
    codes, values = codes_of(np.asarray(fitted, np.float64))
    return Pair(codes, gt, values)


def _zero(metric: str, protocol: EvalProtocol) -> Measured:
    """What an image adds that a protocol takes for a zero in every mean."""
    card = METRICS[metric]
    row = dict.fromkeys(card.columns, 0.0)
    return Measured(row, {name: np.zeros(protocol.levels) for name in card.curves})
