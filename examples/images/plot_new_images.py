"""
A trained network on new images
===============================

``fit`` trains a network on a part of a tissue section; ``predict`` labels the rest with it, in a
fraction of the time. ``n_segments=None`` asks for the labels of the network, which mean the same
in both parts.
"""

# %%
# The section is cut into a part for the training and a part that the network has not seen.
import time

import matplotlib.pyplot as plt
from skimage.data import immunohistochemistry

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay

section = immunohistochemistry()[::2, ::2]
seen, unseen = section[:128], section[128:]

dic = DeepImageClustering(n_clusters=16, n_segments=None, random_state=0)
start = time.perf_counter()
dic.fit(seen)
fitted = time.perf_counter()
labels = dic.predict(unseen)
print(f"fit: {fitted - start:.1f} s, predict: {time.perf_counter() - fitted:.1f} s")

# %%
display = SegmentationDisplay.from_estimator(dic, [seen, unseen], kind=["image", "overlay"])
for ax, name in zip(display.axes_[:, 0], ["seen", "unseen"], strict=True):
    ax.set_title(name, fontsize="medium")
plt.show()

# %%
# ``predict_proba`` gives the probability of each label of the network at each pixel, before the
# superpixels vote. The largest probability is small where two labels meet.
probabilities = dic.predict_proba(unseen)
figure, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
shown = ax.imshow(probabilities.max(axis=2), cmap="cividis")
ax.set_axis_off()
figure.colorbar(shown, label="largest probability")
plt.show()
