"""Memory estimates of a network."""

from typing import Literal

import torch

from sklearn_dic.images._images import Images
from sklearn_dic.network import DICNetwork
from sklearn_dic.utils._device import available_memory
from sklearn_dic.utils._memory import refuse_too_large

Task = Literal["fit", "prediction", "features"]

REDUCED_ENOUGH = 100_000  # pixels: below, a lower resolution saves little
CONVERSION_BYTES = 12  # for each value of an image; `benchmarks/memory.py` measures peaks


def refuse_large_network(
    task: Task, network: DICNetwork, images: Images, device: torch.device
) -> None:
    """Refuse images for which the network would need too much memory.

    Raises
    ------
    MemoryError
        The message has the memory needed, the memory available, and a remedy.
    """
    for place, needed in estimate(task, network, images, device).items():
        explained = task_and_remedy(task, network, images)
        refuse_too_large(needed, available_memory(place), str(place), *explained)


def estimate(
    task: Task, network: DICNetwork, images: Images, device: torch.device
) -> dict[torch.device, int]:
    """Estimate the bytes that a task of the network takes, by device."""
    sizes = [height * width for height, width in images.shapes]
    needed = network.inference_bytes(max(sizes))
    if task == "fit":
        needed = max(needed, network.training_bytes(sum(sizes)))
    elif task == "features":
        needed += 8 * network.n_clusters * (max(sizes) + sum(sizes))
    by_device = {device: needed}
    host = torch.device("cpu")
    on_host = CONVERSION_BYTES * sum(image.size for image in images.given)
    on_host += 4 * network.n_clusters * max(sizes) if device != host else 0  # a copy
    by_device[host] = by_device.get(host, 0) + on_host
    return by_device


def task_and_remedy(task: Task, network: DICNetwork, images: Images) -> tuple[str, str]:
    """Describe a task and a remedy, for messages about too little memory."""
    height, width = max(images.shapes, key=lambda shape: shape[0] * shape[1])
    reduced = network.resolution**2 * sum(h * w for h, w in images.shapes)
    remedy = "lower resolution, " if reduced > REDUCED_ENOUGH else ""
    remedy += "lower n_clusters, reduce the images or cut them into tiles"
    if len(images) > 1:
        remedy += ", or fit some of them and predict the others"
    return (
        f"the {task} of {len(images)} image(s), the largest {width} x {height} pixels, at "
        f"resolution={network.resolution:g} with n_clusters={network.n_clusters}",
        remedy,
    )
