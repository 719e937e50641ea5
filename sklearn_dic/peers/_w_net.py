"""W-Net: a network that divides an image so that it can be drawn again."""

from numbers import Integral, Real
from typing import Any, Self

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor
from torch.nn import functional as F
from tqdm.auto import tqdm

from sklearn_dic.images._color import to_lab
from sklearn_dic.images._images import Images
from sklearn_dic.images._prediction import check_n_channels
from sklearn_dic.network import plain_torch_state
from sklearn_dic.peers._base import BasePeer
from sklearn_dic.peers._reduced import as_tensor, reduced_size, strongest
from sklearn_dic.peers._soft_cut import pixel_weights, soft_cut
from sklearn_dic.peers._w_network import WNetwork
from sklearn_dic.utils._device import one_torch_thread, resolve_device, torch_generator
from sklearn_dic.utils._validation import (
    CHANNEL_AXIS,
    ChannelAxis,
    Interval,
    StrOptions,
    check_column_names,
)


class WNet(BasePeer):
    """Segment images by W-Net, two U-shaped networks in a row.

    The first network gives each pixel probabilities of labels, and learns a soft normalised cut:
    nearby pixels of similar colours belong together. The second draws the image from the
    probabilities, and both learn to draw it well. Fitted to one image or to a collection; then
    the labels mean the same in all images. A label may lie in many places. Any number of channels.

    Parameters
    ----------
    n_segments : int, default=16
        Largest number of labels (K). [1]_ has 64.
    n_features : int, default=16
        Channels of the first block; each of the deeper blocks has twice as many. [1]_ has 64.
    depth : int, default=3
        Number of halvings of the image. [1]_ has 4.
    max_iter : int, default=40
        Number of passes over all images. Each has a step for the cut, and a step for the drawing.
    learning_rate : float, default=0.003
        Step of Adam.
    radius : float, default=5.0
        Pixels at this distance and farther have no weight in the cut.
    color_scale : float, default=4.0
        Distance of colours over which the weights fall (sigma_I), in units of Lab, of which 100
        are from black to white.
    space_scale : float, default=4.0
        Distance of pixels over which the weights fall (sigma_X).
    resolution : {"auto"} or float, default="auto"
        Sides of the copies that the network sees, relative to the images, in (0, 1]. "auto" is at
        most 10,000 pixels. The answer always has full size.
    device : str or torch.device, default="auto"
        "cpu", "cuda", "cuda:1", "mps"; "auto" is CUDA if there is a GPU, else the CPU.
    random_state : int, RandomState instance or None, default=0
        Draws the initial weights.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
        Labels of each image, consecutive from 0 over all images; -1 outside of `sample_mask`.
    n_segments_ : int
        Number of labels in all images.
    cut_curve_, reconstruction_curve_ : list of float
        Mean losses of each pass: the soft cut, from 0 to K - 1, and the squared error.
    n_iter_ : int
        Number of passes.
    module_ : WNetwork
        The trained networks.
    n_features_in_ : int
        Number of image channels.

    Notes
    -----
    The soft cut and its weights, and the order of the two steps, are those of [1]_, and so are the
    separable convolutions in all but the first and the last block. These are choices of this
    implementation: smaller networks, a reduced copy of the image, and Adam, so that a fit takes
    seconds on a processor; no dropout; colours are compared in Lab. Batch-norm uses the statistics
    of each image, also in `predict`. The post-processing of [1]_ is left out, since its
    hierarchical merging uses contours that were trained on annotations: so its published scores do
    not hold here.

    References
    ----------
    .. [1] X. Xia, B. Kulis, "W-Net: A deep model for fully unsupervised image segmentation",
       arXiv:1711.08506 (2017).

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import WNet
    >>> image = coffee()[::8, ::8]
    >>> w_net = WNet(4, n_features=4, depth=2, max_iter=3).fit(image)
    >>> w_net.predict(image).shape
    (50, 75)
    """

    _parameter_constraints: dict = {
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "n_features": [Interval(Integral, 1, None, closed="left")],
        "depth": [Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "radius": [Interval(Real, 1, None, closed="neither")],
        "color_scale": [Interval(Real, 0, None, closed="neither")],
        "space_scale": [Interval(Real, 0, None, closed="neither")],
        "resolution": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="right")],
        "device": [str, torch.device],
        "random_state": ["random_state"],
        "channel_axis": CHANNEL_AXIS,
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_segments: int = 16,
        *,
        n_features: int = 16,
        depth: int = 3,
        max_iter: int = 40,
        learning_rate: float = 0.003,
        radius: float = 5.0,
        color_scale: float = 4.0,
        space_scale: float = 4.0,
        resolution: Any = "auto",
        device: Any = "auto",
        random_state: Any = 0,
        channel_axis: ChannelAxis = "auto",
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.n_features = n_features
        self.depth = depth
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.radius = radius
        self.color_scale = color_scale
        self.space_scale = space_scale
        self.resolution = resolution
        self.device = device
        self.random_state = random_state
        self.channel_axis = channel_axis
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None, *, sample_mask: Any = None) -> Self:
        """Train the networks, and segment the images.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, SuperpixelMap, or \
list of these
            An image or a collection, see `sklearn_dic.images.open_images`. Integers are divided
            by the maximum of their dtype. A collection trains one pair of networks.
        y : None
            Not used, here by convention.
        sample_mask : array-like of bool, shape (H, W) or (N, H, W), or list of these, \
default=None
            False at pixels that do not count. They have label -1. Their values change nothing, so
            they may be NaN: the networks see the colour of the nearest pixel inside.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError, TypeError, OSError
            If a parameter or an image cannot be used; the message names it.
        """
        super().fit(X, sample_mask=sample_mask)
        self.n_segments_ = self._n_used
        return self

    def predict(self, X: Any, *, sample_mask: Any = None) -> Any:
        """Segment other images with the trained networks.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, with the same number of channels.
        sample_mask : array-like of bool, or list of these, default=None
            As in `fit`, for these images.

        Returns
        -------
        labels : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
            Those of the training images are `labels_`.
        """
        check_is_fitted(self)
        check_column_names(self, X, self.channel_axis, reset=False)
        images, _ = self._open(X, None, sample_mask)
        check_n_channels(self, images)
        return images.in_form_of_input(self._number(self._label(images), images))

    def _segment_images(self, images: Images, superpixels: Any, seed: int) -> list[np.ndarray]:
        """Train the networks, and label the images."""
        if images.form == "table":
            return super()._segment_images(images, superpixels, seed)
        self._train(images, seed)
        found = self._label(images)
        parts = [
            labels.ravel() if mask is None else labels[mask]
            for labels, mask in zip(found, images.every_mask(), strict=True)
        ]
        used = np.unique(np.concatenate(parts))
        unused = np.setdiff1d(np.arange(self.n_segments), used)
        self._number_of_label = np.argsort(np.concatenate([used, unused])).astype(np.int32)
        self._n_used = len(used)
        return self._number(found, images)

    @plain_torch_state()
    def _train(self, images: Images, seed: int) -> None:
        device = resolve_device(self.device)
        network = WNetwork(images.n_channels, self.n_segments, self.n_features, self.depth)
        network.reset_parameters(torch_generator(seed))
        network.to(device)
        encoding = torch.optim.Adam(network.encoder.parameters(), lr=self.learning_rate)
        drawing = torch.optim.Adam(network.parameters(), lr=self.learning_rate)
        copies = [self._reduce(image, device) for image in images.pixels]
        colors = [self._reduce(to_lab(image, None), device)[0] for image in images.pixels]
        self.cut_curve_, self.reconstruction_curve_ = [], []
        with one_torch_thread():
            for _ in tqdm(range(self.max_iter), desc="passes", disable=not self.verbose):
                losses = np.zeros((len(copies), 2))
                for i, (image, lab) in enumerate(zip(copies, colors, strict=True)):
                    graph = pixel_weights(
                        lab,
                        radius=self.radius,
                        color_scale=self.color_scale,
                        space_scale=self.space_scale,
                    )
                    losses[i, 0] = _step(encoding, soft_cut(network(image)[0], graph))
                    losses[i, 1] = _step(drawing, F.mse_loss(network.reconstruct(image), image))
                cut, error = losses.mean(axis=0).tolist()
                self.cut_curve_.append(cut)
                self.reconstruction_curve_.append(error)
        self.n_iter_ = len(self.cut_curve_)
        self.module_ = network.to("cpu")

    @plain_torch_state()
    @torch.no_grad()
    def _label(self, images: Images) -> list[np.ndarray]:
        """Label each image by the most probable label of each pixel."""
        device = resolve_device(self.device)
        network = self.module_.to(device)
        try:
            with one_torch_thread():
                return [
                    strongest(network(self._reduce(image, device)), image.shape)
                    for image in images.pixels
                ]
        finally:
            self.module_.to("cpu")

    def _reduce(self, image: np.ndarray, device: torch.device) -> Tensor:
        return as_tensor(image, reduced_size(image.shape, self.resolution), device)

    def _number(self, found: list[np.ndarray], images: Images) -> list[np.ndarray]:
        """Give labels the same numbers in all images; -1 outside of the masks."""
        numbered = [self._number_of_label[labels] for labels in found]
        if images.masks is None:
            return numbered
        pairs = zip(numbered, images.masks, strict=True)
        return [np.where(mask, labels, np.int32(-1)) for labels, mask in pairs]


def _step(optimizer: torch.optim.Optimizer, loss: Tensor) -> float:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(loss.detach())
