"""What is kept of an image gives back its curves, and is small."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from sodeval.protocols import PROTOCOLS
from sodeval.scorer import Scorer
from tests import cases

ALL = "default,iou,auc,biou,msiou"


def tally_of(metrics: str, protocol: str):
    scorer = Scorer(metrics, protocol, keep_curves=True)
    (tally,) = scorer.tallies()
    for name, (pred, gt) in cases.named_pairs().items():
        (one,) = scorer.score(pred, scorer.prepare(gt), label=name)
        tally.add(name, one)
    return tally


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_averages_of_rebuilt_curves_are_those_that_were_summed(protocol: str) -> None:
    tally = tally_of(ALL, protocol)
    rebuilt = tally.image_curves()
    assert set(rebuilt) == set(tally.curves)
    for name, lines in rebuilt.items():
        there = ~np.isnan(lines[:, 0])
        assert there.sum() == tally.curves[name].count, name
        # curves that do not follow from counts are kept in single precision
        tolerance = 1e-6
        np.testing.assert_allclose(
            lines[there].mean(axis=0), tally.curves[name].mean(), rtol=0, atol=tolerance
        )


def test_curves_that_follow_from_counts_are_exact() -> None:
    tally = tally_of("default,iou,auc", "pysodmetrics")
    _, columns = tally.rows()
    everything = np.arange(len(tally.names))
    subset = tally.subset(everything, columns, tally.image_curves())
    assert subset == tally.summarise(columns)[0]


def test_five_kilobytes_an_image() -> None:
    for kept in tally_of("all", "pysodmetrics").kept:
        curves = sum(curve.nbytes for curve in kept.curves.values())
        assert kept.passing.nbytes + curves + sys.getsizeof(kept.curves) < 5120


def test_metrics_that_share_a_curve_agree_on_it() -> None:
    """One metric more never moves another's score, blank images included."""
    for protocol in PROTOCOLS:
        few, many = tally_of("fbeta", protocol), tally_of("fbeta,precision,recall,auc", protocol)
        scores = few.summarise(few.rows()[1])[0]
        more = many.summarise(many.rows()[1])[0]
        assert {column: more[column] for column in scores} == scores, protocol
