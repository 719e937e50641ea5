from . import (
    blocks,
    datasets,
    hierarchy,
    images,
    inspection,
    metrics,
    model_selection,
    network,
    peers,
    semantic,
    superpixels,
    utils,
)
from ._deep_image_clustering import DeepImageClustering
from ._per_image import PerImage
from ._region_merging import RegionMerging
from .blocks import Blockwise

__version__: str
__all__ = [
    "Blockwise",
    "DeepImageClustering",
    "PerImage",
    "RegionMerging",
    "__version__",
    "blocks",
    "datasets",
    "hierarchy",
    "images",
    "inspection",
    "metrics",
    "model_selection",
    "network",
    "peers",
    "semantic",
    "superpixels",
    "utils",
]
