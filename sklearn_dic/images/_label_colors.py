"""Choose colours of labels; neighbours differ, also in colour-blind vision."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy.sparse import csr_array
from skimage.color import deltaE_ciede2000, rgb2lab

# Chosen for the largest CIEDE2000 distance in all visions below: 22 among the first 8 colours,
# 14 among the first 12, 10 among the first 20, 7 among all.
PALETTE = (
    np.frombuffer(
        bytes.fromhex(
            "00c396 690f96 c378ff 870f00 e1e1ff d26900 4b7878 ffe13c"
            "0f4b4b 964bd2 a5ffb4 a5a5c3 69694b a54b00 e1a54b 878769"
            "7878a5 d2b4ff 699696 5a5a87 a5d2c3 870f4b 5a3c2d a5965a"
            "e1004b b4d287 d2f0d2 ff7887 872db4 c34b78 a587c3 a569d2"
        ),
        np.uint8,
    ).reshape(-1, 3)
    / 255
)

# Matrices on linear RGB, by Machado, Oliveira & Fernandes, "A physiologically-based model for
# simulation of color vision deficiency", IEEE TVCG 15 (2009), severity 1.0.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_NO_LABEL = 0.35  # grey
_CLEAR = 20.0  # CIEDE2000; larger differences of neighbours count as equal

Color = tuple[float, float, float]


def label_colors(maps: Sequence[np.ndarray]) -> dict[int, Color]:
    """Choose a colour for each label, the same in all maps, so that neighbours differ.

    Labels are coloured in order of their number of neighbours, largest first. Each takes the
    palette colour that differs most from the colours of its neighbours. While the palette has
    unused colours, no colour is used twice. Negative labels are grey. Deterministic.

    Parameters
    ----------
    maps : sequence of ndarray of shape (H_i, W_i), int
        Label maps in which a label means the same.

    Returns
    -------
    colors : dict of int to (R, G, B), in [0, 1]
        In the order of the labels.
    """
    labels, numbers = np.unique(
        np.concatenate([labels.ravel() for labels in maps]), return_inverse=True
    )
    ends = np.cumsum([labels.size for labels in maps])[:-1]
    dense = [
        part.reshape(full.shape) for part, full in zip(np.split(numbers, ends), maps, strict=True)
    ]
    neighbors = _neighbors(dense, len(labels))
    distances = _distances()
    inside = labels >= 0
    chosen = np.full(len(labels), -1)
    uses = np.zeros(len(PALETTE), np.int64)
    for label in np.argsort(-np.diff(neighbors.indptr), kind="stable"):
        if not inside[label]:
            continue
        around = chosen[neighbors.indices[neighbors.indptr[label] : neighbors.indptr[label + 1]]]
        around = around[around >= 0]
        clear = distances[around].min(axis=0, initial=_CLEAR)
        if inside.sum() <= len(PALETTE):
            clear[uses > 0] = -1
        chosen[label] = np.lexsort((uses, -clear))[0]
        uses[chosen[label]] += 1
    colors = np.where(inside[:, None], PALETTE[chosen], _NO_LABEL)
    return dict(zip(labels.tolist(), map(tuple, colors.tolist()), strict=True))


def paint_labels(labels: np.ndarray, colors: dict[int, Color]) -> np.ndarray:
    """(H, W) labels, colours of `label_colors` -> (H, W, 3) float in [0, 1]."""
    place = np.searchsorted(np.array(list(colors)), labels)
    return np.array(list(colors.values()), np.float32)[place]


def _neighbors(maps: Sequence[np.ndarray], n_labels: int) -> csr_array:
    """Labels that touch, also at corners -> symmetric (n_labels, n_labels)."""
    pairs = []
    for labels in maps:
        shifted = [
            (labels[:-1], labels[1:]),
            (labels[:, :-1], labels[:, 1:]),
            (labels[:-1, :-1], labels[1:, 1:]),
            (labels[:-1, 1:], labels[1:, :-1]),
        ]
        for first, second in shifted:
            differ = first != second
            pairs.append(np.stack([first[differ], second[differ]]))
    first, second = np.concatenate(pairs, axis=1)
    both = np.concatenate([first, second]), np.concatenate([second, first])
    return csr_array((np.ones(2 * len(first), bool), both), shape=(n_labels, n_labels))


@cache
def _distances() -> np.ndarray:
    """CIEDE2000 between the palette colours, the smallest over all visions."""
    linear = np.where(PALETTE <= 0.04045, PALETTE / 12.92, ((PALETTE + 0.055) / 1.055) ** 2.4)
    least = np.full((len(PALETTE), len(PALETTE)), np.inf)
    for matrix in VISIONS.values():
        seen = np.clip(linear @ matrix.T, 0, 1)
        seen = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)
        lab = rgb2lab(seen)
        least = np.minimum(least, deltaE_ciede2000(lab[:, None], lab[None]))
    return least
