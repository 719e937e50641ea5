"""Polygons of the regions of an image."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sklearn_dic.images import GeoReference
from sklearn_dic.images._georeference import IDENTITY
from sklearn_dic.inspection._region_input import RegionInput, open_regions
from sklearn_dic.utils._extras import import_extra

if TYPE_CHECKING:
    import geopandas as gpd

_PURPOSE = "for polygons of regions"


def region_polygons(
    labels: Any, image: Any = None, *, georeference: GeoReference | None = None
) -> "gpd.GeoDataFrame":
    """Trace the regions of an image: a polygon, or several, for each region.

    The polygons follow the sides of the pixels. They cover all pixels with a label, and do not
    overlap.

    Parameters
    ----------
    labels : estimator or array-like of int, shape (H, W) or (N, H, W), or list of these
        A fitted estimator, whose `labels_` are taken, or label maps. Negative labels are left
        out.
    image : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, or list of these, \
default=None
        The image or collection of the labels, whose file may have a georeference.
    georeference : GeoReference, default=None
        Place of the labels on the ground. By default that of the file `image`. Without one, x is
        the column and y the row, and (0, 0) the upper left corner of the image.

    Returns
    -------
    polygons : geopandas.GeoDataFrame
        With the columns ``label`` and ``geometry``, sorted by label, and for a collection
        ``image``, the place in the collection.

    Raises
    ------
    ImportError
        If rasterio or geopandas is not installed; the message says how to install it.
    ValueError, TypeError
        If labels and images do not fit together, or the images of a collection have different
        coordinate reference systems.

    See Also
    --------
    region_table : Measures of the regions.
    sklearn_dic.images.write_labels : The labels as a file.

    Notes
    -----
    Pieces of a region that touch only at a corner are several polygons of a MultiPolygon.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_dic.images import GeoReference
    >>> from sklearn_dic.inspection import region_polygons
    >>> labels = np.array([[0, 0, 1], [0, 1, 1]])
    >>> utm = GeoReference("EPSG:32633", (10, 0, 500_000, 0, -10, 5_400_000))
    >>> polygons = region_polygons(labels, georeference=utm)
    >>> polygons.area.tolist()
    [300.0, 300.0]

    ``polygons.to_file("regions.gpkg")`` writes a GeoPackage, and
    ``polygons.merge(region_table(...), on="label")`` has the measures too.
    """
    geopandas = import_extra("geopandas", "geo", _PURPOSE)
    pandas = import_extra("pandas", "geo", _PURPOSE)
    regions, is_collection = open_regions(labels, image, georeference)
    systems = {None if part.georeference is None else part.georeference.crs for part in regions}
    if len(systems) > 1:
        raise ValueError(
            "the images have different coordinate reference systems: pass them one by one"
        )
    (crs,) = systems
    traced = [
        geopandas.GeoDataFrame(_trace(part), geometry="geometry", crs=crs) for part in regions
    ]
    if not is_collection:
        return traced[0]
    return pandas.concat(traced, keys=range(len(traced)), names=["image"]).reset_index("image")


def _trace(regions: RegionInput) -> dict[str, Any]:
    """Trace the regions of one image -> columns."""
    features = import_extra("rasterio.features", "geo", _PURPOSE)
    shapely = import_extra("shapely.geometry", "geo", _PURPOSE)
    affine = import_extra("affine", "geo", _PURPOSE)
    transform = IDENTITY if regions.georeference is None else regions.georeference.transform
    pieces: dict[int, list[Any]] = {}
    for shape, label in features.shapes(
        regions.labels,
        mask=regions.labels >= 0,
        connectivity=4,
        transform=affine.Affine(*transform),
    ):
        pieces.setdefault(int(label), []).append(shapely.shape(shape))
    return {
        "label": np.array(sorted(pieces), np.int32),
        "geometry": [
            pieces[label][0] if len(pieces[label]) == 1 else shapely.MultiPolygon(pieces[label])
            for label in sorted(pieces)
        ],
    }
