"""Small pictures of label maps, in the HTML that notebooks show for an estimator."""

import base64
import io
from collections.abc import Callable
from math import ceil
from typing import Any

import numpy as np
from PIL import Image

from sklearn_dic.images._label_colors import Color, label_colors

_SIDE = 256  # pixels, the longest side of one thumbnail
_MOST = 4  # thumbnails, of half that side
_LARGEST_PNG = 24_000  # bytes of all together; a notebook keeps them for good


class ThumbnailMixin:
    """Show the label maps `labels_` of a fitted estimator below scikit-learn's diagram."""

    @property
    def _repr_html_(self) -> Callable[[], str]:
        """HTML for IPython; absent, as scikit-learn's is, where its display is "text"."""
        diagram = super()._repr_html_  # type: ignore[misc]  # BaseEstimator has it
        return lambda: diagram() + _thumbnails(getattr(self, "labels_", None))

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """All representations for IPython."""
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]  # of BaseEstimator
        if "text/html" in bundle:
            bundle["text/html"] += _thumbnails(getattr(self, "labels_", None))
        return bundle


def _thumbnails(labels: Any) -> str:
    """Draw the first of the label maps, in colours; "" where there is none."""
    if isinstance(labels, np.ndarray):
        labels = [labels] if labels.ndim == 2 else list(labels) if labels.ndim == 3 else []
    maps = [one for one in labels or [] if one is not None]
    if not maps:
        return ""
    shown = [np.asarray(one) for one in maps[:_MOST]]
    side = _SIDE if len(shown) == 1 else _SIDE // 2
    pngs = _as_pngs(shown, side)
    while sum(map(len, pngs)) > _LARGEST_PNG:
        side //= 2
        pngs = _as_pngs(shown, side)
    sizes = [f"{one.shape[1]} &times; {one.shape[0]} pixels" for one in shown]
    if len(maps) == 1:
        sizes = [f"labels 0 to {maps[0].max()}, {sizes[0]}"]
    pictures = "".join(map(_as_html, sizes, pngs))
    more = f" and {len(maps) - len(shown)} more" if len(maps) > len(shown) else ""
    return f'<div style="font-size: small">{pictures}{more}</div>'


def _as_pngs(maps: list[np.ndarray], side: int) -> list[bytes]:
    """Thin label maps and draw them, a label in one colour."""
    steps = [ceil(max(one.shape) / side) for one in maps]
    small = [one[::step, ::step] for one, step in zip(maps, steps, strict=True)]
    colors = label_colors(small)
    return [_as_png(one, colors) for one in small]


def _as_png(labels: np.ndarray, colors: dict[int, Color]) -> bytes:
    """Draw labels as a PNG with a palette, which is small."""
    palette, places = np.unique(np.array(list(colors.values())), axis=0, return_inverse=True)
    painted = places.ravel()[np.searchsorted(np.array(list(colors)), labels)]
    image = Image.fromarray(painted.astype(np.uint8))
    image.putpalette((palette * 255).round().astype(np.uint8).tobytes())
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _as_html(size: str, png: bytes) -> str:
    data = base64.b64encode(png).decode()
    return (
        '<figure style="display: inline-block; margin: 0.5em 0.5em 0 0">'
        f'<img alt="Labels in colours, {size}" src="data:image/png;base64,{data}">'
        f'<figcaption style="color: inherit">{size}</figcaption></figure>'
    )
