"""
Sharper classes by regions
==========================

A classifier or a network names pixels, but its borders are soft or scattered. Regions follow the
borders of the image, but have no names. `SuperpixelCRF` joins the two.
"""

# %%
# Scores of a classifier
# ----------------------
# Eight strokes of a person teach a linear classifier, on colours and on features that a network
# learned without annotations. Any other network does as well: all that is needed are its scores of
# K classes, of shape (H, W, K).
import matplotlib.pyplot as plt
import numpy as np
from skimage.color import rgb2lab
from skimage.data import immunohistochemistry
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.semantic import SuperpixelCRF

image = immunohistochemistry()[::4, ::4]
dic = DeepImageClustering(n_clusters=24, n_segments=None, max_iter=15, random_state=0)
features = np.concatenate([rgb2lab(image), dic.fit(image).transform(image)], axis=2)
strokes = [  # row, first column, last column, class: gland, tissue or background
    (15, 25, 55, 0),
    (112, 12, 32, 0),
    (30, 78, 94, 0),
    (95, 72, 92, 0),
    (60, 50, 70, 1),
    (60, 110, 125, 1),
    (112, 100, 120, 1),
    (83, 1, 6, 2),
]
marked = np.full(image.shape[:2], -1)
for row, first, last, label in strokes:
    marked[row - 1 : row + 2, first:last] = label
where = marked >= 0
classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
classifier.fit(features[where], marked[where])
scores = classifier.predict_proba(features.reshape(where.size, -1)).reshape(*where.shape, -1)
print(scores.shape)

# %%
# Sharpened
# ---------
# Regions of three sizes are found, and vote with their mean scores. A pixel whose class wins no
# region nearby keeps it (``fidelity``); with ``fidelity=0`` all pixels follow their regions.
crf = SuperpixelCRF()
classes = {
    "of the classifier": scores.argmax(axis=2),
    "sharpened": crf.predict(image, scores=scores),
    "fidelity=0": SuperpixelCRF(fidelity=0).predict(image, scores=scores),
}
changed = np.mean(classes["sharpened"] != classes["of the classifier"])
print(f"{changed:.0%} of the pixels have another class")

figure, axes = plt.subplots(1, 3, figsize=(11, 4.2), layout="constrained")
SegmentationDisplay.from_predictions([image] * 3, list(classes.values()), ax=axes)
for ax, name in zip(axes, classes, strict=True):
    ax.set_title(name)
plt.show()

# %%
# With annotated images, ``fit(images, annotations)`` learns which borders lie between classes, and
# a search finds the parameters: :doc:`/semantic`.
