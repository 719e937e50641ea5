"""Time and peak memory over the history of the project, by asv.

cd benchmarks/asv
asv run --python=same --quick    # once, in this environment
asv run v0.1..main               # commits, each in an environment of its own
asv publish && asv preview
"""

import numpy as np
from skimage import data

SIZES = {
    "128 x 128": (128, 128),
    "256 x 256": (256, 256),
    "481 x 321": (321, 481),
    "512 x 512": (512, 512),
    "1024 x 1024": (1024, 1024),
}


def picture(size: str) -> np.ndarray:
    """(H, W, 3), uint8: a photograph, cut or continued by its mirror images."""
    height, width = SIZES[size]
    photograph = data.astronaut()
    more = [(0, max(0, side - 512)) for side in (height, width)]
    return np.pad(photograph, [*more, (0, 0)], mode="symmetric")[:height, :width]
