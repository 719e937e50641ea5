"""
Every kind of picture
=====================

The same defaults segment photographs, textures, tissue, objects and the sky. No parameter is set
for a kind.
"""

# %%
# Five pictures
# -------------
# The second is made of three grey textures with the same mean. Only the network, which learns what
# this picture is made of, can tell them apart.
import matplotlib.pyplot as plt
import numpy as np
from skimage import data

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import SegmentationDisplay

brick, grass, gravel = (
    picture[:400, :400] - picture[:400, :400].mean()
    for picture in (data.brick(), data.grass(), data.gravel())
)
rows, columns = np.mgrid[:400, :400]
is_gravel = (rows - 200) ** 2 + (columns - 200) ** 2 < 120**2
textures = np.where(is_gravel, gravel, np.where(columns < 200, brick, grass))
textures = ((textures - textures.min()) / np.ptp(textures)).astype(np.float32)

pictures = {
    "photograph": data.coffee()[::2, ::2],
    "textures": textures,
    "tissue": data.immunohistochemistry()[::2, ::2],
    "coins": data.coins(),
    "galaxies": data.hubble_deep_field()[200:500, 200:500],
}

# %%
# Their regions
# -------------
figure, axes = plt.subplots(2, 5, figsize=(14, 6), layout="constrained")
for (name, picture), (above, below) in zip(pictures.items(), axes.T, strict=True):
    dic = DeepImageClustering(random_state=0).fit(picture)
    above.imshow(picture, cmap="gray")
    above.set(xticks=[], yticks=[], title=name)
    SegmentationDisplay.from_predictions(picture, dic.labels_, kind="overlay", ax=below)
plt.show()
