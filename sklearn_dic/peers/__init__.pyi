from ._base import BasePeer, BaseSuperpixelPeer
from ._contour_palette import ContourGuidedPalette
from ._gaussian_mixture import GaussianMixturePixels
from ._graph_based import GraphBased
from ._jseg import JSEG
from ._k_means import KMeansPixels
from ._kernel_graph_cuts import KernelGraphCuts
from ._mean_shift import MeanShift
from ._mlss import MLSS
from ._multiscale_normalized_cuts import MultiscaleNormalizedCuts
from ._normalized_cuts import NormalizedCuts
from ._normalized_tree_partitioning import NormalizedTreePartitioning
from ._pixel_self_training import PixelSelfTraining
from ._sas import SAS
from ._w_net import WNet

__all__ = [
    "JSEG",
    "MLSS",
    "SAS",
    "BasePeer",
    "BaseSuperpixelPeer",
    "ContourGuidedPalette",
    "GaussianMixturePixels",
    "GraphBased",
    "KMeansPixels",
    "KernelGraphCuts",
    "MeanShift",
    "MultiscaleNormalizedCuts",
    "NormalizedCuts",
    "NormalizedTreePartitioning",
    "PixelSelfTraining",
    "WNet",
]
