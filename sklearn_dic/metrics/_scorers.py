"""Scorers, which scikit-learn's searches and cross-validation find by name."""

import copy
from typing import Any

from sklearn.metrics import make_scorer

from sklearn_dic.metrics._boundary_displacement_error import boundary_displacement_error
from sklearn_dic.metrics._global_consistency_error import global_consistency_error
from sklearn_dic.metrics._rand_index import probabilistic_rand_index
from sklearn_dic.metrics._segmentation_covering import segmentation_covering
from sklearn_dic.metrics._variation_of_information import variation_of_information
from sklearn_dic.utils._validation import register_scorers

SCORERS: dict[str, Any] = {
    "probabilistic_rand_index": make_scorer(probabilistic_rand_index),
    "segmentation_covering": make_scorer(segmentation_covering),
    "neg_variation_of_information": make_scorer(variation_of_information, greater_is_better=False),
    "neg_global_consistency_error": make_scorer(global_consistency_error, greater_is_better=False),
    "neg_boundary_displacement_error": make_scorer(
        boundary_displacement_error, greater_is_better=False
    ),
}

register_scorers(SCORERS)


def get_scorer(scoring: str) -> Any:
    """Find a scorer by name.

    A scorer is called with a fitted estimator, images and annotations, and a higher score is
    always better. So the measures where lower is better are negated, and have names that
    begin with ``neg_``, like scikit-learn's.

    Parameters
    ----------
    scoring : str
        A key of `SCORERS`. The bare name of a measure is understood as well:
        "variation_of_information" is the scorer "neg_variation_of_information".

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y)`` is the score of ``estimator.predict(X)`` against the
        annotations `y`, in the forms that the measures accept.

    Raises
    ------
    ValueError
        If there is no scorer of this name.

    Notes
    -----
    With `sklearn_dic.metrics` imported, scikit-learn knows the keys of `SCORERS` too:
    ``GridSearchCV(..., scoring="probabilistic_rand_index")``. All five at once are
    ``scoring=SCORERS``.

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
        raise TypeError(f"scoring is {scoring!r}; it is the name of a scorer")
    for name in (scoring, f"neg_{scoring}"):
        if name in SCORERS:
            return copy.deepcopy(SCORERS[name])  # a request for metadata is the caller's own
    raise ValueError(
        f"the scorer {scoring!r} is not known; the names are {', '.join(sorted(SCORERS))}"
    )
