"""
Masks, and superpixels of each image
====================================

A ``sample_mask`` leaves pixels out, and ``superpixels`` are label maps that belong to the images.
Both are passed with the images, and not to the constructor. They are metadata: scikit-learn's
routing carries them through pipelines and searches.
"""

# %%
# The camera saw a retina through a round opening. The black rim shall not be a region,
# nor have a part in the training.
import matplotlib.pyplot as plt
import numpy as np
from skimage.data import retina
from skimage.filters import gaussian
from sklearn import config_context
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_dic import DeepImageClustering, PerImage
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.superpixels import SLICSuperpixels

image = retina()[::8, ::8]
mask = gaussian(image.mean(axis=2), 2) > 25
dic = DeepImageClustering(n_clusters=24, random_state=0)
labels = dic.fit(image, sample_mask=mask).labels_
print("regions", np.unique(labels), "where -1 is outside of the mask")

# %%
# Pixels without a label have no colour.
SegmentationDisplay.from_predictions(image, labels, kind=["image", "boundaries", "mean"])
plt.show()

# %%
# Superpixels that belong to the images
# -------------------------------------
# A collection has an entry for each image, of superpixels and of masks. These superpixels vote the
# labels of the network.
halves = [image[:, :88], image[:, 88:]]
masks = [mask[:, :88], mask[:, 88:]]
maps = [np.asarray(SLICSuperpixels(n_segments=150).fit_transform(half)) for half in halves]
per_image = PerImage(
    DeepImageClustering(n_clusters=24, n_segments=None, max_iter=20, random_state=0)
)
per_image.fit(halves, superpixels=maps, sample_mask=masks)
print("labels of each half:", [fitted.n_clusters_ for fitted in per_image.estimators_])

# %%
# Through a Pipeline
# ------------------
# With metadata routing, a step requests metadata, and the Pipeline passes it on.
with config_context(enable_metadata_routing=True):
    step = DeepImageClustering(n_clusters=24, n_segments=None, max_iter=20, random_state=0)
    step.set_fit_request(superpixels=True, sample_mask=True)
    pipeline = make_pipeline(FunctionTransformer(gaussian, kw_args={"channel_axis": -1}), step)
    pipeline.fit(image, superpixels=SLICSuperpixels(150).fit_transform(image), sample_mask=mask)
print(pipeline[-1].n_clusters_, "labels")
