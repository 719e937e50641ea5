from ._base import BasePeer, BaseSuperpixelPeer
from ._contour_palette import ContourGuidedPalette
from ._jseg import JSEG
from ._k_means import KMeansPixels
from ._kernel_graph_cuts import KernelGraphCuts
from ._normalized_tree_partitioning import NormalizedTreePartitioning
from ._pixel_self_training import PixelSelfTraining
from ._w_net import WNet

__all__ = [
    "JSEG",
    "BasePeer",
    "BaseSuperpixelPeer",
    "ContourGuidedPalette",
    "KMeansPixels",
    "KernelGraphCuts",
    "NormalizedTreePartitioning",
    "PixelSelfTraining",
    "WNet",
]
