"""Memory that a merge tree takes."""

from sklearn_dic.hierarchy._spectral import reduction_step


def tree_bytes(
    n_pixels: int, n_channels: int, n_features: int = 0, scene_size: float | None = None
) -> int:
    """Estimate the peak memory of `build_merge_tree`.

    It is that of the float64 statistics of the channels, or of the affinities of a reduced copy.
    """
    scene_pixels = n_pixels if scene_size is None else min(scene_size**2, n_pixels)
    n_channels = 3 if n_channels == 1 else n_channels  # grey becomes RGB
    statistics = n_pixels * (62 * n_channels + n_features + 40)
    n_reduced = scene_pixels / reduction_step(scene_pixels) ** 2
    contours = n_pixels * (8 * n_channels + 20) + n_reduced * 1500
    return round(max(statistics, contours))
