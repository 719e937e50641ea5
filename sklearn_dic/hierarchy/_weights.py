"""Weights of the merge distance."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MergeWeights:
    """Weights of the terms of the merge distance.

    The defaults were chosen on photographs of BSDS300. Distances stretch with the weights, so
    that the distance at which "auto" cuts belongs to the defaults.

    Parameters
    ----------
    coarse : float, default=40.0
        Weight of the coarse segmentations: the difference in Lab that equals a Hellinger distance
        of 1 between the histograms of the coarse segments of two regions.
    gradient : float, default=300.0
        Weight of the mean gradient along a border, against squared differences in Lab.
    local : float, default=0.4
        Weight of the differences between the superpixels along a border, against the difference
        of the whole regions.
    spectral_exponent : float, default=0.7
        Exponent of the spectral contour along a border, by which the distance is multiplied. 0
        turns it off.
    size_exponent : float, default=0.18
        Exponent of the harmonic mean of the two sizes. 1 is Ward's linkage.
    border_exponent : float, default=0.15
        Exponent of the perimeter relative to the common border.
    """

    coarse: float = 40.0
    gradient: float = 300.0
    local: float = 0.4
    spectral_exponent: float = 0.7
    size_exponent: float = 0.18
    border_exponent: float = 0.15

    def __post_init__(self) -> None:
        """Refuse negative weights."""
        for name, value in vars(self).items():
            if not value >= 0:
                raise ValueError(f"{name}={value!r}: a weight of the merge distance is at least 0")
