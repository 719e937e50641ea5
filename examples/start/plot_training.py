"""
Watching the training
=====================

Figures 6 and 7 of the paper show how labels merge while the network is trained. Here they are for
a photograph of a cat.
"""

# %%
# The labels at some epochs
# -------------------------
# The same ``random_state`` draws the same weights, so a fit that ends early is the beginning of a
# longer one. ``tol=None`` trains until ``max_iter``.
import matplotlib.pyplot as plt
from skimage.data import chelsea

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import LossCurveDisplay, SegmentationDisplay

image = chelsea()[::3, ::3]
epochs = [1, 3, 8, 40]
figure, axes = plt.subplots(2, 2, figsize=(7.5, 5.6), layout="constrained")
for max_iter, ax in zip(epochs, axes.flat, strict=True):
    dic = DeepImageClustering(64, n_segments=None, max_iter=max_iter, tol=None, random_state=0).fit(
        image
    )
    SegmentationDisplay.from_predictions(image, dic.labels_, kind="labels", ax=ax)
    ax.set_title(f"epoch {dic.n_iter_}: {dic.n_clusters_} labels", fontsize="medium")
plt.show()

# %%
# Loss and number of labels
# -------------------------
# The loss falls, and labels merge most in the first epochs.
LossCurveDisplay.from_estimator(dic)
plt.show()

# %%
# Three seeds
# -----------
# Other seeds draw other weights, and take another way. `LossCurveDisplay` can draw them together,
# from the curves alone.
fits = [
    DeepImageClustering(64, n_segments=None, max_iter=40, tol=None, random_state=s).fit(image)
    for s in range(3)
]
LossCurveDisplay(
    [fit.loss_curve_ for fit in fits],
    [fit.n_labels_curve_ for fit in fits],
    names=["seed 0", "seed 1", "seed 2"],
).plot()
plt.show()
