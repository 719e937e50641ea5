"""Merge neighbours two at a time, the most alike first.

scikit-learn's `ward_tree` and higra's `binary_partition_tree_ward_linkage` ignore the borders
between regions, and scikit-image's `merge_hierarchical` keeps no tree.
"""

import heapq
from itertools import combinations

import numpy as np

Border = np.ndarray  # length, and contrast and factor summed over the length
Candidate = tuple[float, int, int]  # distance, smaller node, larger node


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
    graph = _Graph(features, sizes, size_exponent, border_exponent)
    graph.connect(pairs, lengths, contrasts, factors)
    candidates = graph.measure_all()
    children = np.zeros((n_nodes - 1, 2), np.int64)
    distances = np.zeros(n_nodes - 1)
    for i in range(n_nodes - 1):
        while candidates and not graph.has(candidates[0]):
            heapq.heappop(candidates)
        if not candidates:  # the rest is not connected: now all are neighbours
            apart = np.array(list(combinations(sorted(graph.nodes), 2)))
            unit = np.ones(len(apart))
            graph.connect(apart, unit, np.zeros(len(apart)), unit)
            candidates = graph.measure_all()
        distances[i], *children[i] = heapq.heappop(candidates)
        for candidate in graph.merge(*children[i].tolist()):
            heapq.heappush(candidates, candidate)
    return children, np.maximum.accumulate(distances)


class _Graph:
    """The nodes that are not merged yet, with their features, sizes and borders."""

    def __init__(
        self,
        features: np.ndarray,
        sizes: np.ndarray,
        size_exponent: float,
        border_exponent: float,
    ) -> None:
        n_nodes = len(features)
        self.nodes = set(range(n_nodes))
        self.borders: list[dict[int, Border]] = [{} for _ in range(n_nodes)]
        self.features = np.zeros((2 * n_nodes - 1, features.shape[1]))
        self.features[:n_nodes] = features
        self.sizes = np.zeros(2 * n_nodes - 1)
        self.sizes[:n_nodes] = sizes
        self.lengths = np.zeros(2 * n_nodes - 1)  # of all borders of a node
        self.size_exponent = size_exponent
        self.border_exponent = border_exponent

    def connect(
        self, pairs: np.ndarray, lengths: np.ndarray, contrasts: np.ndarray, factors: np.ndarray
    ) -> None:
        """Add borders."""
        borders = np.stack([lengths, lengths * contrasts, lengths * factors], axis=1)
        for (a, b), border in zip(pairs.tolist(), borders, strict=True):
            self.borders[a][b] = self.borders[b][a] = border
            self.lengths[[a, b]] += border[0]

    def has(self, candidate: Candidate) -> bool:
        """Whether neither node was merged since the distance was measured."""
        return candidate[1] in self.nodes and candidate[2] in self.nodes

    def measure_all(self) -> list[Candidate]:
        """Distances between all neighbours, as a heap."""
        candidates = [
            candidate
            for node in self.nodes
            for candidate in self.measure(node, [b for b in self.borders[node] if b > node])
        ]
        heapq.heapify(candidates)
        return candidates

    def measure(self, node: int, neighbors: list[int]) -> list[Candidate]:
        """Distances from a node to some of its neighbours."""
        if not neighbors:
            return []
        lengths, contrasts, factors = np.array([self.borders[node][b] for b in neighbors]).T
        differences = self.features[neighbors] - self.features[node]
        squares = (differences**2).sum(axis=1) + contrasts / lengths
        squares *= factors / lengths
        sizes = self.sizes[neighbors]
        harmonic = 2 * sizes * self.sizes[node] / (sizes + self.sizes[node])
        exposed = np.minimum(self.lengths[neighbors], self.lengths[node]) / lengths
        squares *= harmonic**self.size_exponent * exposed**self.border_exponent
        return [
            (distance, min(node, other), max(node, other))
            for distance, other in zip(np.sqrt(squares).tolist(), neighbors, strict=True)
        ]

    def merge(self, a: int, b: int) -> list[Candidate]:
        """Replace two nodes by a new node -> distances from it to its neighbours."""
        node = len(self.borders)
        both, sizes = [a, b], self.sizes[[a, b]]
        self.sizes[node] = sizes.sum()
        self.features[node] = sizes @ self.features[both] / sizes.sum()
        self.lengths[node] = self.lengths[both].sum() - 2 * self.borders[a][b][0]
        merged: dict[int, Border] = {}
        for part in both:
            for other, border in self.borders[part].items():
                if other not in both:
                    merged[other] = merged[other] + border if other in merged else border
                    del self.borders[other][part]
        for other, border in merged.items():
            self.borders[other][node] = border
        self.borders.append(merged)
        self.nodes -= {a, b}
        self.nodes.add(node)
        return self.measure(node, list(merged))
