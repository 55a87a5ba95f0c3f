"""The authors' own maps of real photographs, with their own weights.

The checkpoints of CSNet are for research only and never part of the project; where a reader has
them (`tests.models.research`) these tests run.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

import sodeval
from sodeval.models import CARDS
from sodeval.models.network_model import NetworkModel
from sodeval.runner import run
from tests.models.research import ABSENT, CHECKPOINTS, OFFICIAL, PHOTOGRAPHS

NAMES = ("csnet-L-x1", "csnet-L-x2")

pytestmark = pytest.mark.skipif(
    not ((CHECKPOINTS / "csnet-L-x1.pth.tar").is_file() and PHOTOGRAPHS.is_dir())
    or not OFFICIAL.is_dir(),
    reason=ABSENT,
)


def loaded(name: str, *, fast: bool = False) -> NetworkModel:
    weights = str(CHECKPOINTS / f"{name}.pth.tar")
    model = sodeval.load_model(name, weights, "cpu", fast=fast)
    assert isinstance(model, NetworkModel)
    return model


def official(name: str) -> dict[str, np.ndarray]:
    with np.load(OFFICIAL / name / "official_outputs.npz") as stored:
        return dict(stored)


@pytest.mark.parametrize("name", NAMES)
def test_the_hash_of_the_card_is_that_of_the_file(name: str) -> None:
    assert loaded(name).weights_sha256 == CARDS[name].weights.sha256


@pytest.mark.parametrize("name", NAMES)
def test_maps_are_the_authors(name: str, tmp_path: Path) -> None:
    model, wanted = loaded(name), official(name)
    outcome = run(model, images=PHOTOGRAPHS, maps=tmp_path)
    assert outcome.made == len(wanted["names"])
    for file in map(str, wanted["names"]):
        stem = Path(file).stem
        image = cv2.imread(str(PHOTOGRAPHS / file))[..., ::-1]
        x = model.prepare(np.ascontiguousarray(image))
        # another decoder of JPEG may differ by a grey level here and there: 1/255 over 0.22
        assert np.abs(x[:, ::8, ::8] - wanted[f"x_sub_{stem}"]).max() <= 1 / 255 / 0.22
        out = model.raw(torch.from_numpy(x)[None])
        gap = np.abs(torch.sigmoid(torch.as_tensor(out))[0, 0].numpy() - wanted[f"map_{stem}"])
        assert gap.max() <= 1e-4  # what a level in the input and float32 may do
        saved = cv2.imread(str(tmp_path / f"{stem}.png"), cv2.IMREAD_UNCHANGED)
        assert saved.shape == tuple(wanted[f"size_{stem}"])
        np.testing.assert_array_equal(saved, model.predict(image))
        if f"png_{stem}" in wanted:
            # one level: the authors cut off, and a last bit may fall on either side
            assert np.abs(saved.astype(int) - wanted[f"png_{stem}"]).max() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_fast_maps_are_within_a_level(name: str) -> None:
    fast, faithful = loaded(name, fast=True), loaded(name)
    image = np.ascontiguousarray(cv2.imread(str(PHOTOGRAPHS / "horse.jpg"))[..., ::-1])
    gap = np.abs(fast.predict(image).astype(int) - faithful.predict(image))
    assert gap.max() <= 1  # both resize with the same taps, in another precision
    assert (gap > 0).mean() < 1e-3
