"""Names of the result files of an image, and how they are written."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.hierarchy._tree_files import write_tree
from sklearn_dic.images import GeoReference
from sklearn_dic.images._drawing import draw_boundaries, draw_mean_colors
from sklearn_dic.images._geotiff import save_geotiff
from sklearn_dic.images._images import Images
from sklearn_dic.images._label_files import OUTSIDE_IN_PNG, read_label_tags, save_labels
from sklearn_dic.inspection import region_polygons, region_table
from sklearn_dic.utils._extras import import_extra
from sklearn_dic.utils._warnings import ignored_warnings

# Files of an image, in the order of writing. The first has the origin of the labels.
SUFFIXES = {
    "labels_png": "_labels.png",
    "boundaries": "_boundaries.png",
    "mean_colors": "_mean.png",
    "labels": "_labels.npy",
}
# Files of a raster, which have its place on the ground.
RASTER_SUFFIXES = {
    "labels": "_labels.tif",
    "boundaries": "_boundaries.tif",
    "mean_colors": "_mean.tif",
}
# Files on demand.
OPTIONAL_SUFFIXES = {
    "table": ("_regions.csv", "_regions.parquet"),
    "polygons": ("_regions.geojson", "_regions.gpkg"),
    "contours": ("_contours.npy", "_contours.tif"),
    "tree": (".tree",),
}
_ORIGIN = "sklearn-dic"  # key of the text in the file of labels: image and parameters
_DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG"}


@dataclass(frozen=True)
class Outputs:
    """Files on demand, beside the labels and pictures.

    Attributes
    ----------
    table : {"csv", "parquet"} or None
        Format of the table of regions.
    polygons : {"geojson", "gpkg"} or None
        Format of the polygons of regions.
    contours, tree : bool
        Whether the contour map and the merge tree are written.
    """

    table: Literal["csv", "parquet"] | None = None
    polygons: Literal["geojson", "gpkg"] | None = None
    contours: bool = False
    tree: bool = False

    def check_extras(self) -> None:
        """Raise ImportError, with the command that installs it, if a library is missing."""
        if self.table is not None:
            import_extra("pandas", "table", "for --table")
        if self.table == "parquet":
            import_extra("pyarrow", "table", "for --table parquet")
        if self.polygons is not None:
            import_extra("rasterio", "geo", "for --polygons")
            import_extra("geopandas", "geo", "for --polygons")

    def files(self, folder: Path, stem: str, is_raster: bool) -> dict[str, Path]:
        """Name the files of an image, in the order of writing."""
        suffixes = dict(RASTER_SUFFIXES if is_raster else SUFFIXES)
        if self.table is not None:
            suffixes["table"] = f"_regions.{self.table}"
        if self.polygons is not None:
            suffixes["polygons"] = f"_regions.{self.polygons}"
        if self.contours:
            suffixes["contours"] = "_contours.tif" if is_raster else "_contours.npy"
        if self.tree:
            suffixes["tree"] = ".tree"
        return {name: folder / f"{stem}{suffix}" for name, suffix in suffixes.items()}


def origin_file(files: Mapping[str, Path]) -> Path:
    """Return the file that has the origin of the labels; it is written first."""
    return files.get("labels_png", files["labels"])


def read_origin(files: Mapping[str, Path]) -> dict[str, str]:
    """Read the origin of the labels; ValueError, OSError or KeyError if there is none."""
    return json.loads(read_label_tags(origin_file(files))[_ORIGIN])


def read_labels(files: Mapping[str, Path]) -> np.ndarray:
    """Read the labels of a result."""
    if files["labels"].suffix == ".npy":
        return np.load(files["labels"], allow_pickle=False)
    rasterio = import_extra("rasterio", "geo", "to read a GeoTIFF")
    with (
        ignored_warnings(category=rasterio.errors.NotGeoreferencedWarning),
        rasterio.open(files["labels"]) as dataset,
    ):
        return dataset.read(1)


def is_result(path: Path) -> bool:
    """Whether an earlier run wrote this file: the labels of its image are beside it."""
    suffixes = {*SUFFIXES.values(), *RASTER_SUFFIXES.values()}
    suffixes.update(*OPTIONAL_SUFFIXES.values())
    return any(
        path.with_name(path.name.removesuffix(suffix) + labels["labels"]).exists()
        for suffix in suffixes
        if path.name.endswith(suffix)
        for labels in (SUFFIXES, RASTER_SUFFIXES)
    )


def older_files(files: Mapping[str, Path]) -> list[Path]:
    """List files on demand of an earlier run that this run does not replace."""
    labels = files["labels"]
    stem = labels.name.removesuffix(f"_labels{labels.suffix}")
    names = [f"{stem}{suffix}" for known in OPTIONAL_SUFFIXES.values() for suffix in known]
    others = [labels.with_name(name) for name in names]
    return [other for other in others if other.is_file() and other not in files.values()]


def save_results(
    hidden: Path,
    files: Mapping[str, Path],
    labels: np.ndarray,
    origin: Mapping[str, str],
    *,
    images: Images | None,
    georeference: GeoReference | None,
    tree: MergeTree | None = None,
    about_tree: Mapping[str, Any] | None = None,
) -> None:
    """Write the files of an image to a folder, under their names.

    Parameters
    ----------
    hidden : Path
        The folder.
    files : mapping of str to Path
        The final places, whose names are used.
    labels : ndarray of shape (H, W), int32
        The labels.
    origin : mapping
        The origin of the labels, for the file of labels.
    images : Images or None
        The image. Without it no pictures are drawn, and the table has no bands.
    georeference : GeoReference or None
        Place of a raster.
    tree : MergeTree or None
        For the contour map and the file of the tree.
    about_tree : mapping or None
        About the image of the tree, for its file.
    """
    there = {name: hidden / file.name for name, file in files.items()}
    tags = {_ORIGIN: json.dumps(origin)}
    if "labels_png" in there:
        _check_png(labels)
        save_labels(there["labels_png"], labels, tags=tags)
    save_labels(there["labels"], labels, georeference, tags)
    if images is not None:
        _save_picture(
            there["boundaries"], draw_boundaries(images.pixels[0], labels), labels, georeference
        )
        _save_picture(
            there["mean_colors"], draw_mean_colors(images.pixels[0], labels), labels, georeference
        )
    if "table" in there:
        table = region_table(labels, images, georeference=georeference)
        _save_table(there["table"], table)
    if "polygons" in there:
        _save_polygons(there["polygons"], region_polygons(labels, georeference=georeference))
    if "contours" in there and tree is not None:
        _save_contours(there["contours"], tree.contour_map(), georeference)
    if "tree" in there and tree is not None:
        write_tree(there["tree"], vars(tree), about_tree)


def _check_png(labels: np.ndarray) -> None:
    n_labels = int(labels.max()) + 1
    largest = OUTSIDE_IN_PNG + (labels.min() >= 0)
    if n_labels > largest:
        raise ValueError(
            f"the segmentation has {n_labels} labels, and a 16-bit PNG at most {largest}: leave "
            "--connected-components out, or pass a smaller --n-segments"
        )


def move_results(hidden: Path, files: Mapping[str, Path]) -> None:
    """Move the files of `save_results` to their places."""
    for file in files.values():
        if (hidden / file.name).exists():
            os.replace(hidden / file.name, file)


def hidden_folder(files: Mapping[str, Path]) -> tempfile.TemporaryDirectory:
    """Make a hidden folder beside the places of files, which must be no folders."""
    for file in files.values():
        if file.is_dir():
            raise IsADirectoryError(f"the result {str(file)!r} cannot be written: it is a folder")
    folder = files["labels"].parent
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=folder, prefix=".sklearn-dic-")


def _save_picture(
    file: Path, picture: np.ndarray, labels: np.ndarray, georeference: GeoReference | None
) -> None:
    """Write an RGB picture; of a raster with an alpha band where pixels are masked."""
    if georeference is None:
        Image.fromarray(picture).save(file)
        return
    if labels.min() < 0:
        picture = np.dstack([picture, np.where(labels < 0, 0, 255).astype(np.uint8)])
    save_geotiff(file, picture, georeference)


def _save_table(file: Path, table: Any) -> None:
    if file.suffix == ".parquet":
        table.to_parquet(file, engine="pyarrow", index=False)
        return
    table["neighbors"] = [" ".join(map(str, labels)) for labels in table["neighbors"]]
    table.to_csv(file, index=False)


def _save_polygons(file: Path, polygons: Any) -> None:
    with ignored_warnings("'crs' was not provided"):
        polygons.to_file(file, driver=_DRIVERS[file.suffix], engine="pyogrio")


def _save_contours(file: Path, contours: np.ndarray, georeference: GeoReference | None) -> None:
    """Write a contour map (2 H + 1, 2 W + 1), whose pixels are half as wide."""
    if georeference is None:
        np.save(file, contours)
        return
    a, b, _, d, e, _ = georeference.transform
    x, y = georeference.coordinates(row=-0.25, column=-0.25)
    place = GeoReference(georeference.crs, (a / 2, b / 2, x, d / 2, e / 2, y))
    save_geotiff(file, contours, place)
