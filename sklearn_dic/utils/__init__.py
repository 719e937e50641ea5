"""What the other rooms share: reading and checking images, parameters, devices, progress.

`open_images` and `estimator_checks` are for authors of other image estimators too.
"""

from sklearn_dic.utils._images import Images, open_images

__all__ = ["Images", "open_images"]
