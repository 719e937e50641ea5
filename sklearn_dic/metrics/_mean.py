"""Mean of a measure over annotators, then over images."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sklearn_dic.metrics._check import read_annotated_images
from sklearn_dic.metrics._contingency import ContingencyTable


def mean_of_tables(
    measure: Callable[[ContingencyTable], float], y_true: Any, y_pred: Any, ignore_label: int | None
) -> float:
    """Average a measure of contingency tables over annotators, then over images."""
    return float(
        np.mean(
            [
                np.mean([measure(comparison.table) for comparison in image.comparisons])
                for image in read_annotated_images(y_true, y_pred, ignore_label)
            ]
        )
    )
