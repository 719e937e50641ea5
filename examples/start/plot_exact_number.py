"""
An exact number of regions
==========================

`RegionMerging` merges superpixels, the most alike in colours, borders and learned features first.
It keeps the tree of all merges, so that a single fit gives every number of regions.
"""

# %%
# One fit
# -------
# ``n_segments="auto"``, the default, cuts the tree of merges where photographs usually have their
# regions.

# sphinx_gallery_thumbnail_number = 2
import matplotlib.pyplot as plt
from sklearn.datasets import load_sample_image

from sklearn_dic import DeepImageClustering, RegionMerging
from sklearn_dic.inspection import HierarchyDisplay, SegmentationDisplay

image = load_sample_image("flower.jpg")[::2, ::2]
dic = DeepImageClustering(random_state=0).fit(image)
HierarchyDisplay.from_estimator(dic)
plt.show()

# %%
# On the left, the darker a contour, the longer its two sides stay apart when regions merge; on the
# right, how many are left at each distance. A grey line is the cut of "auto".

# %%
# Many answers
# ------------
# `DeepImageClustering` keeps the fitted `RegionMerging`, whose ``segment`` cuts the tree again,
# without another fit. Each region lies within a region of the coarser segmentations.
_, axes = plt.subplots(2, 2, figsize=(7.5, 5.8), layout="constrained")
cuts = {'"auto"': dic.labels_}
cuts |= {str(n): dic.region_merging_.segment(n_segments=n) for n in (3, 8, 60)}
for ax, (name, labels) in zip(axes.flat, cuts.items(), strict=True):
    SegmentationDisplay.from_predictions(image, labels, kind="mean", ax=ax)
    ax.set_title(f"n_segments={name}: {labels.max() + 1} regions", fontsize="medium")
plt.show()

# %%
# Without a network
# -----------------
# `RegionMerging` alone builds such a tree from colours, textures and borders, in two seconds or
# less.
merging = RegionMerging(n_segments=8).fit(image)
SegmentationDisplay.from_predictions(image, merging.labels_, kind="mean")
plt.show()
