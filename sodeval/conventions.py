"""Every convention that moves a number, as a field of one frozen record.

Published toolkits disagree on some forty small choices, and the same maps score max F from 0.801
to 0.870 because of them. An :class:`EvalProtocol` names each choice; nothing in the kernels or
metrics decides one on its own. The toolkits themselves are rows of :mod:`sodeval.protocols`.

Notation: v is a prediction byte, y a ground-truth byte, p the prediction in [0, 1], g the binary
ground truth, N pixels, G foreground pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_type_hints

from sodeval.errors import ProtocolError

EPS = 2.220446049250313e-16  # spacing of float64 at 1: np.spacing(1), MATLAB's eps


def _key(short: str, *, low: float = 0.0, high: float = 1e6, brief: bool = False) -> dict[str, Any]:
    """A convention's name in signatures, and the range of one that is a number.

    ``brief``: a signature without it means the field's default.
    """
    return {"key": short, "range": (low, high), "brief": brief}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalProtocol:
    """The conventions a score is made with; ``metadata["key"]`` is a field's name in signatures."""

    name: str
    source: str
    about: str
    prints: tuple[str, ...] = ()
    """Columns that the toolkit itself prints; the others follow its preparation of the maps."""
    notes: tuple[str, ...] = ()
    """Where the toolkit departs from the papers, or this entry from the toolkit."""

    # Preparation
    gt_scale: Literal["none", "one-to-255", "max", "minmax"] = field(
        default="none", metadata=_key("gts")
    )
    """Ground-truth bytes before the threshold: ``one-to-255`` multiplies a map of 0 and 1 by 255;
    ``max``: 255 y/(max + 1e-8); ``minmax``: mat2gray, a constant map above 0 is full."""
    gt_threshold: float = field(default=128.0, metadata=_key("gtcut", high=255))
    """Threshold of the ground truth, on its scaled bytes, 0 to 255."""
    gt_compare: Literal[">", ">="] = field(default=">", metadata=_key("gtcmp"))
    """How the ground truth is compared with its threshold."""
    pred_scale: Literal["minmax", "none", "max", "max+1e-8", "mat2gray", "minmax-strict"] = field(
        default="minmax", metadata=_key("pred")
    )
    """``minmax``: (v/255 - min) / (max - min) per image, a constant map stays v/255;
    ``minmax-strict``: likewise, a constant map is undefined (0/0); ``max``: v/max; ``max+1e-8``:
    v/(max + 1e-8); ``mat2gray``: d v - d min with d = 1/(max - min) rounded first, a constant map
    above 0 is 1."""
    blank_images: Literal["score", "zero"] = field(
        default="score", metadata=_key("blank", brief=True)
    )
    """``zero``: an image whose map or ground truth is all zero adds 0 to every mean."""
    float_pred: Literal["round", "floor"] = field(default="round", metadata=_key("float"))
    """How a streamed float map in [0, 1] becomes bytes, so that it scores as its file would."""
    resize: Literal["pred-to-gt", "error"] = field(default="pred-to-gt", metadata=_key("rs"))
    """What is resized when prediction and ground truth differ in size."""
    resize_filter: Literal[
        "cv2-linear",
        "torch-linear-bytes",
        "torch-linear",
        "pil-linear",
        "matlab-cubic",
        "matlab-cubic-bytes",
    ] = field(default="cv2-linear", metadata=_key("rsf"))
    """``cv2-linear``: cv2.resize, INTER_LINEAR on bytes; ``torch-linear``: on floats, half-pixel
    centres, kept as floats; ``torch-linear-bytes``: likewise, then truncated to bytes;
    ``pil-linear``: PIL's BILINEAR on bytes, antialiased; ``matlab-cubic``: imresize's bicubic on
    doubles, antialiased when shrinking, clipped below 0; ``matlab-cubic-bytes``: on uint8."""

    # Threshold curves
    quantise: Literal["floor", "scaled", "none"] = field(default="floor", metadata=_key("q"))
    """What meets level t: floor(255 p), 255 p, or p against a fraction."""
    levels: Literal[256, 255] = field(default=256, metadata=_key("lv"))
    """Thresholds 0 to 255, or 0 to 254."""
    level_unit: Literal["1/255", "1/254"] = field(default="1/255", metadata=_key("lu", brief=True))
    """What one level is worth where p meets a fraction."""
    compare: Literal[">=", ">"] = field(default=">=", metadata=_key("cmp"))
    """How the map is compared with a threshold."""
    pr_guard: Literal["0/0=0", "eps", "1e-8", "1e-4", "1e-4/1e-4"] = field(
        default="0/0=0", metadata=_key("pr")
    )
    """Added to the denominators of precision and recall (``eps``: of precision; ``1e-4``: in
    single precision for recall); ``1e-4/1e-4``: to both sides, so P = 1 where nothing is
    predicted and R = 1 where G = 0."""
    f_guard: Literal["0/0=0", "1e-8"] = field(default="0/0=0", metadata=_key("fden", brief=True))
    """Added to the denominator of F."""
    mean_guard: Literal["n", "n+1e-8"] = field(default="n", metadata=_key("mean", brief=True))
    """What sums over images are divided by."""
    fbeta_empty: Literal["counts", "no-curve", "undefined"] = field(
        default="counts", metadata=_key("F0")
    )
    """An empty ground truth counts as its guard says (R = 0); or only its adaptive F, which is 0;
    or not at all."""
    fbeta_gt: Literal["binary", "grey"] = field(default="binary", metadata=_key("Fgt", brief=True))
    """Whether TP and G are pixels, or sums of y/255."""
    max_fbeta: Literal["mean-curve", "mean-pr", "per-image"] = field(
        default="mean-curve", metadata=_key("maxF")
    )
    """Max F is the maximum of F averaged over images; of F of averaged P and R, and mean F its
    mean; or the average of each image's own maximum."""
    fbeta_beta2: float = field(default=0.3, metadata=_key("b2"))  # Achanta 2009, section 4.1
    """The square of beta in F."""

    # Adaptive thresholds: 2 mean(p)
    fbeta_adp_cap: Literal["1", "none"] = field(default="1", metadata=_key("aFcap"))
    """Upper limit of the adaptive threshold of F."""
    fbeta_adp_compare: Literal[">=", ">"] = field(default=">=", metadata=_key("aF"))
    """How p is compared with the adaptive threshold of F."""
    emeasure_adp_cap: Literal["1", "none"] = field(default="1", metadata=_key("aEcap"))
    """Upper limit of the adaptive threshold of E."""
    emeasure_adp_compare: Literal[">=", ">"] = field(default=">=", metadata=_key("aE"))
    """How p is compared with the adaptive threshold of E."""

    # MAE, E, S
    mae_gt: Literal["binary", "grey"] = field(default="binary", metadata=_key("mae"))
    """MAE against the binarised ground truth, or against its scaled bytes / 255."""
    mae_pred: Literal["same", "minmax-strict"] = field(
        default="same", metadata=_key("maep", brief=True)
    )
    """How the prediction is scaled for MAE."""
    mae_guard: Literal["N", "N+1e-8", "N+1e-4/255"] = field(
        default="N", metadata=_key("maeden", brief=True)
    )
    """What the sum of errors is divided by."""
    sums: Literal["exact", "float32"] = field(default="exact", metadata=_key("sums", brief=True))
    """``float32``: errors (row by row) and the levels of a curve are added one by one, in single
    precision."""
    emeasure_gt: Literal["binary", "grey"] = field(
        default="binary", metadata=_key("Egt", brief=True)
    )
    """Whether E aligns the map with g or with y/255."""
    emeasure_denominator: Literal["N-1+eps", "N-1+1e-20"] = field(
        default="N-1+eps", metadata=_key("Eden")
    )
    """What the alignment sum is divided by; an image of one pixel is undefined."""
    emeasure_extremes: Literal["share"] = field(default="share", metadata=_key("Eext"))
    """Empty ground truth: background predicted; full: foreground predicted."""
    smeasure_alpha: float = field(default=0.5, metadata=_key("Sa", high=1))  # Fan 2017, section 3.3
    """Weight of the object score in S."""
    smeasure_split: Literal["even+1", "half-up", "even"] = field(
        default="even+1", metadata=_key("Ssplit")
    )
    """Blocks end after the centroid's row and column: the 0-based centroid rounded, halves to
    even, plus 1; the 1-based one rounded, halves up; or the 0-based one rounded, without the 1."""
    smeasure_denominator: Literal["N-1+eps", "N-1"] = field(
        default="N-1+eps", metadata=_key("Sden")
    )
    """What the block variances of S are divided by; with ``N-1`` a block of one pixel has none."""
    smeasure_single: Literal["0", "none"] = field(default="0", metadata=_key("Sone"))
    """The deviation, in S, of a foreground or background of one pixel."""
    smeasure_nan: Literal["undefined", "zero"] = field(default="undefined", metadata=_key("Snan"))
    """What S is where a block has no pixels, or a part too few."""
    smeasure_floor: Literal["0", "none"] = field(default="0", metadata=_key("Smin"))
    """Smallest value that S can take."""

    # Weighted F
    weighted_beta2: float = field(default=1.0, metadata=_key("wFb2"))  # Margolin 2014, eq. 11
    """The square of beta in weighted F."""
    weighted_sigma: float = field(default=5.0, metadata=_key("wFs", low=1e-3))
    """Deviation of the 7x7 Gaussian of weighted F, in pixels."""
    weighted_edge: Literal["zero"] = field(default="zero", metadata=_key("wFedge"))
    """What the Gaussian sees outside the image."""
    weighted_ties: Literal["left-top"] = field(default="left-top", metadata=_key("wFtie"))
    """Among equally near foreground pixels: the leftmost, then the topmost."""
    weighted_empty: Literal["0", "undefined", "1-mean"] = field(default="0", metadata=_key("wF0"))
    """Weighted F of an empty ground truth: 0, none, or 1 - mean(p) if its bytes are all 0."""

    # Boundaries
    hce_binary: Literal["p>0.5", "byte>128"] = field(
        default="p>0.5", metadata=_key("hce", brief=True)
    )
    """What HCE takes for the foreground of a map."""
    mba_binary: Literal["byte>128", "p>0.5"] = field(
        default="byte>128", metadata=_key("mba", brief=True)
    )
    """What mBA takes for the foreground of a map."""
    relaxed_reach: Literal["euclidean", "model-garden"] = field(
        default="euclidean", metadata=_key("relF", brief=True)
    )
    """``euclidean``: boundary pixels match within 3 pixels; ``model-garden``: the TensorFlow
    Model Garden's reading, a 5x5 square and swapped numerators."""
    msiou_cells: Literal["exact", "float16"] = field(
        default="exact", metadata=_key("msiou", brief=True)
    )
    """MSIoU counts the cells of the ground truth exactly, or in half precision."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.+-]+", self.name):
            raise ProtocolError(
                f"protocol name {self.name!r}: use letters, digits and . + - _ only, "
                "for it stands in signatures."
            )
        hints = get_type_hints(type(self))
        for spec in fields(self):
            if "key" not in spec.metadata:
                continue
            allowed = get_args(hints[spec.name])
            value = getattr(self, spec.name)
            if allowed and value not in allowed:
                known = ", ".join(map(str, allowed))
                raise ProtocolError(
                    f"protocol {self.name!r}: {spec.name}={value!r} is not one of {known}"
                )
            if hints[spec.name] is float:
                low, high = spec.metadata["range"]
                if not isinstance(value, int | float) or not low <= value <= high:
                    raise ProtocolError(
                        f"protocol {self.name!r}: {spec.name}={value!r} is not a number from "
                        f"{low:g} to {high:g}"
                    )

    def conventions(self, *, brief: bool = False) -> Iterator[tuple[str, str, object]]:
        """Each convention as (field name, key in signatures, value), in canonical order.

        Args:
            brief: leave out those that a signature need not show: marked so, and at the default.
        """
        for spec in fields(self):
            if "key" in spec.metadata:
                value = getattr(self, spec.name)
                if not (brief and spec.metadata["brief"] and value == spec.default):
                    yield spec.name, spec.metadata["key"], value

    def to_dict(self) -> dict[str, object]:
        """Name and every convention, for the report."""
        return {"name": self.name, **{name: value for name, _, value in self.conventions()}}
