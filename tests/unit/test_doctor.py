"""Every finding on a folder made for it, and that clean folders have none."""

from __future__ import annotations

import struct
import threading
import zipfile
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sodeval.doctor import Diagnosis, Finding, diagnose
from sodeval.doctor.kinds import Kind, kind_of
from sodeval.doctor.looking import lean
from sodeval.errors import PairingError, UsageError
from sodeval.recognition import look_like, recognise
from tests.files import disc, make_set, seen, write

COUNT = 6


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return make_set(tmp_path, COUNT)


def kinds(diagnosis: Diagnosis, severity: str = "") -> set[str]:
    return {f.kind for f in diagnosis.findings if severity in ("", f.severity)}


def only(diagnosis: Diagnosis) -> Finding:
    """The one finding there is."""
    (finding,) = diagnosis.findings
    return finding


def names_of(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


# --- clean --------------------------------------------------------------------------------------


def test_clean(pair: tuple[Path, Path]) -> None:
    diagnosis = diagnose(*pair)
    assert diagnosis.findings == ()
    assert diagnosis.is_clean
    assert diagnosis.unreadable == 0
    (result,) = diagnosis.to_dict()["results"]
    assert (result["expected"], result["paired"]) == (COUNT, COUNT)
    assert result["predictions"]["kinds"] == {"8-bit grey PNG": COUNT}
    assert result["ground_truth"]["grey_share"] == 0
    assert result["leaning"]["upright"] == COUNT


def test_archives_and_any_number_of_workers_tell_the_same(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    write(pair[0] / "x1.png", np.zeros((5, 5), np.uint8))
    for folder in pair:
        with zipfile.ZipFile(tmp_path / f"{folder.name}.zip", "w") as archive:
            for path in folder.iterdir():
                archive.write(path, path.name)
    plain = diagnose(*pair, workers=1).to_dict()
    assert diagnose(*pair, workers=5).to_dict() == plain
    zipped = diagnose(tmp_path / "preds.zip", tmp_path / "gt.zip").to_dict()
    assert zipped["findings"] == plain["findings"]


def test_progress_is_told(pair: tuple[Path, Path]) -> None:
    said: list[object] = []

    class Log:
        def start(self, total: int) -> None:
            said.append(("start", total))

        def advance(self, done: int) -> None:
            said.append(done)

        def stop(self) -> None:
            said.append("stop")

    diagnose(*pair, progress=Log())
    assert said[0] == ("start", COUNT)
    assert said[-2:] == [COUNT, "stop"]
    assert not [t for t in threading.enumerate() if t.name.startswith("sodeval-doctor")]


def test_an_interruption_ends_the_work(pair: tuple[Path, Path]) -> None:
    class Pressed:
        stopped = False

        def start(self, total: int) -> None: ...

        def advance(self, done: int) -> None:
            raise KeyboardInterrupt

        def stop(self) -> None:
            self.stopped = True

    progress = Pressed()
    with pytest.raises(KeyboardInterrupt):
        diagnose(*pair, progress=progress)
    assert progress.stopped


@pytest.mark.parametrize("option", ["workers", "max_pixels"])
def test_options_out_of_range(pair: tuple[Path, Path], option: str) -> None:
    with pytest.raises(UsageError, match=f"{option} is 0"):
        diagnose(*pair, **{option: 0})


# --- pairing ------------------------------------------------------------------------------------


def test_missing(pair: tuple[Path, Path]) -> None:
    for name in ("x0", "x2", "x3", "x5"):
        (pair[0] / f"{name}.png").unlink()
    finding = only(diagnose(*pair))
    assert (finding.severity, finding.kind) == ("error", "missing")
    assert finding.names == ("x0", "x2", "x3", "x5")
    assert finding.text == (
        "4 of 6 predictions are missing (first: x0, x2, x3). Use --missing skip to leave such "
        "images out, or --missing zero to score empty maps."
    )


def test_extra(pair: tuple[Path, Path]) -> None:
    write(pair[0] / "stray.png", disc(9))
    finding = only(diagnose(*pair))
    assert (finding.severity, finding.kind, finding.names) == ("warning", "extra", ("stray",))


def test_stripped(pair: tuple[Path, Path]) -> None:
    for path in names_of(pair[0]):
        path.rename(path.with_name(f"{path.stem}_sal.png"))
    diagnosis = diagnose(*pair)
    finding = only(diagnosis)
    assert (finding.severity, finding.kind) == ("note", "stripped")
    assert finding.text == "files are matched without the suffix '_sal' of predictions."
    assert diagnosis.is_clean


def test_layout_remarks(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 2, methods=("a",))
    write(gts / "OTHER" / "gt" / "y.png", disc(3))
    finding = only(diagnose(preds, gts))
    assert (finding.severity, finding.kind) == ("warning", "layout")
    assert "no predictions of a for OTHER" in finding.text


def test_the_same_folder_twice(pair: tuple[Path, Path]) -> None:
    diagnosis = diagnose(pair[1], pair[1])
    assert kinds(diagnosis) == {"same_files"}
    assert not diagnosis.is_clean


def test_folders_that_do_not_fit_at_all(pair: tuple[Path, Path], tmp_path: Path) -> None:
    write(tmp_path / "other" / "nothing.png", disc(0))
    with pytest.raises(PairingError):
        diagnose(tmp_path / "other", pair[1])


# --- predictions --------------------------------------------------------------------------------


def test_another_size(pair: tuple[Path, Path]) -> None:
    for path in names_of(pair[0])[:3]:
        write(path, cv2.resize(cv2.imread(str(path), 0), (20, 15)))
    finding = only(diagnose(*pair))
    assert (finding.severity, finding.kind) == ("warning", "other_size")
    assert finding.text.startswith(
        "3 of 6 predictions are of another size than the mask, mostly 0.5 of it (x0, x1, x2). "
    )
    assert "--size-mismatch error" in finding.text


def test_all_of_one_other_size(pair: tuple[Path, Path]) -> None:
    for path in names_of(pair[0]):
        write(path, cv2.resize(cv2.imread(str(path), 0), (32, 32)))
    assert "than the mask, all 32 x 32 (first: x0" in only(diagnose(*pair)).text


def test_width_and_height_exchanged(pair: tuple[Path, Path]) -> None:
    path = pair[0] / "x1.png"
    write(path, np.ascontiguousarray(cv2.imread(str(path), 0).T))
    finding = only(diagnose(*pair))
    assert (finding.severity, finding.kind, finding.names) == ("error", "turned_pred", ("x1",))


def test_inverted(pair: tuple[Path, Path]) -> None:
    for path in names_of(pair[0]):
        write(path, 255 - cv2.imread(str(path), 0))
    finding = only(diagnose(*pair))
    assert (finding.severity, finding.kind, len(finding.names)) == ("error", "inverted", COUNT)


def test_one_inverted(pair: tuple[Path, Path]) -> None:
    write(pair[0] / "x2.png", 255 - cv2.GaussianBlur(disc(2), (0, 0), 1))
    diagnosis = diagnose(*pair)
    finding = only(diagnosis)
    assert (finding.severity, finding.kind, finding.names) == ("note", "inverted_some", ("x2",))
    assert diagnosis.is_clean


def test_faint_maps_are_judged_as_they_are_scored() -> None:
    mask = disc(1)
    soft = seen(mask, 1)
    assert lean(soft // 20, mask) == "upright"
    assert lean(12 - soft // 20, mask) == "clearly inverted"
    assert lean(cv2.resize(255 - soft, (11, 9)), mask) == "clearly inverted"
    assert lean(soft, mask // 255) == "upright", "a mask of 0 and 1 is a mask all the same"
    noise = np.random.default_rng(0).integers(0, 256, mask.shape).astype(np.uint8)
    assert lean(noise, mask) == "unclear"
    assert lean(soft, np.zeros_like(mask)) is None
    assert lean(soft, np.full_like(mask, 255)) is None
    assert lean(np.full_like(mask, 7), mask) is None


def test_swapped(pair: tuple[Path, Path]) -> None:
    for path in names_of(pair[0]):
        noise = np.random.default_rng(0).integers(0, 120, (30, 40))
        write(path, np.maximum(cv2.imread(str(path), 0), noise).astype(np.uint8))
    diagnosis = diagnose(pair[1], pair[0])
    assert kinds(diagnosis, "error") == {"swapped"}
    assert "grey_gt" not in kinds(diagnosis)
    assert "swapped" not in kinds(diagnose(*pair))


def test_black_and_constant(pair: tuple[Path, Path]) -> None:
    write(pair[0] / "x1.png", np.zeros((30, 40), np.uint8))
    write(pair[0] / "x4.png", np.full((30, 40), 9, np.uint8))
    diagnosis = diagnose(*pair)
    assert [(f.severity, f.kind, f.names) for f in diagnosis.findings] == [
        ("warning", "black_pred", ("x1",)),
        ("warning", "constant_pred", ("x4",)),
    ]


def test_all_black(pair: tuple[Path, Path]) -> None:
    for path in names_of(pair[0]):
        write(path, np.zeros((30, 40), np.uint8))
    finding = only(diagnose(*pair))
    assert (finding.severity, finding.kind) == ("error", "black_pred")
    assert finding.text.startswith("all 6 predictions are black all over (first: x0, x1, x2).")


def test_zero_and_one(pair: tuple[Path, Path]) -> None:
    write(pair[0] / "x3.png", cv2.imread(str(pair[0] / "x3.png"), 0) // 200)
    finding = only(diagnose(*pair))
    assert (finding.severity, finding.kind, finding.names) == ("warning", "pred_0_1", ("x3",))


def test_copied_predictions(pair: tuple[Path, Path]) -> None:
    (pair[0] / "x3.png").write_bytes((pair[0] / "x1.png").read_bytes())
    finding = only(diagnose(*pair))
    assert (finding.kind, finding.names) == ("duplicate_pred", ("x1", "x3"))
    assert "(x1 = x3)" in finding.text


def test_twins_are_told_by_pixels_not_by_bytes(pair: tuple[Path, Path]) -> None:
    pixels = cv2.imread(str(pair[0] / "x1.png"), 0)
    (pair[0] / "x3.png").unlink()
    write(pair[0] / "x3.bmp", pixels)
    assert "duplicate_pred" in kinds(diagnose(*pair))


def test_a_mask_among_the_predictions(pair: tuple[Path, Path]) -> None:
    (pair[0] / "x2.png").write_bytes((pair[1] / "x2.png").read_bytes())
    finding = only(diagnose(*pair))
    assert (finding.severity, finding.kind, finding.names) == ("warning", "identical", ("x2",))


def test_nothing_but_masks_among_the_predictions(pair: tuple[Path, Path]) -> None:
    for path in names_of(pair[1]):
        (pair[0] / path.name).write_bytes(path.read_bytes())
    assert kinds(diagnose(*pair), "error") == {"identical"}


def test_binary_predictions(pair: tuple[Path, Path]) -> None:
    for path in names_of(pair[0]):
        write(path, (cv2.imread(str(path), 0) > 99).astype(np.uint8) * 255)
    diagnosis = diagnose(*pair)
    assert only(diagnosis).kind == "binary_pred"
    assert diagnosis.is_clean


def test_methods_with_the_same_predictions(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path, 3, methods=("a", "b"))
    assert diagnose(preds, gts).is_clean
    for path in (preds / "a" / "SET").iterdir():
        (preds / "b" / "SET" / path.name).write_bytes(path.read_bytes())
    finding = only(diagnose(preds, gts))
    assert (finding.severity, finding.kind) == ("warning", "same_predictions")
    assert finding.text.startswith("a and b have the same predictions, all 3 of them.")


# --- files of either side -----------------------------------------------------------------------


def rgba(alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.dstack([np.full((*alpha.shape, 3), 255, np.uint8), alpha])


def palette_png(mask: NDArray[np.uint8], colour: tuple[int, int, int]) -> bytes:
    """An indexed PNG: 0 is black, 1 a colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    height, width = mask.shape
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = mask > 0
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", bytes((0, 0, 0, *colour))),
            chunk(b"IDAT", zlib.compress(rows.tobytes())),
            chunk(b"IEND", b""),
        )
    )


@pytest.mark.parametrize("side", [0, 1])
def test_alpha(pair: tuple[Path, Path], side: int) -> None:
    write(pair[side] / "x2.png", rgba(disc(2)))
    assert ("error", "alpha_mask", ("x2",)) in [
        (f.severity, f.kind, f.names) for f in diagnose(*pair).findings
    ]


@pytest.mark.parametrize("side", [0, 1])
def test_low_16_bit(pair: tuple[Path, Path], side: int) -> None:
    write(pair[side] / "x2.png", disc(2).astype(np.uint16))
    diagnosis = diagnose(*pair)
    finding = only(diagnosis)
    assert (finding.severity, finding.kind, finding.names) == ("error", "low_16_bit", ("x2",))
    facts = diagnosis.to_dict()["results"][0][("predictions", "ground_truth")[side]]
    assert facts["kinds"]["16-bit grey PNG"] == 1


@pytest.mark.parametrize("side", [0, 1])
def test_unequal_channels(pair: tuple[Path, Path], side: int) -> None:
    full = np.full((30, 40), 255, np.uint8)
    write(pair[side] / "x2.png", np.dstack([disc(2), full - disc(2) // 3, disc(2)]))
    assert ("warning", "unequal_channels", ("x2",)) in [
        (f.severity, f.kind, f.names) for f in diagnose(*pair).findings
    ]


@pytest.mark.parametrize("side", [0, 1])
def test_exif(pair: tuple[Path, Path], side: int) -> None:
    path = pair[side] / "x2.png"
    (jpeg,) = (write(path.with_suffix(".jpg"), cv2.imread(str(path), 0)),)
    path.unlink()
    data = jpeg.read_bytes()
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0) + bytes(4)
    jpeg.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif + data[2:])
    assert ("warning", "exif", ("x2",)) in [
        (f.severity, f.kind, f.names) for f in diagnose(*pair).findings
    ]


def test_palette(pair: tuple[Path, Path]) -> None:
    (pair[1] / "x2.png").write_bytes(palette_png(disc(2), (255, 255, 255)))
    diagnosis = diagnose(*pair)
    assert (only(diagnosis).severity, only(diagnosis).kind) == ("note", "palette")


def test_palette_too_dark(pair: tuple[Path, Path]) -> None:
    (pair[1] / "x2.png").write_bytes(palette_png(disc(2), (128, 0, 0)))  # as PASCAL VOC has them
    diagnosis = diagnose(*pair)
    assert kinds(diagnosis, "error") == {"dark_gt"}
    assert "palette" in next(iter(diagnosis.findings)).text


@pytest.mark.parametrize("side", [0, 1])
def test_unreadable(pair: tuple[Path, Path], side: int) -> None:
    (pair[side] / "x1.png").write_bytes(b"no image")
    (pair[side] / "x4.png").write_bytes(b"")
    diagnosis = diagnose(*pair)
    assert [(f.severity, f.kind, f.names) for f in diagnosis.findings] == [
        ("error", "unreadable", ("x1",)),
        ("error", "unreadable", ("x4",)),
    ]
    assert f"{pair[side] / 'x1.png'} is not an image" in diagnosis.findings[0].text
    assert diagnosis.unreadable == 2
    (result,) = diagnosis.to_dict()["results"]
    sides = [result["predictions"], result["ground_truth"]]
    assert [facts["read"] for facts in sides] == [COUNT - 2 * (side == i) for i in (0, 1)]


def test_nothing_readable(pair: tuple[Path, Path]) -> None:
    for path in (*pair[0].iterdir(), *pair[1].iterdir()):
        path.write_bytes(b"no image")
    diagnosis = diagnose(*pair)
    assert diagnosis.unreadable == 2 * COUNT
    assert kinds(diagnosis) == {"unreadable"}


def test_too_large(pair: tuple[Path, Path]) -> None:
    assert diagnose(*pair, max_pixels=1199).unreadable == 2 * COUNT
    assert diagnose(*pair, max_pixels=1200).unreadable == 0


# --- masks --------------------------------------------------------------------------------------


def test_masks_of_zero_and_one(pair: tuple[Path, Path]) -> None:
    for path in names_of(pair[1]):
        write(path, cv2.imread(str(path), 0) // 255)
    finding = only(diagnose(*pair))
    assert (finding.severity, finding.kind, len(finding.names)) == ("error", "gt_0_1", COUNT)


def test_empty_and_full(pair: tuple[Path, Path]) -> None:
    write(pair[1] / "x1.png", np.zeros((30, 40), np.uint8))
    write(pair[1] / "x4.png", np.full((30, 40), 255, np.uint8))
    assert [(f.severity, f.kind, f.names) for f in diagnose(*pair).findings] == [
        ("warning", "empty_gt", ("x1",)),
        ("warning", "full_gt", ("x4",)),
    ]


def test_grey_masks(pair: tuple[Path, Path]) -> None:
    for name in ("x1", "x4"):
        path = pair[1] / f"{name}.png"
        write(path, cv2.GaussianBlur(cv2.imread(str(path), 0), (0, 0), 1))
    finding = only(diagnose(*pair))
    assert (finding.severity, finding.kind, finding.names) == ("warning", "grey_gt", ("x1", "x4"))


def test_masks_known_to_be_grey(tmp_path: Path) -> None:
    preds, gts = make_set(tmp_path / "PASCAL-S", COUNT)
    write(gts / "x1.png", cv2.GaussianBlur(disc(1), (0, 0), 1))
    found = [(f.severity, f.kind) for f in diagnose(preds, gts).findings]
    assert ("note", "grey_gt") in found


def test_jpeg_masks(pair: tuple[Path, Path]) -> None:
    path = pair[1] / "x1.png"
    write(path.with_suffix(".jpg"), cv2.imread(str(path), 0))
    path.unlink()
    assert ("warning", "jpeg_gt", ("x1",)) in [
        (f.severity, f.kind, f.names) for f in diagnose(*pair).findings
    ]


def test_copied_masks(pair: tuple[Path, Path]) -> None:
    for i in (1, 2, 3):
        (pair[1] / f"x{i}.png").write_bytes((pair[1] / "x0.png").read_bytes())
    finding = next(f for f in diagnose(*pair).findings if f.kind == "duplicate_gt")
    assert finding.severity == "warning"
    assert "(x0 = x1 = x2)" in finding.text


# --- which data set -----------------------------------------------------------------------------

DROPPED = {"ILSVRC2012_test_00036002", "sun_bcogaqperiljqupq"}
DUTS = [f"ILSVRC2012_test_{i:08d}" for i in range(5017)] + sorted(DROPPED)
IMAGES = {
    "DUTS-TE": DUTS,
    "DUT-OMRON": [f"im{i:03d}" for i in range(5000)] + [f"sun_{'a' * i}" for i in range(1, 169)],
    "ECSSD": [f"{i:04d}" for i in range(1, 1001)],
    "PASCAL-S": [str(i) for i in range(1, 851)],
    "SOD": [str(2000 + 999 * i) for i in range(300)],
    "DIS-VD": [f"1#Accessories#1#Bag#{i}" for i in range(470)],
    "CAMO": [f"camourflage_{i:05d}" for i in range(250)],
    "CHAMELEON": [f"animal-{i}" for i in range(76)],
    "COD10K": [f"COD10K-CAM-1-Aquatic-1-BatFish-{i}" for i in range(2026)],
}


@pytest.mark.parametrize("dataset", IMAGES)
def test_recognised_by_stems(dataset: str) -> None:
    found = recognise("gt", IMAGES[dataset])
    assert found is not None
    assert (found.id, found.is_whole, found.named) == (dataset, True, False)


def test_recognised_variants() -> None:
    short = recognise("DUTS-TE", [stem for stem in DUTS if stem not in DROPPED])
    assert short is not None
    assert short.id == "DUTS-TE@5017"
    assert set(short.absent) == DROPPED
    others = recognise("DUTS-TE", DUTS[2:])
    assert others is not None
    assert (others.id, others.is_whole) == ("DUTS-TE", False), "5017, but not those 5017"
    dropped_five = recognise("gt", IMAGES["PASCAL-S"][5:])
    assert dropped_five is not None
    assert dropped_five.id == "PASCAL-S@845"


@pytest.mark.parametrize(
    "stems",
    [
        [],
        ["a"],
        [f"{i:04d}" for i in range(999)],
        [f"1#a#1#b#{i}" for i in range(500)],  # any of DIS-TE1 to TE4
        IMAGES["ECSSD"][:500] + IMAGES["CAMO"],
    ],
)
def test_not_recognised(stems: list[str]) -> None:
    assert recognise("gt", stems) is None


def test_a_folder_named_for_another_data_set() -> None:
    assert look_like("ECSSD", IMAGES["CAMO"]) == ("CAMO",)
    assert look_like("ECSSD", IMAGES["ECSSD"]) == ()
    assert look_like("gt", IMAGES["CAMO"]) == ()
    assert look_like("HKU-IS", IMAGES["CAMO"]) == (), "how its files are named is not known"


def make_small(root: Path, stems: list[str]) -> tuple[Path, Path]:
    """A data set of as many tiny files as it takes; written once, then linked."""
    for side in ("preds", "gt"):
        (root / side).mkdir(parents=True)
    rng = np.random.default_rng(0)
    for stem in stems:
        mask = np.zeros((8, 16), np.uint8)
        mask[2:6, 4:12] = 255
        write(root / "gt" / f"{stem}.png", mask ^ (rng.random(mask.shape) < 0.2) * np.uint8(255))
        write(
            root / "preds" / f"{stem}.png",
            np.maximum(mask // 2, rng.integers(0, 99, (8, 16), np.uint8)),
        )
    return root / "preds", root / "gt"


def test_whole_and_part_of_a_data_set(tmp_path: Path) -> None:
    preds, gts = make_small(tmp_path / "CHAMELEON", IMAGES["CHAMELEON"])
    diagnosis = diagnose(preds, gts)
    finding = only(diagnosis)
    assert (finding.severity, finding.kind) == ("note", "dataset")
    assert finding.text == "CHAMELEON, all 76 images."
    for side in (preds, gts):
        (side / "animal-3.png").unlink()
    finding = only(diagnose(preds, gts))
    assert (finding.severity, finding.kind) == ("warning", "dataset")
    assert finding.text == (
        "CHAMELEON, 75 of 76: a part of the set, whose scores do not compare with those of the "
        "whole."
    )


def test_stray_files_of_a_data_set(tmp_path: Path) -> None:
    stems = [*IMAGES["CHAMELEON"], "animal-76"]
    finding = only(diagnose(*make_small(tmp_path / "CHAMELEON", stems)))
    assert finding.severity == "warning"
    assert finding.text == "CHAMELEON, 77 of 76: one bundle holds a stray 77th file."
    many = [*stems, "animal-77", "animal-78"]
    finding = only(diagnose(*make_small(tmp_path / "more" / "CHAMELEON", many)))
    assert "79 masks where 76 are expected: look for stray files" in finding.text


def test_a_data_set_by_its_files(tmp_path: Path) -> None:
    finding = only(diagnose(*make_small(tmp_path, IMAGES["CHAMELEON"])))
    assert finding.text == (
        "by the names of its files this is CHAMELEON, all 76 images. "
        "Name the folder CHAMELEON to have it so in reports."
    )


def test_another_data_set_than_its_name_says(tmp_path: Path) -> None:
    diagnosis = diagnose(*make_small(tmp_path / "ECSSD", IMAGES["CHAMELEON"]))
    assert kinds(diagnosis) == {"dataset", "other_dataset"}
    assert "named like those of CHAMELEON" in diagnosis.findings[1].text


def test_the_two_images_of_duts_that_many_drop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sodeval.doctor.run as run

    # 5019 files of one picture each: what is in them does not matter here
    monkeypatch.setattr(run, "_work", lambda *args: None)
    data = cv2.imencode(".png", disc(0))[1].tobytes()
    preds, gts = tmp_path / "DUTS-TE" / "preds", tmp_path / "DUTS-TE" / "gt"
    for folder, stems in ((gts, DUTS), (preds, [s for s in DUTS if s not in DROPPED])):
        folder.mkdir(parents=True)
        for stem in stems:
            (folder / f"{stem}.png").write_bytes(data)
    texts = {f.kind: f.text for f in diagnose(preds, gts).findings}
    words = "DUTS-TE, 5017 of 5019: the two missing are the ones many authors drop"
    assert texts["dataset"] == "DUTS-TE, all 5019 images."
    assert texts["missing"].startswith(words)
    assert "--missing skip" in texts["missing"]
    for stem in DROPPED:
        (gts / f"{stem}.png").unlink()
    (note,) = diagnose(preds, gts).findings
    assert (note.severity, set(note.names)) == ("note", DROPPED)
    assert note.text.startswith(words)
    assert "known as DUTS-TE@5017" in note.text


# --- kinds of file ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "pixels", "words"),
    [
        (".png", np.zeros((3, 4), np.uint8), "8-bit grey PNG"),
        (".png", np.zeros((3, 4, 3), np.uint16), "16-bit RGB PNG"),
        (".png", np.zeros((3, 4, 4), np.uint8), "8-bit RGBA PNG"),
        (".jpg", np.zeros((3, 4), np.uint8), "8-bit grey JPEG"),
        (".jpg", np.zeros((3, 4, 3), np.uint8), "8-bit colour JPEG"),
        (".bmp", np.zeros((3, 4), np.uint8), "8-bit BMP"),
        (".bmp", np.zeros((3, 4, 3), np.uint8), "8-bit RGB BMP"),
        (".tif", np.zeros((3, 4), np.uint8), "8-bit grey TIFF"),
        (".tif", np.zeros((3, 4, 3), np.uint16), "16-bit RGB TIFF"),
        (".webp", np.zeros((3, 4, 3), np.uint8), "8-bit RGB WebP"),
    ],
)
def test_kinds(suffix: str, pixels: NDArray[np.uint8], words: str) -> None:
    data = cv2.imencode(suffix, pixels)[1].tobytes()
    assert str(kind_of(data)) == words
    assert kind_of(data).orientation == 1
    for end in range(0, len(data), 3):
        kind_of(data[:end])  # says something of any stump, and never raises


def test_the_kind_of_something_else() -> None:
    assert kind_of(b"") == Kind("image")
    assert kind_of(palette_png(disc(0), (1, 1, 1)))[:3] == ("PNG", 8, "palette")
