"""Images to segment: the Berkeley data set, bundled photographs, synthetic mosaics."""

from sklearn_dic.datasets._bsds import load_bsds
from sklearn_dic.datasets._fetch import fetch_bsds500
from sklearn_dic.datasets._mosaic import make_mosaic
from sklearn_dic.datasets._sample_images import load_sample_images

__all__ = ["fetch_bsds500", "load_bsds", "load_sample_images", "make_mosaic"]
