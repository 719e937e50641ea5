"""An image together with the class scores of its pixels."""

from typing import Any

import numpy as np

from sklearn_dic.images._input import is_path
from sklearn_dic.semantic._scores import read_scores


class ScoredImage:
    """An image with the class scores of its pixels, as one item of a collection.

    Searches and cross-validation of scikit-learn divide a list of these, so that images, scores
    and superpixels stay together.

    Parameters
    ----------
    image : array-like of shape (H, W) or (H, W, C), path, or SuperpixelMap
        The image, not copied.
    scores : array-like or torch.Tensor of shape (H, W, K)
        Probabilities or any other scores of K classes, not copied; see `SuperpixelCRF`.
    superpixels : array-like of int, shape (H, W) or (M, H, W), default=None
        One or several label maps of the image, instead of those that `SuperpixelCRF` computes.
        So a search does not compute them again for each setting.

    Attributes
    ----------
    image, superpixels
        As given.
    scores : ndarray of shape (H, W, K)
        The scores, in the memory of the host.

    Raises
    ------
    ValueError, TypeError
        If the scores are no numbers of shape (H, W, K), or belong to another image.

    Examples
    --------
    >>> import numpy as np
    >>> from skimage.data import coffee
    >>> from sklearn_dic.semantic import ScoredImage
    >>> image = coffee()[::8, ::8]
    >>> ScoredImage(image, np.zeros((50, 75, 4)))
    ScoredImage(image of shape (50, 75, 3), scores of 4 classes)
    """

    def __init__(self, image: Any, scores: Any, superpixels: Any = None) -> None:
        self.image = image
        self.scores = read_scores(scores, "the image")
        self.superpixels = superpixels
        if not is_path(image) and np.shape(image)[:2] != self.scores.shape[:2]:
            raise ValueError(
                f"scores of shape {self.scores.shape} do not fit an image of shape "
                f"{np.shape(image)}: (H, W, K) of the same H and W is needed. Resize the scores "
                "of a smaller network, for example by torch.nn.functional.interpolate"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the scores, (H, W, K)."""
        return self.scores.shape

    @property
    def ndim(self) -> int:
        """Number of axes of the scores, 3: a splitter then knows that this is an image."""
        return self.scores.ndim

    def __repr__(self) -> str:
        """Describe image and scores."""
        name = repr(str(self.image)) if is_path(self.image) else f"of shape {np.shape(self.image)}"
        return f"ScoredImage(image {name}, scores of {self.shape[2]} classes)"


def take_scored(X: Any) -> tuple[Any, Any, Any]:
    """Separate images, scores and superpixels, if the input is scored images.

    Parameters
    ----------
    X : ScoredImage, list of ScoredImage, or anything else
        The input of an estimator.

    Returns
    -------
    images : image, list of images, or `X` itself
    scores, superpixels : array, list of arrays, or None
        In the form of the images; None if `X` has none.
    """
    if isinstance(X, ScoredImage):
        return X.image, X.scores, X.superpixels
    are_scored = [isinstance(item, ScoredImage) for item in X] if _is_list(X) else [False]
    if not any(are_scored):
        return X, None, None
    if not all(are_scored):
        place = are_scored.index(False)
        raise TypeError(
            f"image {place} is a {type(X[place]).__name__} where image {are_scored.index(True)} is "
            "a ScoredImage: pass scored images alone, or images alone with scores="
        )
    superpixels = [item.superpixels for item in X]
    if all(labels is None for labels in superpixels):
        return [item.image for item in X], [item.scores for item in X], None
    if any(labels is None for labels in superpixels):
        place = [labels is None for labels in superpixels].index(True)
        raise ValueError(f"image {place} has no superpixels, and others have: all need them")
    return [item.image for item in X], [item.scores for item in X], superpixels


def _is_list(X: Any) -> bool:
    return isinstance(X, list | tuple) or (isinstance(X, np.ndarray) and X.dtype == object)
