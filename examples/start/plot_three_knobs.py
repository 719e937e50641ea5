"""
Three knobs
===========

Three parameters matter more than the others: the superpixels, how many labels the network may
use, and the resolution at which it is trained.
"""

# %%
# The superpixels
# ---------------
# They decide the quality. Those of Felzenszwalb grow as far as the picture is even, those of SLIC
# have about one size, which ``n_segments`` sets.
import matplotlib.pyplot as plt
from skimage.data import astronaut

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.superpixels import SLICSuperpixels

image = astronaut()[::4, ::4]


def compare(settings):
    """Draw one segmentation for each setting, in mean colours."""
    _, axes = plt.subplots(1, len(settings), figsize=(10, 3.9), layout="constrained")
    for ax, (name, params) in zip(axes, settings.items(), strict=True):
        dic = DeepImageClustering(random_state=0).set_params(**params)
        labels = dic.fit_predict(image)
        SegmentationDisplay.from_predictions(image, labels, kind="mean", ax=ax)
        ax.set_title(f"{name}\n{dic.n_clusters_} labels", fontsize="medium")


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
# as superpixels that look alike exist.
compare({f"n_clusters={n}": {"n_clusters": n} for n in (6, 16, 64)})
plt.show()

# %%
# ``resolution``
# --------------
# The sides of the copy on which the network is trained, relative to the image. On a smaller copy
# the network sees more of the picture around each pixel, and fewer labels merge. The answer is
# always voted at full size. 1 is the method of the paper; time grows with the number of pixels.
compare({f"resolution={r}": {"resolution": r} for r in (0.2, 0.35, 0.5)})
plt.show()
