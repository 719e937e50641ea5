"""Border pixels of the regions of a label map."""

import numpy as np
from scipy.ndimage import binary_dilation


def border_pixels(regions: np.ndarray, ignored: np.ndarray | None = None) -> np.ndarray:
    """Pixels whose right, lower or lower right neighbour lies in another region.

    Ignored pixels, and their eight neighbours, are left out.
    """
    border = np.zeros(regions.shape, bool)
    border[:, :-1] |= regions[:, 1:] != regions[:, :-1]
    border[:-1] |= regions[1:] != regions[:-1]
    border[:-1, :-1] |= regions[1:, 1:] != regions[:-1, :-1]
    if ignored is not None:
        border &= ~touches(ignored)
    return border


def touches(ignored: np.ndarray) -> np.ndarray:
    """Pixels that are ignored, and their eight neighbours."""
    return binary_dilation(ignored, np.ones((3, 3), bool))
