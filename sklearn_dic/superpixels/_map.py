"""A label map of superpixels that holds its image."""

from typing import Any, Literal, Self

import numpy as np

from sklearn_dic.images._images import Images, open_images
from sklearn_dic.utils._validation import ChannelAxis


class SuperpixelMap(np.ndarray):
    """Superpixel labels, with the image that they were computed from.

    An array of labels for all other code. An estimator that receives it from the previous
    step of a Pipeline segments the image in it, instead of the labels. Results of arithmetic
    and slices are plain arrays; only images taken out of a stack are maps again. Other views
    (`.T`, `.reshape`) have no image, and estimators refuse them.

    Parameters
    ----------
    labels : array-like of int, shape (H, W), (N, H, W) or (N,)
        Superpixels of an image, of a stack of images, or of a table of pixels.
    image : array-like of shape `labels.shape` or `labels.shape + (C,)`
        The image, not copied. A masked array keeps its mask.

    Attributes
    ----------
    image : ndarray or MaskedArray
        The image.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_dic.superpixels import SuperpixelMap
    >>> superpixels = SuperpixelMap([[0, 0, 1], [0, 1, 1]], image=np.eye(2, 3))
    >>> int(superpixels.max())
    1
    >>> superpixels.image.shape
    (2, 3)
    """

    image: np.ndarray | None

    def __new__(cls, labels: Any, image: Any) -> Self:
        """Join labels and image."""
        labels = np.asarray(labels)
        if not isinstance(image, np.ma.MaskedArray):
            image = np.asarray(image)
        if image.shape[: labels.ndim] != labels.shape or image.ndim > labels.ndim + 1:
            raise ValueError(
                f"labels of shape {labels.shape} do not fit an image of shape {image.shape}"
            )
        _check_labels(labels, f"an image of shape {image.shape}")
        if labels.size and labels.max() > np.iinfo(np.int32).max:
            raise ValueError(
                f"the superpixels of an image of shape {image.shape} have a label {labels.max()}, "
                "which is not a 32-bit integer; use smaller labels"
            )
        superpixels = np.array(labels, dtype=np.int32).view(cls)
        superpixels.image = image
        return superpixels

    def __array_finalize__(self, source: Any) -> None:
        """Remove the image from a view, which may show other pixels."""
        self.image = None

    def __array_wrap__(
        self, array: np.ndarray, context: Any = None, return_scalar: bool = False
    ) -> Any:
        """Return results of arithmetic as plain arrays, and a single number as a scalar.

        NumPy before 2.0 does not pass `return_scalar`.
        """
        return np.asarray(array)[()]

    def __getitem__(self, key: Any) -> Any:
        """Slice to a plain array; a stack indexed by image gives the maps of those images."""
        part = np.asarray(self)[key]
        if isinstance(key, tuple) and len(key) == 2 and key[1] is Ellipsis:
            key = key[0]  # as scikit-learn takes samples
        is_of_whole_images = self.shape[1:] in (part.shape, part.shape[1:])
        if self.image is None or self.ndim < 3 or isinstance(key, tuple) or not is_of_whole_images:
            return part
        return SuperpixelMap(part, self.image[key])

    def view(self, *args: Any, **kwargs: Any) -> Any:
        """View the labels; as bytes, with those of the image and its mask.

        joblib hashes the bytes of an array, and a cached Pipeline must tell images with the
        same superpixels apart.
        """
        labels = super().view(*args, **kwargs)
        if args != (np.uint8,) or kwargs or self.image is None:
            return labels
        parts = [labels, np.ascontiguousarray(self.image).view(np.uint8)]
        if isinstance(self.image, np.ma.MaskedArray):
            parts.append(np.ma.getmaskarray(self.image).view(np.uint8))
        return np.concatenate([np.asarray(part).ravel() for part in parts])

    def copy(self, order: Any = "C") -> Any:
        """Copy labels and image."""
        labels = np.array(self, order=order)
        return labels if self.image is None else SuperpixelMap(labels, self.image.copy(order))

    def __copy__(self) -> Any:
        """Copy labels, share the image."""
        return np.array(self) if self.image is None else SuperpixelMap(self, self.image)

    def __deepcopy__(self, memo: dict[int, Any] | None) -> Any:
        """Copy labels and image."""
        return self.copy()

    def __reduce__(self) -> Any:
        """Pickle labels and image."""
        if self.image is None:
            return np.asarray(self).__reduce__()
        return SuperpixelMap, (np.asarray(self), self.image)


def take_images(X: Any) -> tuple[Any, list[np.ndarray] | None]:
    """Separate images and superpixels, if the input is superpixel maps.

    Parameters
    ----------
    X : SuperpixelMap, list of SuperpixelMap, or anything else
        The input of an estimator.

    Returns
    -------
    images : array, list, or `X` itself
        The images, with a channel axis.
    superpixels : list of ndarray of shape (H, W), or None
        The label map of each image, or of each pixel of a table; None if `X` has none.
    """
    if isinstance(X, SuperpixelMap):
        labels = np.asarray(X)
        if labels.ndim == 1:
            labels = labels[:, None, None]
        return _with_channels(X), [labels] if labels.ndim == 2 else list(labels)
    if not isinstance(X, list | tuple):
        return X, None
    are_maps = [isinstance(item, SuperpixelMap) for item in X]
    if not any(are_maps):
        return X, None
    if not all(are_maps):
        raise TypeError(
            f"image {are_maps.index(False)} is a {type(X[are_maps.index(False)]).__name__} where "
            f"image {are_maps.index(True)} is a SuperpixelMap: pass maps for all images or none"
        )
    return [_with_channels(item) for item in X], [np.asarray(item) for item in X]


def open_with_superpixels(
    X: Any,
    channel_axis: ChannelAxis,
    superpixels: Any = None,
    sample_mask: Any = None,
    n_spatial_dims: Literal[2, 3] = 2,
) -> tuple[Images, Any]:
    """Open images, and separate them from superpixels that come with them.

    Parameters
    ----------
    X : array-like, path, SuperpixelMap, or list of these
        The images, in the form that `open_images` takes, or superpixel maps.
    channel_axis : {"auto", -1, None}
        How the axes of an array are read, see `open_images`. Images of superpixel maps have
        their channels last.
    superpixels : str, transformer, array-like, list of these, or None
        Superpixels that were passed with the images. They take precedence over the
        superpixels in `X`.
    sample_mask : array-like of bool, list of these, or None
        True where pixels count.
    n_spatial_dims : {2, 3}, default=2
        3 if the images are volumes.

    Returns
    -------
    images : Images
        The opened images.
    superpixels : any of the above
        The superpixels that were passed, or else the label maps in `X` in the form of the
        images, or else None. `resolve_superpixels` checks them.
    """
    X, maps = take_images(X)
    if maps is not None and n_spatial_dims == 3:
        raise ValueError(
            "a SuperpixelMap holds the superpixels of images, slice by slice, and n_spatial_dims=3 "
            "reads volumes: pass the volume, and the labels of its superpixels with it, "
            "fit(volume, superpixels=labels)"
        )
    channel_axis = channel_axis if maps is None else -1
    images = open_images(X, channel_axis, sample_mask, n_spatial_dims=n_spatial_dims)
    if superpixels is not None or maps is None:
        return images, superpixels
    return images, maps[0] if images.form == "image" else maps


def _with_channels(superpixels: SuperpixelMap) -> np.ndarray:
    image = superpixels.image
    if image is None:
        raise ValueError(
            f"this SuperpixelMap of shape {superpixels.shape} is a view and has no "
            "image; pass a new map: SuperpixelMap(labels, image)"
        )
    return image if image.ndim > superpixels.ndim else image[..., None]


def _check_labels(labels: np.ndarray, name: str) -> None:
    """Refuse labels that are fractions or negative."""
    if labels.dtype.kind not in "iub":
        raise TypeError(f"the superpixels of {name} have dtype {labels.dtype}; labels are integers")
    if labels.size and labels.min() < 0:
        place = tuple(int(i) for i in np.unravel_index(labels.argmin(), labels.shape))
        raise ValueError(
            f"the superpixels of {name} have negative labels, the smallest is {labels.min()} at "
            f"{place}; labels are 0 or larger"
        )


def check_superpixel_map(labels: Any, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Check the superpixels of an image -> int32 labels of its shape, consecutive from 0.

    Parameters
    ----------
    labels : array-like of int, shape (H, W) or (Z, Y, X)
        Any non-negative numbers, equal within each superpixel.
    shape : tuple of int
        (H, W) of the image, or (Z, Y, X) of the volume.
    name : str
        Name of the image in error messages.
    """
    labels = np.asarray(labels)
    if labels.shape != shape:
        raise ValueError(
            f"the superpixels of {name} have shape {labels.shape}, the image has {shape}"
        )
    _check_labels(labels, name)
    return np.unique(labels, return_inverse=True)[1].reshape(shape).astype(np.int32)
