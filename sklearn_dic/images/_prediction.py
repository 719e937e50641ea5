"""Compare the images of a prediction with those of the fit."""

from typing import Any

from sklearn_dic.images._images import Images
from sklearn_dic.utils._warnings import warn_caller

LARGEST_RATIO_OF_RANGES = 10


def check_n_channels(estimator: Any, images: Images) -> None:
    """Compare the channels of images with those of the fit.

    Parameters
    ----------
    estimator : object
        A fitted estimator, with `n_features_in_`.
    images : Images
        The images of a prediction.

    Raises
    ------
    ValueError
        If they differ, in the words that scikit-learn's checks expect.
    """
    images.match_channels(estimator.n_features_in_)
    if images.n_channels != estimator.n_features_in_:
        raise ValueError(
            f"X has {images.n_channels} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input: these are the channels of "
            f"{images.names[0]}, of shape {images.given[0].shape}"
        )


def warn_of_other_range(images: Images, expected: tuple[float, float]) -> None:
    """Warn of images that seem to be in another unit than those of the fit."""
    (low, high), (old_low, old_high) = images.value_range, expected
    if high == low or old_high == old_low:  # constant images
        return
    ratio = (high - low) / (old_high - old_low)
    if not 1 / LARGEST_RATIO_OF_RANGES < ratio < LARGEST_RATIO_OF_RANGES:
        name = "the table" if images.form == "table" else images.names[0]
        warn_caller(
            f"the values of {name}, as floats, go from {low:g} to {high:g}, and those that "
            f"the network was trained on from {old_low:g} to {old_high:g}; its labels mean the "
            "same only in images of the same range"
        )
