from ._base import BasePeer, BaseSuperpixelPeer
from ._gaussian_mixture import GaussianMixturePixels
from ._graph_based import GraphBased
from ._k_means import KMeansPixels
from ._mean_shift import MeanShift
from ._multiscale_normalized_cuts import MultiscaleNormalizedCuts
from ._normalized_cuts import NormalizedCuts
from ._sas import SAS

__all__ = [
    "SAS",
    "BasePeer",
    "BaseSuperpixelPeer",
    "GaussianMixturePixels",
    "GraphBased",
    "KMeansPixels",
    "MeanShift",
    "MultiscaleNormalizedCuts",
    "NormalizedCuts",
]
