"""Report of five measures."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sklearn_dic.metrics._boundary_displacement_error import displacements
from sklearn_dic.metrics._check import AnnotatedImage, read_annotated_images
from sklearn_dic.metrics._global_consistency_error import consistency_error
from sklearn_dic.metrics._rand_index import rand_index
from sklearn_dic.metrics._segmentation_covering import pooled_covering
from sklearn_dic.metrics._variation_of_information import information_distance

_DIRECTIONS = {
    "probabilistic_rand_index": "higher",
    "variation_of_information": "lower",
    "global_consistency_error": "lower",
    "boundary_displacement_error": "lower",
    "segmentation_covering": "higher",
}


@dataclass(frozen=True)
class SegmentationReport:
    """Scores of a segmentation; `print` shows a table.

    Attributes
    ----------
    probabilistic_rand_index, variation_of_information, global_consistency_error, \
boundary_displacement_error, segmentation_covering : float
        The scores of the functions of the same names.
    per_image : dict of str to ndarray of shape (n_images,)
        The five measures of each image, by name.
    n_images, n_annotations : int
        Numbers of images and of annotations.
    """

    probabilistic_rand_index: float
    variation_of_information: float
    global_consistency_error: float
    boundary_displacement_error: float
    segmentation_covering: float
    per_image: dict[str, np.ndarray] = field(repr=False, compare=False)
    n_images: int
    n_annotations: int

    def to_dict(self) -> dict[str, float]:
        """Return the five scores by name."""
        return {name: getattr(self, name) for name in _DIRECTIONS}

    def __str__(self) -> str:
        lines = [
            f"{name.replace('_', ' '):<28}{score:>10.4f}   {_DIRECTIONS[name]} is better"
            for name, score in self.to_dict().items()
        ]
        counts = f"images {self.n_images}, annotations {self.n_annotations}"
        return "\n".join([*lines, counts])


def segmentation_report(
    y_true: Any, y_pred: Any, *, ignore_label: int | None = None
) -> SegmentationReport:
    """Compute five measures at once.

    Faster than calling the five functions, since label maps and contingency tables are shared.

    Parameters
    ----------
    y_true : array-like of int, shape (H, W) or (K, H, W), or list of these
        The annotation of the image, or the annotations of K annotators, also as a list of
        maps. For a collection, a list with such an entry for each image.
    y_pred : array-like of int, shape (H, W) or (N, H, W), or list of maps
        The segmentation. 2-D is a single image. Otherwise `y_pred` and `y_true` are
        collections, and their first axis counts images.
    ignore_label : int or None, default=None
        Pixels with this label in `y_true` are left out.

    Returns
    -------
    report : SegmentationReport
        The five scores as attributes, those of each image in `per_image`. `print(report)`
        shows a table.

    See Also
    --------
    probabilistic_rand_index : Share of pixel pairs with agreement.
    variation_of_information : Information that the maps do not share.
    global_consistency_error : Distance from a refinement.
    boundary_displacement_error : Mean distance between boundaries.
    segmentation_covering : Covering of the annotated regions.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_dic.metrics import segmentation_report
    >>> columns = np.tile(np.arange(8), (5, 1))
    >>> report = segmentation_report([columns < 4, columns < 3], columns < 5)
    >>> report.boundary_displacement_error
    1.0
    >>> print(report)
    probabilistic rand index        0.6955   higher is better
    variation of information        1.0353   lower is better
    global consistency error        0.2437   lower is better
    boundary displacement error     1.0000   lower is better
    segmentation covering           0.6875   higher is better
    images 1, annotations 2
    """
    images = []
    tables = []
    for image in read_annotated_images(y_true, y_pred, ignore_label):
        images.append(_measure(image))
        tables += [comparison.table for comparison in image.comparisons]
    per_image = {name: np.array([scores[name] for scores in images]) for name in _DIRECTIONS}
    means = {name: float(scores.mean()) for name, scores in per_image.items()}
    means["segmentation_covering"] = pooled_covering(tables)
    return SegmentationReport(
        **means, per_image=per_image, n_images=len(images), n_annotations=len(tables)
    )


def _measure(image: AnnotatedImage) -> dict[str, float]:
    """Compute five measures of an image."""
    tables = [comparison.table for comparison in image.comparisons]
    return {
        "probabilistic_rand_index": float(np.mean([rand_index(table) for table in tables])),
        "variation_of_information": float(
            np.mean([information_distance(table) for table in tables])
        ),
        "global_consistency_error": float(np.mean([consistency_error(table) for table in tables])),
        "boundary_displacement_error": float(np.mean(displacements(image))),
        "segmentation_covering": pooled_covering(tables),
    }
