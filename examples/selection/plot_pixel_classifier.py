"""
Features for a supervised pixel classifier
==========================================

``transform`` gives the learned features of every pixel. With a few pixels marked by a person, a
linear classifier of scikit-learn names all the others.
"""

# %%
# A network is trained on the section without any annotation. The features have the size of the
# image, whatever the resolution of the training.
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from skimage.data import immunohistochemistry
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay

image = immunohistochemistry()[::4, ::4]
dic = DeepImageClustering(n_clusters=24, max_iter=30, random_state=0)
features = dic.fit(image).transform(image)
print(features.shape)

# %%
# Strokes of a person
# -------------------
# Eight short strokes, as (row, first column, last column, class), mark glands, the tissue between
# them, and the empty background.
names = ["gland", "tissue", "background"]
strokes = [
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
print(f"{where.sum()} of {where.size} pixels are marked")

# %%
# The classifier
# --------------
# A learned feature describes the surroundings of a pixel, its colour alone does not: the answer
# from colours is scattered, that from features comes in patches, for better and, at the upper
# right, for worse.
classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
answers = {}
for name, table in {"colours": image / 255, "features": features}.items():
    classifier.fit(table[where], marked[where])
    predicted = classifier.predict(table.reshape(-1, table.shape[2]))
    answers[name] = predicted.reshape(where.shape)

figure, axes = plt.subplots(1, 3, figsize=(11, 5), layout="constrained")
display = SegmentationDisplay.from_predictions([image, image], list(answers.values()), ax=axes[1:])
for ax, (name, answer) in zip(axes[1:], answers.items(), strict=True):
    shares = [f"{named} {np.mean(answer == i):.0%}" for i, named in enumerate(names)]
    ax.set_title(f"from {name}\n{', '.join(shares)}", fontsize="medium")
colors = ListedColormap([display.label_colors_[0][i] for i in range(3)])
axes[0].imshow(image)
axes[0].imshow(np.ma.masked_where(~where, marked), cmap=colors, vmin=0, vmax=2)
axes[0].set_axis_off()
axes[0].set_title("the marks", fontsize="medium")
handles = [Patch(color=colors(i), label=name) for i, name in enumerate(names)]
figure.legend(handles=handles, loc="outside lower center", ncols=3)
plt.show()
