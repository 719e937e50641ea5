"""What a fitted estimator remembers of its images and their superpixels."""

from dataclasses import dataclass
from typing import Any, Self

from sklearn_dic.images._images import Images
from sklearn_dic.superpixels._belonging import Belonging
from sklearn_dic.superpixels._resolve import belong_to_one_image
from sklearn_dic.utils._warnings import warn_caller

DEFAULT_SUPERPIXELS = "felzenszwalb"
LARGEST_RATIO_OF_RANGES = 10


@dataclass
class Origin:
    """What a fitted estimator remembers of its images and their superpixels.

    Attributes
    ----------
    fingerprint : str or None
        Of the images, where their mask or their superpixels belong to them.
    is_masked : bool
        Whether pixels were left out.
    is_one_whole : bool
        Whether this was one image, of which all pixels counted.
    value_range : tuple of float
        The smallest and the largest value.
    belonging : Belonging or None
        The parameter `superpixels`, where it was used and fits no other images.
    passed : bool
        Whether superpixels came with the images instead.
    kind : Any
        What came, where it computes superpixels of any image; None: label maps.
    """

    fingerprint: str | None
    is_masked: bool
    is_one_whole: bool
    value_range: tuple[float, float]
    belonging: Belonging | None
    passed: bool
    kind: Any

    @classmethod
    def of(cls, images: Images, parameter: Any, passed: Any) -> Self:
        """Remember the images of a fit, the parameter `superpixels`, and what was passed or None.

        What is passed takes precedence over the parameter.
        """
        is_masked = images.masks is not None
        return cls(
            images.fingerprint() if is_masked or passed is not None else None,
            is_masked,
            is_one_whole(images),
            _value_range(images),
            Belonging.of(parameter, images) if passed is None else None,
            passed is not None,
            None if passed is None or belong_to_one_image(passed) else passed,
        )

    def is_of(self, images: Images) -> bool:
        """Whether these are the images of the fit, in any form, to which something belongs."""
        return self.fingerprint is not None and self.fingerprint == images.fingerprint()

    def merges_voters(self, parameter: Any) -> bool:
        """Whether the superpixels that vote, where none are passed, are merged as well."""
        if self.passed:
            return self.kind is None or are_merged(self.kind)
        return are_merged(parameter)

    def find_superpixels(self, images: Images, parameter: Any, own: Any) -> Any:
        """Tell what finds the superpixels of images that come without.

        Parameters
        ----------
        images : Images
            Of a prediction.
        parameter : str, transformer, array-like, list of these, or None
            The parameter `superpixels` as it is now.
        own : callable
            Gives the superpixels of the fit, in the form of these images.

        Raises
        ------
        ValueError
            If there are only superpixels that belong to other images.
        """
        if self.passed and self.is_of(images):
            return own()
        if self.passed and self.kind is None:
            raise ValueError(
                "superpixels were passed to fit together with the training images, and these are "
                "others: pass their own, as superpixels=... or as SuperpixelMap(labels, image)"
            )
        if self.passed:
            return self.kind
        if self.belonging is not None:
            self.belonging.check(parameter, images)
        return parameter

    def warn_of_range(self, images: Images) -> None:
        """Warn of images that seem to be in another unit than those of the fit."""
        (low, high), (old_low, old_high) = _value_range(images), self.value_range
        if high == low or old_high == old_low:  # even images are of any range
            return
        ratio = (high - low) / (old_high - old_low)
        if not 1 / LARGEST_RATIO_OF_RANGES < ratio < LARGEST_RATIO_OF_RANGES:
            name = "the table" if images.form == "table" else images.names[0]
            warn_caller(
                f"the values of {name}, as floats, go from {low:g} to {high:g}, and those that "
                f"the network was trained on from {old_low:g} to {old_high:g}; its labels mean the "
                "same only in images of the same range"
            )


def is_one_whole(images: Images) -> bool:
    """Whether this is one image, of which all pixels count."""
    return len(images) == 1 and images.form != "table" and images.masks is None


def are_merged(superpixels: Any) -> bool:
    """Whether the superpixels that vote are also those that are merged into regions.

    For None and the default they are not: those are merged that contours enclose.
    """
    is_default = isinstance(superpixels, str) and superpixels == DEFAULT_SUPERPIXELS
    return not (superpixels is None or is_default)


def _value_range(images: Images) -> tuple[float, float]:
    """Find the smallest and the largest value of the images."""
    lowest = min(image.min() for image in images.pixels)
    return float(lowest), float(max(image.max() for image in images.pixels))
