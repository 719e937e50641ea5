"""
Searching for superpixels
=========================

Superpixels are a parameter like any other, and have parameters of their own. Besides the grid, a
search may draw settings at random, or give more epochs to fewer settings.
"""

# %%
# A photograph of flowers and an annotation, drawn for this example with two ellipses.
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import randint
from skimage.draw import ellipse
from sklearn.datasets import load_sample_image
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 # for its effect
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.metrics import SCORERS
from sklearn_dic.model_selection import PerImageSplit
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels

# sphinx_gallery_thumbnail_number = 2
image = load_sample_image("flower.jpg")
annotation = np.zeros(image.shape[:2], int)
annotation[ellipse(222, 309, 138, 139, shape=annotation.shape)] = 1
annotation[ellipse(440, 368, 66, 80, shape=annotation.shape)] = 2
images, annotations = [image[::4, ::4]], [annotation[::4, ::4]]
dic = DeepImageClustering(n_clusters=16, n_segments=None, max_iter=16, random_state=0)
common = {"scoring": SCORERS["segmentation_covering"], "cv": PerImageSplit()}

# %%
# A grid
# ------
# A list of grids has a grid for each superpixel method. Only the scores are wanted here, so
# ``refit=False`` leaves out the fit of the best setting to all images. ``error_score`` is the
# score of a setting that fails; "raise" stops there.
search = GridSearchCV(
    dic,
    [
        {"superpixels": [FelzenszwalbSuperpixels()], "superpixels__scale": [30, 100, 300]},
        {"superpixels": [SLICSuperpixels()], "superpixels__n_segments": [50, 200, 800]},
    ],
    refit=False,
    error_score="raise",
    **common,
).fit(images, annotations)

results = search.cv_results_
names = [
    type(params["superpixels"]).__name__.removesuffix("Superpixels")
    + "\n"
    + ", ".join(f"{k.split('__')[1]}={v}" for k, v in params.items() if "__" in k)
    for params in results["params"]
]
figure, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
bars = ax.barh(names, results["mean_test_score"])
ax.bar_label(bars, fmt="%.2f", padding=3)
ax.invert_yaxis()
ax.set(xlabel="segmentation covering", xlim=(0, 1))
plt.show()

# %%
# At random
# ---------
# `RandomizedSearchCV` draws settings from lists and distributions.
drawn = RandomizedSearchCV(
    dic,
    {
        "n_clusters": randint(4, 64),
        "superpixels": ["felzenszwalb", "slic", "watershed"],
        "connected_components": [False, True],
    },
    n_iter=4,
    random_state=0,
    **common,
).fit(images, annotations)
print(drawn.best_params_)
print(f"segmentation covering {drawn.best_score_:.3f}")

# %%
# More epochs for fewer settings
# ------------------------------
# `HalvingGridSearchCV` takes the epochs as its resource: all settings are trained for four, the
# better half for eight, and the best for sixteen.
halving = HalvingGridSearchCV(
    dic,
    {"n_clusters": [8, 16, 32, 64]},
    resource="max_iter",
    min_resources=4,
    max_resources=16,
    factor=2,
    **common,
).fit(images, annotations)
print(halving.n_candidates_, "settings with", halving.n_resources_, "epochs")
print(halving.best_params_)

# %%
# A search is an estimator as well, and can be drawn.
SegmentationDisplay.from_estimator(drawn, images[0], kind=["image", "boundaries", "mean"])
plt.show()
