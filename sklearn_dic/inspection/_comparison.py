"""Run several methods on an image."""

import time
from typing import Any

import numpy as np
from skimage.transform import resize
from sklearn.base import clone
from sklearn.utils import get_tags
from tqdm.auto import tqdm

from sklearn_dic.images._images import Images, open_images
from sklearn_dic.inspection._comparison_display import ComparisonDisplay, MethodResult
from sklearn_dic.inspection._comparison_methods import resolve_methods
from sklearn_dic.metrics import segmentation_report
from sklearn_dic.utils._unwrapping import first_step
from sklearn_dic.utils._validation import ChannelAxis

BERKELEY_PIXELS = 481 * 321


def compare(
    image: Any,
    methods: Any = None,
    truth: Any = None,
    *,
    max_pixels: int | None = BERKELEY_PIXELS,
    channel_axis: ChannelAxis = "auto",
    verbose: int = 1,
) -> ComparisonDisplay:
    """Segment an image by several methods, and show the answers side by side.

    A method that fails does not stop the others; its error is shown in its place.

    Parameters
    ----------
    image : array-like of shape (H, W) or (H, W, C), path, or Images of one image
        The image, see `sklearn_dic.images.open_images`.
    methods : list of str or estimator, dict of str to estimator, or None, default=None
        The methods: names of `comparison_methods()`, or estimators with `fit_predict` or
        `fit_transform`, which are cloned. A clusterer of scikit-learn clusters the pixels by their
        channels. A dict names them. None: all of `comparison_methods()`.
    truth : array-like of int, shape (H, W) or (K, H, W), or list of these, default=None
        An annotation, or those of several people, for scores.
    max_pixels : int or None, default=154401
        All methods see a reduced copy of an image of more pixels, so that the slow ones end in
        seconds. The default is the size of the Berkeley photographs, for which most of the
        methods were made. The answers have full size. None: never.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read.
    verbose : int, default=1
        1 shows a progress bar, with the method that runs.

    Returns
    -------
    comparison : ComparisonDisplay
        The answers in `results`. `plot()` draws them, and `print` shows a table.

    Raises
    ------
    ValueError, TypeError, OSError
        If the image, the truth or the name of a method cannot be used.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.inspection import compare
    >>> methods = ["RegionMerging", "KMeansPixels"]
    >>> comparison = compare(coffee()[::4, ::4], methods, verbose=0)
    >>> [result.name for result in comparison.results]
    ['RegionMerging', 'KMeansPixels']
    >>> display = comparison.plot()
    """
    named = resolve_methods(methods)
    images = open_images(image, channel_axis)
    if images.form != "image":
        raise ValueError(
            f"image was read as a {images.form} of {len(images)} images; compare takes one image, "
            "(H, W) or (H, W, C), or its path"
        )
    pixels, mask = images.pixels[0], images.every_mask()[0]
    if truth is not None:
        _score(np.zeros(pixels.shape[:2], int), truth, mask)  # before the fits
    seen = _reduce(images, max_pixels)
    results = []
    with tqdm(total=len(named), unit="method", disable=not verbose) as bar:
        for name, method in named.items():
            bar.set_description(name)
            results.append(_run(name, method, seen, images, truth))
            bar.update()
    shown = pixels if mask is None else np.ma.array(pixels, mask=_outside(mask, pixels))
    return ComparisonDisplay(shown, results, truth=truth)


def _run(name: str, method: Any, seen: Images, images: Images, truth: Any) -> MethodResult:
    """Run a clone of a method; an exception becomes a result with an error."""
    start = time.perf_counter()
    try:
        labels = _segment(clone(method), seen)
        seconds = time.perf_counter() - start
        labels = _enlarge(labels, images.shapes[0])
        mask = images.every_mask()[0]
        if mask is not None:
            labels = np.where(mask, labels, -1)
        scores = None if truth is None else _score(labels, truth, mask)
    except Exception as error:  # a failed method must not stop the others
        message = str(error) or type(error).__name__
        return MethodResult(name, seconds=time.perf_counter() - start, error=message)
    n_segments = len(np.unique(labels[labels >= 0]))
    return MethodResult(name, labels, n_segments, seconds, scores)


def _segment(method: Any, images: Images) -> np.ndarray:
    """Segment the image -> (h, w) int."""
    shape = images.shapes[0]
    if not hasattr(method, "fit_predict"):
        labels = method.fit_transform(images)
    elif get_tags(first_step(method)).input_tags.three_d_array:
        labels = method.fit_predict(images)
    else:
        labels = method.fit_predict(images.pixels[0].reshape(-1, images.n_channels))
        labels = np.asarray(labels).reshape(shape)
    labels = np.asarray(labels)
    if labels.shape != shape or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels have shape {labels.shape} and dtype {labels.dtype}, and the image has shape "
            f"{shape}"
        )
    return labels


def _reduce(images: Images, max_pixels: int | None) -> Images:
    """Reduce an image to so many pixels, and its mask."""
    height, width = images.shapes[0]
    if max_pixels is None or height * width <= max_pixels:
        return images
    share = (max_pixels / (height * width)) ** 0.5
    size = max(1, round(share * height)), max(1, round(share * width))
    pixels = resize(images.pixels[0], size, order=1, anti_aliasing=True).astype(np.float32)
    mask = images.every_mask()[0]
    if mask is None:
        return open_images(pixels)
    return open_images(pixels, mask=mask[_places(images.shapes[0], size)])


def _enlarge(labels: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Give each pixel the label of the nearest pixel of the reduced copy."""
    return labels if labels.shape == shape else labels[_places(labels.shape, shape)]


def _places(shape: tuple[int, ...], size: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """Find the nearest pixels of an image of a shape, for each pixel of a copy of a size."""
    steps = [(np.arange(n) + 0.5) * full / n for full, n in zip(shape, size, strict=True)]
    return np.ix_(*[step.astype(int) for step in steps])


def _score(labels: np.ndarray, truth: Any, mask: np.ndarray | None) -> dict[str, float]:
    """Compute the five measures, without masked pixels."""
    if mask is None:
        return segmentation_report(truth, labels).to_dict()
    maps = np.asarray(truth).astype(np.int64)
    return segmentation_report(np.where(mask, maps, -1), labels, ignore_label=-1).to_dict()


def _outside(mask: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    return np.broadcast_to(~mask[..., None], pixels.shape)
