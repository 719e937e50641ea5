"""Make the pictures of docs/method.rst and docs/tour.rst: network, vote, contours, displays.

python docs/method_pictures.py
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from skimage.color import rgb2lab
from skimage.data import chelsea, coffee
from skimage.filters import gaussian

from sklearn_dic import DeepImageClustering
from sklearn_dic.hierarchy._quantization import mutual_information, quantize_colors
from sklearn_dic.hierarchy._spectral import spectral_contours
from sklearn_dic.inspection import SegmentationDisplay

IMAGES = Path(__file__).parent / "images"
BLUE, ORANGE, GREEN, GREY = "#cfe3f3", "#f9dcc0", "#cfe8d6", "#ececec"


def draw_network() -> None:
    """Draw the layers from left to right, the pooled branch below the skip connection."""
    figure, ax = plt.subplots(figsize=(11, 3.6), layout="constrained")
    above, below = 1.6, 0.0
    _box(ax, 0.0, above, "image\nH x W x channels", GREY)
    _box(ax, 1.9, above, "2 x conv 3x3\n64", BLUE)
    _box(ax, 3.2, below, "pool 2x2\n2 x conv 3x3\n128", BLUE)
    _box(ax, 4.5, above, "up-sample,\nconcatenate\n64 + 128", BLUE)
    _box(ax, 6.4, above, "2 x conv 3x3\n128\nconv 1x1, C", BLUE)
    _box(ax, 8.3, above, "clustering\nM centres,\nΓ iterations", ORANGE)
    _box(ax, 10.2, above, "strongest of\nC features:\nlabels", GREEN)
    _box(ax, 10.2, below, "superpixels\nvote", GREEN)
    for start, end in [(0.0, 1.9), (1.9, 4.5), (4.5, 6.4), (6.4, 8.3), (8.3, 10.2)]:
        _arrow(ax, (start + 0.72, above), (end - 0.72, above))
    _arrow(ax, (2.2, above - 0.5), (2.75, below + 0.5))
    _arrow(ax, (3.65, below + 0.5), (4.2, above - 0.5))
    _arrow(ax, (10.2, above - 0.5), (10.2, below + 0.5))
    ax.annotate(
        "",
        (5.4, below),
        (9.48, below),
        arrowprops={"arrowstyle": "->", "linestyle": "--", "color": "0.5"},
    )
    ax.text(5.3, below, "all weights", ha="right", va="center", style="italic")
    ax.text(7.4, below + 0.12, "loss against the vote (Eq. 8)", ha="center")
    ax.text(4.15, above + 0.75, "feature transformation (FTS)", ha="center", weight="bold")
    ax.text(8.3, above + 0.75, "clustering (DCS)", ha="center", weight="bold")
    ax.text(10.2, above + 0.75, "refinement", ha="center", weight="bold")
    ax.set(xlim=(-0.8, 11), ylim=(-0.65, 2.7))
    ax.set_axis_off()
    figure.savefig(IMAGES / "network.png", dpi=130)


def _box(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    style = FancyBboxPatch(
        (x - 0.65, y - 0.42), 1.3, 0.84, boxstyle="round,pad=0.05", facecolor=color, edgecolor="0.4"
    )
    ax.add_patch(style)
    ax.text(x, y, text, ha="center", va="center", fontsize=9.5, color="black")


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "0.5"})


def draw_vote() -> None:
    """Draw the labels of the network in an early epoch, the superpixels, the vote, and the end."""
    image = coffee()[::2, ::2]
    early = {"max_iter": 3, "n_segments": None, "random_state": 0}
    network = DeepImageClustering(**early, refine=False).fit(image)
    voted = DeepImageClustering(**early).fit(image)
    regions = DeepImageClustering(random_state=0).fit(image)
    last = DeepImageClustering(n_segments=None, random_state=0).fit(image)
    figure, axes = plt.subplots(1, 3, figsize=(8, 2.1), layout="constrained")
    kinds = ["superpixels", "overlay", "mean"]
    SegmentationDisplay.from_estimator(regions, image, kind=kinds, ax=axes)
    figure.savefig(IMAGES / "tour.png", dpi=160)
    figure, axes = plt.subplots(2, 2, figsize=(7, 5.3), layout="constrained")
    for fitted, kind, title, ax in [
        (network, "mean", "labels of the network, epoch 3", axes[0, 0]),
        (voted, "superpixels", "the superpixels", axes[0, 1]),
        (voted, "mean", f"their vote: {voted.n_clusters_} labels", axes[1, 0]),
        (last, "mean", f"epoch {last.n_iter_}: {last.n_clusters_} labels", axes[1, 1]),
    ]:
        SegmentationDisplay.from_predictions(
            image, fitted.labels_, superpixels=fitted.superpixel_labels_, kind=kind, ax=ax
        )
        ax.set_title(title, fontsize="medium")
    figure.savefig(IMAGES / "vote.png", dpi=130)


def draw_contours() -> None:
    """Draw the gradient, the spectral contours and the regions."""
    image = chelsea()
    dic = DeepImageClustering(random_state=0).fit(image)
    channels = rgb2lab(image)
    smooth = gaussian(channels, 2, channel_axis=-1)
    gradient = np.linalg.norm(np.gradient(smooth, axis=(0, 1)), axis=(0, -1))
    kinds = quantize_colors(channels)
    contours = spectral_contours(kinds, mutual_information(kinds), dic.transform(image))
    figure, axes = plt.subplots(2, 2, figsize=(7, 4.9), layout="constrained")
    axes[0, 0].imshow(image)
    axes[0, 0].set_title("the photograph", fontsize="medium")
    for strength, title, ax in [
        (gradient, "its gradient", axes[0, 1]),
        (contours, "its spectral contours", axes[1, 0]),
    ]:
        ax.imshow(strength, cmap="gray_r", vmax=np.percentile(strength, 99.5))
        ax.set_title(title, fontsize="medium")
    regions = dic.region_merging_.segment(n_segments=12)
    SegmentationDisplay.from_predictions(image, regions, kind="mean", ax=axes[1, 1])
    axes[1, 1].set_title("merged into 12 regions", fontsize="medium")
    for ax in axes.flat:
        ax.axis("off")
    figure.savefig(IMAGES / "contours.png", dpi=130)


if __name__ == "__main__":
    plt.rcParams |= {  # seen on white and on black
        "savefig.transparent": True,
        "text.color": "#7b8187",
    }
    draw_network()
    draw_vote()
    draw_contours()
