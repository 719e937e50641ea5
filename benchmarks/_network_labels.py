"""The labels of the network of a fit that answered regions."""

from typing import Any

import numpy as np
import torch

from sklearn_dic import DeepImageClustering
from sklearn_dic.network import label_pixels


def network_labels(dic: DeepImageClustering, image: Any) -> np.ndarray:
    """Label the training image as with ``n_segments=None``, without training again -> (H, W).

    The numbers of the labels may differ.
    """
    features = torch.from_numpy(dic.transform(image)).permute(2, 0, 1)[None]
    voters = None
    if dic.superpixel_labels_ is not None and dic.refine:
        maps = dic.superpixel_labels_.reshape(-1, *features.shape[-2:])
        voters = torch.from_numpy(maps)
    return label_pixels(features, voters).numpy()
