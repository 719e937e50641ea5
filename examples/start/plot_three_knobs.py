"""
Three knobs
===========

Three parameters matter more than the others: the number of regions, the superpixels, and the
largest number of labels of the network.
"""

# %%
# ``n_segments``
# --------------
# "auto" cuts the tree of merges where photographs usually have their regions. A number gives
# exactly so many regions; so does ``dic.region_merging_.segment`` later, without another fit. None
# gives the labels of the network, which may lie in several places.
import matplotlib.pyplot as plt
from sklearn.datasets import load_sample_image

from sklearn_dic import DeepImageClustering, RegionMerging
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.superpixels import SLICSuperpixels

image = load_sample_image("china.jpg")[::3, ::3]


def show(answers):
    """Draw segmentations in mean colours."""
    _, axes = plt.subplots(1, len(answers), figsize=(9, 2.6), layout="constrained")
    for ax, (name, labels) in zip(axes, answers.items(), strict=True):
        SegmentationDisplay.from_predictions(image, labels, kind="mean", ax=ax)
        ax.set_title(f"{name}\n{ax.get_title()}", fontsize="medium")
    plt.show()


def segment(**params):
    """Fit with some parameters."""
    return DeepImageClustering(random_state=0, **params).fit_predict(image)


dic = DeepImageClustering(random_state=0).fit(image)
show(
    {
        "n_segments=auto": dic.labels_,
        "n_segments=6": dic.region_merging_.segment(n_segments=6),
        "n_segments=None": segment(n_segments=None),
    }
)

# %%
# The superpixels
# ---------------
# ``superpixels`` vote the labels of the network. The default for labels is Felzenszwalb's, which
# grow as far as the picture is even. SLIC's, the default for regions, have about the same size,
# which their own ``n_segments`` sets.
show(
    {
        "Felzenszwalb": segment(n_segments=None),
        "SLIC, 100": segment(n_segments=None, superpixels=SLICSuperpixels(n_segments=100)),
        "SLIC, 500": segment(n_segments=None, superpixels=SLICSuperpixels(n_segments=500)),
    }
)

# %%
# The superpixels of the `RegionMerging` are merged into regions. Its default are basins of the
# contours of the picture.
show(
    {
        "basins": dic.labels_,
        "SLIC, 100": RegionMerging(superpixels=SLICSuperpixels(100)).fit_predict(image),
        "SLIC, 500": RegionMerging(superpixels=SLICSuperpixels(500)).fit_predict(image),
    }
)

# %%
# ``n_clusters``
# --------------
# The largest number of labels of the network. Training merges labels, so fewer are left.
show({f"n_clusters={n}": segment(n_clusters=n, n_segments=None) for n in (6, 16, 64)})
