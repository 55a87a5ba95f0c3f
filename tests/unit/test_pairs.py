from __future__ import annotations

import io
import os
import re
import tarfile
import unicodedata
import zipfile

import pytest

from sodeval.errors import PairingError
from sodeval.names import natural_key
from sodeval.pairs import Match, Pair, Plan, discover, require_complete


def touch(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"x")


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Make the files, then discover P and G: {(method, dataset): {name: (pred, gt)}}."""
    monkeypatch.chdir(tmp_path)

    def run(*paths, preds="P", gt="G"):
        touch(tmp_path, *paths)
        with discover(preds, gt) as plan:
            run.plan = plan
            return {
                (match.method, match.dataset): {
                    pair.name: (pair.pred and pair.pred.label, pair.gt.label)
                    for pair in match.pairs
                }
                for match in plan.matches
            }

    return run


@pytest.fixture
def refused(found):
    def run(*paths, **sides):
        with pytest.raises(PairingError) as error:
            found(*paths, **sides)
        return str(error.value)

    return run


def one(plan: Plan) -> Match:
    (match,) = plan.matches
    return match


# Stems.


def test_flat_against_flat(found):
    assert found("P/b.jpg", "P/a.png", "G/a.PNG", "G/b.png") == {
        ("P", "G"): {"a": ("P/a.png", "G/a.PNG"), "b": ("P/b.jpg", "G/b.png")}
    }
    match = one(found.plan)
    assert (match.missing, match.extra, match.stripped) == ((), (), None)
    assert found.plan.notes == ()
    assert one(found.plan).pairs[0].pred.read() == b"x"


def test_flat_is_recursive_on_both_sides(found):
    assert found("P/1/a.png", "P/2/3/b.png", "G/x/b.png", "G/a.png") == {
        ("P", "G"): {"a": ("P/1/a.png", "G/a.png"), "b": ("P/2/3/b.png", "G/x/b.png")}
    }


def test_natural_order(found):
    names = ["1", "2", "10", "a", "IMG2", "img3", "img10", "img10b", "x1y2", "x1y10"]
    found(*(f"{side}/{name}.png" for side in "PG" for name in names))
    assert [pair.name for pair in one(found.plan).pairs] == names


@pytest.mark.parametrize("digits", ["9" * 5000, "0", "00", "²", "٣"])
def test_natural_key_takes_any_digits(digits):
    assert natural_key(f"a{digits}") > natural_key("a")


def test_natural_key_orders_by_value_then_text():
    names = ["a", "a0", "a1", "a01", "a2", "a10", "a100", "b"]
    assert sorted(reversed(names), key=natural_key) == ["a", "a0", "a01", "a1", *names[4:]]


@pytest.mark.parametrize(
    "stem", ["a b", "a.b.c", "5#Fence#1", "100%", "猫", "(1)", "[x]", "-", "a'"]
)
def test_unusual_stems(found, stem):
    assert found(f"P/{stem}.jpg", f"G/{stem}.png") == {
        ("P", "G"): {stem: (f"P/{stem}.jpg", f"G/{stem}.png")}
    }


def test_decomposed_names_match_composed_ones(found):
    nfc, nfd = (unicodedata.normalize(form, "Müßiggänger é") for form in ("NFC", "NFD"))
    assert nfc != nfd
    pairs = found(f"P/{nfd}.png", f"G/{nfc}.png")
    assert pairs == {("P", "G"): {nfc: (f"P/{nfd}.png", f"G/{nfc}.png")}}


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text_match_and_can_be_written(found):
    for side in "PG":
        os.mkdir(side)
        with open(os.fsencode(side) + b"/caf\xe9.png", "wb"):
            pass
    found()
    (pair,) = one(found.plan).pairs
    assert pair.name.encode() == b"caf\\udce9"
    assert pair.pred.read() == b""


def test_case_of_stems_counts(found):
    found("P/a.png", "P/B.png", "G/a.png", "G/b.png")
    assert one(found.plan).missing == ("b",)
    assert one(found.plan).extra == ("B",)


def test_missing_and_extra(found):
    found("P/a.png", "P/z10.png", "P/z9.png", "G/a.png", "G/b10.png", "G/b9.png")
    match = one(found.plan)
    assert match.missing == ("b9", "b10")
    assert match.extra == ("z9", "z10")
    assert [pair.pred is None for pair in match.pairs] == [False, True, True]


# Layouts.


def test_data_set_folders_on_both_sides(found):
    assert found(
        *("P/DUTS-TE/a.png", "P/ECSSD/a.png", "P/own/a.png"),
        *("G/DUTS-TE/gt/a.png", "G/DUTS-TE/im/a.jpg", "G/ECSSD/a.png", "G/own/Mask/a.png"),
    ) == {
        ("P", "DUTS-TE"): {"a": ("P/DUTS-TE/a.png", "G/DUTS-TE/gt/a.png")},
        ("P", "ECSSD"): {"a": ("P/ECSSD/a.png", "G/ECSSD/a.png")},
        ("P", "own"): {"a": ("P/own/a.png", "G/own/Mask/a.png")},
    }
    assert found.plan.notes == ()


@pytest.mark.parametrize(
    "masks",
    [
        *("gt", "GT", "mask", "masks", "Mask", "ground_truth_mask", "pixelwiseGT-new-PNG"),
        *("DUTS-TE-Mask", "X-GT"),
    ],
)
def test_mask_folders(found, masks):
    assert found("P/DUTS-TE/a.png", f"G/DUTS-TE/{masks}/a.png", "G/DUTS-TE/Imgs/a.jpg") == {
        ("P", "DUTS-TE"): {"a": ("P/DUTS-TE/a.png", f"G/DUTS-TE/{masks}/a.png")}
    }


def test_spellings_of_data_sets(found):
    pairs = found("P/DUTS_TE/a.png", "P/stereo/a.png", "G/TE-DUTS/gt/a.png", "G/STERE/GT/a.png")
    assert list(pairs) == [("P", "DUTS-TE"), ("P", "STERE")]


def test_method_folders_over_data_sets(found):
    sets = ("DUTS-TE", "ECSSD")
    pairs = found(
        *(f"P/{method}/{name}/a.png" for method in ("m10", "m2") for name in sets),
        *(f"G/{name}/gt/a.png" for name in sets),
    )
    assert list(pairs) == [("m2", "DUTS-TE"), ("m2", "ECSSD"), ("m10", "DUTS-TE"), ("m10", "ECSSD")]
    assert pairs["m10", "ECSSD"] == {"a": ("P/m10/ECSSD/a.png", "G/ECSSD/gt/a.png")}
    assert found.plan.notes == ()


def test_methods_below_a_wrapping_folder(found):
    pairs = found("P/all/A/ECSSD/a.png", "P/all/B/x/ECSSD/a.png", "G/ECSSD/a.png")
    assert list(pairs) == [("A", "ECSSD"), ("B/x", "ECSSD")]


def test_task_folders_over_data_sets(found):
    # `SOD` is a task here and a data set elsewhere.
    files = ("SOD/DUTS-TE/{}/a.png", "SOD/SOD/{}/a.png", "cod/CAMO/{}/a.png")
    preds = ("P/SOD/DUTS-TE/a.png", "P/SOD/SOD/a.png", "P/cod/CAMO/a.png")
    pairs = found(*(f"G/{file.format('gt')}" for file in files), *preds)
    assert list(pairs) == [("cod", "CAMO"), ("SOD", "DUTS-TE"), ("SOD", "SOD")]
    assert list(found("Q/DUTS-TE/a.png", "Q/CAMO/a.png", preds="Q")) == [
        ("Q", "CAMO"),
        ("Q", "DUTS-TE"),
    ]


def test_one_data_set_against_folders_of_it(found):
    assert found("P/DUTS-TE/a.png", "D/DUTS-TE/gt/a.png", gt="D/DUTS-TE/gt") == {
        ("P", "DUTS-TE"): {"a": ("P/DUTS-TE/a.png", "D/DUTS-TE/gt/a.png")}
    }
    pairs = found("Q/A/TE-DUTS/a.png", "Q/B/DUTS-TE/a.png", preds="Q", gt="D/DUTS-TE")
    assert list(pairs) == [("A", "DUTS-TE"), ("B", "DUTS-TE")]


def test_flat_predictions_against_a_folder_of_one_data_set(found):
    assert list(found("P/a.png", "G/HKU-IS/gt/a.png")) == [("P", "HKU-IS")]


def test_flat_predictions_named_for_one_of_several_data_sets(found):
    files = ("P/m/ecssd/a.png", "G/ECSSD/a.png", "G/HKU-IS/a.png")
    assert list(found(*files, preds="P/m/ecssd")) == [("m", "ECSSD")]
    assert found.plan.notes == ("no predictions of m for HKU-IS: not scored",)


@pytest.mark.parametrize("suffix", ["", "/", "/.", "/../pred"])
def test_names_when_gt_is_a_mask_folder(found, suffix):
    files = ("sod_dss/pred/a.png", "sod_dss/gt/a.png")
    assert list(found(*files, preds=f"sod_dss/pred{suffix}", gt="./sod_dss/gt/")) == [
        ("pred", "sod_dss")
    ]


def test_names_from_within_a_folder(found, monkeypatch, tmp_path):
    touch(tmp_path, "sod_dss/pred/a.png", "sod_dss/gt/a.png")
    monkeypatch.chdir("sod_dss/gt")
    assert list(found(preds="../pred", gt=".")) == [("pred", "sod_dss")]
    monkeypatch.chdir("../pred")
    assert list(found(preds=".", gt="../gt")) == [("pred", "sod_dss")]


def test_a_mask_folder_that_names_its_data_set(found):
    assert list(found("P/a.png", "x/DUTS-TE-Mask/a.png", gt="x/DUTS-TE-Mask")) == [("P", "DUTS-TE")]
    pairs = found("Q/DUTS-TE/a.png", "Q/ECSSD/a.png", "x/ECSSD_gt/a.png", preds="Q", gt="x")
    assert list(pairs) == [("Q", "DUTS-TE"), ("Q", "ECSSD")]


def test_gt_with_masks_and_images_at_its_root(found):
    assert found("P/a.png", "D/my/im/a.jpg", "D/my/gt/a.png", "D/my/ske/a.png", gt="D/my") == {
        ("P", "my"): {"a": ("P/a.png", "D/my/gt/a.png")}
    }


def test_mask_and_image_folders_over_data_sets(found):
    pairs = found("P/A/a.png", "P/B/b.png", "G/gt/A/a.png", "G/gt/B/b.png", "G/im/A/a.jpg")
    assert pairs == {
        ("P", "A"): {"a": ("P/A/a.png", "G/gt/A/a.png")},
        ("P", "B"): {"b": ("P/B/b.png", "G/gt/B/b.png")},
    }


def test_images_are_never_taken_for_masks(found, refused):
    assert found("P/a.png", "G/im/a.jpg", "G/labels/a.png") == {
        ("P", "G"): {"a": ("P/a.png", "G/labels/a.png")}
    }
    assert found.plan.notes == ("G: not taken for masks: im",)
    assert found("G2/im/a.jpg", "G2/a.png", gt="G2") == {
        ("P", "G2"): {"a": ("P/a.png", "G2/a.png")}
    }
    assert refused("G3/Imgs/a.jpg", gt="G3") == (
        "ground truth: 'G3' has a folder of images, but none of masks (gt, mask, …). "
        "Give the folder of masks itself."
    )
    assert refused("G4/Imgs/a.jpg", "G4/GT/a.png", gt="G4/Imgs") == (
        "ground truth: 'G4/Imgs' is a folder of images. The masks seem to be in 'GT' beside it."
    )


def test_a_folder_of_masks_may_be_called_images_if_it_is_given(found):
    assert list(found("P/a.png", "my/images/a.png", gt="my/images")) == [("P", "my")]


def test_data_set_without_masks_is_noted(found):
    assert list(found("P/A/a.png", "G/A/gt/a.png", "G/B/im/a.jpg")) == [("P", "A")]
    assert found.plan.notes == ("G/B has a folder of images, but none of masks: not scored",)


def test_several_mask_folders(refused):
    assert refused("P/a.png", "G/gt/a.png", "G/mask/a.png") == (
        "ground truth: G has several folders of masks (gt, mask). Give the one to use."
    )


def test_two_folders_of_one_data_set(refused):
    assert refused("P/DUTS-TE/a.png", "G/DUTS-TE/a.png", "G/TE-DUTS/a.png") == (
        "two folders hold the ground truth of DUTS-TE: G/DUTS-TE and G/TE-DUTS. Keep one of them."
    )
    assert refused("P/DUTS_TE/a.png", "G2/DUTS-TE/a.png", gt="G2") == (
        "two folders hold predictions of P for DUTS-TE: P/DUTS-TE and P/DUTS_TE. Keep one of them."
    )


# What is left out is said.


def test_data_sets_without_predictions_are_noted(found):
    found(
        *("P/A/DUTS-TE/a.png", "P/A/ECSSD/a.png", "P/B/ECSSD/a.png"),
        *("G/DUTS-TE/a.png", "G/ECSSD/a.png", "G/HKU-IS/a.png"),
    )
    assert found.plan.notes == (
        "no predictions of A for HKU-IS: not scored",
        "no predictions of B for DUTS-TE, HKU-IS: not scored",
    )


def test_predictions_without_ground_truth_are_noted(found):
    found("P/DUTS-TE/a.png", "P/x/a.png", "P/y/z/a.png", "P/stray.png", "G/DUTS-TE/a.png")
    assert found.plan.notes == (
        "no ground truth for these predictions, not scored: P/x, P/y",
        "1 image beside the folders of data sets left out (first: P/stray.png)",
    )


def test_long_notes_are_cut(found):
    found("P/ECSSD/a.png", "G/ECSSD/a.png", *(f"P/x{i}/a.png" for i in range(12)))
    assert found.plan.notes == (
        "no ground truth for these predictions, not scored: "
        "P/x0, P/x1, P/x2, P/x3, P/x4 and 7 more",
    )


def test_stray_masks_are_noted(found):
    found("P/A/a.png", "G/A/gt/a.png", "G/overview.png", "G/A/b.png")
    assert found.plan.notes == (
        "1 image beside the masks in gt left out (first: G/A/b.png)",
        "1 image beside the folders of data sets left out (first: G/overview.png)",
    )


def test_the_same_folder_twice_is_noted(found):
    found("P/a.png", gt="./P/")
    assert found.plan.notes == (
        "predictions and ground truth are the same files: every score is perfect",
    )


def test_arguments_that_look_swapped_are_noted(found):
    found("x/gt/a.png", "x/pred/a.png", preds="x/gt", gt="x/pred")
    assert found.plan.notes == (
        "predictions come first and ground truth second, yet 'x/gt' is named like a folder of "
        "masks: are the two swapped?",
    )


# Prefixes and suffixes.


@pytest.mark.parametrize(
    ("preds", "masks", "stripped"),
    [
        (["a_sal_fuse", "b_sal_fuse"], ["a", "b"], "predictions: suffix '_sal_fuse'"),
        (["sal_a", "sal_b"], ["a", "b"], "predictions: prefix 'sal_'"),
        (["p_a_s", "p_b_s"], ["a", "b"], "predictions: prefix 'p_' and suffix '_s'"),
        (["a", "b"], ["a_mask", "b_mask"], "ground truth: suffix '_mask'"),
        (["a", "b"], ["gt_a", "gt_b"], "ground truth: prefix 'gt_'"),
        (["a.jpg", "b.jpg"], ["a", "b"], "predictions: suffix '.jpg'"),
        (["a_s"], ["a"], "predictions: suffix '_s'"),
        # Names within names: the longest reading is the only one that holds for all.
        (["1_s", "2_s", "12_s"], ["1", "2", "12"], "predictions: suffix '_s'"),
        (["cat_s", "tomcat_s"], ["cat", "tomcat"], "predictions: suffix '_s'"),
        (["1_1", "2_1", "3_1"], ["1", "2", "3"], "predictions: suffix '_1'"),
        # Some missing, some extra, or both.
        (["a_s", "b_s"], ["a", "b", "c", "d"], "predictions: suffix '_s'"),
        (["a_s", "b_s", "c_s"], ["a", "b"], "predictions: suffix '_s'"),
        (["a_s", "b_s", "overview"], ["a", "b"], "predictions: suffix '_s'"),
        (["a_s", "b_s", "x_s"], ["a", "b", "c"], "predictions: suffix '_s'"),
        (["a", "b"], ["a_gt", "b_gt", "c_gt"], "ground truth: suffix '_gt'"),
    ],
)
def test_a_prefix_or_suffix_is_taken_off(found, preds, masks, stripped):
    found(*(f"P/{stem}.png" for stem in preds), *(f"G/{stem}.png" for stem in masks))
    match = one(found.plan)
    assert match.stripped == stripped
    assert [pair.name for pair in match.pairs] == sorted(masks, key=natural_key)
    affix = dict(re.findall("(prefix|suffix) '([^']+)'", stripped))
    paired = [pair for pair in match.pairs if pair.pred is not None]
    for pair in paired:
        short, long = sorted((pair.name, pair.pred.path.removesuffix(".png")), key=len)
        assert long == affix.get("prefix", "") + short + affix.get("suffix", "")
    assert len(paired) == len(preds) - len(match.extra) > 0
    assert set(match.extra) <= set(preds)


def test_what_is_extra_or_missing_keeps_its_own_name(found):
    found("P/a_s.png", "P/b_s.png", "P/z_s.png", "P/overview.png", "G/a.png", "G/b.png", "G/c.png")
    match = one(found.plan)
    assert match.extra == ("overview", "z_s")
    assert match.missing == ("c",)


@pytest.mark.parametrize(
    ("preds", "masks"),
    [
        (["a_sal", "a_edge", "b_sal", "b_edge"], ["a", "b"]),  # two maps an image
        (["a_sal", "b_sal", "a_edge"], ["a", "b"]),  # the same, half of it missing
        (["a_a", "b_b"], ["a", "b"]),  # first or last?
        (["aa"], ["a"]),
        (["1_2", "2_1"], ["1", "2"]),
        (["tomcat_s"], ["cat", "tomcat"]),
        (["a_s", "b_t"], ["a", "b"]),  # not common
        (["21", "22"], ["1", "2"]),  # other numbers, not a prefix
        (["10", "20"], ["1", "2"]),
        (["a_s", "b_s"], ["a_gt", "b_gt"]),  # on both sides
        (["a_s", "x_s", "y_s"], ["a", "b", "c"]),  # one of three may be chance
        (["x", "y"], ["a", "b"]),
    ],
)
def test_an_ambiguous_prefix_or_suffix_is_not(refused, preds, masks):
    message = refused(*(f"P/{stem}.png" for stem in preds), *(f"G/{stem}.png" for stem in masks))
    assert message.startswith("no prediction of P for G is named like a mask: ")


def test_nothing_is_taken_off_when_some_names_match(found):
    found("P/a.png", "P/b_s.png", "P/c_s.png", "G/a.png", "G/b.png", "G/c.png")
    match = one(found.plan)
    assert match.stripped is None
    assert match.missing == ("b", "c")
    assert match.extra == ("b_s", "c_s")


def test_each_method_is_stripped_by_itself(found):
    found("P/A/ECSSD/a.png", "P/B/ECSSD/a_s.png", "G/ECSSD/a.png")
    assert [match.stripped for match in found.plan.matches] == [None, "predictions: suffix '_s'"]


# Refusals.


def test_two_files_of_one_stem(refused):
    assert refused("P/x.png", "P/x.jpg", "G/x.png") == (
        "two predictions are named 'x': P/x.jpg and P/x.png. Keep one of them."
    )
    assert refused("Q/a/x.png", "Q/b/x.png", preds="Q") == (
        "two predictions are named 'x': Q/a/x.png and Q/b/x.png. "
        "If these folders are methods, put data-set folders below them: PREDS/METHOD/G."
    )
    assert refused("R/x.png", "G2/a/x.png", "G2/b/x.png", preds="R", gt="G2") == (
        "two masks are named 'x': G2/a/x.png and G2/b/x.png. "
        "If these folders are data sets, give the folders of predictions the same names."
    )
    nfc, nfd = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    assert refused(f"S/{nfc}.png", f"S/{nfd}.png", preds="S").startswith(
        "two predictions are named 'é'"
    )


def test_nothing_matches(refused):
    assert refused("P/x2.png", "P/x1.png", "G/a.png") == (
        "no prediction of P for G is named like a mask: P has 'x1', G has 'a'. "
        "Give both the same names; a prefix or suffix that all files of one side share may stay "
        "if it is the only one that fits."
    )


def test_nothing_matches_and_the_arguments_look_swapped(refused):
    assert refused("D/gt/a.png", "P/x.png", preds="D/gt", gt="P") == (
        "no prediction of gt for P is named like a mask: D/gt has 'a', P has 'x'. "
        "The two look swapped: predictions come first, ground truth second."
    )


def test_nothing_matches_in_one_of_several_data_sets(refused):
    message = refused("P/A/a.png", "P/B/x.png", "G/A/a.png", "G/B/b.png")
    assert message.startswith(
        "no prediction of P for B is named like a mask: P/B has 'x', G/B has 'b'. "
    )


def test_flat_predictions_for_several_data_sets(refused):
    assert refused("P/a.png", "G/DUTS-TE/a.png", "G/ECSSD/b.png") == (
        "no folder in 'P' is named like a data set in 'G' (DUTS-TE, ECSSD). "
        "Name the folders of predictions like the data sets, or give one data set."
    )


def test_predictions_for_another_data_set(refused):
    assert refused("P/m/ECSSD/1.png", "P/m/SOD/2.png", "HKU-IS/1.png", gt="HKU-IS") == (
        "the ground truth 'HKU-IS' is HKU-IS, but the predictions in 'P' are for ECSSD, SOD. "
        "Give the ground truth of one of these, or one folder of predictions."
    )


def test_no_images(refused, tmp_path):
    touch(tmp_path, "E/readme.txt", "P/a.png")
    assert refused(preds="E", gt="P") == (
        "predictions: no images (png, jpg, bmp, tif, webp) in 'E'. Check the path."
    )
    assert refused(preds="P", gt="E").startswith("ground truth: no images")


def test_not_there(refused):
    assert refused("P/a.png", gt="gone").startswith("ground truth: 'gone' does not exist.")
    assert refused("G/a.png", preds="gone").startswith("predictions: 'gone' does not exist.")
    assert refused("x.png", preds="x.png", gt="G").startswith("predictions: 'x.png' is a single")


# Archives.


def make_zip(path, names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")


def make_tar(path, names):
    with tarfile.open(path, "w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())


ARCHIVES = pytest.mark.parametrize(("make", "ext"), [(make_zip, "zip"), (make_tar, "tar")])


@ARCHIVES
def test_archives(found, tmp_path, make, ext):
    make(tmp_path / f"dgnet.{ext}", ["DUTS-TE/a.png", "ECSSD/b.png"])
    make(
        tmp_path / f"all.{ext}", ["all/DUTS-TE/gt/a.png", "all/DUTS-TE/im/a.jpg", "all/ECSSD/b.png"]
    )
    assert found(preds=f"dgnet.{ext}", gt=f"all.{ext}") == {
        ("dgnet", "DUTS-TE"): {
            "a": (f"dgnet.{ext}:DUTS-TE/a.png", f"all.{ext}:all/DUTS-TE/gt/a.png")
        },
        ("dgnet", "ECSSD"): {"b": (f"dgnet.{ext}:ECSSD/b.png", f"all.{ext}:all/ECSSD/b.png")},
    }


@ARCHIVES
def test_an_archive_that_wraps_one_folder(found, tmp_path, make, ext):
    make(tmp_path / f"preds.{ext}", ["preds/a.png", "preds/b.png"])
    make(tmp_path / f"gt.{ext}", ["gt/a.png", "gt/b.png"])
    assert list(found("G/a.png", "G/b.png", preds=f"preds.{ext}")) == [("preds", "G")]
    assert list(found(preds="G", gt=f"gt.{ext}")) == [("G", tmp_path.name)]
    make(tmp_path / f"zoo.{ext}", ["zoo/A/ECSSD/a.png", "zoo/B/ECSSD/a.png"])
    make(tmp_path / f"ECSSD.{ext}", ["gt/a.png", "im/a.jpg"])
    pairs = found(preds=f"zoo.{ext}", gt=f"ECSSD.{ext}")
    assert list(pairs) == [("A", "ECSSD"), ("B", "ECSSD")]
    make(tmp_path / f"preds.{ext}", ["preds/ECSSD/a.png"])
    assert list(found(preds=f"preds.{ext}", gt=f"ECSSD.{ext}")) == [("preds", "ECSSD")]


def test_closing_a_plan_closes_its_archives(tmp_path):
    touch(tmp_path, "G/a.png")
    make_zip(tmp_path / "P.zip", ["a.png"])
    with discover(tmp_path / "P.zip", tmp_path / "G") as plan:
        pred = plan.matches[0].pairs[0].pred
        assert pred.read() == b"x"
    with pytest.raises(Exception, match="closed"):
        pred.read()


def test_an_archive_is_closed_when_pairing_fails(refused, tmp_path):
    make_tar(tmp_path / "P.tar", ["a.png"])
    refused("G/b.png", preds="P.tar")  # a file left open would be a warning, so an error


# Missing predictions.


def test_complete_plans_pass(found):
    found("P/a.png", "P/extra.png", "G/a.png")
    require_complete(found.plan)


def test_incomplete_plans_are_refused(found):
    found("P/a.png", *(f"G/{name}.png" for name in ("a", "b1", "b2", "b3")))
    with pytest.raises(PairingError) as error:
        require_complete(found.plan)
    assert str(error.value) == (
        "3 of 4 predictions of P for G are missing (b1, b2, b3). "
        "Use --missing skip to leave such images out, or --missing zero to score empty maps."
    )


def test_incomplete_plans_show_the_first_five_and_count_the_rest(found):
    found(
        *("P/A/ECSSD/a.png", "P/A/SOD/a.png", "P/B/SOD/a.png", "P/B/ECSSD/a.png"),
        *("G/ECSSD/a.png", *(f"G/ECSSD/b{i}.png" for i in range(12)), "G/SOD/a.png"),
    )
    with pytest.raises(PairingError) as error:
        require_complete(found.plan)
    assert str(error.value) == (
        "12 of 13 predictions of A for ECSSD are missing (b0, b1, b2, b3, b4 and 7 more), "
        "and 1 more of 4 results lack some. "
        "Use --missing skip to leave such images out, or --missing zero to score empty maps."
    )


def test_pairs_are_small_values(tmp_path):
    touch(tmp_path, "P/a.png", "G/a.png")
    first, second = (discover(tmp_path / "P", tmp_path / "G") for _ in range(2))
    assert isinstance(first.matches[0].pairs[0], Pair)
    assert not hasattr(first.matches[0].pairs[0], "__dict__")
    assert first.matches[0].pairs[0].gt.path == second.matches[0].pairs[0].gt.path
