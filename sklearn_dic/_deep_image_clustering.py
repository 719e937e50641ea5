"""The estimator: a small network, overfitted to an image or to a few images."""

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
import torch
from numpy.random import RandomState
from skimage.measure import label as label_components
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted
from torch import Tensor
from tqdm.auto import tqdm

from sklearn_dic._auto import auto_of, choose_max_iter, choose_resolution
from sklearn_dic._epochs import EpochReporter
from sklearn_dic._labelling import (
    aggregate,
    as_array,
    make_training_batches,
    vote,
    with_voters,
)
from sklearn_dic._memory import Task, refuse_large_network, task_and_remedy
from sklearn_dic._persistence import SaveMixin
from sklearn_dic._region_merging import RegionMerging, refuse_large_trees
from sklearn_dic.images._images import Images
from sklearn_dic.images._prediction import check_n_channels, warn_of_other_range
from sklearn_dic.images._thumbnails import ThumbnailMixin
from sklearn_dic.network import (
    DICNetwork,
    Training,
    as_rows,
    overfit,
    plain_torch_state,
    refinement_loss,
)
from sklearn_dic.superpixels import get_superpixels_names
from sklearn_dic.superpixels._map import open_with_superpixels
from sklearn_dic.superpixels._parameter import SuperpixelsParameterMixin
from sklearn_dic.superpixels._resolve import compute_superpixels, resolve_superpixels
from sklearn_dic.utils._callbacks import CallbackClusterMixin, FitTask, with_callbacks
from sklearn_dic.utils._device import (
    explained_out_of_memory,
    resolve_device,
    resolve_precision,
    torch_generator,
)
from sklearn_dic.utils._searches import refuse_rows_of_image
from sklearn_dic.utils._validation import (
    CHANNEL_AXIS,
    ChannelAxis,
    HasMethods,
    Interval,
    StrOptions,
    check_column_names,
    check_parameters,
)
from sklearn_dic.utils._warnings import warn_caller


def _reads_tables(estimator: Any) -> bool:
    labels = getattr(estimator, "labels_", None)
    was_fitted_to_a_table = isinstance(labels, np.ndarray) and labels.ndim == 1
    return estimator.channel_axis == -1 and (labels is None or was_fitted_to_a_table)


class DeepImageClustering(
    SaveMixin,
    SuperpixelsParameterMixin,
    ThumbnailMixin,
    TransformerMixin,
    CallbackClusterMixin,
    BaseEstimator,
):
    """Segment an image without training data by deep image clustering (DIC).

    A small convolutional network is overfitted to the image. In each epoch the pixels take
    the label of their strongest feature, each superpixel votes for a label, and the
    network is trained towards the vote; labels merge until few are left. By default the
    answer is regions of the image, which `RegionMerging` merges by the features that the
    network learned. With ``n_segments=None`` the answer is the labels of the network, as
    in [1]_, Algorithm 1.

    Parameters
    ----------
    n_clusters : int, default=32
        Largest number of labels of the network (C, or SPN, in [1]_), 1 to 65,535. Training
        merges labels, so usually far fewer are left.
    superpixels : "auto", str, transformer, list of these or None, default="auto"
        The superpixels that vote: a name of `superpixels.get_superpixels_names()`, or any
        transformer from an image (H, W, C) to labels (H, W). None: every pixel votes for itself.
        In a list, such as ["felzenszwalb", SLICSuperpixels(400)], each method has a vote at
        every pixel. "auto", see Notes.
    n_segments : int, "auto" or None, default="auto"
        "auto" or a number: the answer is regions of each image. A number says how many;
        "auto" leaves this to `region_merging`. None: the answer is the labels of the network,
        which have the same meaning in all images.
    region_merging : RegionMerging or None, default=None
        Makes the regions, from the features that the network learned. None:
        ``RegionMerging()``. Its `superpixels` are merged, those of this estimator vote.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_centers : int, default=32
        Cluster centres (M).
    n_center_iter : int, default=3
        Iterations between associations and centres (Gamma).
    clustering : {"residual", "paper", None}, default="residual"
        The clustering subnetwork: as in the authors' code, Eqs. 1-5 as printed, or none
        (Table 5).
    clustering_gradient : {"auto"} or bool, default="auto"
        Whether the loss is differentiated through the iterations of the centres. "auto" does
        so for "paper", and not for "residual", like the authors' code.
    upsampling : {"bilinear", "deconvolution"}, default="bilinear"
        How the pooled features return to full size. [1]_ has a deconvolution, the authors' code
        interpolates.
    head_norm : bool, default=True
        Batch-norm after the last convolution, as in the authors' code.
    refine : bool, default=True
        Whether the superpixels vote on the final labels of the network too.
    connected_components : bool, default=False
        Give each connected piece (8 neighbours) of a label of the network a label of its own.
        Labels then count the pieces of each image.
    max_iter : "auto" or int, default="auto"
        Largest number of epochs (T). "auto", see Notes.
    learning_rate : float, default=0.05
        Step of the gradient descent.
    momentum : float, default=0.9
        Momentum of the gradient descent, in [0, 1).
    min_clusters : int, default=4
        When fewer labels are left at the training resolution, training returns to the epoch
        before and stops.
    tol : float or None, default=0.003
        Training stops when at most this share of the pixels changes its label in each of
        `n_iter_no_change` epochs. None: never.
    n_iter_no_change : int, default=10
        See `tol`.
    resolution : {"auto"} or float, default="auto"
        Sides of the copy that the network is trained on, relative to the image, in (0, 1].
        1 is the method of [1]_. The answer always has full size. A smaller resolution leaves more
        labels. "auto", see Notes.
    device : str or torch.device, default="auto"
        "cpu", "cuda", "cuda:1", "mps"; "auto" is CUDA if there is a GPU, else the CPU.
    precision : {"auto", "float32", "bfloat16"}, default="auto"
        Arithmetic of the convolutions. "auto" is bfloat16 where the processor computes in
        it, else float32. Clustering, normalisation statistics and loss are float32.
    random_state : int, RandomState instance or None, default=None
        Draws the initial weights and centres. An int gives the same answer each time on the
        same machine with the same `torch.get_num_threads()`. No global random state is used.
    verbose : int, default=0
        1 shows a progress bar with epoch, loss and number of labels. `set_callbacks` of
        scikit-learn 1.9 and later can show more, record scores, and stop.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
        Regions of each training image, or labels of the network, consecutive from 0; -1 outside
        of `sample_mask`.
    region_merging_ : RegionMerging or None
        Fitted: its `tree_` holds all merges, and its `segment` cuts them again. None if the
        answer is the labels of the network.
    n_clusters_ : int
        Number of labels of the network that are left in the training images, before
        `connected_components`.
    superpixel_labels_ : ndarray or list of ndarray, dtype int32, or None
        The superpixels that voted, like `labels_`; for several maps of shape (K, H, W) or
        (N, K, H, W).
    cluster_centers_ : ndarray of shape (n_centers, n_clusters) or None
        Centres (Omega); None without clustering.
    loss_curve_ : list of float
        The loss (Eq. 8) of each epoch.
    n_labels_curve_ : list of int
        The number of labels in each epoch, at the training resolution.
    n_iter_ : int
        Epochs run.
    stopped_by_ : {"max_iter", "stability", "min_clusters", "callback", "interrupt"}
        Reason for the end of the training.
    module_ : DICNetwork
        The trained network.
    channel_of_label_ : ndarray of shape (n_clusters,)
        Channel of `module_` that belongs to each label.
    device_, precision_ : str
        Device and precision of the training. A copy by pickle, `copy` or `save` is on the "cpu".
    resolution_ : float
        Resolution at which the network was trained, and sees images in `predict`.
    value_range_ : tuple of float
        Smallest and largest value of the training images, as floats.
    n_features_in_ : int
        Number of image channels.
    feature_names_in_ : ndarray of str objects
        Names of the columns, if a DataFrame is read as a table of pixels.

    See Also
    --------
    RegionMerging : Merges superpixels without a network.
    PerImage : A separate fit for each image of a collection.

    Notes
    -----
    A single network is fitted to all images of a collection; memory grows with the total
    number of pixels. Pixels of a table (``channel_axis=-1``, 2-D) have no neighbours and so no
    regions: a table needs ``n_segments=None``.

    "auto" suits the answer. Where it is regions, the network has to see what textures are made
    of: 200 compact SLIC superpixels vote, in 12 epochs, on a copy of half the sides, or of 65,536
    pixels if that is less (of a collection, 10,000 pixels an image). Regions of images without
    textures are not merged by what is learned, see `RegionMerging`; where neighbouring cells of
    8 x 8 pixels are so alike that there are none, 4 epochs are enough. Where the answer is
    labels, Felzenszwalb's superpixels vote, in up to 100 epochs, on a copy of half the sides, or
    of 10,000 pixels if that is less.

    `n_centers` to `connected_components` are the points in which [1]_ and the authors' code
    differ or leave a choice, `max_iter` to `resolution` the training, `device` and `precision`
    the machine.

    References
    ----------
    .. [1] L. Zhou, Y. Wei, "DIC: Deep Image Clustering for Unsupervised Image
       Segmentation", IEEE Access 8 (2020), doi:10.1109/ACCESS.2020.2974496.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic import DeepImageClustering
    >>> image = coffee()[::4, ::4]
    >>> dic = DeepImageClustering(n_clusters=32, max_iter=5, random_state=0).fit(image)
    >>> dic.labels_.shape
    (100, 150)
    >>> bool((dic.predict(image) == dic.labels_).all())
    True
    """

    _parameter_constraints: dict = {
        "n_clusters": [Interval(Integral, 1, 65_535, closed="both")],
        "superpixels": [
            StrOptions({"auto", *get_superpixels_names()}),
            HasMethods("fit_transform"),
            "array-like",  # a list; label maps get an error of their own
            None,
        ],
        "n_segments": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"}), None],
        "region_merging": [RegionMerging, None],
        "channel_axis": CHANNEL_AXIS,
        "n_centers": [Interval(Integral, 1, None, closed="left")],
        "n_center_iter": [Interval(Integral, 1, None, closed="left")],
        "clustering": [StrOptions({"residual", "paper"}), None],
        "clustering_gradient": [StrOptions({"auto"}), "boolean"],
        "upsampling": [StrOptions({"bilinear", "deconvolution"})],
        "head_norm": ["boolean"],
        "refine": ["boolean"],
        "connected_components": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "min_clusters": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, 1, closed="both"), None],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "resolution": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="right")],
        "device": [str, torch.device],
        "precision": [StrOptions({"auto", "float32", "bfloat16"})],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_clusters: int = 32,
        *,
        superpixels: Any = "auto",
        n_segments: int | Literal["auto"] | None = "auto",
        region_merging: RegionMerging | None = None,
        channel_axis: ChannelAxis = "auto",
        n_centers: int = 32,
        n_center_iter: int = 3,
        clustering: Literal["residual", "paper"] | None = "residual",
        clustering_gradient: Literal["auto"] | bool = "auto",
        upsampling: Literal["bilinear", "deconvolution"] = "bilinear",
        head_norm: bool = True,
        refine: bool = True,
        connected_components: bool = False,
        max_iter: Literal["auto"] | int = "auto",
        learning_rate: float = 0.05,
        momentum: float = 0.9,
        min_clusters: int = 4,
        tol: float | None = 0.003,
        n_iter_no_change: int = 10,
        resolution: Literal["auto"] | float = "auto",
        device: str | torch.device = "auto",
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
        random_state: int | RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_clusters = n_clusters
        self.superpixels = superpixels
        self.n_segments = n_segments
        self.region_merging = region_merging
        self.channel_axis = channel_axis
        self.n_centers = n_centers
        self.n_center_iter = n_center_iter
        self.clustering = clustering
        self.clustering_gradient = clustering_gradient
        self.upsampling = upsampling
        self.head_norm = head_norm
        self.refine = refine
        self.connected_components = connected_components
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.min_clusters = min_clusters
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.resolution = resolution
        self.device = device
        self.precision = precision
        self.random_state = random_state
        self.verbose = verbose

    @with_callbacks
    @plain_torch_state()
    def fit(
        self, X: Any, y: Any = None, *, superpixels: Any = None, sample_mask: Any = None
    ) -> Self:
        """Overfit a network to an image, or to all images of a collection.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, SuperpixelMap, or \
list of these
            An image or a collection, see `sklearn_dic.images.open_images`. Integers are divided
            by the maximum of their dtype, floats are taken as they are.
        y : object
            Not used by the fit. Callbacks receive it, for example annotations to score with.
        superpixels : array-like of int, str, transformer or list of these, default=None
            The superpixels that vote in these images, instead of the parameter `superpixels`:
            a label map of shape (H, W) for each image, or K maps for each.
        sample_mask : array-like of bool, shape (H, W) or (N, H, W), or list of these, \
default=None
            False at pixels that do not count: they have no part in superpixels, centres, votes,
            loss and regions, and have the label -1. The network sees the colour of the nearest
            pixel that counts in their place, so they may be NaN.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError, TypeError, OSError
            If a parameter or an image cannot be used; the message names it.
        MemoryError
            If the fit would need more memory than there is.
        FloatingPointError
            If the training diverges.

        Warns
        -----
        ConvergenceWarning
            If an image has fewer superpixels than `n_segments`, or Ctrl-C ended the training.
        UserWarning
            If the axes or the range of an image may be misread.

        Notes
        -----
        Ctrl-C during the epochs keeps the epochs so far: the estimator is fitted, `stopped_by_`
        is "interrupt", and a warning says so.

        Files are read as `sklearn_dic.images.read_image` does, so that a path and its array give
        the same answer. `sklearn_dic.images.open_images` reads them with other options.
        """
        check_parameters(self)
        device = resolve_device(self.device)
        images, superpixels = open_with_superpixels(X, self.channel_axis, superpixels, sample_mask)
        refuse_rows_of_image(X, images.form)
        max_iter = (
            choose_max_iter(images, self.n_segments, self.region_merging)
            if self.max_iter == "auto"
            else self.max_iter
        )
        task = FitTask.begin_fit(self, X, y, max_iter)
        network = self._make_network(images, device)
        self._check_images("fit", network, images, device, merges=self.n_segments is not None)
        with tqdm(total=max_iter, unit="epoch", disable=not self.verbose) as bar:
            bar.set_description("superpixels")
            voters = self._find_voters(images, superpixels)
            bar.reset()  # the clock counts epochs from here
            bar.set_description("DIC")
            with explained_out_of_memory(device, *task_and_remedy("fit", network, images)):
                network.reset_parameters(torch_generator(self.random_state)).to(device)
                batches, votes, inside = make_training_batches(network, images, voters)
                snapshot = partial(self._snapshot, network, batches, inside, images, voters)
                reporter = EpochReporter(task, bar, snapshot)
                # Algorithm 1. Each epoch: features and labels (Eqs. 1-5), the vote of the
                # superpixels (Eqs. 6-7), the loss against it (Eq. 8), and a step.
                training = overfit(
                    network,
                    batches,
                    votes,
                    inside,
                    max_iter=max_iter,
                    learning_rate=self.learning_rate,
                    momentum=self.momentum,
                    min_clusters=min(self.min_clusters, self.n_clusters),
                    tol=self.tol,
                    n_iter_no_change=self.n_iter_no_change,
                    on_epoch_begin=reporter.begin,
                    on_epoch=reporter.end,
                )
                reporter.close(training)
        self._answer(network, images, voters, training)
        check_column_names(self, X, self.channel_axis, reset=True)
        # Its own attributes: copying an estimator moves its network to the CPU.
        task.end(lambda: vars(self))
        if training.stopped_by == "interrupt":
            warn_caller(
                f"training was interrupted after epoch {self.n_iter_} of {max_iter}; the "
                "estimator holds the state reached so far",
                ConvergenceWarning,
            )
        return self

    def _answer(
        self,
        network: DICNetwork,
        images: Images,
        voters: list[np.ndarray] | None,
        training: Training,
    ) -> None:
        """Label the training images with the trained network, and merge regions if wanted."""
        channels: list[np.ndarray] = []  # of the network, in place of labels

        def label_each() -> Iterator[np.ndarray]:
            """Label each image, and yield the probabilities (H, W, C) of its labels."""
            shown = voters if self.refine else None
            for aggregated, maps, mask in with_voters(network, images, shown):
                channels.append(vote(aggregated, maps, mask))
                yield as_array(aggregated.softmax(dim=1))

        region_merging = None
        if self.n_segments is None:
            for _ in label_each():
                pass
        else:
            region_merging = self._make_region_merging().fit(images, features=label_each())
        left = np.unique(np.concatenate([of_image.ravel() for of_image in channels]))
        left = left[left >= 0]
        unused = np.setdiff1d(np.arange(self.n_clusters), left)
        self.module_ = network
        self.device_ = str(network.device)
        self.precision_ = network.precision
        self.resolution_ = network.resolution
        self.loss_curve_ = training.loss_curve
        self.n_labels_curve_ = training.n_labels_curve
        self.n_iter_ = len(training.loss_curve)
        self.stopped_by_ = training.stopped_by
        self.channel_of_label_ = np.concatenate([left, unused])
        self.n_clusters_ = len(left)
        self.region_merging_ = region_merging
        self.labels_ = (
            images.in_form_of_input([self._number(of_image) for of_image in channels])
            if region_merging is None
            else region_merging.labels_
        )
        self.superpixel_labels_ = None
        if voters is not None:
            maps = [of_image[0] if len(of_image) == 1 else of_image for of_image in voters]
            self.superpixel_labels_ = (
                np.stack(maps)[..., 0, 0]  # K maps: (n_pixels, K)
                if images.form == "table"
                else images.in_form_of_input(maps)
            )
        self.cluster_centers_ = (
            None
            if network.dcs is None
            else network.dcs.centers.cpu().numpy()[:, self.channel_of_label_]
        )
        self.value_range_ = images.value_range
        self.n_features_in_ = images.n_channels

    def _snapshot(
        self,
        network: DICNetwork,
        batches: list[Tensor],
        inside: Tensor | None,
        images: Images,
        voters: list[np.ndarray] | None,
        training: Training,
    ) -> Mapping[str, Any]:
        """Return the attributes of the estimator as if training stopped here."""
        network = copy.deepcopy(network)
        network.zero_grad()
        network.freeze(batches, inside)
        stopped = copy.copy(self)
        stopped._answer(network, images, voters, copy.deepcopy(training))
        return vars(stopped)

    @plain_torch_state()
    def predict(
        self, X: Any, *, superpixels: Any = None, sample_mask: Any = None
    ) -> np.ndarray | list[np.ndarray]:
        """Segment images with the trained network.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, of any size, with the same number of channels.
        superpixels, sample_mask
            As in `fit`, for these images.

        Returns
        -------
        labels : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
            As `labels_`: regions of each image, or labels of the network with their meaning
            there. Labels that no training image had are `n_clusters_` or larger. The training
            images have the labels `labels_`, if the same superpixels and mask are passed.
        """
        check_is_fitted(self)
        merges = self.region_merging_ is not None
        images, superpixels = self._open_others(
            "prediction", X, superpixels, sample_mask, merges=merges
        )
        if self.region_merging_ is not None:
            features = (
                as_array(aggregated.softmax(dim=1))
                for aggregated in aggregate(self.module_, images)
            )
            return self.region_merging_.predict(images, features=features)
        voters = self._find_voters(images, superpixels) if self.refine else None
        labels = [self._number(vote(*parts)) for parts in with_voters(self.module_, images, voters)]
        return images.in_form_of_input(labels)

    def transform(self, X: Any) -> np.ndarray | list[np.ndarray]:
        """Compute the aggregated features of every pixel (Upsilon, equation 4).

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, of any size, with the same number of channels.

        Returns
        -------
        features : ndarray of shape (H, W, n_clusters) or (N, H, W, n_clusters), or list, \
dtype float32
            Feature k is the strength of label k of the network.
        """
        return self._features(X, lambda aggregated: aggregated)

    @available_if(_reads_tables)
    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Name the features of a table of pixels, for `set_output`.

        Only where ``channel_axis=-1``: the features of an image are no table.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            The names seen in `fit`, to be compared with these.

        Returns
        -------
        names : ndarray of str objects, shape (n_clusters,)
        """
        return ClassNamePrefixFeaturesOutMixin.get_feature_names_out(self, input_features)

    @property
    def _n_features_out(self) -> int:
        return self.module_.n_clusters

    def predict_proba(self, X: Any) -> np.ndarray | list[np.ndarray]:
        """Compute the probabilities of the labels of the network, before superpixels vote.

        They are the softmax of `transform`, and belong to the labels of the network
        (``n_segments=None``), never to regions.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, of any size, with the same number of channels.

        Returns
        -------
        probabilities : ndarray of shape (H, W, n_clusters) or (N, H, W, n_clusters), or \
list, dtype float32
            The last axis sums to 1; its entry k belongs to label k of the network.
        """
        return self._features(X, lambda aggregated: aggregated.softmax(dim=1))

    @plain_torch_state()
    def score(
        self, X: Any, y: Any = None, *, superpixels: Any = None, sample_mask: Any = None
    ) -> float:
        """Return the negative loss (equation 8): how well the network agrees with the vote.

        Scores against human annotations need the annotations: see `sklearn_dic.metrics`.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, of any size, with the same number of channels.
        y : None
            Not used, here by convention.
        superpixels, sample_mask
            As in `predict`.

        Returns
        -------
        score : float
            Mean over the pixels that count of the log-probability of the voted label, at
            most 0.
        """
        images, superpixels = self._open_others("prediction", X, superpixels, sample_mask)
        voters = self._find_voters(images, superpixels)
        total = n_pixels = 0.0
        for aggregated, maps, mask in with_voters(self.module_, images, voters):
            refined = torch.from_numpy(vote(aggregated, maps, mask)).flatten()
            inside = refined >= 0
            if inside.any():
                rows = as_rows(aggregated).cpu()[inside]
                total += refinement_loss(rows, refined[inside]).item() * len(rows)
                n_pixels += len(rows)
        return -total / n_pixels

    def _open_others(
        self,
        task: Task,
        X: Any,
        superpixels: Any = None,
        sample_mask: Any = None,
        *,
        merges: bool = False,
    ) -> tuple[Images, Any]:
        """Open images of a prediction, and compare them with the training images."""
        check_is_fitted(self)
        check_parameters(self)
        check_column_names(self, X, self.channel_axis, reset=False)
        images, superpixels = open_with_superpixels(X, self.channel_axis, superpixels, sample_mask)
        check_n_channels(self, images)
        self._check_images(task, self.module_, images, self.module_.device, merges=merges)
        warn_of_other_range(images, self.value_range_)
        return images, superpixels

    def _check_images(
        self, task: Task, network: DICNetwork, images: Images, device: torch.device, *, merges: bool
    ) -> None:
        """Refuse images that are too large, and a table where the answer is regions."""
        if getattr(self.region_merging, "n_spatial_dims", 2) == 3:
            raise ValueError(
                "region_merging has n_spatial_dims=3, and DeepImageClustering segments images: for "
                "volumes use RegionMerging(n_spatial_dims=3, features=DeepImageClustering())"
            )
        if merges and images.form == "table":
            raise ValueError(
                f"n_segments={self.n_segments!r} and a table of {len(images)} pixels, which have "
                "no neighbours to merge with: set n_segments=None for the labels of the network"
            )
        refuse_large_network(task, network, images, device)
        if merges:
            scene_size = getattr(self.region_merging, "scene_size", None)
            refuse_large_trees(images, network.n_clusters, scene_size)

    @property
    def _superpixel_methods(self) -> Any:
        is_auto = isinstance(self.superpixels, str) and self.superpixels == "auto"
        return auto_of(self.n_segments).superpixels if is_auto else self.superpixels

    def _find_voters(self, images: Images, superpixels: Any) -> list[np.ndarray] | None:
        """Find the superpixels (K, H_i, W_i) that vote in images."""
        if superpixels is None:
            return compute_superpixels(self._superpixel_methods, images)
        return resolve_superpixels(superpixels, images)

    def _make_network(self, images: Images, device: torch.device) -> DICNetwork:
        """Make the network that the parameters describe, without weights."""
        return DICNetwork(
            images.n_channels,
            self.n_clusters,
            n_centers=self.n_centers,
            n_center_iter=self.n_center_iter,
            clustering=self.clustering,
            clustering_gradient=(
                self.clustering == "paper"
                if self.clustering_gradient == "auto"
                else self.clustering_gradient
            ),
            upsampling=self.upsampling,
            head_norm=self.head_norm,
            precision=resolve_precision(self.precision, device),
            resolution=(
                choose_resolution(images, self.n_segments)
                if self.resolution == "auto"
                else self.resolution
            ),
        )

    def _make_region_merging(self) -> RegionMerging:
        """Make the estimator of the regions, which cuts into `n_segments` if that is a number."""
        merging = RegionMerging() if self.region_merging is None else clone(self.region_merging)
        if self.n_segments != "auto":
            merging.set_params(n_segments=self.n_segments, threshold=None)
        return merging

    def _number(self, channels: np.ndarray) -> np.ndarray:
        """(H, W) channels of the network -> (H, W) labels."""
        numbers = np.append(np.argsort(self.channel_of_label_), -1)  # channel -1 stays -1
        labels = numbers[channels].astype(np.int32)
        if self.connected_components and labels.size > 1:  # pixels of a table have no neighbours
            return label_components(labels, background=-1).astype(np.int32) - 1
        return labels

    @plain_torch_state()
    def _features(self, X: Any, function: Callable[[Tensor], Tensor]) -> Any:
        """Apply a function to the aggregated features; channels in the order of the labels."""
        images, _ = self._open_others("features", X)
        return images.in_form_of_input(
            [
                as_array(function(aggregated))[..., self.channel_of_label_]
                for aggregated in aggregate(self.module_, images)
            ]
        )

    def __getstate__(self) -> dict[str, Any]:
        """Pickle with tensors on the CPU, so that any machine can load them."""
        state = dict(super().__getstate__())  # not the estimator's own dictionary
        if "module_" in state and self.module_.device.type != "cpu":
            state["module_"] = copy.deepcopy(self.module_).to("cpu")
            state["device_"] = "cpu"
        return state

    def __sklearn_tags__(self) -> Tags:
        """Declare images, arrays of two to four dimensions."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []  # features are float32
        return tags
