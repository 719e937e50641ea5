from ._base import BasePeer, BaseSuperpixelPeer
from ._k_means import KMeansPixels

__all__ = [
    "BasePeer",
    "BaseSuperpixelPeer",
    "KMeansPixels",
]
