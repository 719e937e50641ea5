"""The five measures of a label map against annotations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sklearn_dic.metrics import segmentation_report

ROUNDING = 6  # decimals of a score in a CSV file


@dataclass(frozen=True)
class Measure:
    """A measure of segmentations.

    Attributes
    ----------
    name : str
        Function of `sklearn_dic.metrics`, and column of most CSV files.
    title : str
        Abbreviation in tables, with the direction that is better.
    digits : int
        Decimals in tables.
    higher_is_better : bool
    is_pooled : bool
        Whether the mean of a data set weighs images by their annotations, as the Berkeley
        benchmark does for the covering.
    """

    name: str
    title: str
    digits: int
    higher_is_better: bool = False
    is_pooled: bool = False

    @property
    def short(self) -> str:
        """Abbreviation in lower case, such as "pri"."""
        return self.title.split()[0].lower()

    def mean(self, scores: np.ndarray, n_annotations: Any) -> np.ndarray:
        """Average over the last axis, the images -> (...)."""
        return np.average(scores, axis=-1, weights=n_annotations if self.is_pooled else None)


MEASURES = (
    Measure("probabilistic_rand_index", "PRI ↑", 4, higher_is_better=True),
    Measure("variation_of_information", "VoI ↓", 3),
    Measure("global_consistency_error", "GCE ↓", 3),
    Measure("boundary_displacement_error", "BDE ↓", 2),
    Measure("segmentation_covering", "SC ↑", 3, higher_is_better=True, is_pooled=True),
)
PRI, VOI, GCE, BDE, SC = MEASURES
NAMES = [measure.name for measure in MEASURES]
TITLES = [measure.title for measure in MEASURES]


def score(annotations: Sequence[np.ndarray], labels: np.ndarray) -> dict[str, float]:
    """Compare a label map with all annotations of its image -> score of each measure by name."""
    report = segmentation_report(annotations, labels).to_dict()
    return {name: round(report[name], ROUNDING) for name in NAMES}
