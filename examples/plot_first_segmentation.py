"""
Segment a photograph
====================

A few lines cut a photograph into regions. Nothing was learned before: the network is trained
on this one image, and its superpixels tell it which pixels belong together.
"""

# %%
# The photograph comes with scikit-image. Any array of shape (H, W) or (H, W, C) would do, and
# so would the path of a file.
import matplotlib.pyplot as plt
from skimage.color import label2rgb
from skimage.data import coffee
from skimage.segmentation import mark_boundaries

from sklearn_dic import DeepImageClustering

image = coffee()
dic = DeepImageClustering(n_clusters=32, random_state=0).fit(image)

# %%
# ``n_clusters`` is the largest number of labels. Far fewer are left, since superpixels
# that look alike to the network take the same one.
print(f"{dic.n_clusters_} labels after {dic.n_iter_} epochs, stopped by {dic.stopped_by_}")

# %%
# The superpixels that voted, and the answer with each label in its mean colour.
figure, axes = plt.subplots(1, 3, figsize=(12, 3), layout="constrained")
pictures = {
    "photograph": image,
    "superpixels": mark_boundaries(image, dic.superpixel_labels_),
    "labels": label2rgb(dic.labels_, image, kind="avg", bg_label=-1),
}
for ax, (title, picture) in zip(axes, pictures.items(), strict=True):
    ax.imshow(picture)
    ax.set_title(title)
    ax.axis("off")

# %%
# The loss falls while labels merge.
figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
ax.plot(dic.loss_curve_, label="loss")
ax.set_xlabel("epoch")
ax.set_ylabel("loss")
labels_ax = ax.twinx()
labels_ax.plot(dic.n_labels_curve_, color="C1")
labels_ax.set_ylabel("labels", color="C1")
plt.show()
