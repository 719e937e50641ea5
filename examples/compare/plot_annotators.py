"""
Measuring against several annotators
====================================

People do not agree on where to cut a picture, and none of them is wrong. The measures compare a
segmentation with all annotations.
"""

# %%
# Three annotations of one photograph, drawn for this example with ellipses: the first person sees a
# cup on a table, the second also separates the saucer, and the third the coffee in the cup as well.
import matplotlib.pyplot as plt
import numpy as np
from skimage.data import coffee
from skimage.draw import ellipse

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.metrics import boundary_scores, segmentation_report

image = coffee()
saucer = ellipse(233, 277, 153, 202, shape=image.shape[:2])
cup = ellipse(158, 286, 145, 116, shape=image.shape[:2])
inside = ellipse(145, 283, 58, 84, shape=image.shape[:2])
annotations = []
for parts in ([np.hstack([saucer, cup])], [saucer, cup], [saucer, cup, inside]):
    labels = np.zeros(image.shape[:2], int)
    for label, part in enumerate(parts, start=1):
        labels[tuple(part)] = label
    annotations.append(labels[::2, ::2])
image = image[::2, ::2]

figure, grid = plt.subplots(2, 2, figsize=(7.5, 5.6), layout="constrained")
axes = grid.ravel()
for number, (labels, ax) in enumerate(zip(annotations, axes, strict=False)):
    SegmentationDisplay.from_predictions(image, labels, kind="boundaries", ax=ax)
    ax.set_title(f"annotator {number}", fontsize="medium")
dic = DeepImageClustering(random_state=0).fit(image)
SegmentationDisplay.from_predictions(image, dic.labels_, kind="boundaries", ax=axes[3])
axes[3].set_title(f"DIC, {dic.labels_.max() + 1} regions", fontsize="medium")
plt.show()

# %%
# The report
# ----------
# The annotations of an image are passed as a list; for several images, a list of such lists.
print(segmentation_report(annotations, dic.labels_))

# %%
# For comparison, each annotator against the others:
for number, labels in enumerate(annotations):
    others = annotations[:number] + annotations[number + 1 :]
    report = segmentation_report(others, labels)
    print(f"annotator {number}: {report.probabilistic_rand_index:.3f}")

# %%
# People agree with each other far better than the regions do with them: these divide the table, the
# saucer and the cup where light falls on them.

# %%
# Boundaries
# ----------
# Precision is the share of the boundary of the segmentation that some annotator has, recall the
# share of the annotated boundaries that the segmentation has.
precision, recall, f_score = boundary_scores(annotations, dic.labels_)
print(f"precision {precision:.2f}, recall {recall:.2f}, F {f_score:.2f}")

# %%
# ``ignore_label`` leaves out pixels that nobody annotated.
partly = annotations[2].copy()
partly[:, :60] = 255
print(segmentation_report(partly, dic.labels_, ignore_label=255))
