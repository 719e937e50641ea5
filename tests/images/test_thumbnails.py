import base64
import io
import re

import numpy as np
import pytest
import sklearn
from PIL import Image
from skimage.data import astronaut
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_html_repr

from sklearn_dic import DeepImageClustering, PerImage, RegionMerging
from sklearn_dic.superpixels import SLICSuperpixels


@pytest.fixture(scope="module")
def dic(photo):
    return DeepImageClustering(8, max_iter=3, random_state=0).fit(photo)


def thumbnails(html):
    """Pictures of labels in HTML; scikit-learn's own icons are no PNG files."""
    return [
        Image.open(io.BytesIO(base64.b64decode(data)))
        for data in re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    ]


def test_a_fitted_estimator_shows_its_labels(dic, photo):
    html = dic._repr_html_()
    (picture,) = thumbnails(html)
    pixels = np.asarray(picture.convert("RGB"))
    assert pixels.shape == photo.shape
    n_regions = dic.labels_.max() + 1
    regions = [np.unique(pixels[dic.labels_ == k], axis=0) for k in range(n_regions)]
    assert all(len(colors) == 1 for colors in regions)
    assert len(np.unique(np.concatenate(regions), axis=0)) == n_regions
    assert f"labels 0 to {n_regions - 1}, 75 &times; 50 pixels" in html
    bundle = dic._repr_mimebundle_()
    assert len(thumbnails(bundle["text/html"])) == 1
    assert bundle["text/plain"] == repr(dic)


def test_masked_pixels_are_transparent(photo):
    mask = np.ones((50, 75), bool)
    mask[:10] = False
    (picture,) = thumbnails(RegionMerging().fit(photo, sample_mask=mask)._repr_html_())
    np.testing.assert_array_equal(np.asarray(picture.convert("RGBA"))[..., 3] == 255, mask)


def test_an_estimator_that_is_not_fitted_shows_the_diagram_only(dic):
    unfitted = clone(dic)
    html = unfitted._repr_html_()
    assert not thumbnails(html)
    assert "DeepImageClustering" in html
    assert thumbnails(unfitted._repr_mimebundle_()["text/html"]) == []


def test_plain_text_when_scikit_learn_is_told_so(dic):
    with sklearn.config_context(display="text"):
        assert not hasattr(dic, "_repr_html_")
        assert list(dic._repr_mimebundle_()) == ["text/plain"]


def test_a_collection_shows_a_few(dic, photo):
    labels = dic.labels_
    many = clone(dic)
    for collection, n_shown, more in (
        ([labels, labels[:20], labels.T], 3, ""),
        (np.stack([labels] * 6), 4, "and 2 more"),
        ([None, labels], 1, ""),
        ([None], 0, ""),
        (np.zeros(7, int), 0, ""),  # a table of pixels
    ):
        many.labels_ = collection
        html = many._repr_html_()
        assert len(thumbnails(html)) == n_shown
        assert more in html
    per_image = PerImage(clone(dic)).fit([photo[:30], photo[:, :40]])
    sizes = [picture.size for picture in thumbnails(per_image._repr_html_())]
    assert sizes == [(75, 30), (40, 50)]


@pytest.mark.parametrize("kind", ["few", "superpixels", "noise"])
@pytest.mark.parametrize("n_images", [1, 5])
def test_thumbnails_are_small(dic, kind, n_images):
    labels = {
        "few": np.add.outer(np.arange(3000), np.arange(4000)) // 900,
        "superpixels": SLICSuperpixels(900).fit_transform(astronaut()[::2, ::2]).repeat(4, axis=1),
        "noise": np.random.RandomState(0).randint(0, 5000, (900, 900)),
    }[kind]
    large = clone(dic)
    large.labels_ = labels if n_images == 1 else [labels] * n_images
    pictures = thumbnails(large._repr_html_())
    assert len(pictures) == min(n_images, 4)
    assert all(16 < max(picture.size) <= 256 for picture in pictures)
    added = len(large._repr_html_()) - len(estimator_html_repr(large))
    assert 0 < added < 36_000


def test_a_pipeline_is_shown_as_ever(dic, photo):
    fitted = make_pipeline(SLICSuperpixels(20), clone(dic)).fit(photo)
    assert "SLICSuperpixels" in fitted._repr_html_()
