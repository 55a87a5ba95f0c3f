"""The arrays given to ``step`` as samples; the last pair is kept for the next class to step on."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sodeval.conventions import EvalProtocol
from sodeval.kernels import counts
from sodeval.metrics.base import Pair, Reference, Sample, Tables, Threshold
from sodeval.protocols import PROTOCOLS

Array = NDArray[Any]
FloatArray = NDArray[np.float64]

MINMAX = PROTOCOLS["pysodmetrics"]
AS_IS = PROTOCOLS["pysodmetrics-raw"]


class FloatSample(Sample):
    """A map given as floats: what it holds is p, in its own precision.

    Args:
        pair: its codes are indices into ``values``.
        protocol: of the metrics; it scales nothing here.
        p: (H, W) in [0, 1].
        values: (K,), ascending, of the type of ``p``.
    """

    def __init__(self, pair: Pair, protocol: EvalProtocol, p: Array, values: Array):
        super().__init__(pair, protocol)
        self._p = p
        self._values = values

    @cached_property
    def tables(self) -> Tables:
        """Values and cuts of the codes; levels are cut in the precision of the map."""
        quantised = (self._values * 255).astype(np.uint8)
        cuts = np.searchsorted(quantised, np.arange(256)).astype(np.int64)
        values = self._values.astype(np.float64)
        for array in (values, cuts, quantised):
            array.setflags(write=False)
        return Tables(values, cuts, quantised, True)

    def adaptive(self, cap: float = 1.0, compare: str = ">=") -> Threshold:
        """The adaptive threshold, twice NumPy's mean of the map, and what passes it."""
        key = (cap, compare)
        if key not in self._thresholds:
            value = min(2 * float(self._p.mean()), cap)
            fp, tp, _ = counts.at_least(self.joint, self.tables.values, value, compare == ">")
            self._thresholds[key] = Threshold(value, fp, tp)
        return self._thresholds[key]


class _Last(threading.local):
    """The pair that this thread saw last, as copies: callers may reuse their buffers."""

    gt: Array | None = None
    pred: Array | None = None
    normalize = True
    reference: Reference
    sample: Sample


_LAST = _Last()


def sample_of(pred: Array, gt: Array, normalize: bool, image: Array | None = None) -> Sample:
    """The sample of one call of ``step``; the same as of the last call if nothing changed.

    Args:
        pred: (H, W), bytes if ``normalize``, else floats in [0, 1].
        gt: (H, W), bytes if ``normalize``, else bool.
        normalize: whether the ground truth is cut above 128 and the map min-maxed.
        image: uint8 (H, W, 3) RGB, the photograph.

    Raises:
        ValueError: the arrays do not fit each other, or the map has values it cannot have.
        TypeError: without ``normalize``, a map that is not float, a ground truth that is not bool.
    """
    pred, gt = np.asarray(pred), np.asarray(gt)
    _check(pred, gt, normalize, image)
    if image is not None:
        image = np.asarray(image)
    same_gt = _same(_LAST.gt, gt) and (_LAST.normalize == normalize or gt.dtype == np.uint8)
    if same_gt and image is not None:
        stored = _LAST.reference.stored
        if stored.image is None:
            stored.image = image.copy()
        same_gt = _same(stored.image, image)
    if same_gt and _LAST.normalize == normalize and _same(_LAST.pred, pred):
        return _LAST.sample
    if not same_gt:
        _LAST.gt = None
        _LAST.reference = Reference(_pixels(gt, normalize), None if image is None else image.copy())
    _LAST.pred = None
    kept = pred.copy(order="C")
    _LAST.sample = _make(kept, _LAST.reference, normalize)
    if not same_gt:
        _LAST.gt = gt.copy(order="C")
    _LAST.pred, _LAST.normalize = kept, normalize
    return _LAST.sample


def _check(pred: Array, gt: Array, normalize: bool, image: Array | None) -> None:
    if pred.shape != gt.shape:
        raise ValueError(f"shape mismatch: prediction {pred.shape}, ground truth {gt.shape}")
    if pred.ndim != 2 or pred.size == 0:
        raise ValueError(f"maps are (height, width) with pixels; got shape {pred.shape}")
    if image is not None and (image.shape != (*gt.shape, 3) or image.dtype != np.uint8):
        raise ValueError(f"img is {image.dtype} {image.shape}; give uint8 {(*gt.shape, 3)}, RGB")
    if normalize:
        return
    if pred.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"without normalize, the prediction is float32 or float64; got {pred.dtype}"
        )
    if not (pred.min() >= 0 and pred.max() <= 1):
        raise ValueError("without normalize, the prediction lies in [0, 1]")
    if gt.dtype != np.bool_:
        raise TypeError(f"without normalize, the ground truth is bool; got {gt.dtype}")


def _same(kept: Array | None, given: Array) -> bool:
    return kept is not None and kept.dtype == given.dtype and np.array_equal(kept, given)


def _pixels(gt: Array, normalize: bool) -> NDArray[np.uint8]:
    """A ground truth as bytes, foreground above 128: with ``normalize`` no bool is."""
    if gt.dtype == np.uint8:
        return gt.copy(order="C")
    foreground = gt > 128 if normalize else gt
    return np.ascontiguousarray(foreground).astype(np.uint8) * np.uint8(255)


def _make(pred: Array, reference: Reference, normalize: bool) -> Sample:
    protocol = MINMAX if normalize else AS_IS
    truth = reference.under(protocol)
    if not normalize:
        p = pred
    elif pred.dtype.kind in "biu" and pred.min() >= 0 and pred.max() <= 255:
        return Sample(Pair(pred.astype(np.uint8), truth), protocol)
    else:
        p = pred / 255
        if p.min() != p.max():
            p = (p - p.min()) / (p.max() - p.min())
        if not (p.min() >= 0 and p.max() <= 1):  # nor NaN
            raise ValueError("a constant prediction lies in 0..255, and none holds NaN")
    bytes_ = (np.arange(256) / 255).astype(p.dtype)
    codes = np.rint(p * 255).astype(np.uint8)
    if np.array_equal(bytes_[codes], p):
        return FloatSample(Pair(codes, truth), protocol, p, bytes_)
    values, indices = np.unique(p, return_inverse=True)
    pair = Pair(
        indices.reshape(p.shape).astype(np.int32), truth, raw=values.astype(np.float64) * 255
    )
    return FloatSample(pair, protocol, p, values)
