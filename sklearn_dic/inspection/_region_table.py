"""A table of the regions of an image."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from skimage.measure import regionprops_table

from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.images import GeoReference
from sklearn_dic.images._spacing import check_spacing
from sklearn_dic.inspection._region_input import RegionInput, open_regions
from sklearn_dic.utils._extras import import_extra
from sklearn_dic.utils._unwrapping import last_step, n_spatial_dims_of

if TYPE_CHECKING:
    import pandas as pd

_AXES = ("slice", "row", "col")


def region_table(
    labels: Any,
    image: Any = None,
    *,
    georeference: GeoReference | None = None,
    percentiles: Sequence[float] = (5, 25, 50, 75, 95),
    n_spatial_dims: Literal[2, 3] = 2,
    spacing: Sequence[float] | None = None,
) -> "pd.DataFrame":
    """Measure the regions of an image or a volume: a row for each region.

    Parameters
    ----------
    labels : estimator or array-like of int, shape (H, W) or (N, H, W), or list of these
        A fitted estimator, whose `labels_` are taken, or label maps. Negative labels are left
        out.
    image : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, or list of these, \
default=None
        The image or collection of the labels, for the measures of its bands. The values are
        those of the caller or of the file, not scaled.
    georeference : GeoReference, default=None
        Place of the labels on the ground. By default that of the file `image`.
    percentiles : sequence of float, default=(5, 25, 50, 75, 95)
        Percentiles of each band, from 0 to 100.
    n_spatial_dims : {2, 3}, default=2
        3 if labels and images are volumes, (Z, Y, X). An estimator of volumes says so itself.
    spacing : sequence of float, default=None
        Distance of pixels along each spatial axis. None: that of the estimator, if it has one.

    Returns
    -------
    table : pandas.DataFrame
        With the columns

        * ``image``, the place in the collection, if it is one;
        * ``label``;
        * ``pixels``, their number;
        * ``area``, in the units of the coordinate reference system, such as square metres, or
          of the spacing; ``volume`` in the units of the spacing;
        * ``min_row``, ``min_col``, ``max_row``, ``max_col``, the bounding box, whose last row
          and column do not belong to it;
        * ``centroid_row``, ``centroid_col``, mean of the pixels' places;
        * ``min_x``, ``min_y``, ``max_x``, ``max_y``, ``centroid_x``, ``centroid_y``, the same
          as coordinates;
        * ``mean_0``, ``std_0``, ``p5_0`` ...: mean, standard deviation and percentiles of each
          band;
        * ``neighbors``, list of the labels that share a border.

        Areas and coordinates are there with a georeference, volumes with a spacing, bands with
        an image. Volumes have ``min_slice``, ``max_slice`` and ``centroid_slice`` as well.

    Raises
    ------
    ImportError
        If pandas is not installed; the message says how to install it.
    ValueError, TypeError
        If labels and images do not fit together.

    See Also
    --------
    region_polygons : Polygons of the regions.
    skimage.measure.regionprops_table : Further measures. It takes label 0 for background: pass
        ``labels + 1``.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic import RegionMerging
    >>> from sklearn_dic.inspection import region_table
    >>> image = coffee()[::4, ::4]
    >>> merging = RegionMerging(n_segments=3).fit(image)
    >>> table = region_table(merging, image)
    >>> int(table["pixels"].sum()) == image.shape[0] * image.shape[1]
    True
    >>> table[["label", "pixels", "mean_0", "neighbors"]].shape
    (3, 4)
    """
    pandas = import_extra("pandas", "table", "for a table of regions")
    if not all(0 <= percentile <= 100 for percentile in percentiles):
        raise ValueError(f"percentiles={percentiles!r}; percentiles are from 0 to 100")
    if hasattr(labels, "fit"):
        n_spatial_dims = n_spatial_dims_of(labels)
        spacing = getattr(last_step(labels), "spacing", None) if spacing is None else spacing
    check_spacing(spacing, n_spatial_dims)
    regions, is_collection = open_regions(labels, image, georeference, n_spatial_dims, spacing)
    tables = [pandas.DataFrame(_measure(part, percentiles)) for part in regions]
    if not is_collection:
        return tables[0]
    return pandas.concat(tables, keys=range(len(tables)), names=["image"]).reset_index("image")


def _measure(regions: RegionInput, percentiles: Sequence[float]) -> dict[str, Any]:
    """Measure the regions of one image -> columns."""

    def spread(mask: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.array([values[mask].std(), *np.percentile(values[mask], percentiles)])

    image = None if regions.image is None else regions.image.astype(np.float64)
    measures = ["label", "num_pixels", "bbox", "centroid"]
    found = regionprops_table(
        regions.labels + 1,  # 0 is background there
        image,
        properties=measures if image is None else [*measures, "intensity_mean"],
        extra_properties=None if image is None else [spread],
    )
    columns: dict[str, Any] = {"label": found["label"] - 1, "pixels": found["num_pixels"]}
    n_dims = regions.labels.ndim
    axes = _AXES[-n_dims:]
    if regions.georeference is not None:
        columns["area"] = columns["pixels"] * regions.georeference.pixel_area
    elif regions.spacing is not None:
        size = "area" if n_dims == 2 else "volume"
        columns[size] = columns["pixels"] * float(np.prod(regions.spacing))
    columns |= {f"min_{axis}": found[f"bbox-{i}"] for i, axis in enumerate(axes)}
    columns |= {f"max_{axis}": found[f"bbox-{n_dims + i}"] for i, axis in enumerate(axes)}
    columns |= {f"centroid_{axis}": found[f"centroid-{i}"] for i, axis in enumerate(axes)}
    if regions.georeference is not None:
        columns |= _coordinates(columns, regions.georeference)
    for band in range(0 if image is None else image.shape[-1]):
        columns[f"mean_{band}"] = found[f"intensity_mean-{band}"]
        columns[f"std_{band}"] = found[f"spread-0-{band}"]
        for i, percentile in enumerate(percentiles):
            columns[f"p{percentile:g}_{band}"] = found[f"spread-{i + 1}-{band}"]
    columns["neighbors"] = _neighbors(regions.labels, columns["label"])
    return columns


def _coordinates(columns: dict[str, Any], georeference: GeoReference) -> dict[str, Any]:
    """Convert bounding boxes and centroids to coordinates."""
    rows = np.stack([columns[name] for name in ("min_row", "min_row", "max_row", "max_row")])
    cols = np.stack([columns[name] for name in ("min_col", "max_col", "min_col", "max_col")])
    x, y = georeference.coordinates(rows, cols)  # of the corners
    center = georeference.coordinates(columns["centroid_row"] + 0.5, columns["centroid_col"] + 0.5)
    return {
        "min_x": x.min(axis=0),
        "min_y": y.min(axis=0),
        "max_x": x.max(axis=0),
        "max_y": y.max(axis=0),
        "centroid_x": center[0],
        "centroid_y": center[1],
    }


def _neighbors(labels: np.ndarray, order: np.ndarray) -> list[list[int]]:
    """List the labels that share a border with each label."""
    around: dict[int, list[int]] = {int(label): [] for label in order}
    for first, second in find_adjacency(labels).pairs.tolist():
        around[first].append(second)
        around[second].append(first)
    return [sorted(found) for found in around.values()]
