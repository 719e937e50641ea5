"""
Beside other methods
====================

One photograph, segmented by the systems that the paper compares with and by those of this package,
in the manner of its Figure 5. A single picture proves nothing: the benchmarks have tables of many
pictures.
"""

# %%
# A photograph of a cup, and an annotation drawn for this example with three ellipses.
import matplotlib.pyplot as plt
import numpy as np
from skimage.data import coffee
from skimage.draw import ellipse

from sklearn_dic.inspection import compare
from sklearn_dic.peers import SAS, KMeansPixels, NormalizedCuts

image = coffee()
annotation = np.zeros(image.shape[:2], int)
for label, shape in enumerate(
    [(233, 277, 153, 202), (158, 286, 145, 116), (145, 283, 58, 84)], start=1
):
    annotation[ellipse(*shape, shape=annotation.shape)] = label
image, annotation = image[::4, ::4], annotation[::4, ::4]

# %%
# Methods are names, for their default setting, or estimators. Some of them want to be told the
# number of segments.
methods = [
    "DeepImageClustering",
    "RegionMerging",
    KMeansPixels(n_segments=4),
    "GraphBased",
    "MeanShift",
    NormalizedCuts(n_segments=4),
    SAS(n_segments=4),
    "JSEG",
    "NormalizedTreePartitioning",
]
comparison = compare(image, methods, annotation, verbose=0)
comparison.plot()
plt.show()

# %%
# All five measures. A higher PRI and SC are better, and a lower VoI, GCE and BDE.
print(comparison)

# %%
# The same answers, each label in its mean colour.
comparison.plot(kind="mean")
plt.show()
