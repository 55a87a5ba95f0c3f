from __future__ import annotations

import pytest

from sodeval.datasets import (
    DATASETS,
    canonical,
    is_image_folder,
    is_known,
    is_mask_folder,
    is_side_folder,
    mask_folder_owner,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DUTS-TE", "DUTS-TE"),
        ("DUTS_TE", "DUTS-TE"),
        ("dutste", "DUTS-TE"),
        ("duts te", "DUTS-TE"),
        ("TE-DUTS", "DUTS-TE"),
        ("TE-CAMO", "CAMO"),
        ("TE-COD10K", "COD10K"),
        ("te_hrsod", "HRSOD-TE"),
        ("TE-UHRSD", "UHRSD-TE"),
        ("DUT-O", "DUT-OMRON"),
        ("DUT", "DUT-OMRON"),
        ("dut_omron", "DUT-OMRON"),
        ("NJUD", "NJU2K"),
        ("STEREO", "STERE"),
        ("DES", "RGBD135"),
        ("RGBD-135", "RGBD135"),
        ("USOD", "USOD"),
        ("USOD10K-TE", "USOD10K-TE"),
        ("duts_te@5017", "DUTS-TE@5017"),
        ("My_Own set", "My_Own set"),
        ("my@2", "my@2"),
        ("DAVIS-SOD", "DAVIS-SOD"),  # not DAVIS-S
        ("DUTS-TR", "DUTS-TR"),  # a training set
        ("", ""),
    ],
)
def test_canonical(name, expected):
    assert canonical(name) == expected


def test_canonical_is_idempotent():
    assert [canonical(name) for name in DATASETS] == list(DATASETS)


def test_no_two_data_sets_share_a_spelling():
    names = [name for d in DATASETS.values() for name in (d.id, *d.aliases)]
    spellings = [name.lower().replace("-", "") for name in names]
    assert len(set(spellings)) == len(spellings)
    assert all(canonical(alias) == d.id for d in DATASETS.values() for alias in d.aliases)


def test_the_sets_of_each_task():
    tasks = {d.task for d in DATASETS.values()}
    assert tasks == {"sod", "hrsod", "dis", "cod", "usod", "rgbd"}
    assert [d.id for d in DATASETS.values() if d.task == "dis"] == [
        "DIS-VD",
        "DIS-TE1",
        "DIS-TE2",
        "DIS-TE3",
        "DIS-TE4",
    ]


def test_is_known():
    assert is_known("duts_te")
    assert is_known("DUTS-TE@5017")
    assert not is_known("DUTS-TR")


@pytest.mark.parametrize(
    "name",
    [
        *("gt", "GT", "mask", "masks", "Mask", "ground_truth_mask", "GroundTruth"),
        *("pixelwiseGT-new-PNG", "DUTS-TE-Mask", "USOD10K-TE-GT", "my_masks", "GT_Object"),
    ],
)
def test_mask_folders(name):
    assert is_mask_folder(name)
    assert not is_image_folder(name)
    assert not is_side_folder(name)


@pytest.mark.parametrize(
    "name",
    [
        *("im", "Imgs", "imgs", "img", "images", "Image", "Images", "RGB"),
        *("DUTS-TE-Image", "USOD10K-TE-RGB", "DUT-OMRON-image"),
    ],
)
def test_image_folders(name):
    assert is_image_folder(name)
    assert not is_mask_folder(name)
    assert not is_side_folder(name)


@pytest.mark.parametrize("name", ["ske", "Instance", "GT_Instance", "Depth", "USOD10K-TE-depth"])
def test_side_folders(name):
    assert is_side_folder(name)
    assert not is_mask_folder(name)
    assert not is_image_folder(name)


@pytest.mark.parametrize("name", ["pred", "undermask", "magt", "DUT-RGBD", "", *DATASETS])
def test_other_folders(name):
    assert not is_mask_folder(name)
    assert not is_image_folder(name)
    assert not is_side_folder(name)


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("DUTS-TE-Mask", "DUTS-TE"),
        ("dut_omron_gt", "DUT-OMRON"),
        ("gt", None),
        ("my_gt", None),
        ("DUTS-TE", None),
    ],
)
def test_mask_folder_owner(name, owner):
    assert mask_folder_owner(name) == owner
