"""The sample set: photographs, masks and maps that belong together."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from sodeval import demo
from sodeval.demo import BASELINES, DATASET, Samples, make_samples, run_baselines
from sodeval.models import load_model

FEW = 3  # of the twelve scenes: one of each size


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "SCENES", FEW)
        made = make_samples(tmp_path_factory.mktemp("demo"))
    run_baselines(made)
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / DATASET).glob("*.png"))


def test_every_scene_has_all_its_files(samples: Samples) -> None:
    wanted = [f"scene_{number:02d}.png" for number in range(1, FEW + 1)]
    for folder in (samples.images, samples.gt, *sorted(samples.preds.iterdir())):
        assert names(folder) == wanted, folder
    methods = sorted(path.name for path in samples.preds.iterdir())
    assert methods == [*BASELINES, "sharp", "soft"]


def test_photographs_fit_their_masks(samples: Samples) -> None:
    for name in names(samples.gt):
        photograph = cv2.imread(str(samples.images / DATASET / name), cv2.IMREAD_UNCHANGED)
        mask = cv2.imread(str(samples.gt / DATASET / name), cv2.IMREAD_UNCHANGED)
        assert photograph.shape == (*mask.shape, 3)
        assert set(np.unique(mask)) == {0, 255}
        # coloured, textured, and the shapes of other colours than what is behind them
        assert np.ptp(photograph.astype(int), axis=2).max() > 40
        inside, outside = photograph[mask == 255], photograph[mask == 0]
        assert outside.std(axis=0).min() > 3
        assert np.abs(inside.mean(axis=0) - outside.mean(axis=0)).max() > 15


def test_a_second_time_the_same_bytes(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "SCENES", 1)
    for _ in range(2):  # into a new folder, and over what is there
        again = make_samples(tmp_path)
        run_baselines(again)
        first = samples.gt.parent
        made = sorted(tmp_path.rglob("*.png"))
        assert len(made) == 1 + 1 + 4
        for path in made:
            assert path.read_bytes() == (first / path.relative_to(tmp_path)).read_bytes()


@pytest.mark.parametrize("name", BASELINES)
def test_maps_are_what_the_model_makes_of_the_photographs(samples: Samples, name: str) -> None:
    model = load_model(name)
    for scene in names(samples.gt):
        photograph = cv2.imread(str(samples.images / DATASET / scene))
        written = cv2.imread(str(samples.preds / name / DATASET / scene), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(written, model.predict(photograph[..., ::-1]))
