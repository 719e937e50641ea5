"""Figure 7 of the paper: loss and number of labels while the network is trained."""

import argparse
import csv
from pathlib import Path

from matplotlib.figure import Figure
from sklearn.utils import Bunch
from tqdm import tqdm

from sklearn_dic import DeepImageClustering

HERE = Path(__file__).parent


def draw(bsds: Bunch, options: argparse.Namespace) -> None:
    """Train each image to the end, and write the curves as CSV and as a picture."""
    curves = []
    for path in tqdm(bsds.images, desc="figure7"):
        for seed in range(options.seeds):
            dic = DeepImageClustering(
                100,
                n_centers=32,
                tol=None,
                superpixels=options.superpixels[0],
                resolution="auto" if options.resolution is None else options.resolution,
                random_state=seed,
                device=options.device,
            ).fit(path)
            pairs = zip(dic.loss_curve_, dic.n_labels_curve_, strict=True)
            curves += [
                {"image": Path(path).stem, "seed": seed, "epoch": epoch, "loss": loss, "labels": n}
                for epoch, (loss, n) in enumerate(pairs, start=1)
            ]
    with open(HERE / "results/figure7.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(curves[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(curves)
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    axes = figure.subplots(1, 2)
    for place, image in enumerate(dict.fromkeys(row["image"] for row in curves)):
        for seed in range(options.seeds):
            own = [row for row in curves if row["image"] == image and row["seed"] == seed]
            epochs = [row["epoch"] for row in own]
            style = {"color": f"C{place % 10}", "label": image if seed == 0 else None}
            axes[0].plot(epochs, [row["loss"] for row in own], **style)
            axes[1].plot(epochs, [row["labels"] for row in own], **style)
    axes[0].set(xlabel="epoch", ylabel="loss (Eq. 8)")
    axes[1].set(xlabel="epoch", ylabel="labels left", yscale="log")
    axes[1].legend(title="image", fontsize="small")
    target = HERE.parent / "docs/images/figure7.png"
    figure.savefig(target, dpi=110)
    print(f"The curves are in {target} and benchmarks/results/figure7.csv.")
