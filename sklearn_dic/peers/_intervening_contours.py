"""Affinities of pixels by the contours between them."""

import numpy as np
from scipy.sparse import coo_array, csr_array
from skimage.segmentation import watershed

from sklearn_dic.hierarchy._adjacency import step_slices
from sklearn_dic.images._color import color_gradient
from sklearn_dic.peers._sparse import diagonal

SIGMA = 1.0  # pixels: width of the Gaussian whose derivative is the contour
LEAST_AFFINITY = 1e-6  # so that the graph is connected


def contour_affinities(image: np.ndarray, radius: int, contour_scale: float) -> csr_array:
    r"""Link pixels whose straight line crosses no strong contour.

    The affinity of pixels at most `radius` apart is

    .. math:: W_{ij} = \exp(-\max_{x \in line(i, j)} E(x)^2 / (2 s^2)),

    where E is the length of the colour gradient as a share of the largest in the image. Contours
    lie between pixels, at the borders of the watershed basins of E, so that a pixel beside a
    contour belongs to one of its sides: where a line steps from basin to basin, the larger E of
    both pixels counts, and elsewhere nothing.

    Parameters
    ----------
    image : ndarray of shape (H, W, C)
        RGB is converted to Lab, other channels are stretched to its range.
    radius : int
        In pixels.
    contour_scale : float
        s, a share of the strongest contour.

    Returns
    -------
    affinities : csr_array of shape (H * W, H * W)
        Symmetric; each pixel has the affinity 1 to itself.
    """
    contours = color_gradient(image, SIGMA, None)
    contours = contours / (contours.max() or 1)
    basins = watershed(contours)
    places = np.arange(contours.size).reshape(contours.shape)
    pairs, values = [], []
    for down in range(radius + 1):
        for right in range(-radius, radius + 1):
            is_new = down > 0 or right > 0
            if is_new and down**2 + right**2 <= radius**2 and abs(right) < places.shape[1]:
                first, second = step_slices(down, right)
                if places[first].size == 0:
                    continue
                strongest = _strongest_between(contours, basins, down, right)
                pairs.append([places[first].ravel(), places[second].ravel()])
                values.append(np.exp(-(strongest.ravel() ** 2) / (2 * contour_scale**2)))
    identity = diagonal(np.ones(contours.size))
    if not pairs:
        return identity
    upper = coo_array(
        (np.concatenate(values) + LEAST_AFFINITY, tuple(np.concatenate(pairs, axis=1))),
        shape=identity.shape,
    ).tocsr()
    return identity + upper + upper.T.tocsr()


def _strongest_between(
    contours: np.ndarray, basins: np.ndarray, down: int, right: int
) -> np.ndarray:
    """Strongest contour on the line from each pixel to the pixel a step away."""
    height, width = contours.shape[0] - down, contours.shape[1] - abs(right)
    left, n = max(0, -right), max(down, abs(right))

    def shift(values: np.ndarray, i: int) -> np.ndarray:
        """Take the i-th of the n + 1 pixels of each line."""
        row, column = round(i * down / n), left + round(i * right / n)
        return values[row : row + height, column : column + width]

    strongest = np.zeros((height, width))
    for i in range(n):
        crossed = shift(basins, i) != shift(basins, i + 1)
        here = np.maximum(shift(contours, i), shift(contours, i + 1))
        np.maximum(strongest, np.where(crossed, here, 0), out=strongest)
    return strongest
