"""
Frames with consistent labels
=============================

A collection is fitted with a single network. With ``n_segments=None`` the answer is its labels,
which mean the same in each image: for frames of a video, slices of a stack, or tiles of a mosaic.
The trained network then labels frames that it has never seen.
"""

# %%
# A camera that pans over a photograph makes the frames. As an array of shape (N, H, W, C), or as
# a list of images of different sizes, they are a collection.
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_sample_image

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay

photograph = load_sample_image("china.jpg")[::3, ::3]
frames = np.stack([photograph[:, start : start + 110] for start in (0, 34, 68, 104)])
dic = DeepImageClustering(n_clusters=32, n_segments=None, random_state=0).fit(frames[:2])

# %%
# The first two frames were trained on, the last two are new. A label has the same colour in
# all of them. A label that no training image had would have a number of ``n_clusters_`` or more.
SegmentationDisplay.from_estimator(dic, frames, kind="overlay")
plt.show()
labels = dic.predict(frames)
print(f"{dic.n_clusters_} labels in training, {labels.max() + 1} numbers in all frames")

# %%
# Saved and loaded
# ----------------
# The trained network is saved as a file, which holds no code, and labels new frames elsewhere.
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "camera.safetensors")
    dic.save(file)
    again = DeepImageClustering.load(file)
    print(f"{file.stat().st_size / 1e6:.1f} MB")
print(bool((again.predict(frames[2]) == labels[2]).all()))
