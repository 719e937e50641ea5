import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.linalg import eigh
from scipy.ndimage import gaussian_gradient_magnitude
from skimage import data

from sklearn_dic.hierarchy import _spectral as spectral
from sklearn_dic.hierarchy._quantization import mutual_information, quantize_colors
from sklearn_dic.hierarchy._spectral import spectral_contours


def plain_affinities(kinds, information):
    """Affinities pixel by pixel, of the graph of all pairs."""
    height, width = kinds.shape
    places = [(row, column) for row in range(height) for column in range(width)]
    affinities = np.zeros((len(places), len(places)))
    for i, a in enumerate(places):
        for j, b in enumerate(places):
            if 0 < (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 <= spectral.RADIUS**2:
                affinities[i, j] = np.exp(information[kinds[a], kinds[b]])
    affinities[affinities > 0] += 1e-6 * affinities[affinities > 0].mean()
    return affinities


def plain_contours(kinds, information, sampled):
    """Normalized cuts as a generalized problem, of all pixels or of every second one."""
    affinities = plain_affinities(kinds, information)
    shares = np.eye(kinds.size)
    if sampled:
        rows, columns = np.indices(kinds.shape) % 2
        sample = affinities[(rows & columns).astype(bool).ravel()]
        shares = sample / sample.sum(axis=0)
        affinities = sample @ shares.T
    degrees = np.diag(affinities.sum(axis=1))
    costs, vectors = eigh(degrees - affinities, degrees)
    squares = 0
    for k in range(1, min(1 + spectral.N_VECTORS, len(costs))):
        vector = shares.T @ vectors[:, k]
        gradient = gaussian_gradient_magnitude(
            (vector / vector.std()).reshape(kinds.shape), spectral.SIGMA
        )
        squares = squares + gradient**2 / max(costs[k], spectral.LEAST_CUT)
    return np.sqrt(squares)


@pytest.fixture
def photograph():
    return data.coffee()[20:380:24, 50:550:29] / 255.0


@pytest.mark.parametrize("small", [100, 10_000])
def test_contours_are_those_of_the_definition(photograph, small, monkeypatch):
    monkeypatch.setattr(spectral, "SMALL", small)  # of every second pixel, or of all
    kinds = quantize_colors(photograph, 12)
    information = mutual_information(kinds)
    found = spectral_contours(kinds, information)
    expected = plain_contours(kinds, information, sampled=small == 100)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_eigenvectors_from_a_sample_are_about_those_of_all():
    kinds = quantize_colors(data.coffee()[::4, ::4] / 255.0)
    information = mutual_information(kinds)
    affinities = spectral._find_affinities(kinds, information, (1, 1))
    inside = np.ones(kinds.shape, bool)
    affinities, _, inside = spectral._sample(affinities, inside)
    costs, vectors = spectral._find_from_sample(affinities, inside)
    expected_costs, expected = spectral._find_eigenvectors(affinities)  # Lanczos
    np.testing.assert_allclose(costs, expected_costs, rtol=0.02, atol=1e-6)
    degrees = np.asarray(affinities.sum(axis=1))  # the inner product of these eigenvectors
    overlaps = (expected.T * degrees) @ vectors
    assert np.linalg.svd(overlaps[:13, :13], compute_uv=False).min() > 0.99
    similarities, roots = spectral._normalize(affinities)
    residuals = similarities @ (expected * roots[:, None]) - expected * roots[:, None] * (
        1 - expected_costs
    )
    assert np.abs(residuals).max() < 1e-8


def test_contours_of_every_second_pixel_are_about_those_of_all(monkeypatch):
    kinds = quantize_colors(data.coffee()[::4, ::4] / 255.0)
    information = mutual_information(kinds)
    found = spectral_contours(kinds, information)

    def cut(affinities, inside):
        costs, vectors = spectral._find_eigenvectors(affinities)
        return costs[1:], vectors[:, 1:]

    monkeypatch.setattr(spectral, "_cut", cut)
    whole = spectral_contours(kinds, information)
    assert np.corrcoef(found.ravel(), whole.ravel())[0, 1] > 0.98


def test_masks_that_a_sample_misses():
    """Every second row alone has no sampled pixel, and a comb has few."""
    kinds = quantize_colors(data.coffee()[::4, ::4] / 255.0)
    kinds[1::2] = -1
    information = mutual_information(kinds)
    assert spectral_contours(kinds, information).max() > 0
    kinds[1, ::7] = kinds[0, ::7]
    assert np.isfinite(spectral_contours(kinds, information)).all()


def test_texture_is_passed_over_and_its_end_is_a_contour():
    """The gradient is in the stripes; the picture falls apart where they end."""
    image = np.zeros((96, 128, 1))
    image[:, 1:64:4] = image[:, 2:64:4] = 80
    image[:, 64:] = 40
    kinds = quantize_colors(image)
    columns = spectral_contours(kinds, mutual_information(kinds)).mean(axis=0)
    assert columns[54:74].max() > 3 * max(columns[:54].max(), columns[74:].max())
    gradient = gaussian_gradient_magnitude(image[..., 0], 1)
    assert gradient[:, 54:74].max() < 1.1 * gradient[:, :54].max()


@pytest.mark.parametrize("turn", [np.fliplr, np.flipud, np.transpose])
def test_turned_pictures_have_turned_contours(photograph, turn, monkeypatch):
    monkeypatch.setattr(spectral, "SMALL", 10_000)  # every second pixel depends on the first one
    kinds = quantize_colors(photograph, 12)
    information = mutual_information(kinds)
    np.testing.assert_allclose(
        spectral_contours(turn(kinds), information),
        turn(spectral_contours(kinds, information)),
        rtol=1e-5,
    )


def test_large_pictures_are_cut_on_a_reduced_copy(monkeypatch):
    kinds = quantize_colors(data.coffee()[::2, ::2] / 255.0)
    information = mutual_information(kinds)
    whole = spectral_contours(kinds, information)
    assert whole.shape == kinds.shape
    seen = []
    cut = spectral._cut

    def spy(affinities, inside):
        seen.append(affinities.shape[0])
        return cut(affinities, inside)

    monkeypatch.setattr(spectral, "_cut", spy)
    repeated = kinds.repeat(3, axis=0).repeat(3, axis=1)
    found = spectral_contours(repeated, information)
    spectral_contours(kinds, information)
    assert seen[0] == seen[1] <= spectral.LARGEST
    assert np.corrcoef(found[1::3, 1::3].ravel(), whole.ravel())[0, 1] > 0.98


@pytest.mark.parametrize("step", [2, 3, 8])
@pytest.mark.parametrize("shape", [(96, 120), (97, 123), (95, 125)])
def test_contours_of_a_reduced_copy_lie_where_it_was_taken_from(step, shape, monkeypatch):
    kinds = quantize_colors(data.coffee()[: 3 * shape[0] : 3, : 3 * shape[1] : 3] / 255.0, 12)
    information = mutual_information(kinds)
    taken = np.s_[step // 2 :: step, step // 2 :: step]
    expected = spectral_contours(kinds[taken], information)
    monkeypatch.setattr(spectral, "reduction_steps", lambda *_: (step, step))
    contours = spectral_contours(kinds, information)
    np.testing.assert_allclose(contours[taken], expected, rtol=1e-6)
    right = np.s_[step // 2 :: step, step // 2 + 1 :: step]  # one pixel on, towards the next
    some = expected[:, :-1] * (1 - 1 / step) + expected[:, 1:] / step
    np.testing.assert_allclose(contours[right][:, : some.shape[1]], some, rtol=1e-6)


def test_thin_pictures_are_cut_too(monkeypatch):
    monkeypatch.setattr(spectral, "LARGEST", 300)
    kinds = np.zeros((2, 3000), int)
    kinds[:, 1200:] = 1
    contours = spectral_contours(kinds, mutual_information(kinds))
    assert abs(contours.mean(axis=0).argmax() - 1200) < 10


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(0, 99))
def test_pictures_of_any_size_have_contours(height, width, n_kinds, seed):
    random = np.random.RandomState(seed)
    kinds = random.randint(n_kinds, size=(height, width))
    kinds = np.unique(kinds, return_inverse=True)[1].reshape(kinds.shape)  # from 0, without gaps
    contours = spectral_contours(kinds, mutual_information(kinds))
    assert contours.shape == (height, width)
    assert (contours >= 0).all()
    assert np.isfinite(contours).all()
    assert contours.any() == (kinds.size > 1)
