"""
Segment a photograph
====================

A few lines cut a photograph into regions. Nothing was learned before: the network is trained
on this image alone, and superpixels vote which pixels belong together.
"""

# %%
# The photograph comes with scikit-image. Any array of shape (H, W) or (H, W, C) would do, and
# so would the path of a file.
import matplotlib.pyplot as plt
from skimage.data import coffee

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import LossCurveDisplay, SegmentationDisplay

# sphinx_gallery_thumbnail_number = 2
image = coffee()[::2, ::2]
dic = DeepImageClustering(n_clusters=32, random_state=0).fit(image)

# %%
# ``n_clusters`` is the largest number of labels that the network may use. Training merges them,
# since superpixels that look alike to the network take the same label. The learned features then
# decide, together with colours and borders, which superpixels are merged into a region.
print(f"labels of the network: {dic.n_clusters_}")
print(f"{dic.n_iter_} epochs, stopped by {dic.stopped_by_}")
print(f"{dic.labels_.max() + 1} regions")

# %%
# The superpixels that voted, and the answer with each region in its mean colour.
SegmentationDisplay.from_estimator(dic, image, kind=["image", "superpixels", "mean"])
plt.show()

# %%
# The same regions in colours of their own, over the photograph in grey.
SegmentationDisplay.from_estimator(dic, image, kind="overlay")
plt.show()

# %%
# The loss falls while labels merge.
LossCurveDisplay.from_estimator(dic)
plt.show()

# %%
# In a notebook, the estimator shows its parameters and a thumbnail.
dic
