"""The regions of images, of one or several segmentations."""

from functools import partial
from typing import Any

import numpy as np

from sklearn_dic.hierarchy import build_merge_tree
from sklearn_dic.images._images import Images
from sklearn_dic.superpixels._resolve import compute_superpixels, resolve_superpixels
from sklearn_dic.utils._parallel import for_each


def find_regions(
    method: Any, n_segments: tuple[int, ...], given: Any, images: Images, n_jobs: int | None
) -> list[list[np.ndarray]]:
    """Find the regions of each image.

    Parameters
    ----------
    method : str, transformer, list of these, or None
        The parameter `superpixels` of `SuperpixelCRF`. None: cuts of a merge tree.
    n_segments : tuple of int
        Numbers of regions of the cuts.
    given : label maps, methods or None
        Passed with the images, in place of the parameter.
    images : Images
    n_jobs : int or None

    Returns
    -------
    maps : list of list of ndarray of shape (H_i, W_i)
        For each image, its segmentations: labels consecutive from 0, -1 outside of the mask.
    """
    if given is None and method is None:
        parts = zip(images.pixels, images.every_mask(), strict=True)
        cut = partial(cut_tree, n_segments)
        return list(for_each(cut, parts, n_items=len(images), n_jobs=n_jobs, description="trees"))
    maps = (
        compute_superpixels(method, images) if given is None else resolve_superpixels(given, images)
    )
    return [
        [labels if mask is None else np.where(mask, labels, -1) for labels in of_image]
        for of_image, mask in zip(maps, images.every_mask(), strict=True)  # type: ignore[arg-type]
    ]


def cut_tree(
    n_segments: tuple[int, ...], part: tuple[np.ndarray, np.ndarray | None]
) -> list[np.ndarray]:
    """Build the merge tree of an image, and cut it; fewer regions where it has fewer leaves."""
    image, mask = part
    tree = build_merge_tree(image, mask=mask)
    numbers = sorted({min(number, tree.n_leaves) for number in n_segments})
    return [tree.cut(n_segments=number) for number in numbers]
