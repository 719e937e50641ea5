import matplotlib.pyplot as plt
import pytest
from skimage.util import img_as_float32

from sklearn_dic import DeepImageClustering
from sklearn_dic.superpixels import SLICSuperpixels


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def pixels(photo):
    return img_as_float32(photo)


@pytest.fixture(scope="session")
def superpixels(photo):
    return SLICSuperpixels(60).fit_transform(photo)


@pytest.fixture(scope="session")
def dic(photo):
    dic = DeepImageClustering(8, n_centers=4, n_segments=None, max_iter=3, random_state=0)
    return dic.fit(photo)
