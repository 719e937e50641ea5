"""
More than three channels
========================

The network takes any number of channels, in floats near 0 to 1 or integers that fill the range of
their dtype. Nothing needs to be said: the last axis of an array with three axes is its channels.
"""

# %%
# Colour and depth
# ----------------
# A stereo camera measured how far each pixel is away. As a fourth channel, the disparity of the
# two views helps to separate the motorcycle from its background. Unknown disparities are set to the
# smallest, that of the farthest pixels.
import matplotlib.pyplot as plt
import numpy as np
from skimage.color import rgb2hed
from skimage.data import immunohistochemistry, stereo_motorcycle

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay

left, _, disparity = stereo_motorcycle()
left, disparity = left[::4, ::4] / 255, disparity[::4, ::4]
known = np.isfinite(disparity)
near = np.where(known, disparity, disparity[known].min()) / disparity[known].max()
with_depth = np.dstack([left, near])

figure, axes = plt.subplots(1, 3, figsize=(11, 3), layout="constrained")
axes[0].imshow(near, cmap="gray")
axes[0].set(xticks=[], yticks=[], anchor="S")
axes[0].set_title("the fourth channel", fontsize="medium")
for picture, ax in zip([left, with_depth], axes[1:], strict=True):
    dic = DeepImageClustering(n_segments=20, random_state=0).fit(picture)
    SegmentationDisplay.from_predictions(left, dic.labels_, kind="overlay", ax=ax)
    ax.set_title(f"{picture.shape[2]} channels: {ax.get_title()}", fontsize="medium")
plt.show()

# %%
# Stains under a microscope
# -------------------------
# A brown and a blue stain were unmixed from the colours, and stand beside these as two more
# channels, as a multispectral camera or a fluorescence microscope would give them. Each is brought
# to the range from 0 to 1, since floats are taken as they are.
tissue = immunohistochemistry()[::4, ::4]
stains = rgb2hed(tissue)[..., [0, 2]]  # haematoxylin and DAB
low, high = np.percentile(stains, [1, 99], axis=(0, 1))
channels = np.dstack([tissue / 255, ((stains - low) / (high - low)).clip(0, 1)])

dic = DeepImageClustering(n_segments=12, random_state=0)
labels = dic.fit_predict(channels)
print(channels.shape)
SegmentationDisplay.from_predictions(tissue, labels, kind=["image", "overlay", "mean"])
plt.show()
