"""Figure 7 of the paper: loss and number of labels while the network is trained."""

import argparse
import csv
from importlib.metadata import version
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from sklearn.utils import Bunch
from tqdm import tqdm

from sklearn_dic import DeepImageClustering

HERE = Path(__file__).parent


def draw(bsds: Bunch, superpixels: Any, options: argparse.Namespace) -> None:
    """Train each image to the end, and write the curves as CSV and as a picture."""
    curves: list[dict[str, Any]] = []
    try:
        train(bsds, superpixels, options, curves)
    except KeyboardInterrupt:
        print("Interrupted: the figure has the images that are done.")
    if curves:
        write(curves)


def train(
    bsds: Bunch, superpixels: Any, options: argparse.Namespace, curves: list[dict[str, Any]]
) -> None:
    """Add the epochs of each image."""
    for path in tqdm(bsds.images, desc="figure7"):
        for seed in range(options.seeds):
            dic = DeepImageClustering(
                100,
                n_centers=32,
                tol=None,
                superpixels=superpixels,
                resolution="auto" if options.resolution is None else options.resolution,
                random_state=seed,
                device=options.device,
            ).fit(path)
            pairs = zip(dic.loss_curve_, dic.n_labels_curve_, strict=True)
            curves += [
                {
                    "image": Path(path).stem,
                    "superpixels": options.superpixels[0],
                    "seed": seed,
                    "device": dic.device_,
                    "torch": version("torch"),
                    "epoch": epoch,
                    "loss": round(loss, 6),
                    "labels": n,
                }
                for epoch, (loss, n) in enumerate(pairs, start=1)
            ]


def write(curves: list[dict[str, Any]]) -> None:
    """Write the curves as CSV and as a picture."""
    with open(HERE / "results/figure7.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(curves[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(curves)
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    axes = figure.subplots(1, 2)
    for place, image in enumerate(dict.fromkeys(row["image"] for row in curves)):
        for seed in dict.fromkeys(row["seed"] for row in curves):
            own = [row for row in curves if row["image"] == image and row["seed"] == seed]
            epochs = [row["epoch"] for row in own]
            style: dict[str, Any] = {"color": f"C{place % 10}"}
            style["label"] = image if seed == 0 else None
            axes[0].plot(epochs, [row["loss"] for row in own], **style)
            axes[1].plot(epochs, [row["labels"] for row in own], **style)
    axes[0].set(xlabel="epoch", ylabel="loss (Eq. 8)")
    axes[1].set(xlabel="epoch", ylabel="labels left", yscale="log")
    axes[1].yaxis.set_major_formatter("{x:.0f}")
    axes[1].yaxis.set_minor_formatter("{x:.0f}")
    axes[1].legend(title="image", fontsize="small")
    target = HERE.parent / "docs/images/figure7.png"
    figure.savefig(target, dpi=110)
    print(f"The curves are in {target} and benchmarks/results/figure7.csv.")
