"""Protocols: every convention that moves a number, as data.

Published toolkits disagree on some twenty small choices, and the same maps score max F from 0.801
to 0.870 because of them. An :class:`EvalProtocol` names each choice in a field; nothing in the
kernels or metrics decides one on its own. A new behaviour gets a new protocol, and the old one
keeps its name and its numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args, get_type_hints

from sodeval.errors import ProtocolError, UnknownNameError

EPS = 2.220446049250313e-16  # spacing of float64 at 1: np.spacing(1), MATLAB's eps


def _key(short: str, *, low: float = 0.0, high: float = 1e6) -> dict[str, Any]:
    """A convention's name in signatures, and the range of one that is a number."""
    return {"key": short, "range": (low, high)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalProtocol:
    """The conventions a score is made with; ``metadata["key"]`` is a field's name in signatures."""

    name: str
    source: str
    about: str

    # Preparation
    gt_scale: Literal["none"] = field(default="none", metadata=_key("gts"))
    """How ground-truth bytes are scaled before the threshold."""
    gt_above: int = field(default=128, metadata=_key("gt>", high=255))
    """Foreground is what lies above this byte."""
    pred_scale: Literal["minmax", "none"] = field(default="minmax", metadata=_key("pred"))
    """``minmax``: (v/255 - min) / (max - min) per image; a constant map stays v/255."""
    float_pred: Literal["round"] = field(default="round", metadata=_key("float"))
    """How a streamed float map in [0, 1] becomes bytes, so that it scores as its file would."""
    resize: Literal["pred-to-gt"] = field(default="pred-to-gt", metadata=_key("rs"))
    """What is resized when prediction and ground truth differ in size."""
    resize_filter: Literal["cv2-linear"] = field(default="cv2-linear", metadata=_key("rsf"))
    """cv2.resize with INTER_LINEAR on bytes."""

    # Threshold curves
    quantise: Literal["floor"] = field(default="floor", metadata=_key("q"))
    """The curve's map is floor(255 p)."""
    levels: Literal[256] = field(default=256, metadata=_key("lv"))
    """Thresholds 0 to 255."""
    compare: Literal[">="] = field(default=">=", metadata=_key("cmp"))
    """How the map is compared with a threshold."""
    precision_empty: Literal[0] = field(default=0, metadata=_key("p0"))
    """Precision where nothing is predicted."""
    recall_empty: Literal[0] = field(default=0, metadata=_key("r0"))
    """Recall, and so F, for an empty ground truth; the image counts."""
    max_fbeta: Literal["mean-curve"] = field(default="mean-curve", metadata=_key("maxF"))
    """Max and mean are taken on the curve averaged over images, not averaged over images."""
    fbeta_beta2: float = field(default=0.3, metadata=_key("b2"))  # Achanta 2009, section 4.1
    """The square of beta in F."""

    # Adaptive thresholds: factor x mean(p)
    fbeta_adp_cap: float = field(default=1.0, metadata=_key("aFcap"))
    """Upper limit of the adaptive threshold of F."""
    fbeta_adp_compare: Literal[">="] = field(default=">=", metadata=_key("aF"))
    """How p is compared with it."""
    emeasure_adp_cap: float = field(default=1.0, metadata=_key("aEcap"))
    """Upper limit of the adaptive threshold of E."""
    emeasure_adp_compare: Literal[">="] = field(default=">=", metadata=_key("aE"))
    """How p is compared with it."""

    # MAE, E, S
    mae_gt: Literal["binary"] = field(default="binary", metadata=_key("mae"))
    """MAE against the binarised ground truth."""
    emeasure_denominator: Literal["N-1+eps"] = field(default="N-1+eps", metadata=_key("Eden"))
    """What the alignment sum is divided by; an image of one pixel is undefined."""
    emeasure_extremes: Literal["share"] = field(default="share", metadata=_key("Eext"))
    """Empty ground truth: background predicted; full: foreground predicted."""
    smeasure_alpha: float = field(default=0.5, metadata=_key("Sa", high=1))  # Fan 2017, section 3.3
    """Weight of the object score."""
    smeasure_split: Literal["even+1"] = field(default="even+1", metadata=_key("Ssplit"))
    """Blocks end after the centroid's row and column, halves rounded to even."""
    smeasure_denominator: Literal["N-1+eps"] = field(default="N-1+eps", metadata=_key("Sden"))
    """Of block variances; the deviation of a single pixel is 0."""
    smeasure_empty_block: Literal["undefined"] = field(default="undefined", metadata=_key("Sblock"))
    """A centroid in the last row or column leaves a block without pixels."""
    smeasure_floor: Literal[0] = field(default=0, metadata=_key("Smin"))
    """Smallest S."""

    # Weighted F
    weighted_beta2: float = field(default=1.0, metadata=_key("wFb2"))  # Margolin 2014, eq. 11
    """The square of beta in weighted F."""
    weighted_sigma: float = field(default=5.0, metadata=_key("wFs", low=1e-3))
    """Of the 7x7 Gaussian, in pixels."""
    weighted_edge: Literal["zero"] = field(default="zero", metadata=_key("wFedge"))
    """What the Gaussian sees outside the image."""
    weighted_ties: Literal["left-top"] = field(default="left-top", metadata=_key("wFtie"))
    """Among equally near foreground pixels: the leftmost, then the topmost."""
    weighted_empty: Literal[0] = field(default=0, metadata=_key("wF0"))
    """Weighted F of an empty ground truth; the image counts."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.+-]+", self.name):
            raise ProtocolError(
                f"protocol name {self.name!r}: use letters, digits and . + - _ only, "
                "for it stands in signatures."
            )
        hints = get_type_hints(type(self))
        for spec in fields(self):
            allowed = get_args(hints[spec.name])
            value = getattr(self, spec.name)
            if allowed and value not in allowed:
                known = ", ".join(map(str, allowed))
                raise ProtocolError(
                    f"protocol {self.name!r}: {spec.name}={value!r} is not one of {known}"
                )
            if hints[spec.name] in (int, float):
                low, high = spec.metadata["range"]
                if not isinstance(value, int | float) or not low <= value <= high:
                    raise ProtocolError(
                        f"protocol {self.name!r}: {spec.name}={value!r} is not a number from "
                        f"{low:g} to {high:g}"
                    )

    def conventions(self) -> Iterator[tuple[str, str, object]]:
        """Each convention as (field name, key in signatures, value), in canonical order."""
        for spec in fields(self):
            if "key" in spec.metadata:
                yield spec.name, spec.metadata["key"], getattr(self, spec.name)

    def to_dict(self) -> dict[str, object]:
        """Name and every convention, for the report."""
        return {"name": self.name, **{name: value for name, _, value in self.conventions()}}


_PYSODMETRICS = EvalProtocol(
    name="pysodmetrics",
    source="PySODMetrics 1.6.2, https://github.com/lartpang/PySODMetrics",
    about="The default: PySODMetrics on 8-bit files, each map min-maxed.",
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
