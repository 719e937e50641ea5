"""Whether a fit or a prediction fits into memory."""

from typing import Literal

import torch

from sklearn_dic.hierarchy._spectral import reduction_step
from sklearn_dic.images._images import Images
from sklearn_dic.network import DICNetwork
from sklearn_dic.utils._device import check_memory

Task = Literal["fit", "prediction", "features"]

REDUCED_ENOUGH = 100_000  # pixels: below, a lower resolution saves little
CONVERSION_BYTES = 12  # for each value of an image; `benchmarks/memory.py` measures peaks


def refuse_too_large(
    task: Task, network: DICNetwork, images: Images, device: torch.device, *, merges: bool
) -> None:
    """Refuse images that would not fit into memory, before anything is computed.

    Raises
    ------
    MemoryError
        Saying how much is needed, how much there is, and what to do.
    """
    for place, needed in estimate(task, network, images, device, merges=merges).items():
        check_memory(needed, place, *task_and_remedy(task, network, images, merges=merges))


def estimate(
    task: Task, network: DICNetwork, images: Images, device: torch.device, *, merges: bool
) -> dict[torch.device, int]:
    """Estimate the bytes that a task takes, by device; `merges`: into regions."""
    sizes = [height * width for height, width in images.shapes]
    needed = network.inference_bytes(max(sizes))
    if task == "fit":
        needed = max(needed, network.training_bytes(sum(sizes)))
    elif task == "features":
        needed += 8 * network.n_clusters * (max(sizes) + sum(sizes))
    by_device = {device: needed}
    host = torch.device("cpu")
    on_host = CONVERSION_BYTES * sum(image.size for image in images.given)
    if merges:
        on_host += merging_bytes(max(sizes), images.n_channels, network.n_clusters)
        on_host += 16 * sum(sizes)  # maps of all images
        on_host += 4 * network.n_clusters * max(sizes) if device != host else 0  # a copy
    by_device[host] = by_device.get(host, 0) + on_host
    return by_device


def merging_bytes(n_pixels: int, n_channels: int, n_features: int) -> int:
    """Estimate what `build_merge_tree` takes.

    These are float64 statistics of the channels, and afterwards the affinities of a reduced copy.
    """
    statistics = n_pixels * (55 * n_channels + n_features + 40)
    n_reduced = n_pixels // reduction_step(n_pixels) ** 2
    contours = n_pixels * (8 * n_channels + 20) + n_reduced * (1500 + 8 * n_features)
    return max(statistics, contours)


def task_and_remedy(
    task: Task, network: DICNetwork, images: Images, *, merges: bool = False
) -> tuple[str, str]:
    """Say what takes the memory, and what to do where there is too little."""
    height, width = max(images.shapes, key=lambda shape: shape[0] * shape[1])
    reduced = network.resolution**2 * sum(h * w for h, w in images.shapes)
    remedy = "lower resolution, " if reduced > REDUCED_ENOUGH else ""
    remedy += "set n_segments=None, " if merges else ""
    remedy += "lower n_clusters, reduce the images or cut them into tiles"
    if len(images) > 1:
        remedy += ", or fit some of them and predict the others"
    return (
        f"the {task} of {len(images)} image(s), the largest {width} x {height} pixels, at "
        f"resolution={network.resolution:g} with n_clusters={network.n_clusters}",
        remedy,
    )
