"""
Volumes and series
==================

With ``n_spatial_dims=3`` the first axis of an array is space, or time. Regions pass through all
slices, and have one label in all frames of a series.
"""

# %%
# A ball, a box and a rod, in noise. The shape (Z, Y, X) alone does not say that this is a volume.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import adjusted_rand_score

from sklearn_dic import RegionMerging
from sklearn_dic.inspection import SegmentationDisplay, region_table

z, y, x = np.indices((32, 40, 40))
truth = np.zeros(z.shape, int)
truth[(z - 10) ** 2 + (y - 11) ** 2 + (x - 11) ** 2 < 8**2] = 1
truth[14:28, 22:36, 18:36] = 2
truth[((y - 30) ** 2 + (x - 9) ** 2 < 5**2) & (z > 4)] = 3
noise = np.random.default_rng(0).normal(0, 0.05, truth.shape)
volume = (np.array([0.2, 0.8, 0.5, 0.65])[truth] + noise).clip(0, 1)

merging = RegionMerging(n_spatial_dims=3, spacing=(2, 1, 1)).fit(volume)
print("regions:", merging.n_segments_)
print(
    f"agreement with the truth: {adjusted_rand_score(truth.ravel(), merging.labels_.ravel()):.3f}"
)

# %%
# Slices of the volume. A region has the same colour in all of them.
shown = [6, 14, 22]
SegmentationDisplay.from_predictions(
    list(volume[shown]), list(merging.labels_[shown]), kind=["image", "overlay"]
)
plt.show()

# %%
# The table has volumes in the units of the spacing.
table = region_table(merging, volume)
table[["label", "pixels", "volume", "centroid_slice", "mean_0"]]

# %%
# Frames of a film
# ----------------
# Two bars move. Frame by frame the labels of the bars would be those of two images, and nothing
# would say that a bar stays the same.
frames = np.full((10, 40, 80), 0.5)
for time, frame in enumerate(frames):
    frame[8:32, 4 + 2 * time : 16 + 2 * time] = 0.9
    frame[8:32, 40 + 2 * time : 52 + 2 * time] = 0.1
film = RegionMerging(3, n_spatial_dims=3).fit(frames)
SegmentationDisplay.from_predictions(list(frames[::4]), list(film.labels_[::4]))
plt.show()
