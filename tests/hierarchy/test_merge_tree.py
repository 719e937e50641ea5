import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import sparse
from scipy.cluster.hierarchy import dendrogram, fcluster, is_monotonic, is_valid_linkage, ward
from sklearn.cluster import ward_tree

from sklearn_dic.hierarchy import MergeTree, agglomerate
from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.superpixels._contours import cut_contours

SETTINGS = [
    {},
    {"size_exponent": 0.5},
    {"border_exponent": 0.4},
    {"size_exponent": 0.3, "border_exponent": 1.0},
]


@st.composite
def divisions(draw, largest=9):
    """Label maps of all kinds, also with regions in several pieces."""
    shape = draw(st.tuples(st.integers(1, largest), st.integers(1, largest)))
    random = np.random.RandomState(draw(st.integers(0, 9999)))
    labels = random.randint(draw(st.integers(1, 12)), size=shape)
    return np.unique(labels, return_inverse=True)[1].reshape(shape)


def grow(labels, seed=0, **parameters):
    """A tree on random features, contrasts and factors."""
    random = np.random.RandomState(seed)
    adjacency = find_adjacency(labels)
    features = random.rand(adjacency.n_regions, 3)
    contrasts, factors = 2 * random.rand(2, len(adjacency.pairs))
    return MergeTree(
        labels,
        *agglomerate(
            features,
            np.bincount(labels.ravel()),
            adjacency.pairs,
            contrasts=contrasts,
            factors=factors,
            lengths=adjacency.lengths,
            **parameters,
        ),
    )


def same_partition(one, other):
    pairs = np.unique(np.stack([one.ravel(), other.ravel()]), axis=1).shape[1]
    return pairs == len(np.unique(one)) == len(np.unique(other))


def random_graph(n_nodes, seed):
    """Features, and a connected graph: a path with some more edges."""
    random = np.random.RandomState(seed)
    more = np.argwhere(np.triu(random.rand(n_nodes, n_nodes) < 0.1, k=2))
    path = np.stack([np.arange(n_nodes - 1), np.arange(1, n_nodes)], axis=1)
    return random.rand(n_nodes, 4), np.concatenate([path, more])


def test_ward_on_all_pairs_is_that_of_scipy():
    features = np.random.RandomState(0).rand(30, 4)
    pairs = np.argwhere(np.triu(np.ones((30, 30)), k=1))
    children, distances = agglomerate(features, np.ones(30), pairs)
    expected = ward(features)
    np.testing.assert_array_equal(np.sort(children), np.sort(expected[:, :2]))
    np.testing.assert_allclose(distances, expected[:, 2])


@pytest.mark.parametrize("seed", range(5))
def test_ward_between_neighbors_is_that_of_scikit_learn(seed):
    features, pairs = random_graph(40, seed)
    children, distances = agglomerate(features, np.ones(40), pairs)
    graph = sparse.coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(40, 40)).tocsr()
    expected = ward_tree(features, connectivity=graph + graph.T, return_distance=True)
    np.testing.assert_array_equal(np.sort(children), np.sort(expected[0]))
    np.testing.assert_allclose(distances, np.maximum.accumulate(expected[-1]))


def test_a_large_node_counts_like_its_parts():
    features = np.array([[0.0], [0.0], [1.0]])
    path = np.array([[0, 1], [1, 2]])
    _, of_parts = agglomerate(features, np.ones(3), path)
    _, of_whole = agglomerate(features[1:], np.array([2.0, 1.0]), path[:1])
    assert of_parts.tolist() == [0, of_whole[0]]


def test_contrast_and_borders_by_hand():
    # Four nodes in a ring with equal features: borders 0-1 and 2-3 are the weakest.
    pairs = np.array([[0, 1], [1, 2], [2, 3], [0, 3]])
    contrasts = np.array([1.0, 8.0, 2.0, 4.0])
    lengths = np.array([1.0, 1.0, 1.0, 3.0])
    children, distances = agglomerate(
        np.zeros((4, 1)), np.ones(4), pairs, contrasts=contrasts, lengths=lengths
    )
    assert children.tolist() == [[0, 1], [2, 3], [4, 5]]
    # Both halves have size 2, and the borders between them a mean contrast of (8 + 3 * 4) / 4.
    np.testing.assert_allclose(distances**2, [1, 2, 2 * 5])
    _, distances = agglomerate(
        np.zeros((4, 1)), np.ones(4), pairs[:3], contrasts=contrasts[:3],
        lengths=np.array([1.0, 1.0, 4.0]), border_exponent=1,
    )  # fmt: skip
    # A path: the borders of nodes 0 and 1 are 1 and 2 long, and those of nodes 2 and 3 are 5, 4.
    np.testing.assert_allclose(distances**2, [1, 2, 2 * 8])


def test_factors_by_hand():
    # A path whose middle border differs most, and counts least.
    path = np.array([[0, 1], [1, 2], [2, 3]])
    features, contrasts = np.array([[0.0], [1.0], [3.0], [4.0]]), np.array([1.0, 0.0, 3.0])
    children, distances = agglomerate(
        features, np.ones(4), path, contrasts=contrasts, factors=np.array([0.5, 0.1, 2.0])
    )
    assert children.tolist() == [[1, 2], [0, 4], [3, 5]]
    # The mean of 1 and 2 is compared with 0, then that of all three with 3.
    sizes = np.array([1, 2 * 2 / 3, 2 * 3 / 4])
    squares = [0.1 * 4, 0.5 * (4 + 1), 2 * ((4 - 4 / 3) ** 2 + 3)]
    np.testing.assert_allclose(distances**2, sizes * squares)
    # Where two borders become one, its factor and its contrast are their means, by length.
    ring = np.array([[0, 1], [1, 2], [0, 2]])
    _, distances = agglomerate(
        np.zeros((3, 1)), np.ones(3), ring, contrasts=np.array([1.0, 7.0, 3.0]),
        factors=np.array([1.0, 2.0, 5.0]), lengths=np.array([1.0, 1.0, 3.0]),
    )  # fmt: skip
    np.testing.assert_allclose(distances**2, [1, 4 / 3 * (17 / 4) * (16 / 4)])


@settings(max_examples=40, deadline=None)
@given(divisions(), st.sampled_from(SETTINGS), st.integers(0, 99))
def test_any_number_of_regions_and_each_within_one_of_the_next(labels, parameters, seed):
    tree = grow(labels, seed, **parameters)
    assert tree.n_leaves == labels.max() + 1
    finer = tree.cut(n_segments=tree.n_leaves)
    np.testing.assert_array_equal(finer, labels)
    for n_segments in range(tree.n_leaves - 1, 0, -1):
        coarser = tree.cut(n_segments=n_segments)
        assert np.array_equal(np.unique(coarser), np.arange(n_segments))
        assert len(np.unique(np.stack([finer, coarser]).reshape(2, -1), axis=1).T) == n_segments + 1
        finer = coarser


@settings(max_examples=40, deadline=None)
@given(divisions(), st.sampled_from(SETTINGS), st.integers(0, 99))
def test_scipy_and_higra_read_the_tree(labels, parameters, seed):
    higra = pytest.importorskip("higra")
    tree = grow(labels, seed, **parameters)
    assert higra.Tree(tree.parents()).num_leaves() == tree.n_leaves
    if tree.n_leaves == 1:
        return
    linkage = tree.linkage()
    assert is_valid_linkage(linkage)
    assert is_monotonic(linkage)
    assert len(dendrogram(linkage, no_plot=True)["leaves"]) == tree.n_leaves
    levels = np.unique(tree.distances_)  # SciPy cuts between distances only
    for threshold in (levels[:-1] + levels[1:]) / 2:
        expected = fcluster(linkage, threshold, "distance")[labels]
        assert same_partition(tree.cut(n_segments=expected.max()), expected)
    for threshold in (0, *tree.distances_):
        expected = fcluster(linkage, threshold, "distance")[labels]
        assert same_partition(tree.cut(threshold=threshold), expected)


@settings(max_examples=40, deadline=None)
@given(divisions(), st.sampled_from(SETTINGS), st.integers(0, 99))
def test_names_and_axes_do_not_matter(labels, parameters, seed):
    random = np.random.RandomState(seed)
    n_regions = labels.max() + 1
    names = random.permutation(n_regions)
    tables, features = random.rand(2, n_regions, n_regions), random.rand(n_regions, 2)
    tables += tables.transpose(0, 2, 1)
    cuts = []
    for other, number in [(labels, np.arange(n_regions)), (names[labels].T, names)]:
        adjacency = find_adjacency(other)
        old = np.argsort(number)  # names in the first map
        tree = MergeTree(
            other,
            *agglomerate(
                features[old],
                np.bincount(other.ravel()),
                adjacency.pairs,
                contrasts=tables[0][tuple(old[adjacency.pairs].T)],
                factors=tables[1][tuple(old[adjacency.pairs].T)],
                lengths=adjacency.lengths,
                **parameters,
            ),
        )
        cuts.append([tree.cut(n_segments=n) for n in range(1, n_regions + 1)])
    for one, transposed in zip(*cuts, strict=True):
        assert same_partition(one, transposed.T)


def test_parts_that_do_not_touch_merge_last():
    features = np.array([[0.0], [9.0], [0.0], [9.0]])
    children, distances = agglomerate(features, np.ones(4), np.array([[0, 1], [2, 3]]))
    assert children.tolist() == [[0, 1], [2, 3], [4, 5]]
    np.testing.assert_allclose(distances, [9, 9, 9])  # no closer than what was merged before
    alone, _ = agglomerate(features, np.ones(4), np.zeros((0, 2), int))
    assert alone.tolist() == [[0, 2], [1, 3], [4, 5]]


@settings(max_examples=40, deadline=None)
@given(divisions(), st.sampled_from(SETTINGS), st.integers(0, 99))
def test_cuts_of_the_contour_map_are_those_of_the_tree(labels, parameters, seed):
    tree = grow(labels, seed, **parameters)
    contours = tree.contour_map()
    height, width = labels.shape
    assert contours.shape == (2 * height + 1, 2 * width + 1)
    for threshold in (0, *tree.distances_):
        pieces = cut_contours(contours, labels.shape, threshold=threshold)
        regions = tree.cut(threshold=threshold)
        for axis in (0, 1):
            cut = np.diff(regions, axis=axis) != 0
            np.testing.assert_array_equal(np.diff(pieces, axis=axis) != 0, cut)


def test_bad_cuts():
    tree = grow(np.arange(6).reshape(2, 3))
    with pytest.raises(ValueError, match="pass n_segments or threshold"):
        tree.cut()
    with pytest.raises(ValueError, match=r"n_segments=7, and the tree has 6 leaves"):
        tree.cut(n_segments=7)
    with pytest.raises(ValueError, match="n_segments == 0, must be >= 1"):
        tree.cut(n_segments=0)
    with pytest.raises(TypeError, match="n_segments must be an instance of int"):
        tree.cut(n_segments=2.5)
    for threshold in (-1, np.nan, "far"):
        with pytest.raises(ValueError, match="is not a distance in the tree"):
            tree.cut(threshold=threshold)
