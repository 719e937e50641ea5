"""
A picture larger than memory
============================

`Blockwise` reads a raster block by block, and writes its labels block by block. Here the raster is
small, so that it can be shown, and the blocks are smaller still.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import rasterio
from skimage.segmentation import mark_boundaries

from sklearn_dic import Blockwise, RegionMerging
from sklearn_dic.blocks import BlockTree
from sklearn_dic.datasets import make_mosaic

# %%
# A GeoTIFF with tiles of 64 x 64 pixels of 10 metres.

folder = tempfile.TemporaryDirectory()
scene = Path(folder.name) / "scene.tif"
image, truth = make_mosaic(n_regions=12, shape=(160, 240), random_state=1)
with rasterio.open(
    scene,
    "w",
    driver="GTiff",
    height=160,
    width=240,
    count=3,
    dtype="uint8",
    tiled=True,
    blockxsize=64,
    blockysize=64,
    crs="EPSG:32633",
    transform=rasterio.Affine(10, 0, 500_000, 0, -10, 5_400_000),
) as file:
    file.write(np.moveaxis((255 * image).astype(np.uint8), -1, 0))

# %%
# Blocks of 100 pixels and scenes of 80: the default is 768 and 400. The labels lie in a file with
# the coordinates of the scene.

blockwise = Blockwise(RegionMerging(n_segments=12, scene_size=80), block_size=100)
path = blockwise.fit_predict(scene, out=Path(folder.name) / "labels.tif")
with rasterio.open(path) as file:
    labels = file.read(1)
    print(file.crs, file.dtypes, file.shape, labels.max() + 1, "regions")

# %%
# The folder beside has the tree. It is cut again without the scene.

tree = BlockTree(path.with_suffix(".blocks"))
coarse = tree.cut(n_segments=5)
print(tree.n_leaves, "leaves")

# %%
# Tiles change nothing: an array has the same labels.

again = blockwise.fit_predict((255 * image).astype(np.uint8))
print("same labels:", bool((again == labels).all()))

_, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
for axis, found, title in zip(axes, (labels, coarse), ("12 regions", "5 regions"), strict=True):
    axis.imshow(mark_boundaries(image, found, color=(1, 1, 1)))
    for line in (100, 200):
        axis.axvline(line - 0.5, color="red", linestyle=":", linewidth=0.8)
    axis.axhline(99.5, color="red", linestyle=":", linewidth=0.8)
    axis.set(title=f"{title}; block lines in red", xticks=[], yticks=[])
folder.cleanup()
plt.show()
