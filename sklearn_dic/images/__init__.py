"""Read, check, draw and write images: arrays and files, axes, masks, units, coordinates."""

from sklearn_dic.images._file_spacing import read_spacing
from sklearn_dic.images._georeference import GeoReference
from sklearn_dic.images._images import Images, open_images
from sklearn_dic.images._label_files import write_labels
from sklearn_dic.images._rasters import read_georeference
from sklearn_dic.images._reading import read_image

__all__ = [
    "GeoReference",
    "Images",
    "open_images",
    "read_georeference",
    "read_image",
    "read_spacing",
    "write_labels",
]
