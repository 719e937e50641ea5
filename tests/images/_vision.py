"""Colours as colour-blind eyes see them, by models that the package does not compute with."""

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

# On linear RGB. Machado, Oliveira & Fernandes (2009), severity 1.0, and, as another model,
# Vienot, Brettel & Mollon (1999).
VISIONS = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "protanopia, 1999": [
        [0.11238, 0.88762, 0.0],
        [0.11238, 0.88762, 0.0],
        [0.00401, -0.00401, 1.0],
    ],
    "deuteranopia, 1999": [
        [0.29275, 0.70725, 0.0],
        [0.29275, 0.70725, 0.0],
        [-0.02234, 0.02234, 1.0],
    ],
}


def seen_distance(one, other, vision):
    """(..., 3) and (..., 3) sRGB in [0, 1] -> CIEDE2000 as a vision has it."""
    return deltaE_ciede2000(*(rgb2lab(see(np.asarray(c), vision)) for c in (one, other)))


def see(colors, vision):
    """(..., 3) sRGB in [0, 1] -> sRGB that looks the same to normal eyes."""
    linear = np.where(colors > 0.04045, ((colors + 0.055) / 1.055) ** 2.4, colors / 12.92)
    linear = np.clip(linear @ np.transpose(VISIONS[vision]), 0, 1)
    return np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, linear * 12.92)


def touching(labels):
    """(H, W) -> the pairs of labels that share a border, by eye: pixel by pixel."""
    pairs = set()
    for row, column in np.ndindex(labels.shape):
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            other = (row + down, column + right)
            if other[0] < labels.shape[0] and 0 <= other[1] < labels.shape[1]:
                pair = int(labels[row, column]), int(labels[other])
                if pair[0] != pair[1]:
                    pairs.add(pair)
    return sorted(pairs)
