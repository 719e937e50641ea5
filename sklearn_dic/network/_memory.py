"""How much memory a fit or a prediction needs, from the shapes alone."""

# Channels of all feature maps of Fig. 2 that the backward pass keeps, per full-size pixel:
# convolution and activation of each block, the coarse blocks at a quarter of the pixels,
# and the concatenation with its up-sampled half.
_KEPT_CHANNELS = 2 * (64 + 64) + (64 + 2 * (128 + 128)) // 4 + (128 + 192) + 2 * (128 + 128)
# The widest gradients that are alive at once besides.
_GRADIENT_CHANNELS = 192 + 128 + 128
_POOLING_INDEX_BYTES = 8 * 64 // 4


def training_bytes(
    n_pixels: int, resolution: float, n_clusters: int, n_centers: int, precision: str
) -> int:
    """Peak of one epoch over images of so many pixels, in bytes, without PyTorch's own share."""
    element = 2 if precision == "bfloat16" else 4
    convolutions = element * (_KEPT_CHANNELS + _GRADIENT_CHANNELS + 3 * n_clusters)
    clustering = 4 * (6 * n_clusters + 8 * n_centers)
    return round(n_pixels * resolution**2 * (convolutions + _POOLING_INDEX_BYTES + clustering))


def inference_bytes(
    n_pixels: int, resolution: float, n_clusters: int, n_centers: int, precision: str
) -> int:
    """Peak of one prediction, in bytes, without PyTorch's own share."""
    element = 2 if precision == "bfloat16" else 4
    convolutions = element * (192 + 128 + 64) + 4 * (3 * n_clusters + 2 * n_centers)
    full_size = 4 * 2 * n_clusters + 8 * 3
    return round(n_pixels * (resolution**2 * convolutions + full_size))
