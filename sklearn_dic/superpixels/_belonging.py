"""Superpixels that belong to certain images, and fit no others."""

from dataclasses import dataclass
from typing import Any, Self

import joblib

from sklearn_dic.images._images import Images
from sklearn_dic.superpixels._resolve import belong_to_one_image


@dataclass
class Belonging:
    """Superpixels, the parameter of an estimator, and the images of its fit, as hashes.

    Attributes
    ----------
    superpixels, images : str
        Hash of the parameter, and of the pixels.
    """

    superpixels: str
    images: str

    @classmethod
    def of(cls, superpixels: Any, images: Images) -> Self | None:
        """Remember them; None where the superpixels are computed for any image."""
        if not belong_to_one_image(superpixels):
            return None
        return cls(joblib.hash(superpixels), images.fingerprint())

    def check(self, superpixels: Any, images: Images) -> None:
        """Refuse the superpixels of the fit for other images.

        Raises
        ------
        ValueError
            Saying how other images get theirs.
        """
        if joblib.hash(superpixels) == self.superpixels and images.fingerprint() != self.images:
            raise ValueError(
                "superpixels belong to the images of the fit (a label map, or one file), and these "
                "are others: pass SuperpixelMap(labels, image), or use set_params(superpixels=...) "
                "to give their own, or a transformer or a name, which computes them for any image"
            )
