"""Sets for the tasks next to salient objects, and the parts to train on."""

from __future__ import annotations

from collections.abc import Iterator

from sodeval.dataset_cards.card import Confidence, Dataset, Split, Variant

_COD = "https://huggingface.co/datasets/cod-tdq/cod"
_DIS = "https://github.com/xuebinqin/DIS"
_DIS_COUNTS = (
    "https://blog.csdn.net/OpenDataLab/article/details/127794206",
    "https://arxiv.org/abs/2203.03041",
)
_USOD10K = "https://github.com/LinHong-HIT/USOD10K"
_RGBD = "https://github.com/taozh2017/RGBD-SODsurvey"
_RGBD_FILES = "https://github.com/jiwei0921/RGBD-SOD-datasets"
_HASHED = r"[^#]+(?:#[^#]+){3,}"  # fields between "#"; the one at index 3 is the class


def _dis(name: str, images: int, split: Split, confidence: Confidence, note: str) -> Dataset:
    return Dataset(
        name,
        "dis",
        images,
        confidence,
        split=split,
        of=5470,
        authors="Qin et al.",
        venue="ECCV",
        year=2022,
        image_folders=("im",),
        mask_folders=("gt",),
        image_extensions=("jpg",),
        mask_extensions=("png",),
        stems=(_HASHED,),
        telling=(_HASHED,),
        naming_confirmed=True,
        get=_DIS,
        sources=_DIS_COUNTS,
        notes=(note, "stems hold fields between '#'; the one at index 3 is the class"),
    )


def _rgbd(
    name: str,
    images: int,
    year: int,
    venue: str = "",
    aliases: tuple[str, ...] = (),
    variants: tuple[Variant, ...] = (),
    sources: tuple[str, ...] = (),
) -> Dataset:
    return Dataset(
        name,
        "rgbd",
        images,
        "confirmed",
        aliases,
        "whole",
        venue=venue,
        year=year,
        get=_RGBD_FILES if _RGBD_FILES in sources else "",
        sources=(_RGBD, *sources),
        variants=variants,
        notes=("the count is that of the whole set",) if variants else (),
    )


def other_sets() -> Iterator[Dataset]:
    """Dichotomous, camouflaged, under water, with depth; and names of segmentation sets."""
    yield _dis("DIS-VD", 470, "validation", "confirmed", "the validation part")
    for number in range(1, 5):
        yield _dis(f"DIS-TE{number}", 500, "test", "derived", f"test part {number} of four")
    yield Dataset(
        "CAMO",
        "cod",
        250,
        "confirmed",
        ("TE-CAMO", "CAMO-TE"),
        authors="Le et al.",
        venue="CVIU",
        year=2019,
        image_folders=("Imgs",),
        mask_folders=("GT",),
        image_extensions=("jpg",),
        mask_extensions=("png",),
        stems=(r"camourflage_.+",),  # the misspelling is real
        telling=(r"camourflage_.+",),
        naming_confirmed=True,
        get=_COD,
        sources=(_COD, "https://github.com/GewelsJI/SINet-V2/issues/2"),
        seen=(Variant("251", 251, "confirmed", "one bundle holds a stray 251st file"),),
    )
    yield Dataset(
        "CHAMELEON",
        "cod",
        76,
        "confirmed",
        ("TE-CHAMELEON", "CHAMELEON-TE"),
        authors="Skurowski",
        venue="unpublished",
        year=2018,
        image_folders=("Imgs",),
        mask_folders=("GT",),
        stems=(r"animal-\d+",),
        telling=(r"animal-\d+",),
        get=_COD,
        sources=(_COD, "https://github.com/GewelsJI/SINet-V2/issues/2"),
        seen=(Variant("77", 77, "confirmed", "one bundle holds a stray 77th file"),),
    )
    yield Dataset(
        "COD10K",
        "cod",
        2026,
        "confirmed",
        ("TE-COD10K", "COD10K-TE"),
        authors="Fan et al.",
        venue="CVPR",
        year=2020,
        image_folders=("Imgs",),
        mask_folders=("GT",),
        stems=(r"COD10K-CAM-.+",),
        telling=(r"COD10K-CAM-.+",),
        get="https://huggingface.co/datasets/nobg/COD10K",
        sources=(_COD, "https://huggingface.co/datasets/nobg/COD10K"),
        notes=(
            "the camouflaged (CAM) images only; the full test set also holds images without "
            "objects (https://github.com/lartpang/PySODMetrics/issues/11)",
        ),
    )
    yield Dataset(
        "NC4K",
        "cod",
        4121,
        "confirmed",
        ("TE-NC4K", "NC4K-TE"),
        split="whole",
        authors="Lv et al.",
        venue="CVPR",
        year=2021,
        image_folders=("Imgs",),
        mask_folders=("GT",),
        naming_confirmed=True,
        get="https://huggingface.co/datasets/nobg/NC4K",
        sources=("https://huggingface.co/datasets/nobg/NC4K",),
        notes=("re-hosted with invented splits of 2884, 618 and 619; it is one test set",),
    )
    yield Dataset(
        "USOD10K-TE",
        "usod",
        1026,
        "usual",
        ("TE-USOD10K",),
        of=10255,
        authors="Hong et al.",
        venue="TIP (early access 2023)",
        year=2025,
        image_folders=("USOD10K-TE-RGB",),
        mask_folders=("USOD10K-TE-GT",),
        image_extensions=("png",),
        naming_confirmed=True,
        get=_USOD10K,
        sources=(_USOD10K,),
    )
    yield Dataset(
        "USOD",
        "usod",
        300,
        "confirmed",
        authors="SVAM-Net",
        venue="RSS",
        year=2022,
        sources=(_USOD10K,),
        notes=("annotated to another standard than USOD10K",),
    )
    yield _rgbd(
        "STERE",
        1000,
        2012,
        "CVPR",
        ("STEREO",),
        (
            Variant(
                "797", 797, "confirmed", "another count in use; what it leaves out is not recorded"
            ),
        ),
        ("https://github.com/JXingZhao/ContrastPrior/issues/1", _RGBD_FILES),
    )
    yield _rgbd("GIT", 80, 2013)
    yield _rgbd("RGBD135", 135, 2014, aliases=("DES",))
    yield _rgbd(
        "NLPR",
        1000,
        2014,
        "ECCV",
        variants=(Variant("300", 300, "usual", "the usual test part"),),
    )
    yield _rgbd("LFSD", 100, 2014)
    yield _rgbd(
        "NJU2K",
        1985,
        2014,
        aliases=("NJUD",),
        variants=(
            Variant("485", 485, "confirmed", "one of the test parts in use"),
            Variant("503", 503, "confirmed", "another test part in use"),
        ),
        sources=("https://github.com/JXingZhao/ContrastPrior/issues/1", _RGBD_FILES),
    )
    yield _rgbd("SSD", 80, 2017)
    yield _rgbd(
        "DUT-RGBD",
        1200,
        2019,
        variants=(Variant("400", 400, "usual", "the usual test part"),),
    )
    yield _rgbd("SIP", 929, 2020)
    for name in (
        "Cityscapes",
        "PASCAL Context",
        "BDD100K val",
        "DADA-seg",
        "MFN Dataset",
        "Trans10K",
    ):
        yield Dataset(
            name,
            "segmentation",
            split="unknown",
            licence="not recorded",
            notes=("scored by label maps, not saliency maps",),
        )


def training_sets() -> Iterator[Dataset]:
    """What networks are trained on."""
    yield Dataset(
        "DUTS-TR",
        "sod",
        split="train",
        authors="Wang et al.",
        venue="CVPR",
        year=2017,
        notes=("three pairs differ in size (https://github.com/backseason/PoolNet/issues/34)",),
    )
    yield Dataset("DIS-TR", "dis", 3000, "confirmed", split="train", of=5470, sources=_DIS_COUNTS)
    yield Dataset("COD10K-TR", "cod", split="train")
    yield Dataset("CAMO-TR", "cod", split="train")
    yield Dataset("USOD10K-TR", "usod", split="train", of=10255, sources=(_USOD10K,))
