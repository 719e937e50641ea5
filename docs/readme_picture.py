"""Make the picture of README.rst: a photograph, its superpixels and its regions.

python docs/readme_picture.py
"""

from pathlib import Path

import numpy as np
from skimage import data, io
from skimage.util import img_as_float32

from sklearn_dic import DeepImageClustering
from sklearn_dic.images._drawing import draw_boundaries, draw_mean_colors

image = data.coffee()
dic = DeepImageClustering(n_clusters=32, random_state=0, verbose=1).fit(image)
pixels = img_as_float32(image)
opaque = np.full(image.shape[:2], 255, np.uint8)
gap = np.zeros((len(image), 12, 4), np.uint8)
drawn = [
    image,
    draw_boundaries(pixels, dic.superpixel_labels_),
    draw_mean_colors(pixels, dic.labels_),
]
first, second, third = (np.dstack([one, opaque]) for one in drawn)
picture = np.hstack([first, gap, second, gap, third])
path = Path(__file__).parent / "images" / "readme.png"
path.parent.mkdir(exist_ok=True)
io.imsave(path, picture)
print(f"{path}: {dic.superpixel_labels_.max() + 1} superpixels, {dic.labels_.max() + 1} regions")
