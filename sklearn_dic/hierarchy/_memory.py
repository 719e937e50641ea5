"""Memory that a merge tree takes."""

from collections.abc import Sequence
from math import prod

from sklearn_dic.hierarchy._spectral import reduction_steps

AFFINITY_BYTES = {2: 1500, 3: 8000}  # for each pixel of the reduced copy of an image, a volume


def tree_bytes(
    n_pixels: int,
    n_channels: int,
    n_features: int = 0,
    scene_size: float | None = None,
    spacing: Sequence[float] = (1.0, 1.0),
) -> int:
    """Estimate the peak memory of `build_merge_tree`.

    It is that of the float64 statistics of the channels, or of the affinities of a reduced copy.
    The spacing is that of `check_spacing`.
    """
    n_dims = len(spacing)
    scene_pixels: float = n_pixels
    if scene_size is not None:
        scene_pixels = min(scene_size**n_dims / prod(spacing), n_pixels)
    n_channels = 3 if n_channels == 1 else n_channels  # grey becomes RGB
    statistics = n_pixels * (62 * n_channels + n_features + 40)
    n_reduced = scene_pixels / prod(reduction_steps(scene_pixels, spacing))
    contours = n_pixels * (8 * n_channels + 20) + n_reduced * AFFINITY_BYTES[n_dims]
    return round(max(statistics, contours))
