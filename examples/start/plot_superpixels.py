"""
Choosing superpixels, and bringing your own
===========================================

All pixels of a superpixel vote for the same label, so a boundary that the superpixels miss is lost,
and a false boundary may stay. Look at them first.
"""

# %%
# The methods that need no extra package, on one photograph: above their superpixels, below the
# labels of the network after their votes, ``n_segments=None``. SLIC and the watershed make about
# as many superpixels as requested, and not exactly so many.
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
    FileSuperpixels,
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
# In a list each superpixel method has a vote at every pixel. A boundary that all of them have is
# more likely to stay.
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
# A label map is data, so it is passed with the image, to ``fit`` and to ``predict``. Here it is a
# grid of squares, which ignores the picture, and so does the answer.
rows, columns = np.indices(image.shape[:2]) // 7
squares = rows * 1000 + columns
dic = DeepImageClustering(n_segments=None, max_iter=50, random_state=0)
dic.fit(image, superpixels=squares)
SegmentationDisplay.from_estimator(dic, image, superpixels=squares, kind=["superpixels", "mean"])
plt.show()

# %%
# Superpixels that another program wrote, such as the MATLAB files of MCG and gPb-UCM, are read by
# `FileSuperpixels`. Its template finds the file of an image by the path of the image, so images are
# passed as paths. With ``n_segments`` it cuts contour maps (``ucm2``) instead of reading label
# maps.
with tempfile.TemporaryDirectory() as folder:
    photograph = Path(folder, "china.png")
    imsave(photograph, image)
    np.save(Path(folder, "china.npy"), FelzenszwalbSuperpixels().fit_transform(image))

    from_files = FileSuperpixels(f"{folder}/{{stem}}.npy")
    dic = DeepImageClustering(superpixels=from_files, n_segments=None, max_iter=10, random_state=0)
    labels = dic.fit_predict(photograph)
print(labels.shape, f"{dic.superpixel_labels_.max() + 1} superpixels, {labels.max() + 1} labels")
