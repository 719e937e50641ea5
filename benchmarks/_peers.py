"""The systems that the paper compares with, at several settings each."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from _measures import MEASURES, score
from _published import SETTINGS
from _results import Row

from sklearn_dic import RegionMerging, __version__, peers
from sklearn_dic.images import read_image
from sklearn_dic.peers._sas import over_segment

KEY = ["image", "method", "setting"]
COLUMNS = [
    *KEY, "annotations", "regions", "seconds", *(m.short for m in MEASURES),
    "scikit-image", "scikit-learn", "sklearn-dic", "date",
]  # fmt: skip

NUMBERS = [3, 5, 8, 12, 18, 25, 40]  # of regions
FEW_NUMBERS = [4, 8, 16, 32]  # of methods that take seconds for each
SPN = [n_clusters for n_clusters, _ in SETTINGS]
AUTHORS = "the authors' number"  # of regions of an image, from Nsegs.txt

# The settings of each method; the classes of `sklearn_dic.peers` by name.
METHODS: dict[str, list[Any]] = {
    "KMeansPixels": [{"n_segments": n} for n in (2, 3, 4, 5, 6, 8, 10)],
    "GaussianMixturePixels": [{"n_segments": "auto"}, *({"n_segments": n} for n in FEW_NUMBERS)],
    "GraphBased": [{"scale": s} for s in (100, 200, 300, 500, 800, 1200, 2000)],
    "MeanShift": [
        {"range_bandwidth": h, "min_size": size}
        for h, size in ((7, 100), (9, 100), (11, 100), (15, 500), (20, 1000), (25, 2000))
    ],
    "NormalizedCuts": [{"n_segments": n} for n in FEW_NUMBERS],
    "MultiscaleNormalizedCuts": [{"n_segments": n} for n in FEW_NUMBERS],
    "SAS": [{"n_segments": n} for n in NUMBERS],
    "MLSS": [{"n_segments": n} for n in NUMBERS],
    "KernelGraphCuts": [{"n_segments": n} for n in FEW_NUMBERS],
    "JSEG": [{"merge_threshold": t} for t in (0.2, 0.4, 0.6, 0.8)],
    "NormalizedTreePartitioning": [{"n_segments": n} for n in NUMBERS],
    "ContourGuidedPalette": [{"bandwidth": h} for h in (3, 5, 8, 12)],
    "PixelSelfTraining": [{"continuity": 0.0}, {"superpixels": None, "continuity": 5.0}],
    "WNet": [{"n_segments": n} for n in (8, 16)],
    "RegionMerging": [{"n_segments": n} for n in ("auto", *NUMBERS)],
}
BY_AUTHORS = "SAS-authors"
# In Tables 4 and 6 the number of regions is SPN, the number of DIC's labels.
BY_SPN = ["SAS", "MLSS", "NormalizedCuts", "RegionMerging"]


@dataclass
class PeerFit:
    """One method on one image, at some settings."""

    path: str
    annotations: list[np.ndarray]
    method: str
    settings: list[Any]

    @property
    def key(self) -> tuple[str, ...]:
        """Name it in messages."""
        return (Path(self.path).stem, self.method)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Identify its rows."""
        return [(*self.key, as_words(setting)) for setting in self.settings]


def as_words(setting: Any) -> str:
    """Write a setting as it stands in the file and in tables."""
    if isinstance(setting, str):
        return setting
    return ", ".join(f"{name}={value}" for name, value in setting.items())


def settings_of(table: str, names: Sequence[str] | None, with_numbers: bool) -> dict[str, list]:
    """List the methods of a table with their settings; methods that are not there are left out."""
    known = [name for name in METHODS if name == "RegionMerging" or hasattr(peers, name)]
    if table in ("table4", "table6"):
        chosen = {name: [{"n_segments": n} for n in SPN] for name in BY_SPN if name in known}
        if table == "table4":
            chosen = {name: chosen[name] for name in ("SAS", "RegionMerging")}
    else:
        chosen = {name: METHODS[name] for name in known}
        if with_numbers:
            chosen[BY_AUTHORS] = [AUTHORS]
    if names is None:
        return chosen
    unknown = set(names) - set(chosen) - {"DIC"}
    if unknown:
        raise SystemExit(f"{table} has no {', '.join(sorted(unknown))}: it has {', '.join(chosen)}")
    return {name: chosen[name] for name in names if name != "DIC"}


def read_numbers(root: str) -> dict[str, int]:
    """Read the numbers of regions of SAS's authors, where they lie beside the data set."""
    for folder in Path(root).parents:
        file = folder / "peers/sas/Nsegs.txt"
        if file.exists():
            pairs = np.loadtxt(file, int)
            return {str(image): int(number) for image, number in pairs}
    return {}


def measure_peer(fit: PeerFit, numbers: dict[str, int]) -> list[Row]:
    """Segment an image at each setting, and score it."""
    image = read_image(fit.path)
    start = time.perf_counter()
    segment, shared = _prepare(fit.method, image)
    prepared = time.perf_counter() - start
    rows = []
    for setting in fit.settings:
        parameters = {"n_segments": numbers[fit.key[0]]} if setting == AUTHORS else setting
        start = time.perf_counter()
        labels = segment(parameters)
        seconds = time.perf_counter() - start + (prepared if shared else 0)
        scores = score(fit.annotations, labels)
        row = dict(zip(KEY, (*fit.key, as_words(setting)), strict=True))
        row |= {
            "annotations": len(fit.annotations),
            "regions": int(labels.max()) + 1,
            "seconds": round(seconds, 2),
            "scikit-image": version("scikit-image"),
            "scikit-learn": version("scikit-learn"),
            "sklearn-dic": __version__,
            "date": date.today().isoformat(),
        }
        rows.append(row | {measure.short: scores[measure.name] for measure in MEASURES})
    return rows


def _prepare(method: str, image: np.ndarray) -> tuple[Callable[[dict], np.ndarray], bool]:
    """Do once what all settings share -> a function from parameters to labels, and whether.

    What is shared counts in the seconds of each setting.
    """
    if method == "RegionMerging":
        merging = RegionMerging().fit(image)
        return (lambda parameters: merging.segment(**parameters)), True
    if method in ("SAS", BY_AUTHORS):
        maps = over_segment((image / 255).astype(np.float32))
        return (
            lambda parameters: peers.SAS(**parameters).fit_predict(image, superpixels=maps)
        ), True
    return (lambda parameters: getattr(peers, method)(**parameters).fit_predict(image)), False
