"""Small instances of every public estimator and transformer, for the tests that all pass."""

from sklearn_dic import DeepImageClustering
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels

SUPERPIXEL_TRANSFORMERS = [
    FelzenszwalbSuperpixels(),
    SLICSuperpixels(n_segments=30),
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
]
