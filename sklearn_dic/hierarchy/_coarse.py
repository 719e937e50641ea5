"""Coarse segmentations, whose segments make the superpixels within them more alike."""

import numpy as np
from skimage.transform import resize_local_mean

from sklearn_dic.images._color import is_in_unit_range
from sklearn_dic.superpixels._felzenszwalb import segment_felzenszwalb

# Scale and sigma, chosen on images of BSDS300 train and every other image of val.
SCALES = [(100, 0.5), (200, 0.8), (400, 0.8)]
LARGEST = 250_000  # pixels


def coarse_segmentations(image: np.ndarray) -> list[np.ndarray]:
    """Segment an image coarsely, at three scales.

    Coarse borders need not be exact, so that a large image is segmented at a lower resolution.

    Parameters
    ----------
    image : ndarray of shape (H, W, C)
        Any range of values.

    Returns
    -------
    segmentations : list of ndarray of int, shape (H, W)
        Felzenszwalb's segmentation at scale 100, 200 and 400.
    """
    if not is_in_unit_range(image):
        image = (image - image.min()) / (np.ptp(image) or 1)
    height, width = image.shape[:2]
    step = int(np.ceil((height * width / LARGEST) ** 0.5))
    rows, columns = np.arange(height) // step, np.arange(width) // step
    if step > 1:
        image = resize_local_mean(image, (rows[-1] + 1, columns[-1] + 1))
    found = [segment_felzenszwalb(image, scale=scale, sigma=sigma) for scale, sigma in SCALES]
    return found if step == 1 else [labels[rows][:, columns] for labels in found]
