"""Small instances of every public estimator and transformer, for the tests that all pass."""

from sklearn_dic import DeepImageClustering
from sklearn_dic.superpixels import (
    FelzenszwalbSuperpixels,
    HierarchicalSuperpixels,
    LSCSuperpixels,
    QuickshiftSuperpixels,
    SEEDSSuperpixels,
    SLICSuperpixels,
    WatershedSuperpixels,
)

SUPERPIXEL_TRANSFORMERS = [
    FelzenszwalbSuperpixels(),
    HierarchicalSuperpixels(n_segments=30),
    HierarchicalSuperpixels(n_segments=30, criterion="mean"),
    LSCSuperpixels(n_segments=30),
    QuickshiftSuperpixels(),
    SEEDSSuperpixels(n_segments=30),
    SLICSuperpixels(n_segments=30),
    SLICSuperpixels(n_segments=30, slic_zero=True),
    WatershedSuperpixels(n_segments=30),
]

CLUSTERERS = [
    DeepImageClustering(8, n_centers=4, max_iter=3, random_state=0),
    DeepImageClustering(8, n_centers=4, max_iter=3, clustering="paper", random_state=0),
    DeepImageClustering(8, max_iter=3, clustering=None, superpixels=None, random_state=0),
    DeepImageClustering(
        8, max_iter=3, upsampling="deconvolution", head_norm=False, resolution=1, random_state=0
    ),
    DeepImageClustering(
        8, max_iter=3, connected_components=True, precision="bfloat16", random_state=0
    ),
    DeepImageClustering(8, max_iter=3, superpixels=["felzenszwalb", "slic"], random_state=0),
]
