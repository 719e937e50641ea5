"""ODS and OIS: the best setting for a collection, and for each image."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sklearn_dic.utils._warnings import warn_caller


@dataclass(frozen=True)
class OptimalScale:
    """Scores at the best settings of a search; `print` shows a table.

    Attributes
    ----------
    metric : str
        The metric that chooses the settings of `ods_by_metric` and `ois_by_metric`.
    n_settings, n_images : int
        Numbers of settings and of images (splits of the search).
    ods : dict of str to float
        Optimal data set scale: mean of each metric over the images, at the setting with the
        best mean of this metric.
    ods_by_metric : dict of str to float
        Means of all metrics at the setting with the best mean of `metric`.
    ois : dict of str to float
        Optimal image scale: mean of each metric over the images, each image at its best
        setting for this metric.
    ois_by_metric : dict of str to float
        Means of all metrics, each image at its best setting for `metric`.
    ods_params : dict of str to dict
        Setting of `ods` for each metric. The setting of `ods_by_metric` is
        ``ods_params[metric]``.
    ois_params : dict of str to list of dict
        Settings of the images in `ois` for each metric. The settings of `ois_by_metric` are
        ``ois_params[metric]``.
    """

    metric: str
    n_settings: int
    n_images: int
    ods: dict[str, float]
    ods_by_metric: dict[str, float]
    ois: dict[str, float]
    ois_by_metric: dict[str, float]
    ods_params: dict[str, dict[str, Any]] = field(repr=False)
    ois_params: dict[str, list[dict[str, Any]]] = field(repr=False)

    def __str__(self) -> str:
        """Return a table with a line for each metric."""
        columns = {
            "ODS": self.ods,
            "ODS by *": self.ods_by_metric,
            "OIS": self.ois,
            "OIS by *": self.ois_by_metric,
        }
        star, best_for = " *", "best for *"
        if len(self.ods) == 1:  # the only metric chooses for itself
            columns = {"ODS": self.ods, "OIS": self.ois}
            star, best_for = "", "best"
        width = len(star) + max(map(len, self.ods))
        lines = [" " * width + "".join(f"{name:>10}" for name in columns)]
        for name in self.ods:
            label = f"{name}{star}" if name == self.metric else name
            values = "".join(f"{column[name]:10.4f}" for column in columns.values())
            lines.append(f"{label:<{width}}{values}")
        best = ", ".join(f"{name}={value}" for name, value in self.ods_params[self.metric].items())
        lines.append(f"{self.n_settings} settings, {self.n_images} images; {best_for}: {best}")
        return "\n".join(lines)


def optimal_scale(cv_results_: Mapping[str, Any], metric: str | None = None) -> OptimalScale:
    """Find the best setting for all images, and for each image, in a finished search.

    Two protocols are in use, and their numbers must not be mixed. In the Berkeley benchmark
    each metric chooses its own setting: `ods` and `ois`. In other papers the probabilistic Rand
    index chooses the setting, and all metrics are reported there: `ods_by_metric` and
    `ois_by_metric`.

    Parameters
    ----------
    cv_results_ : dict
        Attribute of a search over settings with ``cv=PerImageSplit()``, such as
        `sklearn.model_selection.GridSearchCV`, with a single metric or several. As for all scorers
        of scikit-learn, a higher score is better; scorers of errors are negated.
    metric : str or None, default=None
        The metric that chooses. None: the only metric of the search, which scikit-learn names
        "score", or "probabilistic_rand_index".

    Returns
    -------
    scale : OptimalScale
        Of equally good settings, the first is chosen.

    Raises
    ------
    ValueError
        If the search has no such metric, or too many fits have failed.

    Warns
    -----
    RuntimeWarning
        If fits have failed (NaN). Such a setting is left out for the image, and for all images
        in `ods` and `ods_by_metric`.

    See Also
    --------
    PerImageSplit : Fits and scores each image separately.

    Notes
    -----
    All numbers are means over images. The Berkeley benchmark pools segmentation covering over
    annotators and images instead, so its number for a data set is slightly different.

    References
    ----------
    .. [1] P. Arbelaez et al., "Contour detection and hierarchical image segmentation", IEEE
       TPAMI 33 (2011), doi:10.1109/TPAMI.2010.161, section 5.1.

    Examples
    --------
    >>> from sklearn_dic.model_selection import optimal_scale
    >>> results = {  # of GridSearchCV(...).fit(images, annotations).cv_results_
    ...     "params": [{"n_clusters": 20}, {"n_clusters": 50}],
    ...     "split0_test_probabilistic_rand_index": [0.8, 0.7],
    ...     "split1_test_probabilistic_rand_index": [0.6, 0.9],
    ...     "split0_test_variation_of_information": [-2.0, -1.0],
    ...     "split1_test_variation_of_information": [-3.0, -2.0],
    ... }
    >>> scale = optimal_scale(results)
    >>> scale.ois_params["probabilistic_rand_index"]
    [{'n_clusters': 20}, {'n_clusters': 50}]
    >>> print(scale)
                                     ODS  ODS by *       OIS  OIS by *
    probabilistic_rand_index *    0.8000    0.8000    0.8500    0.8500
    variation_of_information     -1.5000   -1.5000   -1.5000   -2.0000
    2 settings, 2 images; best for *: n_clusters=50
    """
    scores = _test_scores(cv_results_)
    if metric is None:
        metric = next(iter(scores)) if len(scores) == 1 else "probabilistic_rand_index"
    if metric not in scores:
        raise ValueError(f"the search has the metrics {', '.join(scores)}, and not {metric!r}")
    params = list(cv_results_["params"])
    scores = _without_failures(scores, params)
    n_images = scores[metric].shape[1]
    images = np.arange(n_images)
    means = {name: values.mean(axis=1) for name, values in scores.items()}
    best = {name: int(np.nanargmax(mean)) for name, mean in means.items()}
    best_each = {name: np.nanargmax(values, axis=0) for name, values in scores.items()}
    return OptimalScale(
        metric=metric,
        n_settings=len(params),
        n_images=n_images,
        ods={name: float(mean[best[name]]) for name, mean in means.items()},
        ods_by_metric={name: float(mean[best[metric]]) for name, mean in means.items()},
        ois={
            name: float(values[best_each[name], images].mean()) for name, values in scores.items()
        },
        ois_by_metric={
            name: float(values[best_each[metric], images].mean()) for name, values in scores.items()
        },
        ods_params={name: params[i] for name, i in best.items()},
        ois_params={name: [params[i] for i in each] for name, each in best_each.items()},
    )


def _test_scores(cv_results_: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Read the test scores of a search -> {metric: (n_settings, n_images)}."""
    columns: dict[str, dict[int, np.ndarray]] = {}
    for key in getattr(cv_results_, "keys", list)():
        if match := re.fullmatch(r"split(\d+)_test_(.+)", key):
            split, name = int(match[1]), match[2]
            columns.setdefault(name, {})[split] = np.asarray(cv_results_[key], np.float64)
    if not columns:
        raise ValueError(
            "there are no scores of single images (split0_test_...): pass the attribute "
            "cv_results_ of a search such as GridSearchCV(..., cv=PerImageSplit())"
        )
    return {
        name: np.stack([of_splits[split] for split in sorted(of_splits)], axis=1)
        for name, of_splits in columns.items()
    }


def _without_failures(
    scores: dict[str, np.ndarray], params: list[dict[str, Any]]
) -> dict[str, np.ndarray]:
    """Set fits that failed for a metric to NaN for all; raise if too few fits are left."""
    failed = np.any([np.isnan(values) for values in scores.values()], axis=0)
    if not failed.any():
        return scores
    if failed.all(axis=0).any():
        images = ", ".join(map(str, np.flatnonzero(failed.all(axis=0))))
        raise ValueError(f"no setting has a score for image(s) {images} of the search")
    if failed.any(axis=1).all():
        raise ValueError(
            "each setting has failed for some image, so no means can be compared; leave these "
            f"images out: {', '.join(map(str, np.flatnonzero(failed.any(axis=0))))}"
        )
    setting, image = np.argwhere(failed)[0]
    warn_caller(
        f"{failed.sum()} of {failed.size} fits have no score, the first that of "
        f"{params[setting]} for image {image}; these are left out",
        RuntimeWarning,
    )
    return {name: np.where(failed, np.nan, values) for name, values in scores.items()}
