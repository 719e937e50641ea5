"""
In a Pipeline with preprocessing
================================

Preprocessing, superpixels and clustering are steps of a Pipeline. A superpixel step passes on the
picture together with its superpixels, and ``memory`` keeps the results of steps that do not change.
"""

# %%
# The image is smoothed, which removes the grain of the wood, and cut into superpixels, which vote
# in the training. The function of a `FunctionTransformer` receives the input of the Pipeline, here
# an image.
import tempfile

import joblib
import matplotlib.pyplot as plt
from skimage.data import coffee
from skimage.restoration import denoise_bilateral
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.superpixels import FelzenszwalbSuperpixels

image = coffee()[::3, ::3]


def smooth(picture, sigma=2.0):
    """Smooth within regions, and not across edges."""
    return denoise_bilateral(
        picture, sigma_color=0.1, sigma_spatial=sigma, mode="edge", channel_axis=-1
    )


pipeline = make_pipeline(
    FunctionTransformer(smooth),
    FelzenszwalbSuperpixels(),
    DeepImageClustering(random_state=0),
)
pipeline.fit(image)
SegmentationDisplay.from_estimator(pipeline, image, kind=["superpixels", "overlay", "mean"])
plt.show()

# %%
# Parameters of all steps
# -----------------------
# They have names with two underscores. With ``memory`` the smoothed image and its superpixels are
# computed once for all four fits, and read from the disk afterwards. These are the labels of the
# network, of which training leaves fewer than ``n_clusters``.
with tempfile.TemporaryDirectory() as folder:
    pipeline.set_params(memory=joblib.Memory(folder, verbose=0))
    pipeline.set_params(deepimageclustering__n_segments=None)
    figure, axes = plt.subplots(2, 2, figsize=(7.5, 5.6), layout="constrained")
    for n_clusters, ax in zip([4, 8, 16, 64], axes.flat, strict=True):
        pipeline.set_params(deepimageclustering__n_clusters=n_clusters).fit(image)
        labels = pipeline[-1].labels_
        SegmentationDisplay.from_predictions(image, labels, kind="mean", ax=ax)
        ax.set_title(f"n_clusters={n_clusters}: {labels.max() + 1} labels", fontsize="medium")
plt.show()
pipeline
