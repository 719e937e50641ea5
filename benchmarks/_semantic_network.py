"""A small fully convolutional network for `semantic.py`: minutes of training on one core.

It sees half of the resolution and predicts at a quarter, as most segmentation networks do: its
classes are mostly right, and its borders are soft. That is what regions are to sharpen.
"""

import numpy as np
import torch
from _semantic_data import CLASSES, VOID
from torch import nn
from torch.nn import functional as F

MULTIPLE = 8  # the sides of an image are multiples of this
CROP = (120, 160)  # of half of the resolution
BATCH = 4
LEARNING_RATE = 3e-3


class SmallFCN(nn.Module):
    """(B, 3, H, W) RGB from 0 to 1 -> (B, K, H / 2, W / 2) logits; H and W multiples of 8.

    Parameters
    ----------
    n_classes : int
        K.
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.fine = nn.Sequential(_block(3, 32, stride=2), _block(32, 32))
        self.middle = nn.Sequential(_block(32, 64, stride=2), _block(64, 64))
        self.coarse = nn.Sequential(
            _block(64, 128, stride=2),
            _block(128, 128),
            _block(128, 128, dilation=2),
            _block(128, 128, dilation=4),
        )
        self.to_middle = _block(128 + 64, 64)
        self.to_fine = _block(64 + 32, 32)
        self.head = nn.Conv2d(32, n_classes, 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(B, 3, H, W) -> (B, K, H / 2, W / 2)."""
        fine = self.fine(images - 0.5)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        middle = self.to_middle(torch.cat([_resize(coarse, middle), middle], dim=1))
        return self.head(self.to_fine(torch.cat([_resize(middle, fine), fine], dim=1)))


def train(images: torch.Tensor, truths: torch.Tensor, n_epochs: int, seed: int) -> SmallFCN:
    """Train a network, on the GPU if there is one.

    The convolutions compute in bfloat16, which is twice as fast on processors that have it.

    Parameters
    ----------
    images : torch.Tensor of shape (N, 3, H, W), float32
    truths : torch.Tensor of shape (N, H, W), int64
        Classes; `VOID` does not count.
    n_epochs, seed : int
    """
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    images, truths = images.to(device), truths.to(device)
    network = SmallFCN(len(CLASSES)).to(device, memory_format=torch.channels_last)
    n_steps = n_epochs * -(-len(images) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, n_steps)
    counts = torch.bincount(truths[truths != VOID], minlength=len(CLASSES))
    weights = (counts[counts > 0].float().median() / counts.clamp(min=1)).sqrt()
    network.train()
    for _ in range(n_epochs):
        for batch in torch.as_tensor(random.permutation(len(images))).split(BATCH):
            pictures, classes = _augment(images[batch], truths[batch], random)
            with torch.autocast(device, torch.bfloat16):
                logits = network(pictures.contiguous(memory_format=torch.channels_last))
            logits = _resize(logits.float(), classes)
            loss = F.cross_entropy(logits, classes, weights, ignore_index=VOID)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.cpu().eval()


@torch.inference_mode()
def predict(network: SmallFCN, image: torch.Tensor) -> np.ndarray:
    """Predict an image (3, H, W) and its mirror image -> (H / 2, W / 2, K) mean logits."""
    logits = network(torch.stack([image, image.flip(-1)]))
    return (logits[0] + logits[1].flip(-1)).div(2).permute(1, 2, 0).numpy()


def _block(n_in: int, n_out: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """3x3 convolution, batch-norm and ReLU."""
    convolution = nn.Conv2d(n_in, n_out, 3, stride, dilation, dilation, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(n_out), nn.ReLU(inplace=True))


def _resize(values: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return F.interpolate(values, size=like.shape[-2:], mode="bilinear", align_corners=False)


def _augment(
    images: torch.Tensor, truths: torch.Tensor, random: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cut a part of random size and place, flip and brighten it -> images and truths of `CROP`."""
    height, width = truths.shape[1:]
    scale = random.uniform(0.6, 1.3)  # of the part, relative to CROP
    rows, columns = min(round(CROP[0] * scale), height), min(round(CROP[1] * scale), width)
    top, left = random.integers(height - rows + 1), random.integers(width - columns + 1)
    part = slice(top, top + rows), slice(left, left + columns)
    pictures = F.interpolate(images[:, :, *part], size=CROP, mode="bilinear", align_corners=False)
    classes = F.interpolate(truths[:, None, *part].float(), size=CROP)[:, 0].long()
    if random.random() < 0.5:
        pictures, classes = pictures.flip(-1), classes.flip(-1)
    shape = (len(pictures), 3, 1, 1)
    gains = torch.as_tensor(random.uniform(0.8, 1.25, shape)).to(pictures)
    return (pictures * gains).clamp(0, 1), classes
