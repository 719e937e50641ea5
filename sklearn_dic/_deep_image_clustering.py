"""The estimator: one small network, overfitted to one image or to a few."""

import copy
from collections.abc import Callable, Mapping
from functools import partial
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
import torch
from numpy.random import RandomState
from skimage.measure import label as label_components
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted
from torch import Tensor
from tqdm.auto import tqdm

import sklearn_dic.metrics  # noqa: F401 # workers, too, know its scorers by their names
from sklearn_dic._labelling import (
    TrainingSample,
    aggregate,
    answer,
    make_training_batches,
    vote,
)
from sklearn_dic._memory import Task, refuse_too_large, task_and_remedy
from sklearn_dic._origin import DEFAULT_SUPERPIXELS, Origin, are_merged, is_one_whole
from sklearn_dic._persistence import SaveMixin
from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.hierarchy._cuts import check_cut, cut_tree, warn_of_fewer
from sklearn_dic.hierarchy._leaves import superpixels_to_merge
from sklearn_dic.images._images import Images, open_images
from sklearn_dic.images._thumbnails import ThumbnailMixin
from sklearn_dic.network import (
    DICNetwork,
    Epoch,
    Precision,
    Training,
    as_rows,
    overfit,
    refinement_loss,
)
from sklearn_dic.superpixels import get_superpixels_names
from sklearn_dic.superpixels._map import take_images
from sklearn_dic.superpixels._resolve import resolve_superpixels
from sklearn_dic.utils._callbacks import CallbackClusterMixin, FitTask, with_callbacks
from sklearn_dic.utils._device import (
    explained_out_of_memory,
    resolve_device,
    resolve_precision,
    torch_generator,
)
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

LARGEST_TRAINED = 10_000  # pixels, where the resolution is chosen automatically


def _reads_tables(estimator: Any) -> bool:
    labels = getattr(estimator, "labels_", None)
    was_fitted_to_a_table = isinstance(labels, np.ndarray) and labels.ndim == 1
    return estimator.channel_axis == -1 and (labels is None or was_fitted_to_a_table)


class DeepImageClustering(
    SaveMixin, ThumbnailMixin, TransformerMixin, CallbackClusterMixin, BaseEstimator
):
    """Segment an image without training data by deep image clustering (DIC).

    A small convolutional network is overfitted to the image. In each epoch the pixels take
    the label of their strongest feature, each superpixel votes for one label, and the
    network is trained towards the vote; labels merge until few are left.

    Read more in [1]_, Algorithm 1.

    Parameters
    ----------
    n_clusters : int, default=32
        The largest number of labels (C, or SPN, in [1]_), 1 to 65,535. Training merges
        labels, so usually far fewer are left.
    n_centers : int, default=32
        Cluster centres (M).
    n_center_iter : int, default=3
        Alternations between associations and centres (Gamma).
    superpixels : str, transformer, array-like, list of these or None, \
default="felzenszwalb"
        What votes. A name of `superpixels.get_superpixels_names()`; any transformer from
        an image (H, W, C) to labels (H, W); the label map of the image itself, or one for
        each image of a collection; or None: every pixel for itself. A list of several, such
        as ["felzenszwalb", SLICSuperpixels(400)], has one vote each at every pixel. Where
        `X` is a `SuperpixelMap`, as after a superpixel step in a Pipeline, its superpixels
        are used instead.
    clustering : {"residual", "paper", None}, default="residual"
        The clustering subnetwork: what the authors' code computes, Eqs. 1-5 as printed, or
        none (Table 5).
    clustering_gradient : {"auto"} or bool, default="auto"
        Whether the loss is differentiated through the alternation. "auto" does so for
        "paper", and not for "residual", like the authors' code.
    upsampling : {"bilinear", "deconvolution"}, default="bilinear"
        How the pooled features return to full size.
    head_norm : bool, default=True
        Batch-norm after the last convolution.
    refine : bool, default=True
        Whether the superpixels vote on the labels of the answer too; otherwise these are the
        network's own. Without effect on an exact number of regions.
    n_segments : int, "auto" or None, default="auto"
        None: the answer is the labels of the network, as in [1]_. Otherwise it is regions:
        neighbouring superpixels are merged, the most alike in learned features, colours and
        border first, and the tree of merges, `tree_`, is cut into exactly so many regions of
        each image, or its superpixels where these are fewer. "auto" cuts the tree of one image
        where photographs usually have their regions, into at most `n_clusters`; a collection,
        a table and an image with a `sample_mask` get the labels of the network, since these
        mean the same in each image; so do ``refine=False`` and ``connected_components=True``.
        What is merged are the superpixels; but for None and "felzenszwalb" what lies inside the
        contours of the picture and of what the network learned, as in `RegionMerging`.
    connected_components : bool, default=False
        Give each connected piece (8 neighbours) of a label of the network a label of its own.
        Labels then count the pieces of each image. Without effect on an exact number of
        regions, which are connected where the superpixels are.
    max_iter : int, default=100
        Largest number of epochs (T).
    learning_rate : float, default=0.05
        Step of the gradient descent.
    momentum : float, default=0.9
        Momentum of the gradient descent, in [0, 1).
    min_clusters : int, default=4
        When fewer labels are left at the training resolution, training goes back one epoch
        and stops.
    tol : float or None, default=0.003
        Training stops when at most this share of the pixels changes its label in each of
        `n_iter_no_change` epochs. None: never.
    n_iter_no_change : int, default=10
        See `tol`.
    resolution : {"auto"} or float, default="auto"
        Sides of the picture that the network sees, relative to the picture given, in
        (0, 1]. The answer is always made at full size. "auto" leaves 10,000 pixels of the
        largest image, about a quarter of the sides of 321 x 481, or half of the sides where
        that is less; so the epochs of a large photograph take no longer than those of a small
        one.
        1 is the paper's method; time and memory grow with the pixels trained on.
        The smaller, the more labels are left.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read. "auto": 2-D is a grey image, 3-D an image with
        channels last, 4-D a stack. -1: the last axis is always the channels, so 2-D is a
        table of pixels. None: no channel axis, 3-D is a stack of grey images.
    device : str or torch.device, default="auto"
        "cpu", "cuda", "cuda:1", "mps"; "auto" is CUDA where there is one, else the CPU.
    precision : {"auto", "float32", "bfloat16"}, default="auto"
        Arithmetic of the convolutions. "auto" is bfloat16 where the processor computes in
        it, else float32. Clustering, normalisation statistics and loss are float32.
    random_state : int, RandomState instance or None, default=None
        Draws the initial weights and centres. An int gives the same answer each time on one
        machine with one `torch.get_num_threads()`. No global random state is used.
    verbose : int, default=0
        1 shows a progress bar with epoch, loss and number of labels. `set_callbacks` of
        scikit-learn 1.9 and later can show more, record scores, and stop.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
        Labels of the training images, consecutive from 0; -1 outside of `sample_mask`.
    n_clusters_ : int
        Number of labels of the network left in the training images, before
        `connected_components` and `n_segments`.
    tree_ : MergeTree, or list of MergeTree
        Where the answer is regions: the merges of each training image, which `segment` cuts
        anew.
    superpixel_labels_ : ndarray or list of ndarray, dtype int32, or None
        The superpixels that voted, like `labels_`; where several maps voted, of shape
        (K, H, W) or (N, K, H, W).
    cluster_centers_ : ndarray of shape (n_centers, n_clusters) or None
        Centres (Omega); None without clustering.
    loss_curve_ : list of float
        The loss (Eq. 8) of each epoch.
    n_labels_curve_ : list of int
        The number of labels in each epoch, at the training resolution.
    n_iter_ : int
        Epochs run.
    stopped_by_ : {"max_iter", "stability", "min_clusters", "callback", "interrupt"}
        Why training ended.
    module_ : DICNetwork
        The trained network.
    device_, precision_ : str
        Where and how it was trained. A copy by pickle, `copy` or `save` is on the "cpu".
    resolution_ : float
        At which resolution it was trained, and sees images in `predict`.
    n_features_in_ : int
        Number of image channels.
    feature_names_in_ : ndarray of str objects
        Names of the columns, where a DataFrame is read as a table of pixels.

    See Also
    --------
    PerImage : A fit of its own for each image of a collection.
    sklearn_dic.RegionMerging : Merges superpixels without a network.

    Notes
    -----
    A collection is fitted with one network for all of its images, so that a label means the
    same in each of them; memory grows with the total number of pixels.

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
        "n_centers": [Interval(Integral, 1, None, closed="left")],
        "n_center_iter": [Interval(Integral, 1, None, closed="left")],
        "superpixels": [
            StrOptions(set(get_superpixels_names())),
            HasMethods("fit_transform"),
            "array-like",
            None,
        ],
        "clustering": [StrOptions({"residual", "paper"}), None],
        "clustering_gradient": [StrOptions({"auto"}), "boolean"],
        "upsampling": [StrOptions({"bilinear", "deconvolution"})],
        "head_norm": ["boolean"],
        "refine": ["boolean"],
        "n_segments": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"}), None],
        "connected_components": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "min_clusters": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, 1, closed="both"), None],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "resolution": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="right")],
        "channel_axis": CHANNEL_AXIS,
        "device": [str, torch.device],
        "precision": [StrOptions({"auto", "float32", "bfloat16"})],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_clusters: int = 32,
        *,
        n_centers: int = 32,
        n_center_iter: int = 3,
        superpixels: Any = DEFAULT_SUPERPIXELS,
        clustering: Literal["residual", "paper"] | None = "residual",
        clustering_gradient: Literal["auto"] | bool = "auto",
        upsampling: Literal["bilinear", "deconvolution"] = "bilinear",
        head_norm: bool = True,
        refine: bool = True,
        n_segments: int | Literal["auto"] | None = "auto",
        connected_components: bool = False,
        max_iter: int = 100,
        learning_rate: float = 0.05,
        momentum: float = 0.9,
        min_clusters: int = 4,
        tol: float | None = 0.003,
        n_iter_no_change: int = 10,
        resolution: Literal["auto"] | float = "auto",
        channel_axis: ChannelAxis = "auto",
        device: str | torch.device = "auto",
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
        random_state: int | RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_clusters = n_clusters
        self.n_centers = n_centers
        self.n_center_iter = n_center_iter
        self.superpixels = superpixels
        self.clustering = clustering
        self.clustering_gradient = clustering_gradient
        self.upsampling = upsampling
        self.head_norm = head_norm
        self.refine = refine
        self.n_segments = n_segments
        self.connected_components = connected_components
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.min_clusters = min_clusters
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.resolution = resolution
        self.channel_axis = channel_axis
        self.device = device
        self.precision = precision
        self.random_state = random_state
        self.verbose = verbose

    @with_callbacks
    def fit(
        self, X: Any, y: Any = None, *, superpixels: Any = None, sample_mask: Any = None
    ) -> Self:
        """Overfit a network to one image, or one network to a collection.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, SuperpixelMap, or \
list of these
            One image or a collection, with any number of channels; `channel_axis` says how
            the axes are read. Integers are divided by the maximum of their dtype, floats
            are taken as they are.
        y : object
            Not used by the fit. Callbacks receive it, for example annotations to score with.
        superpixels : str, transformer, array-like or list of these, default=None
            What votes in these images, instead of the parameter `superpixels`; label maps
            for a collection come as one entry for each image.
        sample_mask : array-like of bool, shape (H, W) or (N, H, W), or list of these, \
default=None
            False at pixels to leave out. They have no part in superpixels, centres, votes and
            loss, have the label -1, and the network sees the mean colour of the others in
            their place, so they may be NaN. In other methods, the training images, all of them
            and in this order, have this mask again where none is passed.

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
            Where an image has fewer superpixels than `n_segments`, or Ctrl-C ended the training.
        UserWarning
            Where an image may not be what it is read as, or superpixels not what was asked for.

        Notes
        -----
        Ctrl-C during the epochs keeps what was learned so far: the estimator is fitted,
        `stopped_by_` is "interrupt", and a warning says so.

        Files are read as `skimage.io.imread` does, so that a path and its array give one
        answer; the orientation that a camera notes in a JPEG file is not applied.
        """
        check_parameters(self)
        task = FitTask.begin_fit(self, X, y, self.max_iter)
        device = resolve_device(self.device)
        precision = resolve_precision(self.precision, device)
        network, images, passed = self._open_for_fit(X, superpixels, sample_mask, precision, device)
        with tqdm(total=self.max_iter, unit="epoch", disable=not self.verbose) as bar:
            bar.set_description("superpixels")
            sample = self._find_sample(images, passed)
            bar.reset()  # the clock counts epochs from here
            bar.set_description("DIC")
            with explained_out_of_memory(device, *task_and_remedy("fit", network, images)):
                network.draw(torch_generator(self.random_state)).to(device)
                training = self._overfit(network, sample, bar, task)
        self._finish(network, sample, training)
        check_column_names(self, X, self.channel_axis, reset=True)
        # Its own attributes: copying an estimator moves its network to the CPU.
        task.end(lambda: vars(self))
        if training.stopped_by == "interrupt":
            warn_caller(
                f"training was interrupted after epoch {self.n_iter_} of {self.max_iter}; the "
                "estimator holds the state reached so far",
                ConvergenceWarning,
            )
        return self

    def _open_for_fit(
        self,
        X: Any,
        superpixels: Any,
        sample_mask: Any,
        precision: Precision,
        device: torch.device,
    ) -> tuple[DICNetwork, Images, Any]:
        """Open the images, and make their network without weights, unless they are too large."""
        images, passed = self._open(X, superpixels, sample_mask)
        merges = self._merges(images)
        network = self._make_network(images, precision)
        refuse_too_large("fit", network, images, device, merges=merges)
        return network, images, passed

    def _find_sample(self, images: Images, passed: Any) -> TrainingSample:
        """Find the superpixels that vote and those that are merged."""
        superpixels = self.superpixels if passed is None else passed
        voters = resolve_superpixels(superpixels, images)
        merged = None
        if self._merges(images):
            merged = superpixels_to_merge(images, voters if are_merged(superpixels) else None)
        return TrainingSample(images, voters, merged, passed)

    def _finish(self, network: DICNetwork, sample: TrainingSample, training: Training) -> None:
        """Answer with a trained network."""
        labels, trees = self._answer(network, sample)
        warn_of_fewer(trees, self.n_segments)
        self._set_attributes(network, sample, training, labels, trees)

    def _answer(
        self, network: DICNetwork, sample: TrainingSample
    ) -> tuple[list[np.ndarray], list[MergeTree]]:
        """Label the training images by the channels of the network, and make their trees."""
        return answer(network, sample.images, sample.voters if self.refine else None, sample.merged)

    def _set_attributes(
        self,
        network: DICNetwork,
        sample: TrainingSample,
        training: Training,
        labels: list[np.ndarray],
        trees: list[MergeTree],
    ) -> None:
        """Set the attributes of a fitted estimator."""
        images, voters = sample.images, sample.voters
        self.module_ = network
        self.device_ = str(network.device)
        self.precision_ = network.precision
        self.resolution_ = network.resolution
        self.loss_curve_ = training.loss_curve
        self.n_labels_curve_ = training.n_labels_curve
        self.n_iter_ = len(training.loss_curve)
        self.stopped_by_ = training.stopped_by
        left = np.unique(np.concatenate([channels.ravel() for channels in labels]))
        left = left[left >= 0]
        unused = np.setdiff1d(np.arange(self.n_clusters), left)
        self._channels = np.concatenate([left, unused])  # label k is channel _channels[k]
        self.n_clusters_ = len(left)
        self.__dict__.pop("tree_", None)
        if trees:
            self.tree_ = trees[0] if images.form == "image" else trees
        self.labels_ = self._in_form_of_answer(images, labels, trees)
        self.superpixel_labels_ = None
        if voters is not None:
            maps = [one[0] if len(one) == 1 else one for one in voters]
            # A pixel of a table has one superpixel in each of the K maps.
            self.superpixel_labels_ = (
                np.stack(maps)[..., 0, 0]
                if images.form == "table"
                else images.in_form_of_input(maps)
            )
        self.cluster_centers_ = (
            None if network.dcs is None else network.dcs.centers.cpu().numpy()[:, self._channels]
        )
        self._origin = Origin.of(images, self.superpixels, sample.passed)
        self.n_features_in_ = images.n_channels

    def predict(
        self, X: Any, *, superpixels: Any = None, sample_mask: Any = None
    ) -> np.ndarray | list[np.ndarray]:
        """Segment images with the trained network.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, of any size, with as many channels.
        superpixels, sample_mask
            As in `fit`. Superpixels that were passed to `fit` are used again for the images
            that they were passed with. A mask is refused where the answer is regions.

        Returns
        -------
        labels : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
            As `labels_`: regions of each image, numbered for itself, or labels of the network
            with the meaning that they have there, of which those that no training image had
            are `n_clusters_` or larger. With the parameters of the fit, the training images
            have the labels `labels_`.
        """
        images, passed = self._open_for_prediction(X, superpixels, sample_mask)
        merges = self._answers_regions(self._origin.is_one_whole and images.form != "table")
        self._check_size_and_range("prediction", images, merges=merges)
        voters = merged = None
        if merges:
            self._check_can_be_merged(images)
            merged = superpixels_to_merge(images, self._find_merged_voters(images, passed))
        elif self.refine:
            voters = self._find_voters(images, passed)
        labels, trees = answer(self.module_, images, voters, merged)
        warn_of_fewer(trees, self.n_segments)
        return self._in_form_of_answer(images, labels, trees)

    def segment(
        self, *, n_segments: int | Literal["auto"] | None = None, threshold: float | None = None
    ) -> np.ndarray | list[np.ndarray]:
        """Cut the trees of the training images anew, without fitting again.

        Parameters
        ----------
        n_segments : int, "auto" or None, default=None
            Exactly so many regions of each image, or as many as photographs usually have, at
            most `n_clusters`.
        threshold : float or None, default=None
            Merge what is closer than this distance (`tree_.distances_`), instead.

        Returns
        -------
        labels : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
            Regions of each image, consecutive from 0, in the form of `labels_`, which stays as
            it is.

        Raises
        ------
        ValueError
            If the answer of the fit was no regions, and it made no trees; or if neither parameter
            is given, or both.
        """
        check_is_fitted(self)
        if not hasattr(self, "tree_"):
            raise ValueError(
                "there is no tree of merges: the answer is the labels of the network. Fit with "
                "n_segments=10, say, or one image without a mask with n_segments='auto'"
            )
        check_cut(n_segments, threshold)
        trees = self.tree_ if isinstance(self.tree_, list) else [self.tree_]
        warn_of_fewer(trees, n_segments)
        labels = [self._cut(tree, n_segments, threshold) for tree in trees]
        if not isinstance(self.tree_, list):
            return labels[0]
        return labels if isinstance(self.labels_, list) else np.reshape(labels, self.labels_.shape)

    def transform(self, X: Any) -> np.ndarray | list[np.ndarray]:
        """Compute the aggregated features of every pixel (Upsilon, equation 4).

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, of any size, with as many channels.

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
        """Compute the softmax of the aggregated features, before superpixels vote.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, of any size, with as many channels.

        Returns
        -------
        probabilities : ndarray of shape (H, W, n_clusters) or (N, H, W, n_clusters), or \
list, dtype float32
            The last axis sums to 1; its entry k belongs to label k of the network, as
            ``n_segments=None`` gives it.
        """
        return self._features(X, lambda aggregated: aggregated.softmax(dim=1))

    def score(
        self, X: Any, y: Any = None, *, superpixels: Any = None, sample_mask: Any = None
    ) -> float:
        """Return the negative loss (equation 8): how well the network agrees with the vote.

        Scores against human annotations need the annotations, and are not this one.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, of any size, with as many channels.
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
        images, passed = self._open_for_prediction(X, superpixels, sample_mask)
        self._check_size_and_range("prediction", images)
        voters = self._find_voters(images, passed)
        total = n_pixels = 0.0
        for i, aggregated in enumerate(aggregate(self.module_, images)):
            rows = as_rows(aggregated)
            refined = vote(aggregated, None if voters is None else voters[i]).flatten()
            if images.masks is not None:
                counted = torch.from_numpy(images.masks[i]).flatten().to(rows.device)
                rows, refined = rows[counted], refined[counted]
            if len(refined) > 0:
                total += refinement_loss(rows, refined).item() * len(refined)
                n_pixels += len(refined)
        return -total / n_pixels

    def _open(self, X: Any, superpixels: Any, sample_mask: Any) -> tuple[Images, Any]:
        """Open the images -> them, and the superpixels that were passed or came in X, or None."""
        X, maps = take_images(X)
        images = open_images(X, self.channel_axis if maps is None else -1, sample_mask)
        if superpixels is not None or maps is None:
            return images, superpixels
        return images, maps[0] if images.form == "image" else maps

    def _open_for_prediction(
        self,
        X: Any,
        superpixels: Any = None,
        sample_mask: Any = None,
    ) -> tuple[Images, Any]:
        """Open images and compare them with what the network was trained on."""
        check_is_fitted(self)
        check_parameters(self)
        check_column_names(self, X, self.channel_axis, reset=False)
        images, passed = self._open(X, superpixels, sample_mask)
        if sample_mask is None and self._origin.is_masked and self._origin.is_of(images):
            images.masks = [labels >= 0 for labels in self._one_by_one(self.labels_)]
        if images.n_channels != self.n_features_in_:
            raise ValueError(
                f"X has {images.n_channels} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input: these are the channels of "
                f"{images.names[0]}, of shape {images.given[0].shape}"
            )
        return images, passed

    def _check_size_and_range(self, task: Task, images: Images, *, merges: bool = False) -> None:
        """Refuse images that are too large, and warn of those that the network hardly knows."""
        refuse_too_large(task, self.module_, images, self.module_.device, merges=merges)
        self._origin.warn_of_range(images)

    def _find_voters(self, images: Images, passed: Any) -> list[np.ndarray] | None:
        """Find the superpixels (K, H_i, W_i) that vote in images of a prediction."""
        if passed is None:
            own = partial(self._own_superpixels, images)
            passed = self._origin.find_superpixels(images, self.superpixels, own)
        return resolve_superpixels(passed, images)

    def _voters_of(self, X: Any) -> list[np.ndarray] | None:
        """Find the superpixels (K, H_i, W_i) that vote in images as `predict` takes them."""
        return self._find_voters(*self._open_for_prediction(X))

    def _find_merged_voters(self, images: Images, passed: Any) -> list[np.ndarray] | None:
        """Find them if they are also merged; None: others are."""
        merged = (
            self._origin.merges_voters(self.superpixels) if passed is None else are_merged(passed)
        )
        return self._find_voters(images, passed) if merged else None

    def _own_superpixels(self, images: Images) -> Any:
        """Give the superpixels of the fit in the form of its images now."""
        if images.form == "table":
            return self.superpixel_labels_
        maps = self._one_by_one(self.superpixel_labels_)
        return maps[0] if images.form == "image" else maps

    def _one_by_one(self, values: Any) -> list[np.ndarray]:
        """Take apart what belongs to the training images and has their form, as `labels_` has."""
        if isinstance(self.labels_, list):
            return values
        if self.labels_.ndim == 1:  # a table
            return list(values[:, None, None])
        return [values] if self.labels_.ndim == 2 else list(values)

    def _in_form_of_answer(
        self, images: Images, labels: list[np.ndarray], trees: list[MergeTree]
    ) -> Any:
        """Cut the trees, or number the labels where there are none, in the form of the input."""
        return images.in_form_of_input(
            [self._cut(tree, self.n_segments) for tree in trees]
            if trees
            else [self._number(channels) for channels in labels]
        )

    def _make_network(self, images: Images, precision: Precision) -> DICNetwork:
        """Make the network that the parameters describe, without weights."""
        largest = max(height * width for height, width in images.shapes)
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
            precision=precision,
            resolution=(
                min(0.5, (LARGEST_TRAINED / largest) ** 0.5)
                if self.resolution == "auto"
                else self.resolution
            ),
        )

    def _overfit(
        self, network: DICNetwork, sample: TrainingSample, bar: tqdm, task: FitTask
    ) -> Training:
        """Train on reduced copies of the images, and show the progress."""
        batches, votes, counted = make_training_batches(network, sample)
        so_far = Training(stopped_by="callback")
        steps: list[FitTask] = []  # the epoch that has begun

        def begin(number: int) -> None:
            steps.append(task.begin_step("epoch"))

        def end(epoch: Epoch) -> bool:
            bar.set_postfix(loss=f"{epoch.loss:.4f}", labels=epoch.n_labels, refresh=False)
            bar.update()
            so_far.loss_curve.append(epoch.loss)
            so_far.n_labels_curve.append(epoch.n_labels)
            snapshot = partial(self._snapshot, network, batches, counted, sample, so_far)
            return steps.pop().end(snapshot)

        training = overfit(
            network,
            batches,
            votes,
            counted,
            **self._training_parameters(),
            on_epoch_begin=begin,
            on_epoch=end,
        )
        for step in steps:  # an epoch that was interrupted, or gone back from
            step.end()
        bar.total = len(training.loss_curve)  # full when training stops before max_iter
        bar.set_postfix_str(f"{bar.postfix}, stopped by {training.stopped_by}")
        return training

    def _training_parameters(self) -> dict[str, Any]:
        """Parameters of the estimator that `sklearn_dic.network.train` takes, by name."""
        return {
            "max_iter": self.max_iter,
            "learning_rate": self.learning_rate,
            "momentum": self.momentum,
            "min_clusters": min(self.min_clusters, self.n_clusters),
            "tol": self.tol,
            "n_iter_no_change": self.n_iter_no_change,
        }

    def _snapshot(
        self,
        network: DICNetwork,
        batches: list[Tensor],
        counted: Tensor | None,
        sample: TrainingSample,
        training: Training,
    ) -> Mapping[str, Any]:
        """Make the attributes that the estimator would have if training stopped here."""
        network = copy.deepcopy(network)
        network.zero_grad()
        network.freeze(batches, counted)
        stopped = copy.copy(self)
        labels_and_trees = self._answer(network, sample)
        stopped._set_attributes(network, sample, copy.deepcopy(training), *labels_and_trees)
        return vars(stopped)

    def _cut(self, tree: MergeTree, n_segments: Any, threshold: float | None = None) -> np.ndarray:
        return cut_tree(tree, n_segments, threshold, at_most=self.module_.n_clusters)

    def _answers_regions(self, fitted_alone: bool) -> bool:
        """Whether the answer is regions of each image rather than labels of the network."""
        if self.n_segments != "auto":
            return self.n_segments is not None
        return fitted_alone and self.refine and not self.connected_components

    def _merges(self, images: Images) -> bool:
        """Whether a fit to these images answers regions; a mask and a table are refused then."""
        merges = self._answers_regions(is_one_whole(images))
        if merges:
            self._check_can_be_merged(images)
        return merges

    def _check_can_be_merged(self, images: Images) -> None:
        if images.form == "table":
            raise ValueError(
                f"n_segments={self.n_segments!r} and a table of pixels, which have no neighbours "
                "to merge with: set n_segments=None, and n_clusters to the largest number wanted"
            )
        if images.masks is not None:
            raise ValueError(
                f"n_segments={self.n_segments!r} and a sample_mask (a training image has that of "
                "the fit): merging knows no masks. Leave the mask out, or set n_segments=None for "
                "the labels of the network"
            )

    def _number(self, channels: np.ndarray) -> np.ndarray:
        """(H, W) channels of the network -> (H, W) labels, those of the training images first."""
        numbers = np.append(np.argsort(self._channels), -1)  # channel -1 stays -1
        labels = numbers[channels].astype(np.int32)
        if self.connected_components and labels.size > 1:  # pixels of a table have no neighbours
            return label_components(labels, background=-1).astype(np.int32) - 1
        return labels

    def _features(self, X: Any, function: Callable[[Tensor], Tensor]) -> Any:
        """Apply a function to the aggregated features; channels in the order of the labels."""
        images, _ = self._open_for_prediction(X)
        self._check_size_and_range("features", images)
        features = [
            function(aggregated)[0].permute(1, 2, 0).cpu().numpy()[..., self._channels]
            for aggregated in aggregate(self.module_, images)
        ]
        return images.in_form_of_input(features)

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
