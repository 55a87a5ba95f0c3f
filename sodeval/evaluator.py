"""Scoring maps as they come: a training loop's face of sodeval."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from sodeval.device import BatchScorer, maps_of, quantised
from sodeval.errors import PairingError, ShapeError, UsageError
from sodeval.images import as_batch, as_gt, as_pred
from sodeval.protocols import DEFAULT, EvalProtocol, get_protocol
from sodeval.report import Report, Result
from sodeval.tally import Scored


class Evaluator:
    """Scores prediction and ground-truth arrays, one call or one batch at a time.

    Keeps about a hundred bytes an image, whatever its size. The report does not depend on the
    order of updates, nor on how the images were split between evaluators that are merged. One
    evaluator belongs to one thread.

    Args:
        metrics: names as in ``--metrics``, a string or a list.
        protocol: a protocol's name, or an :class:`~sodeval.protocols.EvalProtocol`.
        method: what the report calls the predictions.
        dataset: what the report calls the images.

    Raises:
        UnknownNameError: a metric or protocol does not exist.
    """

    def __init__(
        self,
        metrics: str | Iterable[str] = "default",
        protocol: str | EvalProtocol = DEFAULT,
        *,
        method: str = "predictions",
        dataset: str = "images",
    ):
        self.method = method
        self.dataset = dataset
        self._scorer = BatchScorer(metrics, get_protocol(protocol))
        self._tally = self._scorer.tallies()[0]
        self._named: set[str] = set()
        self._numbered: list[str] = []  # names given to images that came without one

    def __len__(self) -> int:
        return len(self._tally.names)

    def update(self, pred: object, gt: object, name: str | Sequence[str] | None = None) -> None:
        """Score one image or a batch.

        Tensors on a CUDA device become bytes there. Where all metrics follow from counts of those
        (F, E, MAE, IoU and their like), they are counted there too and predictions never leave.

        Args:
            pred: (H, W), (N, H, W) or (N, 1, H, W); NumPy or torch on any device; uint8 0..255,
                bool, or float in [0, 1], which is quantised as its 8-bit file would be.
            gt: the same shape; uint8 as stored, bool, or float in [0, 1].
            name: of the image, or a list of N; images without one are numbered.

        Raises:
            ShapeError: a shape, type or range that does not fit.
            PairingError: an image of this name was scored before.
            UsageError: the number of names is not the number of images.
        """
        if name is None or isinstance(name, str):
            _refuse_channels(pred, "prediction")
            _refuse_channels(gt, "ground truth")
        rounding = self._scorer.protocol.float_pred
        pred, gt = quantised(pred, rounding), quantised(gt, "round")
        there = self._scorer.counts_there(pred, gt)
        preds = maps_of(pred) if there else as_batch(pred, label="prediction")
        stored = maps_of(gt) if there else [None] * len(preds)
        gts = as_batch(gt, label="ground truth")
        if len(preds) != len(gts):
            raise ShapeError(
                f"{len(preds)} predictions came with {len(gts)} ground truths; "
                "a batch holds as many of each."
            )
        names = self._names(name, len(preds))
        scored: list[Scored] = []
        for one, truth, stay, own in zip(preds, gts, stored, names, strict=True):
            label = f"prediction {own!r}"
            pixels = None if there else as_pred(one, rounding=rounding, label=label)
            prepared = self._scorer.prepare(as_gt(truth, label=f"ground truth {own!r}"))
            if pixels is None:
                scored.append(self._scorer.score_there(one, stay, prepared))
            else:
                scored += self._scorer.score(pixels, prepared, label=label)
        for own, values in zip(names, scored, strict=True):  # all of a batch or none of it
            self._tally.add(own, values)
            self._named.add(own)
        if name is None:
            self._numbered += names

    def merge(self, other: Evaluator) -> None:
        """Take over what another evaluator has scored; images without a name are renumbered.

        Raises:
            UsageError: the two differ in metrics or protocol, or are one.
            PairingError: an image of the same name is in both.
        """
        if other is self:
            raise UsageError("an evaluator cannot be merged with itself.")
        mine, theirs = self._scorer, other._scorer
        if (mine.metrics, mine.protocol) != (theirs.metrics, theirs.protocol):
            raise UsageError(
                "evaluators of different metrics or protocols cannot be merged; "
                "make both with the same arguments."
            )
        taken = self._named | (other._named - set(other._numbered))
        numbered = _numbers(len(other._numbered), len(self._numbered), taken)
        incoming = other._tally.renamed(dict(zip(other._numbered, numbered, strict=True)))
        self._tally.merge(incoming)
        self._named.update(incoming.names)
        self._numbered += numbered

    def compute(self) -> Report:
        """The report of everything scored so far; scoring may go on afterwards.

        Raises:
            PairingError: nothing was scored.
        """
        if not self._tally.names:
            raise PairingError("nothing was scored; call update(pred, gt) first.")
        result = Result.of(self._tally, method=self.method, dataset=self.dataset)
        return Report((result,))

    def _names(self, name: str | Sequence[str] | None, count: int) -> list[str]:
        if name is None:
            return _numbers(count, len(self._numbered), self._named)
        names = [name] if isinstance(name, str) else [str(n) for n in name]
        if len(names) != count:
            raise UsageError(f"{count} images came with {len(names)} names; give one for each.")
        for own in names:
            if own in self._named or names.count(own) > 1:
                raise PairingError(f"image {own!r} was scored before; an image is scored once.")
        return names


def _numbers(count: int, start: int, taken: set[str]) -> list[str]:
    """Names for images without one: ``#000000`` and on, leaving out those that are taken."""
    free = (name for i in itertools.count(start) if (name := f"#{i:06d}") not in taken)
    return list(itertools.islice(free, count))


def _refuse_channels(array: object, label: str) -> None:
    """An (H, W, 3) picture would pass for a batch of H narrow maps.

    Raises:
        ShapeError: the last of three axes is as long as colour has channels.
    """
    shape = tuple(getattr(array, "shape", ()))
    if len(shape) == 3 and shape[-1] in (1, 3, 4):
        raise ShapeError(
            f"{label}: shape {shape} looks like (H, W, channels); expected (H, W), (N, H, W) or "
            "(N, 1, H, W). Give names if it is a batch."
        )
