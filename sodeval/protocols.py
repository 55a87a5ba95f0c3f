"""The protocols by name: what each published toolkit does, one row a toolkit.

A row is data only. A new behaviour gets a new protocol, and the old one keeps its name and its
numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sodeval.conventions import EPS, EvalProtocol
from sodeval.errors import UnknownNameError, UsageError

__all__ = ["ALL", "DEFAULT", "EPS", "PROTOCOLS", "EvalProtocol", "get_protocol", "get_protocols"]

_FIVE = (
    "mae",
    "max_fbeta",
    "mean_fbeta",
    "adp_fbeta",
    "weighted_fbeta",
    "smeasure",
    "max_emeasure",
    "mean_emeasure",
    "adp_emeasure",
)

# what PySODMetrics' other classes give; its kappa is not Cohen's
_PACKAGE = (
    *_FIVE,
    "hce",
    *(
        f"{kind}_{name}"
        for name in ("iou", "dice", "accuracy", "precision", "recall", "specificity", "ber")
        for kind in ("max", "mean", "adp", "bin")
        if kind != "max" or name in ("iou", "dice", "accuracy")  # the others' is trivial
    ),
    "max_msiou",
    "mean_msiou",
    "adp_msiou",
    "context",
    "camouflage_context",
    "si_mae",
    "si_max_fbeta",
    "si_mean_fbeta",
)

_PYSODMETRICS = EvalProtocol(
    name="pysodmetrics",
    source="PySODMetrics 1.6.2, https://github.com/lartpang/PySODMetrics",
    about="The default: PySODMetrics on 8-bit files, each map min-maxed.",
    notes=(
        "A constant map is not min-maxed: it stays v/255.",
        "Max and mean F and E are taken of the curve averaged over images.",
        "E divides by N - 1, so a perfect map scores N/(N - 1), a hair above 1. The tool "
        "gives 4.5e15 for an image of one pixel; here its E is undefined.",
        "S is NaN in the tool where a block has no pixels (centroid in the last row or "
        "column); here it is undefined.",
        "An empty ground truth has F = 0 and weighted F = 0, and counts.",
        "The tool scores arrays and leaves resizing to its caller; the resize is that of "
        "PySODEvalToolkit.",
    ),
    prints=_PACKAGE,
    msiou_cells="float16",
)

_BIREFNET = replace(
    _PYSODMETRICS,
    name="birefnet",
    source="BiRefNet evaluation/metrics.py, https://github.com/ZhengPeng7/BiRefNet",
    about="PySODMetrics with S = 0 where a part or a block has a single pixel.",
    notes=(
        "S is 0 where foreground, background or one of the four blocks has one pixel, or a "
        "block none: its NaN ends so.",
        "HCE and mBA take the raw byte above 128, without min-max.",
        "The tool rounds its results to 3 decimals and skips missing maps, saying so; here "
        "nothing is rounded and --missing decides.",
    ),
    prints=(*_FIVE, "hce", "mba", "max_biou", "mean_biou"),
    smeasure_denominator="N-1",
    smeasure_single="none",
    smeasure_nan="zero",
    hce_binary="byte>128",
    msiou_cells="exact",
)

_MATLAB = replace(
    _PYSODMETRICS,
    smeasure_split="half-up",
    msiou_cells="exact",
    resize_filter="matlab-cubic",
)

PROTOCOLS: dict[str, EvalProtocol] = {
    p.name: p
    for p in (
        _PYSODMETRICS,
        replace(
            _PYSODMETRICS,
            name="pysodmetrics-raw",
            about="PySODMetrics with normalize=False: maps are taken as they are.",
            notes=(
                "Only the min-max is left out; everything else is as in pysodmetrics.",
                "It equals pysodmetrics on maps that span 0 to 255.",
            ),
            pred_scale="none",
        ),
        _BIREFNET,
        replace(
            _BIREFNET,
            name="dualgazenet",
            source="DualGazeNet utils/metrics.py",
            about="As BiRefNet, with max F the average of each image's own maximum.",
            notes=(
                "Max F of each image at its own best level, then averaged; max and mean E "
                "are those of the averaged curve.",
                "Mean and adaptive F and adaptive E are computed by the tool and not printed.",
                "A ground truth whose largest byte is 1 is multiplied by 255; elsewhere "
                "such a file scores as empty.",
                "Maps are truncated to bytes, which changes nothing in 8-bit files.",
            ),
            prints=(
                "mae",
                "max_fbeta",
                "weighted_fbeta",
                "smeasure",
                "max_emeasure",
                "mean_emeasure",
            ),
            gt_scale="one-to-255",
            float_pred="floor",
            resize_filter="torch-linear-bytes",
            max_fbeta="per-image",
        ),
        replace(
            _MATLAB,
            name="sal-eval-matlab",
            source="sal_eval_toolbox (MATLAB), https://github.com/ArcherFMY/sal_eval_toolbox",
            about="Maps divided by their maximum; F of averaged precision and recall.",
            notes=(
                "F is taken of precision and recall averaged over images, level by level.",
                "MAE is of the min-maxed map, everything else of the map divided by its "
                "maximum; the MAE of a constant map is 0/0 and dropped.",
                "One empty ground truth makes max F, mean F and AUC of the whole set NaN in "
                "the tool. Here such an image is left out of these three, and a full one of AUC.",
                "The tool counts one image less if the map of the last file is all zero, a "
                "slip; here every image counts.",
                "Maps of three equal channels go through rgb2gray in double there, so "
                "single pixels may miss a level (mean IoU up to 6e-5); one channel is read "
                "here.",
                "The curves of an image of one row run the wrong way in the tool; not "
                "repeated here.",
            ),
            prints=(
                "mae",
                "max_fbeta",
                "mean_fbeta",
                "adp_fbeta",
                "adp_precision",
                "adp_recall",
                "smeasure",
                "max_iou",
                "mean_iou",
                "auc_roc",
            ),
            gt_threshold=25.5,
            gt_compare=">=",
            pred_scale="max",
            quantise="none",
            fbeta_empty="no-curve",
            max_fbeta="mean-pr",
            mae_pred="minmax-strict",
        ),
        replace(
            _MATLAB,
            name="f3net-matlab",
            resize_filter="matlab-cubic-bytes",
            source="F3Net eval (MATLAB), https://github.com/weijun-arc/F3Net",
            about="Maps and ground truths through mat2gray; F of averaged precision and recall.",
            notes=(
                "An image whose map or ground truth is all zero adds 0 to every sum and "
                "still counts.",
                "Min-max by the rounded reciprocal: 24 of 256 bytes of a full-range map end "
                "one level lower.",
                "Adaptive E: the threshold 2 mean(p) is not capped at 1, and p must lie above it.",
                "S is not clamped at 0; one NaN makes the set's S NaN in the tool, here the "
                "image is undefined and left out.",
                "Mean F is computed by the tool and not printed.",
                "Weighted F breaks ties of the distance transform another way in MATLAB: up "
                "to 1e-4 for a photograph, 2e-6 for a set.",
            ),
            prints=(
                "mae",
                "max_fbeta",
                "adp_fbeta",
                "weighted_fbeta",
                "smeasure",
                "adp_emeasure",
            ),
            gt_scale="minmax",
            gt_threshold=127.5,
            gt_compare=">=",
            pred_scale="mat2gray",
            blank_images="zero",
            pr_guard="eps",
            max_fbeta="mean-pr",
            emeasure_adp_cap="none",
            emeasure_adp_compare=">",
            smeasure_floor="none",
        ),
        replace(
            _MATLAB,
            name="jiwei-matlab",
            resize_filter="matlab-cubic-bytes",
            source="saliency evaluation toolbox by Ji Wei (MATLAB)",
            about="No curves; the adaptive E takes what lies above its threshold.",
            notes=(
                "The tool has no threshold curves: no max or mean F.",
                "Weighted F stops with an error at an empty ground truth; here it is "
                "undefined for that image and left out.",
                "The tool overwrites a prediction of another size with its resized form; "
                "nothing is written here.",
                "Weighted F breaks ties of the distance transform another way in MATLAB: up "
                "to 1e-4 for a photograph, 2e-6 for a set.",
            ),
            prints=("mae", "adp_fbeta", "weighted_fbeta", "smeasure", "adp_emeasure"),
            emeasure_adp_compare=">",
            weighted_empty="undefined",
        ),
        replace(
            _PYSODMETRICS,
            name="u2net",
            source="U-2-Net / BASNet evaluation tool (Python), measures.py",
            about="Maps divided by their maximum, 255 bins, F of averaged precision and recall.",
            notes=(
                "255 bins, and the 1e-8 in the scale puts every byte a hair below its "
                "integer: bytes 0 and 1 share a bin on a map that reaches 255.",
                "1e-8 is added to every denominator, the number of images among them.",
                "MAE is against the grey ground truth; a 1-bit file is read there as 0 and "
                "1, which moves its MAE by up to 1e-8 and is not repeated here.",
                "The tool stops where sizes differ.",
            ),
            prints=("mae", "max_fbeta", "mean_fbeta"),
            gt_scale="max",
            pred_scale="max+1e-8",
            resize="error",
            quantise="scaled",
            levels=255,
            pr_guard="1e-8",
            f_guard="1e-8",
            mean_guard="n+1e-8",
            max_fbeta="mean-pr",
            mae_gt="grey",
            mae_guard="N+1e-8",
            msiou_cells="exact",
        ),
        replace(
            _PYSODMETRICS,
            name="isnet",
            source="IS-Net basics.py and HCE, https://github.com/xuebinqin/DIS",
            about="255 bins of the min-maxed float map, F of averaged precision and recall.",
            notes=(
                "255 bins, the last closed: bytes 254 and 255 share it.",
                "A constant map is 0/0: its precision and recall are 0 at every level, and "
                "its MAE makes that of the set NaN in the tool. Here it is undefined for "
                "that image and left out.",
                "Made for the network's float map. In single precision max F moves by 3e-9 "
                "and mean F by up to 2e-5; here 8-bit files are exact.",
                "Mean F is the mean of the tool's F curve. A ground truth of one row stops "
                "the tool.",
            ),
            prints=("mae", "max_fbeta", "mean_fbeta", "hce"),
            gt_scale="one-to-255",
            pred_scale="minmax-strict",
            resize_filter="torch-linear",
            quantise="scaled",
            levels=255,
            pr_guard="1e-4",
            f_guard="1e-8",
            max_fbeta="mean-pr",
            mae_gt="grey",
            mae_guard="N+1e-4/255",
            hce_binary="byte>128",
            msiou_cells="exact",
        ),
        replace(
            _PYSODMETRICS,
            name="salmetric",
            source="SalMetric (C++) of CSNet, sal_metric.cpp",
            about="Raw maps, strictly above 256 levels; where nothing is predicted P is 1.",
            notes=(
                "1e-4 on both sides of the fractions: precision is 1 where nothing is "
                "predicted, recall is 1 where the ground truth is empty.",
                "Nothing passes the last level, 255, for the test is strictly above.",
                "MAE is against the grey ground truth; sums run in single precision, which "
                "moves an image's MAE by up to 4.5e-4.",
                "Where sizes differ the tool prints a message and reads past the smaller "
                "image; here that is an error.",
            ),
            prints=("mae", "max_fbeta", "mean_fbeta", "mean_precision", "mean_recall"),
            pred_scale="none",
            resize="error",
            compare=">",
            pr_guard="1e-4/1e-4",
            max_fbeta="mean-pr",
            mae_gt="grey",
            sums="float32",
            msiou_cells="exact",
        ),
        replace(
            _PYSODMETRICS,
            name="sod-torch",
            source="SOD_Evaluation_Metrics (PyTorch), https://github.com/zyjwuyan",
            about="Raw maps against grey ground truths, 255 levels.",
            notes=(
                "Levels are i/254, and sums of y/255 stand for counts of pixels in F.",
                "Weighted F has beta^2 = 0.3; for an empty ground truth it is 1 - mean(p).",
                "An empty ground truth is left out of F alone.",
                "The tool stops without a result at an S that is NaN (one-pixel foreground "
                "or background, centroid in the first row or column) and in weighted F at a "
                "ground truth with grey but nothing above 127; here the image is undefined "
                "and left out.",
                "The tool computes in single precision (5e-7); here in double.",
            ),
            prints=_FIVE,
            gt_threshold=127.0,
            pred_scale="none",
            resize_filter="pil-linear",
            quantise="none",
            levels=255,
            level_unit="1/254",
            fbeta_empty="undefined",
            fbeta_gt="grey",
            emeasure_adp_cap="none",
            mae_gt="grey",
            emeasure_gt="grey",
            emeasure_denominator="N-1+1e-20",
            smeasure_split="even",
            smeasure_single="none",
            weighted_beta2=0.3,
            weighted_empty="1-mean",
            msiou_cells="exact",
        ),
    )
}
DEFAULT = "pysodmetrics"
ALL = "all"


def get_protocol(protocol: str | EvalProtocol) -> EvalProtocol:
    """Look a protocol up by name (any case), or return the one given.

    Raises:
        UnknownNameError: no protocol has this name.
    """
    if isinstance(protocol, EvalProtocol):
        return protocol
    try:
        return PROTOCOLS[protocol.lower()]
    except KeyError:
        raise UnknownNameError("protocol", protocol, PROTOCOLS) from None


def get_protocols(
    protocol: str | EvalProtocol | Iterable[str | EvalProtocol],
) -> tuple[EvalProtocol, ...]:
    """Several protocols, each once: names with commas, a list, or ``"all"``.

    Raises:
        UnknownNameError: no protocol has this name.
        UsageError: none was named.
    """
    if isinstance(protocol, EvalProtocol):
        return (protocol,)
    wanted = protocol.split(",") if isinstance(protocol, str) else list(protocol)
    found: dict[EvalProtocol, None] = {}
    for one in wanted:
        if isinstance(one, EvalProtocol):
            found[one] = None
        elif one.strip().lower() == ALL:
            found.update(dict.fromkeys(PROTOCOLS.values()))
        elif one.strip():
            found[get_protocol(one.strip())] = None
    if not found:
        raise UsageError(f"no protocol was named; try {DEFAULT!r} or {ALL!r}.")
    return tuple(found)
