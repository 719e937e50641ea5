"""scikit-learn's own checks, with both readings of 2-D arrays."""

import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from tests._registry import SUPERPIXEL_TRANSFORMERS

ONE_GREY_IMAGE = {
    name: "a 2-D array is one grey image here, not a table of samples; the image-shaped twin is "
    + twin
    for name, twin in {
        "check_n_features_in": "test_channels_are_counted",
        "check_n_features_in_after_fitting": "test_channels_are_counted",
        "check_methods_sample_order_invariance": "test_each_image_stands_for_itself",
        "check_methods_subset_invariance": "test_each_image_stands_for_itself",
    }.items()
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(
    [clone(transformer).set_params(channel_axis=-1) for transformer in SUPERPIXEL_TRANSFORMERS]
)
def test_checks_of_scikit_learn_on_tables(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.filterwarnings("ignore:.*the values of the image go from:UserWarning")
@parametrize_with_checks(
    SUPERPIXEL_TRANSFORMERS, expected_failed_checks=lambda transformer: ONE_GREY_IMAGE
)
def test_checks_of_scikit_learn_on_grey_images(estimator, check):
    check(estimator)
