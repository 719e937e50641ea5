"""
Choosing superpixels, and bringing your own
===========================================

All pixels of a superpixel take one label, so a boundary that the superpixels miss is lost, and one
that they invent may stay. It pays to look at them first.
"""

# %%
# The methods that need no extra package, on one photograph: above their superpixels, below the
# labels that the network comes to with them, ``n_segments=None``. How many superpixels SLIC and
# the watershed make is near what they are told, and not exactly that.
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from skimage.io import imsave
from sklearn.datasets import load_sample_image

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.superpixels import (
    FelzenszwalbSuperpixels,
    MCGSuperpixels,
    QuickshiftSuperpixels,
    SLICSuperpixels,
    WatershedSuperpixels,
)

image = load_sample_image("china.jpg")[::4, ::4]
methods = [
    FelzenszwalbSuperpixels(),
    SLICSuperpixels(n_segments=200),
    WatershedSuperpixels(n_segments=200),
    QuickshiftSuperpixels(),
]
figure, axes = plt.subplots(2, 4, figsize=(12, 5), layout="constrained")
for method, (above, below) in zip(methods, axes.T, strict=True):
    superpixels = method.fit_transform(image)
    dic = DeepImageClustering(superpixels=method, n_segments=None, max_iter=50, random_state=0)
    SegmentationDisplay.from_predictions(image, superpixels, kind="boundaries", ax=above)
    SegmentationDisplay.from_predictions(image, dic.fit_predict(image), kind="mean", ax=below)
    name = type(method).__name__.removesuffix("Superpixels")
    above.set_title(f"{name}: {superpixels.max() + 1}", fontsize="medium")
plt.show()

# %%
# Several superpixel maps at once have one vote each at every pixel. A boundary that all of them
# have is more likely to stay.
both = DeepImageClustering(
    superpixels=["felzenszwalb", SLICSuperpixels(n_segments=400)],
    n_segments=None,
    random_state=0,
)
SegmentationDisplay.from_estimator(both.fit(image), image, kind=["superpixels", "overlay", "mean"])
plt.show()

# %%
# Your own
# --------
# A label map of the image, from wherever it comes, is passed as it is. Here it is a grid of
# squares, which knows nothing of the picture, and the answer shows it.
rows, columns = np.indices(image.shape[:2]) // 7
squares = rows * 1000 + columns
dic = DeepImageClustering(superpixels=squares, n_segments=None, max_iter=50, random_state=0)
dic.fit(image)
SegmentationDisplay.from_estimator(dic, image, kind=["superpixels", "mean"])
plt.show()

# %%
# Superpixels that another program wrote, such as the MATLAB files of MCG and gPb-UCM, are read by
# `MCGSuperpixels`. The template finds the file that belongs to an image, so images are given as
# paths. With ``n_segments`` it cuts contour maps (``ucm2``) instead of reading label maps.
with tempfile.TemporaryDirectory() as folder:
    photograph = Path(folder, "china.png")
    imsave(photograph, image)
    np.save(Path(folder, "china.npy"), FelzenszwalbSuperpixels().fit_transform(image))

    from_files = MCGSuperpixels(f"{folder}/{{stem}}.npy")
    dic = DeepImageClustering(superpixels=from_files, max_iter=10, random_state=0)
    labels = dic.fit_predict(photograph)
print(labels.shape, f"{dic.superpixel_labels_.max() + 1} superpixels, {labels.max() + 1} regions")
