"""Load the Berkeley segmentation data set from a folder."""

import os
from numbers import Integral
from pathlib import Path
from typing import Literal

from sklearn.utils import Bunch, check_scalar

from sklearn_dic.datasets._annotations import read_annotations
from sklearn_dic.datasets._data_home import VARIABLE, get_data_home
from sklearn_dic.images._reading import read_image

Subset = Literal["train", "val", "test", "bsds300", "bsds500"]

SPLITS = {
    "train": ["train"],
    "val": ["val"],
    "test": ["test"],
    "bsds300": ["train", "val"],
    "bsds500": ["train", "val", "test"],
}
# Paths of the folder that holds images/ and groundTruth/, relative to the root.
_PLACES = ["", "data", "BSDS500/data", "BSR/BSDS500/data", "bsds300"]

_DESCRIPTION = """\
Berkeley segmentation data set (BSDS300, BSDS500)
=================================================

Photographs of 481 x 321 or 321 x 481 pixels, each segmented by several people.

===========  ======  =============================================================
subset       images
===========  ======  =============================================================
``train``    200     training images of BSDS300 and BSDS500
``val``      100     validation images of BSDS500, the test images of BSDS300
``test``     200     test images of BSDS500
``bsds300``  300     ``train`` and ``val``; the annotations are those of BSDS500
``bsds500``  500     all
===========  ======  =============================================================

Licence
-------

The data set may be downloaded and used for non-commercial research and education only. Work that
is based on it should cite:

* D. Martin, C. Fowlkes, D. Tal, J. Malik, "A database of human segmented natural images and its
  application to evaluating segmentation algorithms and measuring ecological statistics",
  ICCV 2001, vol. 2, pp. 416-423, doi:10.1109/ICCV.2001.937655.
* P. Arbelaez, M. Maire, C. Fowlkes, J. Malik, "Contour detection and hierarchical image
  segmentation", IEEE TPAMI 33(5), pp. 898-916, 2011, doi:10.1109/TPAMI.2010.161.

https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/resources.html
"""


def load_bsds(
    root: str | os.PathLike | None = None,
    subset: Subset = "bsds300",
    n_images: int | None = None,
    *,
    as_paths: bool = True,
) -> Bunch:
    """Load the Berkeley segmentation data set from a folder.

    Parameters
    ----------
    root : path or None, default=None
        The unpacked archive of BSDS500, or any folder in it that holds the images and the
        annotations, or a folder that has ``images/train/*.jpg`` and ``groundTruth/train/*.mat``
        (and so on for ``val`` and ``test``) directly or in a folder ``bsds300``. None: the
        environment variable ``SKLEARN_DIC_DATA``, or else the download folder of
        `fetch_bsds500`.
    subset : {"train", "val", "test", "bsds300", "bsds500"}, default="bsds300"
        Which images. "bsds300" is "train" and "val" together: these are the 300 images of
        the older data set BSDS300, with the annotations of BSDS500.
    n_images : int or None, default=None
        Take this many images, evenly spread over the subset and the same each time; None
        takes all.
    as_paths : bool, default=True
        Whether `images` are paths, which the estimators of this package open themselves, or
        arrays.

    Returns
    -------
    bsds : Bunch
        images : list of str, or list of ndarray of shape (H_i, W_i, 3), uint8
            The photographs: those of "train", "val" and "test" in this order, each sorted
            by number.
        annotations : list of lists of ndarray of shape (H_i, W_i), uint16
            For each image, four to nine human segmentations, labels consecutive from 0.
        ids : list of str
            Numbers of the images, the stems of their files.
        DESCR : str
            Description of the data set, with its licence and citations.

    Raises
    ------
    FileNotFoundError
        If folders or files are missing.
    OSError
        If a file cannot be read; the message names it.

    See Also
    --------
    fetch_bsds500 : Downloads the data set first.
    sklearn_dic.model_selection.PerImageSplit : Scores a separate fit for each image.

    Notes
    -----
    The images are for non-commercial research and education. "MCG" and "gPb" contours, and
    superpixels made from them, were trained on "train": scores of methods that use them are
    not scores on unseen images.

    References
    ----------
    .. [1] D. Martin et al., "A database of human segmented natural images", ICCV 2001,
       doi:10.1109/ICCV.2001.937655.
    .. [2] P. Arbelaez et al., "Contour detection and hierarchical image segmentation", IEEE
       TPAMI 33 (2011), doi:10.1109/TPAMI.2010.161.

    Examples
    --------
    >>> from sklearn_dic.datasets import load_bsds
    >>> bsds = load_bsds("BSR", n_images=30)  # doctest: +SKIP
    >>> bsds.ids[:2], len(bsds.annotations[0])  # doctest: +SKIP
    (['2092', '22090'], 5)
    >>> search.fit(bsds.images, bsds.annotations)  # doctest: +SKIP
    """
    check_subset(subset, n_images)
    root = get_data_home(root)
    folder = find_bsds(root, subset)
    if folder is None:
        raise FileNotFoundError(_not_found(root, subset))
    pairs = [pair for split in SPLITS[subset] for pair in _pairs(folder, split)]
    if n_images is not None:
        if n_images > len(pairs):
            raise ValueError(f"n_images={n_images}, and {subset!r} has {len(pairs)} in {folder}")
        pairs = [pairs[i * len(pairs) // n_images] for i in range(n_images)]
    return Bunch(
        images=[str(image) if as_paths else read_image(image) for image, _ in pairs],
        annotations=[read_annotations(annotation) for _, annotation in pairs],
        ids=[image.stem for image, _ in pairs],
        DESCR=_DESCRIPTION,
    )


def check_subset(subset: str, n_images: int | None) -> None:
    """Check the parameters that `load_bsds` and `fetch_bsds500` share."""
    if subset not in SPLITS:
        raise ValueError(f"subset is {subset!r}; valid are {', '.join(map(repr, SPLITS))}")
    if n_images is not None:
        check_scalar(n_images, "n_images", Integral, min_val=1)


def find_bsds(root: Path, subset: str) -> Path | None:
    """Find the folder that has all images of a subset and their annotations."""
    needed = _needed(subset)
    for place in _PLACES:
        folder = root / place
        if all((folder / part).is_dir() for part in needed):
            return folder
    return None


def _needed(subset: str) -> list[str]:
    return [f"{name}/{split}" for split in SPLITS[subset] for name in ("images", "groundTruth")]


def _not_found(root: Path, subset: str) -> str:
    places = ", ".join(repr(str(root / place)) for place in _PLACES)
    problem = "does not exist" if not root.exists() else "has no such folders"
    return (
        f"subset {subset!r} of the Berkeley data set needs the folders {', '.join(_needed(subset))}"
        f"; the places searched are {places}, and {str(root)!r} {problem}. Pass the unpacked data "
        f"set as root or set the environment variable {VARIABLE}, or download it with "
        "sklearn_dic.datasets.fetch_bsds500()"
    )


def _pairs(folder: Path, split: str) -> list[tuple[Path, Path]]:
    """Pair each image of a split with its annotations, sorted by number."""
    images = {path.stem: path for path in (folder / "images" / split).glob("[!.]*.jpg")}
    annotations = {path.stem: path for path in (folder / "groundTruth" / split).glob("[!.]*.mat")}
    alone = images.keys() ^ annotations.keys()
    if alone or not images:
        names = ", ".join(sorted(alone, key=_number)[:5]) + (", ..." if len(alone) > 5 else "")
        problem = f"{len(alone)} have no counterpart: {names}" if alone else "there are no images"
        raise FileNotFoundError(
            f"each image in {str(folder / 'images' / split)!r} (*.jpg) needs its annotations in "
            f"{str(folder / 'groundTruth' / split)!r} (*.mat) and vice versa, and {problem}. "
            "sklearn_dic.datasets.fetch_bsds500() downloads the whole data set"
        )
    return [(images[name], annotations[name]) for name in sorted(images, key=_number)]


def _number(name: str) -> tuple[bool, int, str]:
    """Return a key that sorts numbers by value, before other names."""
    is_number = name.isascii() and name.isdigit()
    return not is_number, int(name) if is_number else 0, name
