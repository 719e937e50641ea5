from . import (
    datasets,
    hierarchy,
    inspection,
    metrics,
    model_selection,
    network,
    superpixels,
    utils,
)
from ._deep_image_clustering import DeepImageClustering
from ._per_image import PerImage

__version__: str
__all__ = [
    "DeepImageClustering",
    "PerImage",
    "__version__",
    "datasets",
    "hierarchy",
    "inspection",
    "metrics",
    "model_selection",
    "network",
    "superpixels",
    "utils",
]
