"""Place of a raster on the ground."""

from dataclasses import dataclass
from typing import Any

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True)
class GeoReference:
    """Place of a raster on the ground, which label files, polygons and tables inherit.

    Parameters
    ----------
    crs : str or None, default=None
        Coordinate reference system: anything that `rasterio` reads, such as "EPSG:32633" or WKT.
        None: not known.
    transform : tuple of 6 floats, default=(1, 0, 0, 0, 1, 0)
        (a, b, c, d, e, f): the upper left corner of the pixel at (row, column) lies at
        x = a column + b row + c, y = d column + e row + f. An ``affine.Affine``, such as the
        transform of a data set of rasterio, is one too.
    nodata : float or None, default=None
        The value of missing data in the file.

    See Also
    --------
    read_georeference : Read it from a file.

    Examples
    --------
    >>> from sklearn_dic.images import GeoReference
    >>> utm = GeoReference("EPSG:32633", (10, 0, 500_000, 0, -10, 5_400_000))
    >>> utm.pixel_area
    100.0
    >>> utm.coordinates(row=0.5, column=0.5)
    (500005.0, 5399995.0)
    """

    crs: str | None = None
    transform: tuple[float, ...] = IDENTITY
    nodata: float | None = None

    def __post_init__(self) -> None:
        """Convert objects of rasterio to text and numbers, which a file can keep."""
        crs: Any = self.crs
        if crs is not None and not isinstance(crs, str):
            object.__setattr__(self, "crs", crs.to_wkt())
        transform = tuple(map(float, self.transform))
        if len(transform) == 9:  # an affine.Affine has a third row
            transform = transform[:6]
        if len(transform) != 6:
            raise ValueError(
                f"transform={self.transform!r} has {len(transform)} numbers; pass the 6 numbers "
                "(a, b, c, d, e, f) of an affine transform, or an affine.Affine"
            )
        object.__setattr__(self, "transform", transform)

    @property
    def is_placed(self) -> bool:
        """Whether the raster has coordinates other than rows and columns."""
        return self.crs is not None or self.transform != IDENTITY

    @property
    def pixel_area(self) -> float:
        """Area of a pixel in the units of `crs`, such as square metres or square degrees."""
        a, b, _, d, e, _ = self.transform
        return abs(a * e - b * d)

    def coordinates(self, row: Any, column: Any) -> tuple[Any, Any]:
        """Convert rows and columns, from the corner of the raster, to x and y."""
        a, b, c, d, e, f = self.transform
        return a * column + b * row + c, d * column + e * row + f
