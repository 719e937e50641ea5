"""Read, check and draw images: arrays and files, axes, masks, units."""

from sklearn_dic.images._images import Images, open_images
from sklearn_dic.images._reading import read_image

__all__ = ["Images", "open_images", "read_image"]
