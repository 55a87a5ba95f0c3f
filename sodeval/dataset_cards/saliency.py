"""Sets of salient objects, of usual and of high resolution."""

from __future__ import annotations

from collections.abc import Iterator

from sodeval.dataset_cards.card import Dataset, Variant

_SURVEY = (
    "https://f.oaes.cc/read_online/special_issue/ir/1994/files/basic-html/page44.html"
    # Intelligence & Robotics 2024;4(4):513
)
_EVALUATE_SOD = "https://github.com/Hanqer/Evaluate-SOD"
_CII = "https://github.com/zal0302/CII/issues/1"
_PACKS = "https://github.com/BarCodeReader/RCSB-PyTorch/issues/8"


def saliency_sets() -> Iterator[Dataset]:
    """Salient objects, then those of high resolution."""
    yield Dataset(
        "DUTS-TE",
        "sod",
        5019,
        "confirmed",
        ("TE-DUTS",),
        authors="Wang et al.",
        venue="CVPR",
        year=2017,
        image_folders=("DUTS-TE-Image",),
        mask_folders=("DUTS-TE-Mask",),
        image_extensions=("jpg",),
        mask_extensions=("png",),
        stems=(r"ILSVRC2012_test_\d{8}", r"sun_[a-z]+"),
        telling=(r"ILSVRC2012_test_\d{8}",),
        get="https://huggingface.co/datasets/nobg/DUTS",
        sources=(
            "https://huggingface.co/datasets/nobg/DUTS",
            "https://huggingface.co/datasets/Voxel51/DUTS",
        ),
        licence="unstated by the authors; the re-host says cc-by-nc-4.0",
        grey_masks=True,
        variants=(
            Variant(
                "5017",
                5017,
                "confirmed",
                "the two missing are the ones many authors drop, for their masks did not fit "
                "their images in the first release",
                ("ILSVRC2012_test_00036002", "sun_bcogaqperiljqupq"),
                "https://github.com/lartpang/MINet/issues/7",
            ),
        ),
        seen=(
            Variant("5018", 5018, "confirmed", "packs of predictions with 5018 files", (), _PACKS),
        ),
        notes=(
            "masks are not fully binary; tools cut them at different levels",
            "hub viewers show splits of their own; go by the count",
        ),
    )
    yield Dataset(
        "DUT-OMRON",
        "sod",
        5168,
        "confirmed",
        ("DUT-O", "DUT"),
        authors="Yang et al.",
        venue="CVPR",
        year=2013,
        image_folders=("DUT-OMRON-image",),
        mask_folders=("pixelwiseGT-new-PNG",),
        image_extensions=("jpg",),
        mask_extensions=("png",),
        stems=(r"im\d{3,}", r"sun_[a-z]+"),
        sources=(_SURVEY,),
        seen=(
            Variant("5162", 5162, "confirmed", "packs of predictions with 5162 files", (), _PACKS),
        ),
    )
    yield Dataset(
        "ECSSD",
        "sod",
        1000,
        "confirmed",
        authors="Yan; Shi et al.",
        venue="CVPR 2013; PAMI",
        year=2016,
        image_folders=("images",),
        mask_folders=("ground_truth_mask",),
        image_extensions=("jpg",),
        mask_extensions=("png",),
        stems=(r"0\d{3}|1000",),
        sources=(_SURVEY, _EVALUATE_SOD),
        notes=("its stems, 0001 to 1000, are confirmed; its folders are not",),
    )
    yield Dataset(
        "HKU-IS",
        "sod",
        4447,
        "confirmed",
        split="whole",
        authors="Li & Yu",
        venue="CVPR",
        year=2015,
        image_folders=("imgs",),
        mask_folders=("gt",),
        image_extensions=("png", "jpg"),
        mask_extensions=("png",),
        sources=(_SURVEY, _CII),
        variants=(Variant("test1447", 1447, "confirmed", "its own test split alone", (), _CII),),
    )
    yield Dataset(
        "PASCAL-S",
        "sod",
        850,
        "confirmed",
        authors="Li et al.",
        venue="CVPR",
        year=2014,
        mask_extensions=("png",),
        stems=(r"[1-9]\d{0,2}",),
        naming_confirmed=True,
        sources=(_SURVEY, "https://github.com/GrassBro/SODdataset"),
        grey_masks=True,
        variants=(
            Variant(
                "845",
                845,
                "confirmed",
                "without five images that the AFNet line of papers drops",
                (),
                "https://github.com/lartpang/MINet/issues/3",
            ),
        ),
        notes=(
            "masks are averages of annotators, not binary: where they are cut moves the scores "
            "(https://github.com/weijun-arc/LDF/issues/4)",
        ),
    )
    yield Dataset(
        "SOD",
        "sod",
        300,
        "confirmed",
        authors="Movahedi & Elder",
        venue="CVPRW",
        year=2010,
        mask_extensions=("png",),
        stems=(r"[1-9]\d{3,5}",),
        naming_confirmed=True,
        sources=(_SURVEY, _EVALUATE_SOD),
        notes=("stems are ids of the Berkeley images",),
    )
    yield Dataset(
        "SOC",
        "sod",
        1200,
        "derived",
        authors="Fan et al.",
        venue="ECCV 2018; TPAMI",
        year=2022,
        image_extensions=("jpg",),
        mask_extensions=("png",),
        naming_confirmed=True,
        get="https://github.com/mczhuge/SOCToolbox",
        sources=("https://github.com/mczhuge/SOCToolbox",),
        empty_masks=True,
        variants=(
            Variant("600", 600, "confirmed", "only the images with an object"),
            Variant("1200", 1200, "derived", "all test images, half of them without an object"),
        ),
        notes=(
            "attribute folders SOC-AC to SOC-SO",
            "images without an object need a rule for empty masks; many papers drop them",
        ),
    )
    yield Dataset(
        "HRSOD-TE",
        "hrsod",
        400,
        "usual",
        ("TE-HRSOD",),
        of=2010,
        authors="Zeng et al.",
        venue="ICCV",
        year=2019,
        image_folders=("im",),
        mask_folders=("gt",),
        image_extensions=("jpg",),
        mask_extensions=("png",),
        naming_confirmed=True,
    )
    yield Dataset(
        "DAVIS-S",
        "hrsod",
        92,
        "confirmed",
        authors="Zeng et al.",
        venue="ICCV",
        year=2019,
        image_folders=("im",),
        mask_folders=("gt",),
        naming_confirmed=True,
        get="https://huggingface.co/datasets/nobg/DAVIS-S",
        sources=("https://huggingface.co/datasets/nobg/DAVIS-S",),
        notes=(
            "1920 x 1080",
            "not DAVIS-SOD, which has 950 frames (https://github.com/Pchank/HRSOD)",
        ),
    )
    yield Dataset(
        "UHRSD-TE",
        "hrsod",
        988,
        "usual",
        ("TE-UHRSD",),
        of=5920,
        authors="Xie et al.",
        venue="CVPR",
        year=2022,
        image_folders=("im",),
        mask_folders=("gt",),
        naming_confirmed=True,
        get="https://github.com/iCVTEAM/PGNet",
        sources=("https://github.com/iCVTEAM/PGNet",),
    )
    yield Dataset(
        "HRS10K-TE",
        "hrsod",
        2100,
        "confirmed",
        ("TE-HRS10K",),
        of=10500,
        authors="RMFormer",
        venue="ACM MM",
        year=2023,
        get="https://github.com/DrowsyMon/RMFormer",
        sources=("https://github.com/DrowsyMon/RMFormer",),
    )
