"""Parametric kernel graph cuts: kernel k-means of colours, with smooth borders."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.cluster import KMeans

from sklearn_dic.images._color import to_lab
from sklearn_dic.peers._base import BasePeer, Picture
from sklearn_dic.peers._graph_cut import expand, grid_edges, labelling_energy
from sklearn_dic.peers._reduction import Reduction
from sklearn_dic.utils._validation import ChannelAxis, Interval
from sklearn_dic.utils._warnings import ignored_warnings


class KernelGraphCuts(BasePeer):
    r"""Segment an image by parametric kernel graph cuts.

    Each label has a centre in a space to which a kernel maps the colours. The labels minimise the
    distances from the pixels to the centres there, and a cost of each border between labels. A
    label may lie in many places. Any number of channels.

    Parameters
    ----------
    n_segments : int, default=8
        Largest number of labels. Fewer are left where the borders cost more than they save.
    smoothness : float, default=2.0
        Weight of the borders (alpha).
    kernel_width : float, default=1.0
        Width of the Gaussian kernel (sigma), relative to the contrast of the image: the root mean
        square of the distances from the mean colour.
    truncation : float, default=1.0
        Distance of two centres from which on a border costs no more, in the same units.
    max_rounds : int, default=6
        Largest number of rounds. Each moves the centres, and then expands each label once.
    tol : float, default=1e-3
        The rounds end when the energy falls by at most this share.
    max_pixels : int or None, default=60_000
        Larger images are reduced to this number of pixels first. None: never.
    random_state : int, RandomState instance or None, default=0
        Draws the first centres of the k-means clustering that the method starts from.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
        Labels of each image, consecutive from 0; -1 outside of `sample_mask`.
    n_segments_ : int, or list of int
        Number of labels of each image.
    n_features_in_ : int
        Number of image channels.

    Notes
    -----
    The energy [1]_ of labels :math:`\lambda` and centres :math:`\mu` is

    .. math:: \sum_p 2 - 2 K(I_p, \mu_{\lambda_p})
        + \alpha \sum_{(p, q)} \min(c^2, |\mu_{\lambda_p} - \mu_{\lambda_q}|^2), \quad
        K(y, z) = \exp(-|y - z|^2 / \sigma^2),

    over all pixels and all pairs of neighbours. Each step lowers it: labels by alpha-expansion
    [2]_, with maximum flows from SciPy, and centres by the fixed-point iteration of the paper.
    Here the iteration also counts how the centres change the cost of borders. [1]_ leaves
    the start to the user, and gives no widths in units that suit all images: k-means clustering and
    units of the contrast are choices of this implementation.

    References
    ----------
    .. [1] M. Ben Salah, A. Mitiche, I. Ben Ayed, "Multiregion image segmentation by parametric
       kernel graph cuts", IEEE Transactions on Image Processing 20 (2011), Eqs. 8 to 11,
       doi:10.1109/TIP.2010.2066982.
    .. [2] Y. Boykov, O. Veksler, R. Zabih, "Fast approximate energy minimization via graph cuts",
       PAMI 23 (2001), doi:10.1109/34.969114.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import KernelGraphCuts
    >>> labels = KernelGraphCuts(n_segments=4).fit_predict(coffee()[::8, ::8])
    >>> labels.shape
    (50, 75)
    """

    _parameter_constraints: dict = {
        **BasePeer._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "smoothness": [Interval(Real, 0, None, closed="left")],
        "kernel_width": [Interval(Real, 0, None, closed="neither")],
        "truncation": [Interval(Real, 0, None, closed="left")],
        "max_rounds": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "max_pixels": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_segments: int = 8,
        *,
        smoothness: float = 2.0,
        kernel_width: float = 1.0,
        truncation: float = 1.0,
        max_rounds: int = 6,
        tol: float = 1e-3,
        max_pixels: int | None = 60_000,
        random_state: Any = 0,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.smoothness = smoothness
        self.kernel_width = kernel_width
        self.truncation = truncation
        self.max_rounds = max_rounds
        self.tol = tol
        self.max_pixels = max_pixels
        self.random_state = random_state
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        reduction = Reduction(picture.pixels.shape[:2], self.max_pixels)
        lab = to_lab(reduction.reduce(picture.pixels), None)
        colors = lab.reshape(-1, lab.shape[2]).astype(np.float64)
        colors -= colors.mean(axis=0)
        contrast = np.sqrt((colors**2).sum(axis=1).mean())
        colors /= max(contrast, 1e-12)
        k_means = KMeans(min(self.n_segments, len(colors)), n_init=1, random_state=picture.seed)
        with ignored_warnings("Number of distinct clusters"):
            start = k_means.fit_predict(colors)
        labels, _, _ = cut_kernel_graph(
            colors,
            grid_edges(lab.shape[:2]),
            start,
            k_means.cluster_centers_,
            smoothness=self.smoothness,
            kernel_width=self.kernel_width,
            truncation=self.truncation,
            max_rounds=self.max_rounds,
            tol=self.tol,
        )
        return reduction.enlarge(labels.reshape(lab.shape[:2]))


def cut_kernel_graph(
    colors: np.ndarray,
    edges: np.ndarray,
    labels: np.ndarray,
    centers: np.ndarray,
    *,
    smoothness: float,
    kernel_width: float,
    truncation: float,
    max_rounds: int,
    tol: float = 0.0,
) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Minimise the energy of `KernelGraphCuts` from a start.

    Parameters
    ----------
    colors : ndarray of shape (N, C)
        Colours of the pixels.
    edges : ndarray of int, shape (E, 2)
        Neighbours.
    labels : ndarray of int, shape (N,)
        Labels from 0 to K - 1.
    centers : ndarray of shape (K, C)
        Centres of the labels.
    smoothness, kernel_width, truncation, max_rounds, tol
        As in `KernelGraphCuts`.

    Returns
    -------
    labels : ndarray of int, shape (N,)
    centers : ndarray of shape (K, C)
    energies : list of float
        The energy of the start, and after each step.
    """

    def measure() -> tuple[np.ndarray, np.ndarray, float]:
        costs = 2 - 2 * _kernels(colors, centers, kernel_width)
        pair_costs = smoothness * np.minimum(truncation**2, _squares(centers, centers))
        return costs, pair_costs, labelling_energy(costs, labels, edges, pair_costs)

    energies = [measure()[2]]
    for _ in range(max_rounds):
        before = energies[-1]
        centers = _move_centers(
            colors, edges, labels, centers, smoothness, kernel_width, truncation
        )
        costs, pair_costs, energy = measure()
        energies.append(energy)
        for alpha in range(len(centers)):
            labels = expand(costs, labels, edges, pair_costs, alpha)
            energies.append(labelling_energy(costs, labels, edges, pair_costs))
        if before - energies[-1] <= tol * abs(before):
            break
    return labels, centers, energies


def _move_centers(
    colors: np.ndarray,
    edges: np.ndarray,
    labels: np.ndarray,
    centers: np.ndarray,
    smoothness: float,
    kernel_width: float,
    truncation: float,
    n_iter: int = 20,
) -> np.ndarray:
    """Iterate the fixed point of the centres -> (K, C).

    The energy is at most a quadratic function of the centres that equals it at the present
    centres; each iteration minimises that function.
    """
    n_labels = len(centers)
    pairs = labels[edges[:, 0]] * n_labels + labels[edges[:, 1]]
    borders = np.bincount(pairs, minlength=n_labels**2).reshape(n_labels, n_labels)
    borders = borders + borders.T
    used = np.bincount(labels, minlength=n_labels) > 0
    for _ in range(n_iter):
        squares = _squares(centers, centers)
        links = smoothness * borders * (squares < truncation**2) * (squares > 0)
        own = np.exp(-((colors - centers[labels]) ** 2).sum(axis=1) / kernel_width**2)
        weights = 2 / kernel_width**2 * own
        totals = np.bincount(labels, weights, n_labels)
        sums = np.stack(
            [np.bincount(labels, weights * channel, n_labels) for channel in colors.T], axis=1
        )
        system = np.diag(totals + links.sum(axis=1)) - links
        moving = used & (totals > 0)
        moved = centers.copy()
        rest = sums[moving] - system[np.ix_(moving, ~moving)] @ centers[~moving]
        moved[moving] = np.linalg.solve(system[np.ix_(moving, moving)], rest)
        step = np.abs(moved - centers).max()
        centers = moved
        if step < 1e-9:
            break
    return centers


def _kernels(colors: np.ndarray, centers: np.ndarray, width: float) -> np.ndarray:
    """(N, C), (K, C) -> (N, K): Gaussian kernels."""
    return np.exp(-_squares(colors, centers) / width**2)


def _squares(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(N, C), (K, C) -> (N, K): squared distances."""
    return np.stack([((first - center) ** 2).sum(axis=1) for center in second], axis=1)
