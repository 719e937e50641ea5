"""Smaller copies of large images, and label maps at the size of the image."""

import numpy as np
from scipy.sparse import csr_array
from skimage.transform import resize

from sklearn_dic.peers._sparse import diagonal


class Reduction:
    """Reduce an image to a number of pixels, if it has more.

    Parameters
    ----------
    shape : (int, int)
        (H, W) of the image.
    max_pixels : int or None
        Largest number of pixels of the copy. None: the image is not reduced.
    """

    def __init__(self, shape: tuple[int, int], max_pixels: int | None) -> None:
        self.shape = shape
        n_pixels = shape[0] * shape[1]
        factor = 1.0 if max_pixels is None else min(1.0, (max_pixels / n_pixels) ** 0.5)
        self.reduced = tuple(max(1, int(side * factor)) for side in shape)

    def reduce(self, image: np.ndarray) -> np.ndarray:
        """(H, W, C) -> (h, w, C), smoothed so that nothing is aliased."""
        if self.reduced == self.shape:
            return image
        return resize(image, (*self.reduced, image.shape[2]), order=1, anti_aliasing=True)

    def sample(self, labels: np.ndarray) -> np.ndarray:
        """(H, W) -> (h, w): the label in the middle of each pixel of the copy."""
        return labels[np.ix_(*map(_middles, self.shape, self.reduced))]

    def enlarge(self, labels: np.ndarray) -> np.ndarray:
        """(h, w) -> (H, W): the label of the pixel of the copy that a pixel lies in."""
        return labels[np.ix_(*map(_middles, self.reduced, self.shape))]


def _middles(side: int, n: int) -> np.ndarray:
    """Places among `side` pixels of the middles of n equal parts."""
    return ((np.arange(n) + 0.5) * side / n).astype(int)


def cover(shape: tuple[int, int], ratio: int) -> csr_array:
    """(H, W) -> (n_coarse, H * W): means over squares of a side, smaller at the ends."""
    rows, columns = np.indices(shape) // ratio
    coarse = (rows * -(-shape[1] // ratio) + columns).ravel()
    ones = np.ones(len(coarse))
    member = csr_array((ones, (coarse, np.arange(len(coarse)))))
    return (diagonal(1 / member.sum(axis=1)) @ member).tocsr()
