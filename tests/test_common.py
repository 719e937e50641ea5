"""scikit-learn's checks, with both readings of 2-D arrays, and the checks for images."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_global_output_transform_pandas,
    check_param_validation,
    check_set_output_transform,
    check_set_output_transform_pandas,
    check_transformer_get_feature_names_out,
    check_transformer_get_feature_names_out_pandas,
    parametrize_with_checks,
)

import sklearn_dic
from sklearn_dic import hierarchy, peers, semantic, superpixels
from sklearn_dic.utils.estimator_checks import check_image_estimator, image_checks
from tests._registry import (
    ESTIMATORS,
    FEW_LABELS,
    FILE_LOADERS,
    OF_CLASSES,
    ON_TABLES,
    expected_failures,
    expected_image_failures,
    with_channel_axis,
)

NOT_RGB = pytest.mark.filterwarnings("ignore:three channels are taken for RGB:UserWarning")


@pytest.fixture(autouse=True)
def same_draws():
    """Let checks that draw from NumPy's global generator draw the same each time."""
    np.random.seed(0)  # noqa: NPY002 # what scikit-learn's checks use


@NOT_RGB
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([with_channel_axis(estimator, -1) for estimator in ON_TABLES])
def test_checks_of_scikit_learn_on_tables(estimator, check):
    reason = expected_failures(estimator).get(check.func.__name__)
    try:
        check(estimator)
    except (AssertionError, ValueError):
        if reason is None:
            raise
        pytest.xfail(reason)
    # Near the limit: another processor may pass.
    assert reason is None or reason in FEW_LABELS.values()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.filterwarnings("ignore:.*the values of the image go from:UserWarning")
@parametrize_with_checks(ESTIMATORS, expected_failed_checks=expected_failures)
def test_checks_of_scikit_learn_on_grey_images(estimator, check):
    check(estimator)


@pytest.mark.parametrize("check", image_checks(), ids=lambda check: check.__name__)
@pytest.mark.parametrize("estimator", [*ESTIMATORS, *OF_CLASSES], ids=str)
def test_checks_for_images(estimator, check):
    (result,) = check_image_estimator(
        estimator, checks=[check], expected_failed_checks=expected_image_failures(estimator)
    )
    if result["status"] == "skipped":
        pytest.skip(result["reason"])
    if result["status"] == "xfail":
        pytest.xfail(result["reason"])


def test_every_public_estimator_is_checked():
    public = [
        getattr(module, name)
        for module in (sklearn_dic, hierarchy, peers, semantic, superpixels)
        for name in module.__all__
    ]
    estimators = {
        item for item in public if isinstance(item, type) and hasattr(item, "get_params")
    } - {superpixels.BaseSuperpixels, peers.BasePeer, peers.BaseSuperpixelPeer}
    checked = [*ESTIMATORS, *FILE_LOADERS, *OF_CLASSES]
    assert {type(instance) for instance in checked} == estimators


@pytest.mark.parametrize("estimator", [*ESTIMATORS, *FILE_LOADERS, *OF_CLASSES], ids=str)
def test_every_parameter_is_validated(estimator):
    check_param_validation(type(estimator).__name__, estimator)


@NOT_RGB
@pytest.mark.parametrize("estimator", ON_TABLES, ids=str)
def test_columns_of_tables_are_known_by_name(estimator):
    table = with_channel_axis(estimator, -1)
    check_dataframe_column_names_consistency(type(table).__name__, table)


@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names:UserWarning")
@pytest.mark.parametrize(
    "check",
    [
        check_transformer_get_feature_names_out,
        check_transformer_get_feature_names_out_pandas,
        check_set_output_transform,
        check_set_output_transform_pandas,
        check_global_output_transform_pandas,
    ],
)
def test_features_have_names(check):
    check("DeepImageClustering", with_channel_axis(ESTIMATORS[0], -1))


def test_registered_instances_are_not_changed():
    assert all(str(clone(estimator)) == str(estimator) for estimator in ESTIMATORS)
