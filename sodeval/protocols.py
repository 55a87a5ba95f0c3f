"""The protocols by name: what each published toolkit does, one row a toolkit.

A row is data only. A new behaviour gets a new protocol, and the old one keeps its name and its
numbers.
"""

from __future__ import annotations

from dataclasses import replace

from sodeval.conventions import EPS, EvalProtocol
from sodeval.errors import UnknownNameError

__all__ = ["DEFAULT", "EPS", "PROTOCOLS", "EvalProtocol", "get_protocol"]

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

_PYSODMETRICS = EvalProtocol(
    name="pysodmetrics",
    source="PySODMetrics 1.6.2, https://github.com/lartpang/PySODMetrics",
    about="The default: PySODMetrics on 8-bit files, each map min-maxed.",
    prints=_FIVE,
    msiou_cells="float16",
)

_BIREFNET = replace(
    _PYSODMETRICS,
    name="birefnet",
    source="BiRefNet evaluation/metrics.py, https://github.com/ZhengPeng7/BiRefNet",
    about="PySODMetrics with another S where a part has one pixel.",
    smeasure_denominator="N-1",
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
            pred_scale="none",
        ),
        _BIREFNET,
        replace(
            _BIREFNET,
            name="dualgazenet",
            source="DualGazeNet utils/metrics.py",
            about="As BiRefNet, with max F averaged over each image's own maximum.",
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
            fbeta_empty="undefined",
            max_fbeta="mean-pr",
            mae_pred="minmax-strict",
        ),
        replace(
            _MATLAB,
            name="f3net-matlab",
            source="F3Net eval (MATLAB), https://github.com/weijun-arc/F3Net",
            about="Maps and ground truths through mat2gray; F of averaged precision and recall.",
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
            source="saliency evaluation toolbox by Ji Wei (MATLAB)",
            about="No curves; the adaptive E takes what lies above its threshold.",
            prints=("mae", "adp_fbeta", "weighted_fbeta", "smeasure", "adp_emeasure"),
            emeasure_adp_compare=">",
            weighted_empty="undefined",
        ),
        replace(
            _PYSODMETRICS,
            name="u2net",
            source="U-2-Net / BASNet evaluation tool (Python), measures.py",
            about="Maps divided by their maximum, 255 bins, F of averaged precision and recall.",
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
            prints=("mae", "max_fbeta", "mean_fbeta", "mean_precision", "mean_recall"),
            pred_scale="none",
            resize="error",
            compare=">",
            pr_guard="1e-4/1e-4",
            max_fbeta="mean-pr",
            mae_gt="grey",
            mae_sum="float32",
            msiou_cells="exact",
        ),
        replace(
            _PYSODMETRICS,
            name="sod-torch",
            source="SOD_Evaluation_Metrics (PyTorch), https://github.com/zyjwuyan",
            about="Raw maps against grey ground truths, 255 levels.",
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
            smeasure_denominator="N-1",
            weighted_beta2=0.3,
            weighted_edge="reflect",
            weighted_empty="1-mean",
            msiou_cells="exact",
        ),
    )
}
DEFAULT = "pysodmetrics"


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
