"""The mean shift filter: each pixel moves to the mode of the density around it."""

import numpy as np

from sklearn_dic.utils._compiled import compiled

LONGEST = 100  # iterations of a pixel
CLOSE = 1e-3  # squared step, in bandwidths, at which a pixel has arrived


@compiled
def filter_mean_shift(image: np.ndarray, spatial: float, range_: float) -> np.ndarray:
    """(H, W, C) float64, bandwidths -> (H, W, C + 2) modes: colours, then row and column.

    The kernel is the product of two Epanechnikov kernels, one of place and one of colour, whose
    mean shift is the plain mean of the pixels in both balls.
    """
    height, width, n_channels = image.shape
    modes = np.empty((height, width, n_channels + 2))
    color = np.empty(n_channels)
    total = np.empty(n_channels)
    reach, limit = spatial * spatial, range_ * range_
    for row in range(height):
        for column in range(width):
            y, x = float(row), float(column)
            color[:] = image[row, column]
            for _ in range(LONGEST):
                top, bottom = max(0, int(np.ceil(y - spatial))), min(height - 1, int(y + spatial))
                total[:] = 0.0
                count, sum_y, sum_x = 0, 0.0, 0.0
                for i in range(top, bottom + 1):
                    half = np.sqrt(max(0.0, reach - (i - y) * (i - y)))  # of the disk's row
                    left, right = max(0, int(np.ceil(x - half))), min(width - 1, int(x + half))
                    for j in range(left, right + 1):
                        distance = 0.0
                        for c in range(n_channels):
                            difference = image[i, j, c] - color[c]
                            distance += difference * difference
                        if distance > limit:
                            continue
                        count += 1
                        sum_y += i
                        sum_x += j
                        for c in range(n_channels):
                            total[c] += image[i, j, c]
                if count == 0:  # rounding, of a bandwidth of nearly 0
                    break
                new_y, new_x = sum_y / count, sum_x / count
                step = ((new_y - y) ** 2 + (new_x - x) ** 2) / reach
                for c in range(n_channels):
                    mean = total[c] / count
                    step += (mean - color[c]) ** 2 / limit
                    color[c] = mean
                y, x = new_y, new_x
                if step < CLOSE:
                    break
            modes[row, column, :n_channels] = color
            modes[row, column, n_channels] = y
            modes[row, column, n_channels + 1] = x
    return modes
