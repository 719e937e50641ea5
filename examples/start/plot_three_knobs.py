"""
Three knobs
===========

Three parameters matter more than the others: how many regions you want, which superpixels vote, and
how many labels the network may use.
"""

# %%
# ``n_segments``
# --------------
# "auto" cuts where photographs usually have their regions, into at most ``n_clusters`` of them. A
# number gives exactly so many; so does ``dic.segment`` later, without another fit.
# None gives the labels of the network, which may lie in several places.
import matplotlib.pyplot as plt
from sklearn.datasets import load_sample_image

from sklearn_dic import DeepImageClustering
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
        "n_segments=6": dic.segment(n_segments=6),
        "n_segments=None": segment(n_segments=None),
    }
)

# %%
# The superpixels
# ---------------
# They vote the labels, and they are what is merged. By default Felzenszwalb's vote, which grow as
# far as the picture is even, and what contours enclose is merged. Those of SLIC have about one
# size, which their own ``n_segments`` sets.
show(
    {
        "default": dic.labels_,
        "SLIC, 100": segment(superpixels=SLICSuperpixels(n_segments=100)),
        "SLIC, 500": segment(superpixels=SLICSuperpixels(n_segments=500)),
    }
)

# %%
# ``n_clusters``
# --------------
# The largest number of labels. It is not the number that you get: training merges labels, as long
# as superpixels that look alike exist. Here are the labels of the network.
show({f"n_clusters={n}": segment(n_clusters=n, n_segments=None) for n in (6, 16, 64)})
