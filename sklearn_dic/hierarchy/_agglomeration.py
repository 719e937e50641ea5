"""Merge neighbours two at a time, the most alike first.

scikit-learn's `ward_tree` and higra's `binary_partition_tree_ward_linkage` ignore the borders
between regions, and scikit-image's `merge_hierarchical` keeps no tree.
"""

from itertools import combinations

import numpy as np

from sklearn_dic.utils._compiled import compiled

NONE = -1


def agglomerate(
    features: np.ndarray,
    sizes: np.ndarray,
    pairs: np.ndarray,
    *,
    contrasts: np.ndarray | None = None,
    factors: np.ndarray | None = None,
    lengths: np.ndarray | None = None,
    size_exponent: float = 1.0,
    border_exponent: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Merge neighbouring nodes of a graph, down to a single node.

    Two neighbours a and b of sizes s and features f merge at the distance

    .. math:: \sqrt{h^p \, g^q \, m \, (|f_a - f_b|^2 + c)}, \quad
        h = \frac{2 s_a s_b}{s_a + s_b}, \quad g = \frac{\min(l_a, l_b)}{l_{ab}},

    where c is the contrast of their border, m its factor, l_ab its length and l the length of
    all borders of a node. A merged node has the mean features of its parts, weighted by size,
    and the mean contrasts and factors of their borders, weighted by length. Without contrasts
    and factors and with p = 1, q = 0 this is Ward's linkage [1]_ between neighbours. Parts of
    the graph that are not connected merge last.

    Parameters
    ----------
    features : ndarray of shape (n_nodes, n_features)
        Mean features of the nodes.
    sizes : ndarray of shape (n_nodes,)
        Larger than 0.
    pairs : ndarray of int, shape (n_pairs, 2)
        Neighbours, each pair once.
    contrasts : ndarray of shape (n_pairs,), default=None
        Mean contrast along each border, 0 or larger. None: 0.
    factors : ndarray of shape (n_pairs,), default=None
        Factor of the squared distance across each border, 0 or larger. None: 1.
    lengths : ndarray of shape (n_pairs,), default=None
        Length of each border, larger than 0. None: 1.
    size_exponent : float, default=1.0
        p; with a smaller p, large regions merge earlier.
    border_exponent : float, default=0.0
        q; with a larger q, regions with a short common border merge later.

    Returns
    -------
    children : ndarray of int, shape (n_nodes - 1, 2)
        The two nodes of each merge; the i-th merge makes node ``n_nodes + i``.
    distances : ndarray of shape (n_nodes - 1,)
        Distance of each merge, never decreasing: the running maximum of the measured
        distances.

    References
    ----------
    .. [1] J. H. Ward, "Hierarchical grouping to optimize an objective function", Journal of
       the American Statistical Association 58 (1963), doi:10.1080/01621459.1963.10500845.
    """
    n_nodes = len(features)
    contrasts = np.zeros(len(pairs)) if contrasts is None else contrasts
    factors = np.ones(len(pairs)) if factors is None else factors
    lengths = np.ones(len(pairs)) if lengths is None else lengths
    exponents = float(size_exponent), float(border_exponent)
    features, sizes = np.array(features, np.float64), np.array(sizes, np.float64)
    nodes = np.arange(n_nodes)  # of the tree, in each row of features and sizes
    pairs = np.array(pairs, np.int64).reshape(-1, 2)
    borders = np.stack([lengths, lengths * contrasts, lengths * factors], axis=1).astype(float)
    children = np.zeros((n_nodes - 1, 2), np.int64)
    distances = np.zeros(n_nodes - 1)
    n_merges = _merge(features, sizes, nodes, pairs, borders, exponents, children, distances, 0)
    if n_merges < n_nodes - 1:  # the rest is not connected: now all are neighbours
        rest = np.flatnonzero(nodes != NONE)
        rest = rest[np.argsort(nodes[rest])]
        apart = np.array(list(combinations(range(len(rest)), 2)))
        borders = np.tile([1.0, 0.0, 1.0], (len(apart), 1))
        parts = features[rest], sizes[rest], nodes[rest]
        _merge(*parts, apart, borders, exponents, children, distances, n_merges)
    return children, np.maximum.accumulate(distances)


@compiled
def _merge(features, sizes, nodes, pairs, borders, exponents, children, distances, n_merges):  # type: ignore[no-untyped-def]
    """Merge neighbours until none are left -> number of merges of the tree so far.

    `nodes` are the nodes of the tree in each place, NONE where another place took them over. The
    merged node takes the place of the part with more borders. All arrays are changed.
    """
    n_nodes, n_places, n_borders = len(distances) + 1, len(nodes), len(pairs)
    # A border has two links, 2i in the list of its first place and 2i + 1 in that of its second.
    owners = pairs.ravel()
    firsts = np.full(n_places, NONE)
    nexts, previous = np.full(2 * n_borders, NONE), np.full(2 * n_borders, NONE)
    degrees = np.zeros(n_places, np.int64)
    lengths = np.zeros(n_places)  # of all borders of a node
    for link in range(2 * n_borders):
        _insert(link, owners[link], firsts, nexts, previous)
        degrees[owners[link]] += 1
        lengths[owners[link]] += borders[link // 2, 0]
    # A heap of borders: the nearest neighbours come first.
    keys = np.empty(n_borders)
    for border in range(n_borders):
        keys[border] = _measure(border, owners, features, sizes, lengths, borders, exponents)
    heap, places = np.arange(n_borders), np.arange(n_borders)
    for place in range(n_borders // 2 - 1, -1, -1):
        _sift_down(place, n_borders, heap, places, keys, owners, nodes)
    link_to = np.full(n_places, NONE)
    while n_borders > 0:
        nearest = heap[0]
        a, b = owners[2 * nearest], owners[2 * nearest + 1]
        if nodes[a] > nodes[b]:
            a, b = b, a
        children[n_merges] = nodes[a], nodes[b]
        distances[n_merges] = keys[nearest]
        # The merged node
        kept, gone = (a, b) if degrees[a] >= degrees[b] else (b, a)
        total = sizes[a] + sizes[b]
        for k in range(features.shape[1]):
            features[kept, k] = (sizes[a] * features[a, k] + sizes[b] * features[b, k]) / total
        sizes[kept] = total
        nodes[kept], nodes[gone] = n_nodes + n_merges, NONE
        n_merges += 1
        # Its borders
        lengths[kept] += lengths[gone] - 2 * borders[nearest, 0]
        n_borders = _drop(nearest, n_borders, heap, places, keys, owners, nodes)
        for link in (2 * nearest, 2 * nearest + 1):
            _remove(link, owners[link], firsts, nexts, previous)
        degrees[kept] -= 1
        link = firsts[kept]
        while link != NONE:
            link_to[owners[link ^ 1]] = link
            link = nexts[link]
        link = firsts[gone]
        while link != NONE:
            following, other = nexts[link], owners[link ^ 1]
            if link_to[other] == NONE:
                owners[link] = kept
                _insert(link, kept, firsts, nexts, previous)
                degrees[kept] += 1
            else:
                borders[link_to[other] // 2] += borders[link // 2]
                n_borders = _drop(link // 2, n_borders, heap, places, keys, owners, nodes)
                _remove(link ^ 1, other, firsts, nexts, previous)
                degrees[other] -= 1
            link = following
        link = firsts[kept]
        while link != NONE:
            link_to[owners[link ^ 1]] = NONE
            border = link // 2
            keys[border] = _measure(border, owners, features, sizes, lengths, borders, exponents)
            _sift(places[border], n_borders, heap, places, keys, owners, nodes)
            link = nexts[link]
    return n_merges


@compiled
def _measure(border, owners, features, sizes, lengths, borders, exponents):  # type: ignore[no-untyped-def]
    """Return the distance of the nodes on both sides of a border."""
    a, b = owners[2 * border], owners[2 * border + 1]
    square = 0.0
    for k in range(features.shape[1]):
        square += (features[a, k] - features[b, k]) ** 2
    length, contrast, factor = borders[border, 0], borders[border, 1], borders[border, 2]
    square = (square + contrast / length) * (factor / length)
    harmonic = 2 * sizes[a] * sizes[b] / (sizes[a] + sizes[b])
    exposed = min(lengths[a], lengths[b]) / length
    return np.sqrt(square * (harmonic ** exponents[0] * exposed ** exponents[1]))


@compiled
def _insert(link, owner, firsts, nexts, previous):  # type: ignore[no-untyped-def]
    """Insert a link at the head of the list of its owner."""
    nexts[link], previous[link] = firsts[owner], NONE
    if firsts[owner] != NONE:
        previous[firsts[owner]] = link
    firsts[owner] = link


@compiled
def _remove(link, owner, firsts, nexts, previous):  # type: ignore[no-untyped-def]
    """Remove a link from the list of its owner."""
    if previous[link] == NONE:
        firsts[owner] = nexts[link]
    else:
        nexts[previous[link]] = nexts[link]
    if nexts[link] != NONE:
        previous[nexts[link]] = previous[link]


@compiled
def _is_nearer(border, other, keys, owners, nodes):  # type: ignore[no-untyped-def]
    """Whether a border comes before another; of equal distances the earlier nodes."""
    if keys[border] != keys[other]:
        return keys[border] < keys[other]
    a, b = nodes[owners[2 * border]], nodes[owners[2 * border + 1]]
    c, d = nodes[owners[2 * other]], nodes[owners[2 * other + 1]]
    if min(a, b) != min(c, d):
        return min(a, b) < min(c, d)
    return max(a, b) < max(c, d)


@compiled
def _drop(border, n_borders, heap, places, keys, owners, nodes):  # type: ignore[no-untyped-def]
    """Remove a border from the heap -> number of borders left."""
    place, last = places[border], heap[n_borders - 1]
    heap[place], places[last] = last, place
    n_borders -= 1
    if place < n_borders:
        _sift(place, n_borders, heap, places, keys, owners, nodes)
    return n_borders


@compiled
def _sift(place, n_borders, heap, places, keys, owners, nodes):  # type: ignore[no-untyped-def]
    """Move the border at a place of the heap up or down to where it belongs."""
    while place > 0:
        parent = (place - 1) // 2
        if not _is_nearer(heap[place], heap[parent], keys, owners, nodes):
            break
        _swap(place, parent, heap, places)
        place = parent
    _sift_down(place, n_borders, heap, places, keys, owners, nodes)


@compiled
def _sift_down(place, n_borders, heap, places, keys, owners, nodes):  # type: ignore[no-untyped-def]
    while 2 * place + 1 < n_borders:
        child = 2 * place + 1
        if child + 1 < n_borders and _is_nearer(heap[child + 1], heap[child], keys, owners, nodes):
            child += 1
        if not _is_nearer(heap[child], heap[place], keys, owners, nodes):
            break
        _swap(place, child, heap, places)
        place = child


@compiled
def _swap(place, other, heap, places):  # type: ignore[no-untyped-def]
    heap[place], heap[other] = heap[other], heap[place]
    places[heap[place]], places[heap[other]] = place, other
