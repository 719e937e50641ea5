"""The estimator that sharpens class scores by regions."""

from collections.abc import Iterator
from functools import partial
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from sklearn_dic.images._images import Images
from sklearn_dic.images._prediction import check_n_channels
from sklearn_dic.semantic._crf import Field, sharpen
from sklearn_dic.semantic._pairwise import learn_pairwise
from sklearn_dic.semantic._region_graph import RegionGraph, describe_image
from sklearn_dic.semantic._regions import find_regions
from sklearn_dic.semantic._scored_image import take_scored
from sklearn_dic.semantic._scores import in_kind_of, scores_of_each_image, to_host
from sklearn_dic.superpixels import get_superpixels_names
from sklearn_dic.superpixels._map import open_with_superpixels, take_images
from sklearn_dic.superpixels._parameter import SuperpixelsParameterMixin
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._validation import (
    CHANNEL_AXIS,
    ChannelAxis,
    HasMethods,
    Interval,
    StrOptions,
    check_column_names,
    check_parameters,
)

# Learned on road scenes, for three cuts of the merge tree: benchmarks/semantic.py --only-weights.
DEFAULT_WEIGHTS = (np.array([-0.036, -0.045]), 2.22)


class SuperpixelCRF(SuperpixelsParameterMixin, BaseEstimator):
    r"""Sharpen a semantic segmentation by the regions of the image.

    A network knows the classes, but its borders are soft; regions follow the borders, but have
    no classes. Each region takes the mean of the network's scores in it. With `smoothness`,
    neighbouring regions that look alike are drawn together by a continuous conditional random
    field, in closed form [1]_. Then each pixel mixes the scores of its region with its own: a
    class that wins no region nearby keeps its pixels, so that regions do not erase small objects.
    The network may be any, on any machine: only its scores are needed.

    Parameters
    ----------
    superpixels : str, transformer, list of these or None, default=None
        The regions: a name of `superpixels.get_superpixels_names()`, any transformer from an
        image (H, W, C) to labels (H, W), or a clusterer such as `RegionMerging`. The answers of
        several are averaged. None: cuts of the merge tree of `RegionMerging`.
    n_segments : int or tuple of int, default=(100, 400, 1600)
        Numbers of regions of these cuts, fewer where the tree has fewer leaves. Coarse cuts mend
        large errors, fine cuts keep small objects. Not used with `superpixels`.
    smoothness : float, default=0.0
        Weight of the pairwise terms of the random field against the unary terms, 1 / alpha in
        [1]_, such as 0.1. 0: each region stands alone, which measured best where several
        segmentations are averaged.
    fidelity : float, default=2.0
        How much pixels of classes that win no region nearby keep their own scores. 0: all pixels
        take the scores of their regions; the larger, the fewer pixels change.
    classifier : estimator or None, default=None
        Computes the scores of images that come without: any estimator whose `predict_proba`
        returns (H, W, K) for an image. `fit` fits a clone; a network that is trained already goes
        into `sklearn.frozen.FrozenEstimator`.
    ignore_label : int or None, default=None
        Annotated class that does not count, often called void.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_jobs : int or None, default=None
        Number of images in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    coef_ : ndarray of shape (2,)
        Change of the logit that two neighbouring regions are of the same class, for each unit
        of the distance of their mean colours, and of the mean gradient along their border. In
        units of Lab. The defaults if `fit` had no annotations.
    intercept_ : float
        The logit of regions of the same colour.
    classifier_ : estimator or None
        The fitted clone of `classifier`.
    n_features_in_ : int
        Number of image channels.

    See Also
    --------
    ScoredImage : An image with its scores, for collections and searches.
    sklearn_dic.RegionMerging : Finds the regions.
    sklearn_dic.metrics.mean_intersection_over_union : Measures the answer.

    Notes
    -----
    `fit` is needed to learn the pairwise weights from annotated images, or for a `classifier`;
    otherwise `predict_proba` works at once. Scores from 0 to 1 that sum to 1 in each pixel are
    probabilities; of others, such as logits, the softmax is taken.

    The random field of a segmentation has the energy

    .. math:: E(y) = \sum_r a_r |y_r - h_r|^2 + \frac{1}{2} \sum_{rs} w_{rs} |y_r - y_s|^2

    with the mean probabilities h of the regions, their sizes a, relative to the mean, and the
    weights w: `smoothness` times the length of the border, relative to the mean, times the
    probability that both regions are of the same class. It is smallest where
    :math:`(A + L) y = A h`, with the Laplacian L of the weights [1]_.

    Of its region r the pixel i takes :math:`s_i^f y_r + (1 - s_i^f) p_i`, where f is the fidelity
    and :math:`s_i = \sum_c p_{ic} m_{rc}` the support of its classes. The support m of a class is
    its score relative to the largest of a region, the maximum over r and its neighbours. So a
    pixel across a border takes the scores of its region, and a pixel of an object without a
    region of its own keeps its class.

    References
    ----------
    .. [1] L. Zhou, Y. Wei, "DIC: Deep image clustering for unsupervised image
       segmentation", IEEE Access 8 (2020), doi:10.1109/ACCESS.2020.2974496, table 7: regions
       in the superpixel continuous CRF.
    .. [2] P. Kraehenbuehl, V. Koltun, "Efficient inference in fully connected CRFs with Gaussian
       edge potentials", NIPS (2011): pairs of all pixels instead of neighbouring regions.

    Examples
    --------
    >>> import numpy as np
    >>> from skimage.data import coffee
    >>> from sklearn_dic.semantic import SuperpixelCRF
    >>> image = coffee()[::4, ::4]
    >>> scores = np.random.default_rng(0).normal(size=(100, 150, 3))  # of a network
    >>> crf = SuperpixelCRF(n_segments=30)
    >>> crf.predict_proba(image, scores=scores).shape
    (100, 150, 3)

    Annotated images teach the weights, and a search finds the parameters:

    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn_dic.metrics import get_scorer
    >>> from sklearn_dic.model_selection import NoSplit
    >>> from sklearn_dic.semantic import ScoredImage
    >>> search = GridSearchCV(
    ...     crf,
    ...     {"smoothness": [0, 1]},
    ...     scoring=get_scorer("mean_intersection_over_union"),
    ...     cv=NoSplit(),
    ... )
    >>> search = search.fit([ScoredImage(image, scores)], [image[..., 0] // 100])
    >>> list(search.best_params_)
    ['smoothness']
    """

    _parameter_constraints: dict = {
        "superpixels": [
            StrOptions(set(get_superpixels_names())),
            HasMethods("fit_transform"),
            HasMethods("fit_predict"),
            "array-like",  # a list; label maps get an error of their own
            None,
        ],
        "n_segments": [Interval(Integral, 1, None, closed="left"), tuple, list],
        "smoothness": [Interval(Real, 0, None, closed="left")],
        "fidelity": [Interval(Real, 0, None, closed="left")],
        "classifier": [HasMethods(["fit", "predict_proba"]), None],
        "ignore_label": [Integral, None],
        "channel_axis": CHANNEL_AXIS,
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        superpixels: Any = None,
        *,
        n_segments: int | tuple[int, ...] = (100, 400, 1600),
        smoothness: float = 0.0,
        fidelity: float = 2.0,
        classifier: Any = None,
        ignore_label: int | None = None,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.superpixels = superpixels
        self.n_segments = n_segments
        self.smoothness = smoothness
        self.fidelity = fidelity
        self.classifier = classifier
        self.ignore_label = ignore_label
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        scores: Any = None,
        superpixels: Any = None,
        sample_mask: Any = None,
    ) -> Self:
        """Learn the pairwise weights from annotated images, and fit the classifier if there is one.

        Parameters
        ----------
        X : ScoredImage, image, or collection of these
            The images, in any form that `sklearn_dic.images.open_images` takes.
        y : array-like of int, shape (H, W) or (N, H, W), or list of these, default=None
            The class of each pixel. None: the weights are the defaults.
        scores : default=None
            Not needed by `fit`, and checked as in `predict_proba`.
        superpixels, sample_mask
            As in `predict_proba`.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError, TypeError, OSError
            If a parameter, an image, its scores or its annotation cannot be used; the message
            names it.
        """
        images, scores, superpixels = self._open(X, scores, superpixels, sample_mask)
        _ = images.pixels  # the conversion refuses NaN and infinity
        if scores is not None:
            scores_of_each_image(scores, images)
        coefficients, intercept = DEFAULT_WEIGHTS
        if y is not None:
            classes = _annotations(y, images)
            maps = self._find_regions(images, superpixels)
            learned = learn_pairwise(self._borders(images, maps, classes), self.ignore_label)
            coefficients, intercept = learned or DEFAULT_WEIGHTS
        self.coef_ = np.array(coefficients)
        self.intercept_ = intercept
        self.classifier_ = None
        if self.classifier is not None and scores is None:
            self.classifier_ = clone(self.classifier).fit(take_images(X)[0], y)
        self.n_features_in_ = images.n_channels
        check_column_names(self, X, self.channel_axis, reset=True)
        return self

    def predict_proba(
        self, X: Any, *, scores: Any = None, superpixels: Any = None, sample_mask: Any = None
    ) -> Any:
        """Sharpen the class probabilities of images.

        Parameters
        ----------
        X : ScoredImage, image, or collection of these
            The images, in any form that `sklearn_dic.images.open_images` takes.
        scores : array-like or torch.Tensor of shape (H, W, K) or (N, H, W, K), or list of these, \
default=None
            Scores of the classes in each pixel of these images, if they are not `ScoredImage`.
        superpixels : array-like of int, str, transformer or list of these, default=None
            Regions of these images, instead of the parameter `superpixels`: one or several label
            maps of shape (H, W) for each image.
        sample_mask : array-like of bool, shape (H, W) or (N, H, W), or list of these, \
default=None
            False at pixels that do not count. They keep their scores and change no others.

        Returns
        -------
        probabilities : ndarray of shape (H, W, K) or (N, H, W, K), or list of these, float32
            At least 0, with the sum 1 in each pixel. Tensors on the device of the scores, in
            their dtype, if the scores are tensors.

        Raises
        ------
        ValueError, TypeError, OSError
            If an image or its scores cannot be used; the message names it.
        """
        given, answers, images = self._sharpen(X, scores, superpixels, sample_mask)
        return in_kind_of(given, images.in_form_of_input(answers))

    def predict(
        self, X: Any, *, scores: Any = None, superpixels: Any = None, sample_mask: Any = None
    ) -> Any:
        """Find the class of each pixel: the place of its largest sharpened probability.

        Parameters
        ----------
        X, scores, superpixels, sample_mask
            As in `predict_proba`.

        Returns
        -------
        classes : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
            From 0 to K - 1; -1 outside of `sample_mask`.
        """
        given, answers, images = self._sharpen(X, scores, superpixels, sample_mask)
        classes = [
            answer.argmax(axis=2).astype(np.int32)
            if mask is None
            else np.where(mask, answer.argmax(axis=2), -1).astype(np.int32)
            for answer, mask in zip(answers, images.every_mask(), strict=True)
        ]
        return in_kind_of(given, images.in_form_of_input(classes))

    def _open(
        self, X: Any, scores: Any, superpixels: Any, sample_mask: Any
    ) -> tuple[Images, Any, Any]:
        """Check the parameters, and open images -> images, scores, superpixels."""
        check_parameters(self)
        self._numbers()
        X, own_scores, own_superpixels = take_scored(X)
        if scores is not None and own_scores is not None:
            raise ValueError("X holds scores (ScoredImage), and scores= are passed as well")
        superpixels = own_superpixels if superpixels is None else superpixels
        images, superpixels = open_with_superpixels(X, self.channel_axis, superpixels, sample_mask)
        return images, own_scores if scores is None else scores, superpixels

    def _numbers(self) -> tuple[int, ...]:
        """Check the numbers of regions of the cuts."""
        given: Any = self.n_segments
        numbers: tuple[Any, ...] = (given,) if isinstance(given, Integral) else tuple(given)
        if not numbers or not all(isinstance(n, Integral) and int(n) >= 1 for n in numbers):
            raise ValueError(
                f"n_segments={given!r}: a number of regions, or several, each at least 1"
            )
        return numbers

    def _find_regions(self, images: Images, superpixels: Any) -> list[list[np.ndarray]]:
        return find_regions(self.superpixels, self._numbers(), superpixels, images, self.n_jobs)

    def _borders(
        self, images: Images, maps: list[list[np.ndarray]], classes: list[np.ndarray]
    ) -> Iterator[tuple[RegionGraph, np.ndarray, np.ndarray]]:
        """Yield the graph of each segmentation, the differences of neighbours, and the classes."""
        parts = zip(images.pixels, images.every_mask(), maps, classes, strict=True)
        for image, mask, of_image, annotation in parts:
            appearance = describe_image(image, mask)
            for labels in of_image:
                graph = RegionGraph(labels)
                yield graph, graph.compare_neighbours(appearance), annotation

    def _sharpen(
        self, X: Any, scores: Any, superpixels: Any, sample_mask: Any
    ) -> tuple[Any, list[np.ndarray], Images]:
        """Sharpen each image -> scores as given, probabilities [(H_i, W_i, K)], images."""
        if self.classifier is not None:
            check_is_fitted(self)
        images, scores, superpixels = self._open(X, scores, superpixels, sample_mask)
        if hasattr(self, "n_features_in_"):
            check_column_names(self, X, self.channel_axis, reset=False)
            check_n_channels(self, images)
        if scores is None:
            scores = self._classify(X)
        probabilities = scores_of_each_image(scores, images)
        coefficients = getattr(self, "coef_", DEFAULT_WEIGHTS[0])
        intercept = getattr(self, "intercept_", DEFAULT_WEIGHTS[1])
        field = Field(self.smoothness, self.fidelity, np.asarray(coefficients), intercept)
        if images.form == "table":  # pixels without neighbours
            return scores, probabilities, images
        maps = self._find_regions(images, superpixels)
        parts = zip(images.pixels, images.every_mask(), probabilities, maps, strict=True)
        answers = for_each(
            partial(_sharpen_image, field),
            parts,
            n_items=len(images),
            n_jobs=self.n_jobs,
            verbose=self.verbose,
            description="scores",
        )
        return scores, list(answers), images

    def _classify(self, X: Any) -> Any:
        """Compute the scores of images that come without."""
        classifier = getattr(self, "classifier_", None)
        if classifier is None:
            raise ValueError(
                "there are no class scores: pass scores=, or ScoredImage(image, scores), or set "
                "classifier to an estimator that computes them"
            )
        return classifier.predict_proba(take_images(X)[0])

    def __sklearn_tags__(self) -> Tags:
        """Declare images, arrays of two to four dimensions."""
        tags = super().__sklearn_tags__()
        tags.requires_fit = self.classifier is not None
        tags.input_tags.three_d_array = True
        return tags


def _sharpen_image(
    field: Field, part: tuple[np.ndarray, np.ndarray | None, np.ndarray, list[np.ndarray]]
) -> np.ndarray:
    """Sharpen an image."""
    image, mask, probabilities, maps = part
    appearance = describe_image(image, mask) if field.smoothness > 0 else None
    return sharpen(probabilities, maps, appearance, field)


def _annotations(y: Any, images: Images) -> list[np.ndarray]:
    """Check the annotated classes -> [(H_i, W_i)]."""
    entries = [y] if images.form == "image" or not np.iterable(y) else list(y)
    if images.form == "table":
        entries = list(np.asarray(y)[:, None, None])
    if len(entries) != len(images) or not np.iterable(y):
        raise ValueError(
            f"y has {len(entries)} annotation(s) for {len(images)} image(s): pass classes of "
            "shape (H, W) for each image"
        )
    classes = []
    for entry, shape, name in zip(entries, images.shapes, images.names, strict=True):
        annotation = to_host(entry)
        if annotation.dtype.kind == "f" and (annotation % 1 == 0).all():
            annotation = annotation.astype(np.int64)  # 2.0 is a class to scikit-learn as well
        if annotation.dtype.kind not in "iub":
            raise ValueError(
                f"Unknown label type: the annotation of {name} has dtype {annotation.dtype} (shape "
                f"{annotation.shape}); classes are integers"
            )
        if annotation.shape != shape:
            raise ValueError(
                f"the annotation of {name} has shape {annotation.shape}, and its pixels {shape}: "
                "a class for each pixel is needed"
            )
        classes.append(annotation)
    return classes
