"""Images as tensors, of at most so many pixels."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from sklearn_dic.network import sample_pixels

LARGEST = 10_000  # pixels that "auto" trains on


def reduced_size(shape: tuple[int, ...], resolution: float | str) -> tuple[int, int]:
    """Choose the size of the copy that a network sees: "auto" has at most `LARGEST` pixels."""
    height, width = shape[:2]
    share = (
        min(1.0, (LARGEST / (height * width)) ** 0.5) if isinstance(resolution, str) else resolution
    )
    return max(1, round(share * height)), max(1, round(share * width))


def as_tensor(image: np.ndarray, size: tuple[int, int], device: torch.device) -> Tensor:
    """(H, W, C) -> (1, C, h, w): the image, averaged where it is reduced."""
    tensor = torch.from_numpy(np.ascontiguousarray(np.moveaxis(image, -1, 0), np.float32))[None]
    if size != image.shape[:2]:
        tensor = F.interpolate(
            tensor, size=size, mode="bilinear", antialias=True, align_corners=False
        )
    return tensor.to(device)


def as_label_tensor(
    maps: np.ndarray | None, size: tuple[int, int], device: torch.device
) -> Tensor | None:
    """(K, H, W) -> (K, h, w): label maps, at the centres of the pixels of a reduced image."""
    if maps is None:
        return None
    return sample_pixels(torch.from_numpy(maps.astype(np.int64)).to(device), torch.Size(size))


def strongest(responses: Tensor, shape: tuple[int, ...]) -> np.ndarray:
    """(1, K, h, w) -> (H, W): the label of the strongest response, interpolated to full size."""
    if responses.shape[2:] != shape[:2]:
        responses = F.interpolate(responses, size=shape[:2], mode="bilinear", align_corners=False)
    return responses[0].argmax(dim=0).cpu().numpy()
