"""
When the number is wrong
========================

Most systems that the paper compares with must be told the number of segments. The network of deep
image clustering has a largest number of labels instead, of which few are left, so a wrong number
changes less.
"""

# %%
# The photograph and the annotation of :doc:`plot_other_methods`.
import matplotlib.pyplot as plt
import numpy as np
from skimage.data import coffee
from skimage.draw import ellipse

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import compare
from sklearn_dic.peers import SAS, KMeansPixels

image = coffee()
annotation = np.zeros(image.shape[:2], int)
for label, shape in enumerate(
    [(233, 277, 153, 202), (158, 286, 145, 116), (145, 283, 58, 84)], start=1
):
    annotation[ellipse(*shape, shape=annotation.shape)] = label
image, annotation = image[::4, ::4], annotation[::4, ::4]

# %%
# Three methods with three numbers each: k-means and SAS give as many segments, and deep image
# clustering at most as many labels.
numbers = [5, 20, 100]
methods = {}
for number in numbers:
    methods |= {
        f"KMeansPixels {number}": KMeansPixels(number),
        f"SAS {number}": SAS(number),
        f"DIC {number}": DeepImageClustering(
            number, n_segments=None, max_iter=12, min_clusters=2, random_state=0
        ),
    }
comparison = compare(image, methods, annotation, verbose=0)
print(comparison)

# %%
# A row for each number.
figure, axes = plt.subplots(3, 3, figsize=(9, 7.4), layout="constrained")
unused = plt.figure().subplots(1, 2)  # for the image and the annotation
comparison.plot(kind="mean", ax=[*unused, *axes.ravel()])
plt.close(unused[0].figure)
plt.show()

# %%
# Agreement with the annotation: the variation of information, of which less is better.
_, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
for place, name in enumerate(["k-means", "SAS", "DIC"]):
    scores = [result.scores for result in comparison.results[place::3]]
    ax.plot(numbers, [score["variation_of_information"] for score in scores], "o-", label=name)
ax.set(xlabel="number that the method is told", ylabel="variation of information (bits)")
ax.legend()
plt.show()
