"""Felzenszwalb-Huttenlocher segmentations at several scales, from one sorted list of edges."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from scipy.ndimage import gaussian_filter

from sklearn_dic.hierarchy._adjacency import step_slices
from sklearn_dic.hierarchy._union_find import find_root
from sklearn_dic.utils._compiled import compiled


def segment_at_scales(
    image: np.ndarray, scales: Sequence[float], *, sigma: float, min_size: int
) -> list[np.ndarray]:
    """Segment an image by minimum spanning forests [1]_.

    Two segments are joined by the shortest edge between them if it is shorter than the longest
    edge inside of either, plus the scale divided by the size of that segment. Neighbours are
    pixels that share an edge or a corner.

    Parameters
    ----------
    image : ndarray of shape (H, W, C)
        Values from 0 to 1.
    scales : sequence of float
        Larger values give larger segments; 255 is 1 in the units of the image.
    sigma : float
        Width of the Gaussian that smoothes the image first, in pixels.
    min_size : int
        Smallest segment, in pixels.

    Returns
    -------
    segmentations : list of ndarray of int, shape (H, W)
        For each scale, as `skimage.segmentation.felzenszwalb` gives them in five times the time.
        Edges that are equally long may be taken in another order.

    References
    ----------
    .. [1] P. Felzenszwalb, D. Huttenlocher, "Efficient graph-based image segmentation",
       IJCV 59 (2004), doi:10.1023/B:VISI.0000022288.19776.77.
    """
    shape = image.shape[:-1]
    firsts, seconds, lengths = _find_edges(image, sigma)
    return [
        _join(firsts, seconds, lengths, scale / 255, min_size, np.arange(np.prod(shape)))
        .reshape(shape)
        for scale in scales
    ]  # fmt: skip


def _find_edges(image: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(H, W, C) -> places of the two pixels of each edge, and its length, increasing."""
    shape = image.shape[:-1]
    smooth = gaussian_filter(image, (*[sigma] * len(shape), 0), output=np.float64)
    places = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    firsts, seconds, lengths = [], [], []
    for step in product((-1, 0, 1), repeat=len(shape)):
        if step <= (0,) * len(shape):  # the reverse of another step
            continue
        first, second = step_slices(*step)
        firsts.append(places[first].ravel())
        seconds.append(places[second].ravel())
        differences = smooth[first] - smooth[second]
        lengths.append(np.sqrt(np.einsum("...c,...c->...", differences, differences)).ravel())
    length = np.concatenate(lengths)
    order = np.argsort(length)
    return np.concatenate(firsts)[order], np.concatenate(seconds)[order], length[order]


@compiled
def _join(firsts, seconds, lengths, scale, min_size, parents):  # type: ignore[no-untyped-def]
    """Join the segments of single pixels -> labels from 0."""
    sizes, longest = np.ones(len(parents), np.int64), np.zeros(len(parents))
    for i in range(len(lengths)):
        a, b = find_root(parents, firsts[i]), find_root(parents, seconds[i])
        if a != b and lengths[i] < min(
            longest[a] + scale / sizes[a], longest[b] + scale / sizes[b]
        ):
            parents[b] = a
            sizes[a] += sizes[b]
            longest[a] = lengths[i]
    for i in range(len(lengths)):
        a, b = find_root(parents, firsts[i]), find_root(parents, seconds[i])
        if a != b and min(sizes[a], sizes[b]) < min_size:
            parents[b] = a
            sizes[a] += sizes[b]
    numbers, labels, n_labels = np.full(len(parents), -1), np.empty(len(parents), np.int32), 0
    for place in range(len(parents)):
        root = find_root(parents, place)
        if numbers[root] < 0:
            numbers[root] = n_labels
            n_labels += 1
        labels[place] = numbers[root]
    return labels
