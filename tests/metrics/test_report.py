import numpy as np
import pytest

from sklearn_dic import metrics

FIVE = [
    "probabilistic_rand_index",
    "variation_of_information",
    "global_consistency_error",
    "boundary_displacement_error",
    "segmentation_covering",
]


@pytest.fixture
def collection():
    random = np.random.RandomState(0)
    truth = [list(random.randint(0, 3, (4, 6, 8))), random.randint(0, 3, (9, 5))]
    return truth, [random.randint(0, 4, (6, 8)), random.randint(0, 4, (9, 5))]


@pytest.mark.parametrize("ignore_label", [None, 2])
def test_report_says_what_the_functions_say(collection, ignore_label):
    report = metrics.segmentation_report(*collection, ignore_label=ignore_label)
    assert list(report.to_dict()) == FIVE
    for name, score in report.to_dict().items():
        measure = getattr(metrics, name)
        assert score == measure(*collection, ignore_label=ignore_label)
        each = [measure(*pair, ignore_label=ignore_label) for pair in zip(*collection, strict=True)]
        np.testing.assert_array_equal(report.per_image[name], each)
    assert (report.n_images, report.n_annotations) == (2, 5)


def test_prints_as_a_table(collection):
    lines = str(metrics.segmentation_report(*collection)).splitlines()
    assert len(lines) == 6
    assert len({line.index(".") for line in lines[:5]}) == 1  # aligned
    assert "higher is better" in lines[0]
    assert "lower is better" in lines[1]
    assert lines[5] == "images 2, annotations 5"


def test_cannot_be_changed(collection):
    report = metrics.segmentation_report(*collection)
    with pytest.raises(AttributeError):
        report.segmentation_covering = 1
