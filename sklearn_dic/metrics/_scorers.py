"""Scorers for scikit-learn's searches and cross-validation."""

import copy
from typing import Any

from sklearn.metrics import make_scorer

from sklearn_dic.metrics._boundary_displacement_error import boundary_displacement_error
from sklearn_dic.metrics._global_consistency_error import global_consistency_error
from sklearn_dic.metrics._mean_iou import mean_intersection_over_union
from sklearn_dic.metrics._rand_index import probabilistic_rand_index
from sklearn_dic.metrics._segmentation_covering import segmentation_covering
from sklearn_dic.metrics._variation_of_information import variation_of_information

SCORERS: dict[str, Any] = {
    "probabilistic_rand_index": make_scorer(probabilistic_rand_index),
    "segmentation_covering": make_scorer(segmentation_covering),
    "neg_variation_of_information": make_scorer(variation_of_information, greater_is_better=False),
    "neg_global_consistency_error": make_scorer(global_consistency_error, greater_is_better=False),
    "neg_boundary_displacement_error": make_scorer(
        boundary_displacement_error, greater_is_better=False
    ),
}

# Not in SCORERS, which are for regions: the labels are compared as classes.
OF_CLASSES: dict[str, Any] = {
    "mean_intersection_over_union": make_scorer(mean_intersection_over_union),
}


def get_scorer(scoring: str) -> Any:
    """Get a scorer by name.

    A scorer is called with a fitted estimator, images and annotations. A higher score is always
    better: measures where lower is better are negated, and their names begin with ``neg_``, as
    in scikit-learn.

    Parameters
    ----------
    scoring : str
        A key of `SCORERS`, or "mean_intersection_over_union", which compares classes. The name
        of a measure is accepted as well: "variation_of_information" gives the scorer
        "neg_variation_of_information".

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y)`` is the score of ``estimator.predict(X)`` against the
        annotations `y`, in the forms that the measures accept. A copy: requests for metadata
        do not change `SCORERS`.

    Raises
    ------
    ValueError
        If there is no scorer of this name.

    See Also
    --------
    sklearn.metrics.get_scorer : The scorers of scikit-learn.

    Notes
    -----
    scikit-learn has no public function that registers the name of a scorer. Pass the scorer
    itself:

    * a single scorer: ``GridSearchCV(..., scoring=get_scorer("probabilistic_rand_index"))`` or
      ``scoring=SCORERS["probabilistic_rand_index"]``;
    * all five: ``GridSearchCV(..., scoring=SCORERS, refit="probabilistic_rand_index")``;
    * with a void class:
      ``make_scorer(mean_intersection_over_union, ignore_label=11)`` of scikit-learn.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic import DeepImageClustering
    >>> from sklearn_dic.metrics import get_scorer
    >>> image = coffee()[::8, ::8]
    >>> dic = DeepImageClustering(max_iter=3, random_state=0).fit(image)
    >>> scorer = get_scorer("probabilistic_rand_index")
    >>> scorer(dic, image, dic.labels_)
    1.0
    """
    if not isinstance(scoring, str):
        raise TypeError(f"scoring is {scoring!r}; the name of a scorer is needed")
    scorers = SCORERS | OF_CLASSES
    for name in (scoring, f"neg_{scoring}"):
        if name in scorers:
            return copy.deepcopy(scorers[name])
    raise ValueError(f"there is no scorer {scoring!r}; the names are {', '.join(sorted(scorers))}")
