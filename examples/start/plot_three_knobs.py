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
# number gives exactly so many; so does ``dic.segment(n_segments=8)`` later, without another fit.
# None gives the labels of the network, which may lie in several places.
import matplotlib.pyplot as plt
from sklearn.datasets import load_sample_image

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.superpixels import SLICSuperpixels

image = load_sample_image("china.jpg")[::3, ::3]


def compare(settings):
    """Draw one segmentation for each setting, in mean colours."""
    _, axes = plt.subplots(1, len(settings), figsize=(9, 2.6), layout="constrained")
    for ax, (name, params) in zip(axes, settings.items(), strict=True):
        labels = DeepImageClustering(random_state=0).set_params(**params).fit_predict(image)
        SegmentationDisplay.from_predictions(image, labels, kind="mean", ax=ax)
        ax.set_title(f"{name}\n{ax.get_title()}", fontsize="medium")


compare({f"n_segments={n}": {"n_segments": n} for n in ("auto", 6, None)})
plt.show()

# %%
# The superpixels
# ---------------
# They vote the labels, and they are what is merged. Those of Felzenszwalb grow as far as the
# picture is even, those of SLIC have about one size, which their own ``n_segments`` sets.
compare(
    {
        "Felzenszwalb": {"superpixels": "felzenszwalb"},
        "SLIC, 100": {"superpixels": SLICSuperpixels(n_segments=100)},
        "SLIC, 500": {"superpixels": SLICSuperpixels(n_segments=500)},
    }
)
plt.show()

# %%
# ``n_clusters``
# --------------
# The largest number of labels. It is not the number that you get: training merges labels, as long
# as superpixels that look alike exist. Here are the labels of the network.
compare({f"n_clusters={n}": {"n_clusters": n, "n_segments": None} for n in (6, 16, 64)})
plt.show()
