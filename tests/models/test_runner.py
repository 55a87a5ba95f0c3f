"""Photographs to maps to scores: what is written, kept, lost and counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

import sodeval
from sodeval.errors import (
    DataError,
    Interrupted,
    OutputError,
    PairingError,
    ShapeError,
    UnknownNameError,
    UsageError,
)
from sodeval.models.baseline import Baseline
from sodeval.models.cards import CARDS
from sodeval.runner import Outcome, run
from sodeval.runner.maps import RECORD
from tests.models.photographs import Brightness, Done, make_set, mask, photograph, write


@pytest.fixture
def data(tmp_path: Path) -> Path:
    make_set(tmp_path / "in", 7, sizes=True)
    return tmp_path / "in"


def read(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize("batch_size", [1, 3, 16])
def test_writes_what_predict_gives(data: Path, tmp_path: Path, batch_size: int) -> None:
    model = Brightness()
    outcome = run(model, images=data / "im", maps=tmp_path / "maps", batch_size=batch_size)
    assert (outcome.made, outcome.kept, outcome.failed) == (7, 0, {})
    assert max(model.batches) <= batch_size
    assert not outcome.report.results
    for path in sorted((data / "im").iterdir()):
        saliency = read(tmp_path / "maps" / path.name)
        expected = model.predict(read(path)[..., ::-1])
        np.testing.assert_array_equal(saliency, expected)


def test_scores_from_memory_as_from_the_files(data: Path, tmp_path: Path) -> None:
    outcome = run(Brightness(), images=data / "im", gt=data / "gt", maps=tmp_path / "maps")
    (result,) = outcome.report.results
    files = sodeval.score(tmp_path / "maps", data / "gt")
    assert result.metrics == files.metrics
    assert result.signature == files.signature
    assert result.provenance == {"kind": "measured"}
    assert result.method == "brightness"
    assert result.other["model"]["weights_sha256"] == "0" * 64
    assert result.other["cost"]["images_per_second"] > 0


def test_scores_without_keeping_maps(data: Path, tmp_path: Path) -> None:
    outcome = run(Brightness(), images=data / "im", gt=data / "gt", protocol="u2net,isnet")
    assert [r.protocol["name"] for r in outcome.report.results] == ["u2net", "isnet"]
    assert not (tmp_path / "maps").exists()


def test_goes_on_with_what_is_there(data: Path, tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    run(Brightness(), images=data / "im", gt=data / "gt", maps=maps, limit=3)
    whole = run(Brightness(), images=data / "im", gt=data / "gt", maps=maps)
    assert (whole.made, whole.kept) == (4, 3)
    fresh = run(Brightness(), images=data / "im", gt=data / "gt")
    assert whole.report.results[0].metrics == fresh.report.results[0].metrics
    (maps / "p00.png").write_bytes(b"broken")
    assert run(Brightness(), images=data / "im", maps=maps).made == 1
    with pytest.raises(Interrupted):
        run(Brightness(stop=2), images=data / "im", maps=maps, overwrite=True, batch_size=1)
    rest = run(Brightness(), images=data / "im", maps=maps)
    assert rest.made >= 5  # what the stopped run had not reached is not there any more
    again = run(Brightness(), images=data / "im", maps=maps, overwrite=True)
    assert (again.made, again.kept) == (7, 0)


def test_never_mixes_two_models(data: Path, tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    run(Brightness(), images=data / "im", maps=maps)
    with pytest.raises(UsageError, match=r"name 'brightness' and not 'other'.*--overwrite"):
        run(Brightness("other"), images=data / "im", maps=maps)
    with pytest.raises(UsageError, match=r"holds 4 images that are not of this run"):
        run(Brightness("other"), images=data / "im", maps=maps, limit=3, overwrite=True)
    (maps / RECORD).unlink()
    with pytest.raises(UsageError, match="holds images already"):
        run(Brightness(), images=data / "im", maps=maps)
    with pytest.raises(Interrupted):
        run(Brightness("other", stop=3), images=data / "im", maps=maps, overwrite=True, workers=1)
    outcome = run(Brightness("other"), images=data / "im", maps=maps)
    assert outcome.kept < 7
    assert outcome.made == 7 - outcome.kept
    assert json.loads((maps / RECORD).read_text())["name"] == "other"


def test_maps_of_other_photographs_are_not_kept(data: Path, tmp_path: Path) -> None:
    run(Brightness(), images=data / "im", maps=tmp_path / "maps")
    write(data / "im" / "p02.png", photograph(99, 52, 40))
    cv2.imwrite(str(tmp_path / "maps" / "p05.png"), np.zeros((40, 52), np.uint8))  # unsigned
    outcome = run(Brightness(), images=data / "im", maps=tmp_path / "maps")
    assert (outcome.made, outcome.kept) == (2, 5)
    stored = read(tmp_path / "maps" / "p02.png")
    np.testing.assert_array_equal(stored, Brightness().predict(photograph(99, 52, 40)))


def test_a_folder_that_was_begun_belongs_to_its_model(data: Path, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        run(Brightness(stop=0), images=data / "im", maps=tmp_path / "maps", batch_size=1)
    with pytest.raises(UsageError, match="name 'brightness' and not 'other'"):
        run(Brightness("other"), images=data / "im", maps=tmp_path / "maps")


def test_photographs_in_the_folders_of_two_methods_are_refused(tmp_path: Path) -> None:
    for method in ("A", "B"):
        write(tmp_path / "im" / method / "SET" / "1.png", photograph(1))
    write(tmp_path / "gt" / "SET" / "1.png", mask(1))
    with pytest.raises(PairingError, match=r"several folders of photographs .*\(A, B\)"):
        run(Brightness(), images=tmp_path / "im", gt=tmp_path / "gt")


def test_two_copies_of_a_data_set_are_refused(root: Path) -> None:
    make_set(root / "again" / "ECSSD", 1)
    with pytest.raises(PairingError, match="two folders are ECSSD"):
        run(Baseline(CARDS["baseline-ft"]), data=root)
    assert datasets(run(Baseline(CARDS["baseline-ft"]), data=root, datasets=("DUTS-TE",)))


def test_photographs_of_other_formats_are_told(data: Path, tmp_path: Path) -> None:
    (data / "im" / "x.gif").write_bytes(b"GIF89a")
    outcome = run(Brightness(), images=data / "im", maps=tmp_path / "maps")
    assert any("1 files of other formats left out (first: x.gif)" in n for n in outcome.notes)


def test_a_broken_photograph_is_left_out_and_told(data: Path, tmp_path: Path) -> None:
    path = data / "im" / "p03.png"
    path.write_bytes(path.read_bytes()[:100])
    outcome = run(Brightness(), images=data / "im", gt=data / "gt", maps=tmp_path / "maps")
    assert outcome.made == 6
    ((label, why),) = outcome.failed.items()
    assert label.endswith("p03.png")
    assert "p03.png" in why
    (result,) = outcome.report.results
    assert (result.images, result.expected) == (6, 7)
    assert result.unreadable == ("im/p03.png",)
    assert "skip:1" in result.signature


def test_a_broken_ground_truth_costs_a_score_not_a_map(data: Path, tmp_path: Path) -> None:
    (data / "gt" / "p02.png").write_bytes(b"no image")
    outcome = run(Brightness(), images=data / "im", gt=data / "gt", maps=tmp_path / "maps")
    assert outcome.made == 7
    assert (tmp_path / "maps" / "p02.png").is_file()
    assert list(outcome.report.results[0].unreadable) == ["gt/p02.png"]
    assert len(outcome.failed) == 1


def test_all_broken_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "im").mkdir()
    (tmp_path / "im" / "a.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"not one photograph could be run; .*a\.png"):
        run(Brightness(), images=tmp_path / "im", maps=tmp_path / "maps")


@pytest.mark.parametrize("room", [1, 2, 3])
def test_out_of_memory_halves_the_batch(data: Path, tmp_path: Path, room: int) -> None:
    model = Brightness(room=room)
    outcome = run(model, images=data / "im", maps=tmp_path / "maps", batch_size=3)
    assert outcome.made == 7
    assert max(model.batches) <= room
    if room < 3:
        assert outcome.batch_size == 1
        assert any("memory did not suffice for batches of 3" in note for note in outcome.notes)


def test_a_photograph_that_never_fits_is_told(data: Path, tmp_path: Path) -> None:
    class Small(Brightness):
        def submit(self, batch: Sequence[np.ndarray]) -> Done:
            if batch[0].shape[1] == 52:
                raise RuntimeError("CUDA error: out of memory")
            return super().submit(batch)

    outcome = run(Small(), images=data / "im", maps=tmp_path / "maps", batch_size=4)
    assert len(outcome.failed) == 2
    assert all("not enough memory on cpu for 40x52" in why for why in outcome.failed.values())


def test_another_error_of_the_network_is_raised(data: Path, tmp_path: Path) -> None:
    class Wrong(Brightness):
        def submit(self, batch: Sequence[np.ndarray]) -> Done:
            raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes do not fit"):
        run(Wrong(), images=data / "im", maps=tmp_path / "maps")


def test_ctrl_c_leaves_a_folder_to_go_on_with(data: Path, tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    with pytest.raises(Interrupted) as stopped:
        run(
            Brightness(stop=3), images=data / "im", gt=data / "gt", maps=maps, batch_size=1,
            workers=1,
        )  # fmt: skip
    there = {path.name for path in maps.glob("*.png")}
    assert 1 <= len(there) <= 3
    assert stopped.value.report.partial
    for name in there:
        assert read(maps / name) is not None
    assert not [path for path in maps.iterdir() if path.name.startswith(".p")]
    outcome = run(Brightness(), images=data / "im", gt=data / "gt", maps=maps)
    assert outcome.kept == len(there)
    assert outcome.report.results[0].images == 7


def test_a_ground_truth_of_another_size(data: Path, tmp_path: Path) -> None:
    write(data / "gt" / "p04.png", mask(4, 20, 26))
    resized = run(Brightness(), images=data / "im", gt=data / "gt")
    assert resized.report.results[0].resized == 1
    outcome = run(
        Brightness(), images=data / "im", gt=data / "gt", protocol="u2net", maps=tmp_path / "maps"
    )
    (why,) = outcome.failed.values()
    assert "52x40" in why or "40x52" in why
    assert outcome.made == 7
    assert outcome.report.results[0].images == 6


def test_maps_without_any_readable_ground_truth(data: Path, tmp_path: Path) -> None:
    for path in (data / "gt").iterdir():
        path.write_bytes(b"no image")
    outcome = run(Brightness(), images=data / "im", gt=data / "gt", maps=tmp_path / "maps")
    assert outcome.made == 7
    assert len(outcome.failed) == 7
    assert not outcome.report.results


def test_one_photograph_to_blame_costs_only_itself(data: Path, tmp_path: Path) -> None:
    class Picky(Brightness):
        def submit(self, batch: Sequence[np.ndarray]) -> Done:
            if any(one.shape[1] == 36 for one in batch):
                raise ShapeError("36 is a height that cannot be taken.")
            return super().submit(batch)

    outcome = run(Picky(), images=data / "im", maps=tmp_path / "maps", batch_size=2)
    assert outcome.made == 5
    assert all("36 is a height" in why for why in outcome.failed.values())


def test_another_device_s_maps_are_not_gone_on_with(data: Path, tmp_path: Path) -> None:
    run(Brightness(), images=data / "im", maps=tmp_path / "maps", limit=2)
    model = Brightness()
    model.device = "cuda:1"
    with pytest.raises(UsageError, match="device 'cpu' and not 'cuda'"):
        run(model, images=data / "im", maps=tmp_path / "maps")


def test_queues_are_bounded(tmp_path: Path) -> None:
    make_set(tmp_path, 60)

    class Counting(Brightness):
        waiting = most = 0

        def prepare(self, image: np.ndarray) -> np.ndarray:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            return super().prepare(image)

        def submit(self, batch: Sequence[np.ndarray]) -> Done:
            self.waiting -= len(batch)
            return super().submit(batch)

    model = Counting()
    run(model, images=tmp_path / "im", maps=tmp_path / "maps", batch_size=2, workers=2)
    # read ahead: two batches and two photographs a thread, and the batch that fills up
    assert model.most <= 2 * 2 + 2 * 2 + 2


def test_a_folder_that_cannot_be_written_stops_the_run(data: Path, tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("a file")
    with pytest.raises(OutputError, match="it is a file"):
        run(Brightness(), images=data / "im", maps=tmp_path / "maps")


def test_baselines_run_in_threads(data: Path, tmp_path: Path) -> None:
    model = Baseline(CARDS["baseline-ft"])
    outcome = run(model, images=data / "im", gt=data / "gt", maps=tmp_path / "maps")
    assert outcome.made == 7
    saliency = read(tmp_path / "maps" / "p01.png")
    np.testing.assert_array_equal(saliency, model.predict(photograph(1, 52, 40)))


def test_label_maps_are_scored_by_miou(data: Path, tmp_path: Path) -> None:
    class Labels(Brightness):
        labels = 2

        def finish(self, out: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
            return (out[0] > 0.4).astype(np.uint8)

    for path in (data / "gt").iterdir():
        cv2.imwrite(str(path), (read(path) > 0).astype(np.uint8))
    with pytest.raises(UsageError, match="scored by miou alone"):
        run(Labels("labels"), images=data / "im", gt=data / "gt", metrics="mae")
    with pytest.raises(UsageError, match="scored by miou alone"):
        run(Labels("labels"), images=data / "im", gt=data / "gt", protocol="u2net")
    maps = tmp_path / "maps"
    outcome = run(Labels("labels"), images=data / "im", gt=data / "gt", maps=maps)
    (result,) = outcome.report.results
    files = sodeval.score(maps, data / "gt", metrics="miou", classes=2).results[0]
    assert (result.metrics, result.signature) == (files.metrics, files.signature)
    assert result.per_class == files.per_class
    few = run(Labels("labels"), images=data / "im", gt=data / "gt", maps=maps, limit=2)
    assert (few.kept, few.report.results[0].images) == (2, 2)
    assert "skip:5" in few.report.results[0].signature
    assert result.metrics["miou"] > 0.5
    assert result.method == "labels"
    assert result.provenance == {"kind": "measured"}


# data sets below a root -------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "datasets"
    make_set(root / "SOD" / "DUTS-TE", 2)
    make_set(root / "SOD" / "DUTS-TR", 2)
    make_set(root / "SOD" / "ecssd", 3, images="images", masks="ground_truth_mask")
    make_set(root / "COD" / "CAMO", 2, images="Imgs", masks="GT")
    make_set(root / "SOD" / "mine", 1)
    return root


def datasets(outcome: Outcome) -> list[str]:
    return [result.dataset for result in outcome.report.results]


def test_test_sets_of_the_task_are_found(root: Path, tmp_path: Path) -> None:
    model = Baseline(CARDS["baseline-ft"])
    outcome = run(model, data=root, maps=tmp_path / "maps")
    assert datasets(outcome) == ["DUTS-TE", "ECSSD", "mine"]
    assert (tmp_path / "maps" / "ECSSD" / "p02.png").is_file()
    again = sodeval.score(tmp_path / "maps", root / "SOD")
    assert {r.dataset for r in again.results} >= {"DUTS-TE", "ECSSD"}


def test_a_model_without_a_card_takes_every_test_set(root: Path) -> None:
    assert datasets(run(Brightness(), data=root)) == ["CAMO", "DUTS-TE", "ECSSD", "mine"]


def test_named_sets_are_taken_whatever_they_are(root: Path) -> None:
    model = Baseline(CARDS["baseline-ft"])
    named = run(model, data=root, datasets=("duts-tr", "camo"))
    assert datasets(named) == ["DUTS-TR", "CAMO"]
    with pytest.raises(UnknownNameError, match="did you mean 'ecssd'"):
        run(model, data=root, datasets=("ecsd",))
    with pytest.raises(PairingError, match="no HKU-IS below"):
        run(model, data=root, datasets=("HKU-IS",))


def test_the_root_may_come_from_the_environment(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SODEVAL_DATA", str(root))
    assert "DUTS-TE" in datasets(run(Baseline(CARDS["baseline-ft"])))
    monkeypatch.setenv("SODEVAL_DATA", str(root / "nowhere"))
    with pytest.raises(PairingError, match="is no folder"):
        run(Baseline(CARDS["baseline-ft"]))


def test_a_root_without_sets_says_what_it_looked_for(tmp_path: Path) -> None:
    with pytest.raises(PairingError, match="no test set for sod"):
        run(Baseline(CARDS["baseline-ft"]), data=tmp_path)


def test_two_photographs_of_one_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "im" / "a.png", photograph(0))
    write(tmp_path / "im" / "a.bmp", photograph(1))
    with pytest.raises(PairingError, match=r"two photographs would give the map a.png"):
        run(Brightness(), images=tmp_path / "im", maps=tmp_path / "maps")


def test_a_ground_truth_without_a_photograph_is_refused(data: Path) -> None:
    write(data / "gt" / "lonely.png", mask(0))
    with pytest.raises(PairingError, match="1 of 8 ground truths of in have no photograph"):
        run(Brightness(), images=data / "im", gt=data / "gt")


def test_contradictions_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="either --images or --data"):
        run(Brightness(), images=data, data=data)
    with pytest.raises(UsageError, match="--gt goes with --images"):
        run(Brightness(), gt=data)
    with pytest.raises(UsageError, match="nothing would be left"):
        run(Brightness(), images=data / "im")
    for maps in (data / "im", data / "im" / "maps", data / "gt"):
        with pytest.raises(UsageError, match=r"among the files of --(images|gt)"):
            run(Brightness(), images=data / "im", gt=data / "gt", maps=maps, overwrite=True)
    with pytest.raises(UsageError, match="limit is 0"):
        run(Brightness(), images=data / "im", maps=tmp_path / "maps", limit=0)


def test_a_baseline_has_no_raw_output() -> None:
    with pytest.raises(UsageError, match="baseline-ft has no network"):
        Baseline(CARDS["baseline-ft"]).raw(np.zeros((1, 3, 8, 8), np.float32))
