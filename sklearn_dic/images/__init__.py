"""Read, check and draw images: arrays and files, axes, masks, units."""

from sklearn_dic.images._images import Images, open_images

__all__ = ["Images", "open_images"]
