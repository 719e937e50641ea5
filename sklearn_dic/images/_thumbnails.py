"""Thumbnails of label maps in the HTML representation of an estimator."""

import base64
import io
from collections.abc import Callable
from math import ceil
from typing import Any

import numpy as np
from PIL import Image

from sklearn_dic.images._label_colors import Color, label_colors

_SIDE = 256  # pixels, the longest side of a single thumbnail
_MOST = 4  # thumbnails, each of half that side
_LARGEST_PNG = 24_000  # bytes, sum of all thumbnails; notebooks store them


class ThumbnailMixin:
    """Show thumbnails of `labels_` below scikit-learn's diagram of an estimator."""

    @property
    def _repr_html_(self) -> Callable[[], str]:
        """HTML for IPython; absent if scikit-learn's option `display` is "text"."""
        diagram = super()._repr_html_  # type: ignore[misc]  # BaseEstimator has it
        return lambda: diagram() + _thumbnails(getattr(self, "labels_", None))

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """Return all representations for IPython."""
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]  # of BaseEstimator
        if "text/html" in bundle:
            bundle["text/html"] += _thumbnails(getattr(self, "labels_", None))
        return bundle


def _thumbnails(labels: Any) -> str:
    """Draw the first label maps in colours, slices of a volume too; "" if there is none."""
    if isinstance(labels, np.ndarray):
        labels = [labels] if labels.ndim == 2 else list(labels) if labels.ndim > 2 else []
    maps = [part for part in labels or [] if part is not None]
    maps = [part if part.ndim == 2 else part[len(part) // 2] for part in maps]
    if not maps:
        return ""
    shown = [np.asarray(part) for part in maps[:_MOST]]
    side = _SIDE if len(shown) == 1 else _SIDE // 2
    pngs = _as_pngs(shown, side)
    while sum(map(len, pngs)) > _LARGEST_PNG:
        side //= 2
        pngs = _as_pngs(shown, side)
    sizes = [f"{part.shape[1]} &times; {part.shape[0]} pixels" for part in shown]
    if len(maps) == 1:
        sizes = [f"labels 0 to {maps[0].max()}, {sizes[0]}"]
    pictures = "".join(map(_as_html, sizes, pngs))
    more = f" and {len(maps) - len(shown)} more" if len(maps) > len(shown) else ""
    return f'<div style="font-size: small">{pictures}{more}</div>'


def _as_pngs(maps: list[np.ndarray], side: int) -> list[bytes]:
    """Subsample label maps and draw them; a label has the same colour in all maps."""
    steps = [ceil(max(part.shape) / side) for part in maps]
    small = [part[::step, ::step] for part, step in zip(maps, steps, strict=True)]
    colors = label_colors(small)
    return [_as_png(part, colors) for part in small]


def _as_png(labels: np.ndarray, colors: dict[int, Color]) -> bytes:
    """Draw labels as a small PNG, with a palette; negative labels are transparent."""
    palette, places = np.unique(np.array(list(colors.values())), axis=0, return_inverse=True)
    numbers = np.array(list(colors))
    painted = places.ravel()[np.searchsorted(numbers, labels)]
    image = Image.fromarray(painted.astype(np.uint8))
    image.putpalette((palette * 255).round().astype(np.uint8).tobytes())
    file = io.BytesIO()
    options = {"transparency": int(places.ravel()[0])} if numbers[0] < 0 else {}
    image.save(file, "PNG", optimize=True, **options)
    return file.getvalue()


def _as_html(size: str, png: bytes) -> str:
    data = base64.b64encode(png).decode()
    return (
        '<figure style="display: inline-block; margin: 0.5em 0.5em 0 0">'
        f'<img alt="Labels in colours, {size}" src="data:image/png;base64,{data}">'
        f'<figcaption style="color: inherit">{size}</figcaption></figure>'
    )
