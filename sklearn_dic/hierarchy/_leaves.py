"""The leaves of a tree: which superpixels are merged, and what encloses them."""

import numpy as np
from skimage.transform import resize_local_mean

from sklearn_dic.images._color import is_in_unit_range
from sklearn_dic.images._images import Images
from sklearn_dic.superpixels import FelzenszwalbSuperpixels
from sklearn_dic.superpixels._resolve import resolve_superpixels

# Scale and sigma, chosen on images of BSDS300 train and every other one of val.
ENCLOSING = [(100, 0.5), (200, 0.8), (400, 0.8)]
LARGEST_ENCLOSING = 250_000  # pixels


def superpixels_to_merge(
    images: Images,
    own: list[np.ndarray] | None,
    *,
    enclosed: bool = True,
    n_jobs: int | None = None,
) -> list[list[np.ndarray | None]]:
    """Complete the superpixels of each image: a map to merge, and maps that enclose it.

    Parameters
    ----------
    images : Images
        The checked images.
    own : list of ndarray of shape (K, H_i, W_i), or None
        The map to merge, and after it those that enclose it. One alone is enclosed by three of
        Felzenszwalb's; None: so are the basins that `build_merge_tree` finds.
    enclosed : bool, default=True
        Whether what encloses counts.
    n_jobs : int or None, default=None
        How many images at a time, through joblib.

    Returns
    -------
    superpixels : list of list of ndarray or None
        As `build_merge_tree` takes them.
    """
    merged: list[list[np.ndarray | None]] = [[None] for _ in range(len(images))]
    if own is not None:
        merged = [list(one) for one in own]
    if not enclosed or len(merged[0]) > 1:  # as many maps for each image
        return merged
    kinds = [_Enclosing(scale, sigma=sigma, n_jobs=n_jobs) for scale, sigma in ENCLOSING]
    enclosing = resolve_superpixels(kinds, images)
    assert enclosing is not None  # which only superpixels=None would be
    return [[*first, *others] for first, others in zip(merged, enclosing, strict=True)]


class _Enclosing(FelzenszwalbSuperpixels):
    """In the range of values that the scales are meant for, and on a reduced copy of a large image.

    What only encloses needs no exact borders.
    """

    def _segment(self, image: np.ndarray) -> np.ndarray:
        if not is_in_unit_range(image):
            image = (image - image.min()) / (np.ptp(image) or 1)
        height, width = image.shape[:2]
        step = int(np.ceil((height * width / LARGEST_ENCLOSING) ** 0.5))
        if step == 1:
            return super()._segment(image)
        rows, columns = np.arange(height) // step, np.arange(width) // step
        reduced = resize_local_mean(image, (rows[-1] + 1, columns[-1] + 1))
        return super()._segment(reduced)[rows][:, columns]
