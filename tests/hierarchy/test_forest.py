import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from skimage import data
from skimage.segmentation import felzenszwalb

from sklearn_dic.hierarchy._forest import segment_at_scales


@pytest.mark.parametrize("photograph", [data.coffee()[::2, ::2], data.chelsea()[::2, ::2]])
def test_segmentations_are_those_of_scikit_image(photograph):
    image = photograph / 255.0
    scales = [30, 100, 400]
    found = segment_at_scales(image, scales, sigma=0.8, min_size=20)
    for scale, labels in zip(scales, found, strict=True):
        expected = felzenszwalb(image, scale=scale, sigma=0.8, min_size=20)
        pairs = np.unique(np.stack([labels.ravel(), expected.ravel()]), axis=1).shape[1]
        assert pairs == labels.max() + 1 == expected.max() + 1


@settings(max_examples=30, deadline=None)
@given(
    arrays(np.float64, st.tuples(*[st.integers(1, 9)] * 2, st.integers(1, 4)),
           elements=st.floats(0, 1)),
    st.floats(0, 500), st.integers(0, 30),
)  # fmt: skip
def test_labels_are_consecutive_and_segments_large_enough(image, scale, min_size):
    labels, *others = segment_at_scales(image, [scale], sigma=0, min_size=min_size)
    assert others == []
    sizes = np.bincount(labels.ravel())
    assert sizes.min() >= min(min_size, labels.size)
    assert labels.shape == image.shape[:2]
    assert labels[0, 0] == 0


def test_volumes_are_segmented_too():
    volume = np.zeros((6, 8, 10, 1))
    volume[:, 2:6, 3:7] = 1
    labels, _ = segment_at_scales(volume, [1, 2], sigma=0, min_size=1)
    np.testing.assert_array_equal(labels, volume[..., 0])
