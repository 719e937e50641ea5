"""Download the Berkeley segmentation data set."""

import os

from sklearn.utils import Bunch

from sklearn_dic.datasets._archive import unpack
from sklearn_dic.datasets._bsds import Subset, check_subset, find_bsds, load_bsds
from sklearn_dic.datasets._data_home import get_data_home
from sklearn_dic.utils._extras import import_extra

URL = "https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/BSR/BSR_bsds500.tgz"
# The authors publish no hash. Unrelated projects that downloaded the archive (70,763,455 bytes)
# print this hash, for example SharoonSharif/conv3x3-engine-zynq and SoftMenon.
SHA256 = "97e49d31764f3912f0c4122707d53062ac9e783ba0f095e447a4d53c1a41af8e"

_ARCHIVE = "BSR_bsds500.tgz"
_FOLDER = "BSR"


def fetch_bsds500(
    subset: Subset = "bsds500",
    n_images: int | None = None,
    *,
    data_home: str | os.PathLike | None = None,
    as_paths: bool = True,
    progressbar: bool = True,
    n_retries: int = 3,
    delay: float = 1.0,
    url: str = URL,
    sha256: str = SHA256,
) -> Bunch:
    """Load the Berkeley segmentation data set; download it first if it is missing.

    The archive has 71 MB and temporarily needs 150 MB of disk space. The next call resumes a
    download that was interrupted by the network or by Ctrl-C. Needs pooch:
    ``pip install "sklearn-dic[data]"``.

    Parameters
    ----------
    subset : {"train", "val", "test", "bsds300", "bsds500"}, default="bsds500"
        Subset of the images, as in `load_bsds`.
    n_images : int or None, default=None
        Take this many images, evenly spread over the subset; None takes all.
    data_home : path or None, default=None
        The folder for the data set. None: the environment variable ``SKLEARN_DIC_DATA``, or
        else the user's cache folder.
    as_paths : bool, default=True
        Whether `images` are paths or arrays.
    progressbar : bool, default=True
        Whether to show the progress of a download.
    n_retries : int, default=3
        Number of retries in a row that receive nothing.
    delay : float, default=1.0
        Seconds before each retry.
    url : str
        Address of the archive. The default is the address in Berkeley.
    sha256 : str
        SHA-256 hash of the archive; another file is refused.

    Returns
    -------
    bsds : Bunch
        As `load_bsds` returns it: images, annotations, ids, DESCR.

    Raises
    ------
    ImportError
        If pooch is not installed.
    ConnectionError
        If the archive cannot be downloaded.
    ValueError
        If the archive has another hash, or is refused because a file in it would be written
        outside of the folder. The archive is deleted.
    FileExistsError
        If the folder exists, but images are missing in it.
    OSError
        If the disk has too little space.

    See Also
    --------
    load_bsds : Loads the data set from a folder.

    Notes
    -----
    The images are for non-commercial research and education only.

    The archive is deleted when it is unpacked. Berkeley publishes no hash; several public
    projects print the default of `sha256`.

    References
    ----------
    .. [1] D. Martin et al., "A database of human segmented natural images", ICCV 2001,
       doi:10.1109/ICCV.2001.937655.
    .. [2] P. Arbelaez et al., "Contour detection and hierarchical image segmentation", IEEE
       TPAMI 33 (2011), doi:10.1109/TPAMI.2010.161.

    Examples
    --------
    >>> from sklearn_dic.datasets import fetch_bsds500
    >>> bsds = fetch_bsds500("bsds300", n_images=30)  # doctest: +SKIP
    """
    check_subset(subset, n_images)
    home = get_data_home(data_home)
    if find_bsds(home, subset) is None:
        pooch = import_extra("pooch", "data", "to download the Berkeley data set")
        from sklearn_dic.datasets._download import ResumingDownloader  # needs dependencies of pooch

        folder = home / _FOLDER
        if folder.exists():
            raise FileExistsError(
                f"{str(folder)!r} exists without the images or annotations of {subset!r}: "
                "delete it to download it again"
            )
        archive = home / _ARCHIVE
        downloader = ResumingDownloader(
            home / f"{_ARCHIVE}.{sha256[:12]}.part",  # never continued as another file
            n_retries=n_retries,
            delay=delay,
            progressbar=progressbar,
        )
        pooch.retrieve(
            url, f"sha256:{sha256}", fname=archive.name, path=home, downloader=downloader
        )
        try:
            unpack(archive, _FOLDER, folder)
        except ValueError:
            archive.unlink()
            raise
        archive.unlink()
    return load_bsds(home, subset, n_images, as_paths=as_paths)
