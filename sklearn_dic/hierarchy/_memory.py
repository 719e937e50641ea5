"""Memory that a merge tree takes."""

from sklearn_dic.hierarchy._spectral import reduction_step


def tree_bytes(n_pixels: int, n_channels: int, n_features: int = 0) -> int:
    """Estimate the peak memory of `build_merge_tree`.

    It is that of the float64 statistics of the channels, or of the affinities of the reduced copy.
    """
    statistics = n_pixels * (55 * n_channels + n_features + 40)
    n_reduced = n_pixels // reduction_step(n_pixels) ** 2
    contours = n_pixels * (8 * n_channels + 20) + n_reduced * (1500 + 8 * n_features)
    return max(statistics, contours)
