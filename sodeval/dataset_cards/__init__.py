"""What is known of each data set: data only, one entry each."""

from sodeval.dataset_cards.card import CONFIDENCES, TASKS, Confidence, Dataset, Split, Task, Variant
from sodeval.dataset_cards.others import other_sets, training_sets
from sodeval.dataset_cards.saliency import saliency_sets

__all__ = [
    "CONFIDENCES",
    "DATASETS",
    "TASKS",
    "TRAINING_SETS",
    "Confidence",
    "Dataset",
    "Split",
    "Task",
    "Variant",
]

DATASETS: dict[str, Dataset] = {d.id: d for d in (*saliency_sets(), *other_sets())}
"""What one scores on, by id."""

TRAINING_SETS: dict[str, Dataset] = {d.id: d for d in training_sets()}
"""What networks are trained on; never scored or run unless named."""
