"""
Beside other methods
====================

The same photograph, segmented by k-means, SLIC, Felzenszwalb, mean shift, normalised cuts and deep
image clustering, each in a setting that suits pictures of this size, with the measures of agreement
with one annotation. A single picture proves nothing, and this is not our best:
the benchmarks have tables of many pictures.
"""

# %%
# A photograph of a cup, and an annotation drawn for this example with three ellipses.
import matplotlib.pyplot as plt
import numpy as np
from skimage import graph
from skimage.color import rgb2lab
from skimage.data import coffee
from skimage.draw import ellipse
from skimage.segmentation import felzenszwalb, slic
from sklearn.cluster import KMeans, MeanShift

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.metrics import segmentation_report

image = coffee()
annotation = np.zeros(image.shape[:2], int)
for label, shape in enumerate(
    [(233, 277, 153, 202), (158, 286, 145, 116), (145, 283, 58, 84)], start=1
):
    annotation[ellipse(*shape, shape=annotation.shape)] = label
image, annotation = image[::2, ::2], annotation[::2, ::2]


def normalised_cuts(picture):
    """Cut the graph of 400 superpixels by colour."""
    superpixels = slic(picture, n_segments=400, compactness=30, start_label=0)
    similarity = graph.rag_mean_color(picture, superpixels, mode="similarity")
    return graph.cut_normalized(superpixels, similarity, rng=0)


def cluster(picture, method):
    """Cluster the colours in Lab."""
    colors = rgb2lab(picture).reshape(-1, 3)
    return method.fit(colors[::7]).predict(colors).reshape(picture.shape[:2])


answers = {
    "annotation": annotation,
    "k-means": cluster(image, KMeans(8, n_init=1, random_state=0)),
    "SLIC": slic(image, n_segments=30, start_label=0),
    "Felzenszwalb": felzenszwalb(image, scale=300, sigma=0.8, min_size=50),
    "mean shift": cluster(image, MeanShift(bandwidth=12, bin_seeding=True)),
    "normalised cuts": normalised_cuts(image),
    "DIC": DeepImageClustering(random_state=0).fit_predict(image),
    "DIC, labels": DeepImageClustering(n_segments=None, random_state=0).fit_predict(image),
}

# %%
# Each label in its mean colour. The numbers are how many labels there are, the probabilistic Rand
# index (higher is better) and the variation of information (lower is better).
figure, axes = plt.subplots(2, 4, figsize=(11, 5), layout="constrained")
for (name, labels), ax in zip(answers.items(), axes.flat, strict=True):
    SegmentationDisplay.from_predictions(image, labels, kind="mean", ax=ax)
    report = segmentation_report(annotation, labels)
    scores = f"{report.probabilistic_rand_index:.2f}, {report.variation_of_information:.2f}"
    ax.set_title(f"{name}: {len(np.unique(labels))}\n{scores}", fontsize="medium")
plt.show()

# %%
# The annotation has the cup, the coffee in it, and the saucer, each whole; normalised cuts come
# closest. All other methods divide the china by light and shade.

# %%
# All five measures of one answer.
print(segmentation_report(annotation, answers["DIC"]))
