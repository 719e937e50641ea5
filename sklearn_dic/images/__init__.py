"""What an image is: arrays and files, axes, masks and units; and how labels are drawn on it."""

from sklearn_dic.images._images import Images, open_images

__all__ = ["Images", "open_images"]
