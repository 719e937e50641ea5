"""Pixel self-training: a network learns the labels that it gives itself."""

from numbers import Integral, Real
from typing import Any

import numpy as np
import torch

from sklearn_dic.network import plain_torch_state
from sklearn_dic.peers._base import BaseSuperpixelPeer, Picture
from sklearn_dic.peers._reduced import as_label_tensor, as_tensor, reduced_size, strongest
from sklearn_dic.peers._self_training import SelfTrainingNetwork, self_train
from sklearn_dic.utils._device import one_torch_thread, resolve_device, torch_generator
from sklearn_dic.utils._validation import ChannelAxis, Interval, StrOptions


class PixelSelfTraining(BaseSuperpixelPeer):
    """Segment an image by a network that learns its own labels.

    A few convolutions give each pixel a response for each label. The pixels take the label of the
    strongest response, superpixels vote on it, and the network is trained towards the vote [1]_.
    With a weight of `continuity`, the responses of neighbours are drawn together as well [2]_. Of
    all peers this is the closest relative of `DeepImageClustering`. A label may lie in many
    places. Any number of channels.

    Parameters
    ----------
    n_segments : int, default=100
        Number of labels that the training starts with. Few are left.
    superpixels : str, transformer, list of these or None, default="slic"
        The superpixels that vote: a name of `superpixels.get_superpixels_names()`, or any
        transformer from an image (H, W, C) to labels (H, W). None: each pixel votes for itself, as
        in [2]_.
    continuity : float, default=0.0
        Weight of the continuity loss. [2]_ has 5, without superpixels.
    n_features : int, default=100
        Channels of the convolutions.
    n_layers : int, default=2
        Number of convolutions of 3 x 3 pixels.
    max_steps : int, default=100
        Largest number of steps. [1]_ has 500, [2]_ 1000.
    learning_rate : float, default=0.1
        Step of the gradient descent.
    momentum : float, default=0.9
        Momentum of the gradient descent, in [0, 1).
    min_labels : int, default=3
        The training ends as soon as no more labels are left.
    resolution : {"auto"} or float, default="auto"
        Sides of the copy that the network sees, relative to the image, in (0, 1]. "auto" is at
        most 10,000 pixels, [1]_ and [2]_ have 1. The answer always has full size.
    device : str or torch.device, default="auto"
        "cpu", "cuda", "cuda:1", "mps"; "auto" is CUDA if there is a GPU, else the CPU.
    random_state : int, RandomState instance or None, default=0
        Draws the initial weights.
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
    The loss is the mean cross-entropy of the responses against the voted labels, and `continuity`
    times the mean absolute difference of the responses of vertical, and of horizontal, neighbours.
    Each image has a network of its own, and `predict` trains anew. With a mask, the network sees
    the colour of the nearest pixel inside in place of the pixels outside.

    References
    ----------
    .. [1] A. Kanezaki, "Unsupervised image segmentation by backpropagation", ICASSP 2018,
       doi:10.1109/ICASSP.2018.8462533.
    .. [2] W. Kim, A. Kanezaki, M. Tanaka, "Unsupervised learning of image segmentation based on
       differentiable feature clustering", IEEE Transactions on Image Processing 29 (2020),
       doi:10.1109/TIP.2020.3011269.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import PixelSelfTraining
    >>> image = coffee()[::8, ::8]
    >>> labels = PixelSelfTraining(16, n_features=16, max_steps=10).fit_predict(image)
    >>> labels.shape
    (50, 75)
    """

    _parameter_constraints: dict = {
        **BaseSuperpixelPeer._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "continuity": [Interval(Real, 0, None, closed="left")],
        "n_features": [Interval(Integral, 1, None, closed="left")],
        "n_layers": [Interval(Integral, 1, None, closed="left")],
        "max_steps": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "min_labels": [Interval(Integral, 1, None, closed="left")],
        "resolution": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="right")],
        "device": [str, torch.device],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_segments: int = 100,
        *,
        superpixels: Any = "slic",
        continuity: float = 0.0,
        n_features: int = 100,
        n_layers: int = 2,
        max_steps: int = 100,
        learning_rate: float = 0.1,
        momentum: float = 0.9,
        min_labels: int = 3,
        resolution: Any = "auto",
        device: Any = "auto",
        random_state: Any = 0,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.superpixels = superpixels
        self.continuity = continuity
        self.n_features = n_features
        self.n_layers = n_layers
        self.max_steps = max_steps
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.min_labels = min_labels
        self.resolution = resolution
        self.device = device
        self.random_state = random_state
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    @plain_torch_state()
    def _segment_picture(self, picture: Picture) -> np.ndarray:
        device = resolve_device(self.device)
        size = reduced_size(picture.pixels.shape, self.resolution)
        network = SelfTrainingNetwork(
            picture.pixels.shape[2], self.n_segments, self.n_features, self.n_layers
        )
        network.reset_parameters(torch_generator(picture.seed))
        # The last bits of sums depend on the number of threads, and workers have one.
        with one_torch_thread():
            training = self_train(
                network.to(device),
                as_tensor(picture.pixels, size, device),
                as_label_tensor(picture.superpixels, size, device),
                continuity=self.continuity,
                max_iter=self.max_steps,
                learning_rate=self.learning_rate,
                momentum=self.momentum,
                min_labels=self.min_labels,
            )
        return strongest(training.responses, picture.pixels.shape)
