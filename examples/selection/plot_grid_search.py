"""
A grid search over the numbers of clusters and centres
======================================================

The paper tries seven pairs of ``n_clusters`` (its "SPN") and ``n_centers`` (its M) on each image,
and reports the best pair for all images, and the best pair for each. With annotated images, this
is scikit-learn's `GridSearchCV`.
"""

# %%
# Two photographs, and annotations that were drawn for this example with ellipses: a cup, the
# coffee in it, and its saucer; and two flowers.
import matplotlib.pyplot as plt
import numpy as np
from skimage.data import coffee
from skimage.draw import ellipse
from sklearn.datasets import load_sample_image
from sklearn.model_selection import GridSearchCV

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.metrics import SCORERS
from sklearn_dic.model_selection import PerImageSplit, optimal_scale


def annotate(image, ellipses):
    """Draw (row, column, half height, half width), later ones over earlier ones."""
    labels = np.zeros(image.shape[:2], int)
    for label, shape in enumerate(ellipses, start=1):
        labels[ellipse(*shape, shape=labels.shape)] = label
    return labels


images = [coffee(), load_sample_image("flower.jpg")]
annotations = [
    annotate(images[0], [(233, 277, 153, 202), (158, 286, 145, 116), (145, 283, 58, 84)]),
    annotate(images[1], [(222, 309, 138, 139), (440, 368, 66, 80)]),
]
images = [image[::4, ::4] for image in images]
annotations = [labels[::4, ::4] for labels in annotations]
SegmentationDisplay.from_predictions(images, annotations, kind="boundaries", shared_labels=False)
plt.show()

# %%
# The search
# ----------
# `PerImageSplit` fits each setting to each image alone, and scores it there. `SCORERS` are the
# five measures of the literature, of which a higher value is always better; ``refit`` names the
# measure that chooses. ``n_jobs=2`` runs two fits at a time.
search = GridSearchCV(
    DeepImageClustering(n_segments=None, max_iter=20, random_state=0),
    {"n_clusters": [10, 30, 90], "n_centers": [8, 32]},
    scoring=SCORERS,
    refit="segmentation_covering",
    cv=PerImageSplit(),
    n_jobs=2,
)
search.fit(images, annotations)
print(search.best_params_)

# %%
# ``refit`` trained the best setting once more, as a single network for both images.
SegmentationDisplay.from_estimator(search, images, kind=["image", "mean"])
plt.show()

# %%
# ODS and OIS
# -----------
# `optimal_scale` reads the two protocols from the same results: the optimal data set scale is the
# best single setting for all images, the optimal image scale the best setting for each. Each
# measure may choose for itself, or a single measure, marked by the star, for all.
scale = optimal_scale(search.cv_results_)
print(scale)

# %%
# Which setting is the best for each image, by the probabilistic Rand index:
for params in scale.ois_params["probabilistic_rand_index"]:
    print(params)

# %%
# The scores of single images are in ``cv_results_``.
scores = np.array([search.cv_results_[f"split{i}_test_segmentation_covering"] for i in range(2)])
figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
places = np.arange(scores.shape[1])
for values, name, marker in zip(scores, ["coffee", "flower"], "os", strict=True):
    ax.plot(places, values, marker, label=name)
settings = [f"C={p['n_clusters']}\nM={p['n_centers']}" for p in search.cv_results_["params"]]
ax.set(xticks=places, xticklabels=settings, ylabel="segmentation covering", ylim=(0, 1))
ax.legend()
plt.show()
