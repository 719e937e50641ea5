"""
An exact number of regions
==========================

Superpixels are merged, the most alike in learned features, colours and border first. One fit keeps
all merges, and so gives every number of regions.
"""

# %%
# One fit
# -------
# ``n_segments="auto"``, the default, cuts the tree of merges where photographs usually have their
# regions.

# sphinx_gallery_thumbnail_number = 2
import matplotlib.pyplot as plt
from skimage.data import chelsea

from sklearn_dic import DeepImageClustering
from sklearn_dic.hierarchy import RegionMerging
from sklearn_dic.inspection import HierarchyDisplay, SegmentationDisplay

image = chelsea()
dic = DeepImageClustering(random_state=0).fit(image)
HierarchyDisplay.from_estimator(dic)
plt.show()

# %%
# Many answers
# ------------
# ``segment`` cuts the tree again, without another fit. Each region lies within one of the coarser.
_, axes = plt.subplots(1, 4, figsize=(11, 2.6), layout="constrained")
cuts = {"auto": dic.labels_} | {str(n): dic.segment(n_segments=n) for n in (3, 8, 60)}
for ax, (name, labels) in zip(axes, cuts.items(), strict=True):
    SegmentationDisplay.from_predictions(image, labels, kind="mean", ax=ax)
    ax.set_title(f"n_segments={name}\n{labels.max() + 1} regions", fontsize="medium")
plt.show()

# %%
# Without a network
# -----------------
# `RegionMerging` builds such a tree of colours, textures and borders alone, in a second or less.
merging = RegionMerging(n_segments=8).fit(image)
SegmentationDisplay.from_predictions(image, merging.labels_, kind="mean")
plt.show()
