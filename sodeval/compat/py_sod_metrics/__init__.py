"""The classes of PySODMetrics 1.6.2, their arguments and results, computed by our kernels.

``step(pred, gt, normalize=True)`` takes one pair, ``get_results()`` gives what the original gives.
Several classes that step on the same pair share its histograms and distance transform.
"""

from __future__ import annotations

from sodeval.compat.py_sod_metrics.context_measure import CamouflageContextMeasure, ContextMeasure
from sodeval.compat.py_sod_metrics.fmeasurev2 import (
    BERHandler,
    DICEHandler,
    FmeasureHandler,
    FmeasureV2,
    FPRHandler,
    IOUHandler,
    KappaHandler,
    OverallAccuracyHandler,
    PrecisionHandler,
    RecallHandler,
    SensitivityHandler,
    SpecificityHandler,
    TNRHandler,
    TPRHandler,
)
from sodeval.compat.py_sod_metrics.multiscale_iou import MSIoU
from sodeval.compat.py_sod_metrics.size_invariance import (
    SizeInvarianceFmeasureV2,
    SizeInvarianceMAE,
)
from sodeval.compat.py_sod_metrics.sod_metrics import (
    MAE,
    Emeasure,
    Fmeasure,
    HumanCorrectionEffortMeasure,
    Smeasure,
    WeightedFmeasure,
)

__all__ = [
    "MAE",
    "BERHandler",
    "CamouflageContextMeasure",
    "ContextMeasure",
    "DICEHandler",
    "Emeasure",
    "FPRHandler",
    "Fmeasure",
    "FmeasureHandler",
    "FmeasureV2",
    "HumanCorrectionEffortMeasure",
    "IOUHandler",
    "KappaHandler",
    "MSIoU",
    "OverallAccuracyHandler",
    "PrecisionHandler",
    "RecallHandler",
    "SensitivityHandler",
    "SizeInvarianceFmeasureV2",
    "SizeInvarianceMAE",
    "Smeasure",
    "SpecificityHandler",
    "TNRHandler",
    "TPRHandler",
    "WeightedFmeasure",
]
