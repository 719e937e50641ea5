"""Figure 7 of the paper: loss and number of labels while the network is trained."""

import argparse
from importlib.metadata import version
from pathlib import Path
from typing import Any

from _results import Results, Row
from sklearn.utils import Bunch
from tqdm import tqdm

from sklearn_dic import DeepImageClustering
from sklearn_dic.inspection import LossCurveDisplay

HERE = Path(__file__).parent


def draw(bsds: Bunch, superpixels: Any, options: argparse.Namespace) -> None:
    """Train each image to the end, and write the curves as CSV and as a picture."""
    curves: list[Row] = []
    try:
        train(bsds, superpixels, options, curves)
    except KeyboardInterrupt:
        print("Interrupted: the figure has the images that are done.")
    if curves:
        write(curves)


def train(bsds: Bunch, superpixels: Any, options: argparse.Namespace, curves: list[Row]) -> None:
    """Add the epochs of each image."""
    for path in tqdm(bsds.images, desc="figure7"):
        for seed in range(options.seeds):
            dic = DeepImageClustering(
                100,
                n_centers=32,
                n_segments=None,
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


def write(curves: list[Row]) -> None:
    """Write the curves as CSV and as a picture."""
    columns = list(curves[0])
    Results(HERE / "results/figure7.csv", columns, ["image", "seed", "epoch"]).write(curves)
    trainings: dict[tuple[str, int], list[Row]] = {}
    for row in curves:
        trainings.setdefault((row["image"], row["seed"]), []).append(row)
    display = LossCurveDisplay(
        [[row["loss"] for row in rows] for rows in trainings.values()],
        [[row["labels"] for row in rows] for rows in trainings.values()],
        names=[image for image, _ in trainings],
    ).plot()
    target = HERE.parent / "docs/images/figure7.png"
    display.figure_.savefig(target, dpi=110)
    print(f"The curves are in {target} and benchmarks/results/figure7.csv.")
