"""Splitters that fit and score on the same images, since nothing is held out."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.model_selection import BaseCrossValidator

from sklearn_dic.images._input import is_path


class NoSplit(BaseCrossValidator):
    """Fit and score on all images together.

    For `cv` of a search over the parameters of an unsupervised method: a single network for the
    collection. A single image with several annotators is ``[image], [annotations]``.

    See Also
    --------
    PerImageSplit : A separate fit for each image.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_dic.model_selection import NoSplit
    >>> list(NoSplit().split(["a.jpg", "b.jpg", "c.jpg"]))
    [(array([0, 1, 2]), array([0, 1, 2]))]
    """

    def split(
        self, X: Any, y: Any = None, groups: Any = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Generate a single pair of indices.

        Parameters
        ----------
        X : list or array-like
            The collection, or an image.
        y, groups : object
            Not used, here by convention.

        Yields
        ------
        train, test : ndarray of shape (n_images,)
            The indices of all images, twice.
        """
        _check_is_no_path(X)
        everything = np.arange(len(X))
        yield everything, everything.copy()

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return 1, the number of splits."""
        return 1


class PerImageSplit(BaseCrossValidator):
    """Fit and score on each image separately, the paper's protocol.

    For `cv` of a search: each setting is fitted to each image, and ``split{i}_test_*`` in
    `cv_results_` is the score of image i. `optimal_scale` computes ODS and OIS from these.

    See Also
    --------
    NoSplit : A single fit for all images.
    optimal_scale : The best setting for all images, and for each.

    Notes
    -----
    ``refit=False`` saves the last fit of a search, of the best setting to all images together.

    References
    ----------
    .. [1] L. Zhou, Y. Wei, "DIC: Deep image clustering for unsupervised image
       segmentation", IEEE Access 8 (2020), doi:10.1109/ACCESS.2020.2974496, section IV.

    Examples
    --------
    >>> from sklearn.metrics import rand_score
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn_dic import DeepImageClustering
    >>> from sklearn_dic.datasets import make_mosaic
    >>> from sklearn_dic.model_selection import PerImageSplit, optimal_scale
    >>> images, truths = zip(*[make_mosaic(3, (32, 32), random_state=i) for i in range(2)])
    >>> def rand_index(estimator, X, y):
    ...     return rand_score(y[0].ravel(), estimator.labels_[0].ravel())
    >>> search = GridSearchCV(
    ...     DeepImageClustering(max_iter=3, random_state=0),
    ...     {"n_clusters": [8, 16]},
    ...     scoring=rand_index,
    ...     cv=PerImageSplit(),
    ...     refit=False,
    ... ).fit(list(images), list(truths))
    >>> scale = optimal_scale(search.cv_results_)
    >>> scale.ois["score"] >= scale.ods["score"]
    True
    """

    def split(
        self, X: Any, y: Any = None, groups: Any = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Generate a pair of indices for each image.

        Parameters
        ----------
        X : list of images or paths, or ndarray of shape (n_images, H, W, C)
            The collection.
        y, groups : object
            Not used, here by convention.

        Yields
        ------
        train, test : ndarray of shape (1,)
            The index of the image, twice.

        Raises
        ------
        ValueError
            If X is a single image, whose rows would be read as images.
        """
        for i in range(self.get_n_splits(X)):
            yield np.array([i]), np.array([i])

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of images.

        Parameters
        ----------
        X : list of images or paths, or ndarray of shape (n_images, H, W, C)
            The collection.
        y, groups : object
            Not used, here by convention.

        Returns
        -------
        n_splits : int
        """
        if X is None:
            raise ValueError("PerImageSplit needs X to count the images, and X is None")
        _check_is_collection(X)
        return len(X)


def _check_is_no_path(X: Any) -> None:
    if is_path(X):
        raise ValueError(f"X is the path {str(X)!r}: pass a list, [path]")


def _check_is_collection(X: Any) -> None:
    """Raise ValueError if a search would split X into rows of an image."""
    _check_is_no_path(X)
    remedy = "pass [image], a list of images or paths, or a stack of shape (N, H, W, C)"
    if isinstance(X, np.ndarray) and X.dtype.kind != "O" and X.ndim != 4:
        hint = ", list(X) if it is a stack of grey images" if X.ndim == 3 else ""
        raise ValueError(
            f"X is an array of shape {X.shape}, whose first axis would be read as images: "
            f"{remedy}{hint}"
        )
    if len(X) == 0:
        raise ValueError(f"X is empty: {remedy}")
    first = X[0]
    if not is_path(first) and np.ndim(first) < 2:
        raise ValueError(f"X[0] has {np.ndim(first)} dimension(s) and is not an image: {remedy}")
