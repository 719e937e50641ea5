"""What "auto" stands for in a fit of the network."""

from dataclasses import dataclass
from typing import Any, Literal

from sklearn_dic._region_merging import RegionMerging
from sklearn_dic.hierarchy._textures import may_have_textures
from sklearn_dic.images._images import Images
from sklearn_dic.superpixels import SLICSuperpixels


@dataclass(frozen=True)
class Auto:
    """Superpixels that vote, epochs, and pixels of the copy that the network is trained on."""

    superpixels: Any
    max_iter: int
    largest: int


# SLIC of its default compactness joins the grains of a fine texture into a few superpixels.
FOR_REGIONS = Auto(SLICSuperpixels(200, compactness=20), max_iter=12, largest=65_536)
FOR_LABELS = Auto("felzenszwalb", max_iter=100, largest=10_000)
FEW_EPOCHS = 4  # where regions will not be merged by what is learned


def auto_of(n_segments: int | Literal["auto"] | None) -> Auto:
    """Return what suits the answer: labels of the network, or regions."""
    return FOR_LABELS if n_segments is None else FOR_REGIONS


def choose_max_iter(
    images: Images,
    n_segments: int | Literal["auto"] | None,
    region_merging: RegionMerging | None,
) -> int:
    """Choose the number of epochs: few where regions will not be merged by the features."""
    if n_segments is None:
        return FOR_LABELS.max_iter
    weight: Any = getattr(region_merging, "features_weight", "auto")
    if weight == "auto":
        counts = any(may_have_textures(image) for image in images.pixels)
    else:
        counts = weight > 0
    return FOR_REGIONS.max_iter if counts else FEW_EPOCHS


def choose_resolution(images: Images, n_segments: int | Literal["auto"] | None) -> float:
    """Choose the sides of the copies of the images, relative to the images."""
    sizes = [height * width for height, width in images.shapes]
    largest = auto_of(n_segments).largest
    together = max(largest, FOR_LABELS.largest * len(sizes))
    return min(0.5, (largest / max(sizes)) ** 0.5, (together / sum(sizes)) ** 0.5)
