"""How fast a fit is, beside a plain loop: `python benchmarks/speed.py`.

Times, one after the other and over again in one process, the method as a research script would
write it (`_plain_loop.py`), the estimator at full resolution in float32 and, where the processor
has it, in bfloat16, and the estimator as it comes. Each has its memory and its operations measured
in a process of its own.

    python benchmarks/speed.py                   # a Berkeley image, where SKLEARN_DIC_DATA is set
    python benchmarks/speed.py --device cuda
    python benchmarks/speed.py --full            # every epoch of every fit, also on a CPU
    python benchmarks/speed.py --reference script.py --reference-model Model
    python benchmarks/speed.py sizes             # time and memory against the size of the picture
    python benchmarks/speed.py collection        # a folder of pictures of one size, by PerImage
    python benchmarks/speed.py methods           # beside the methods of other libraries

Where whole fits would take minutes, on a CPU, a few epochs are timed and the rest of the fit is
computed from them; the table says so.

The file given as ``--reference`` is **executed**. It must define a class or function of the name
given as ``--reference-model`` that is called as ``Model(n_channels, n_clusters, n_centers)`` and
returns a `torch.nn.Module`, which maps a float32 picture (1, n_channels, H, W) with values from 0
to 1 to scores (1, n_clusters, H, W), such that the label of a pixel is the channel of its highest
score. The model is trained by the plain loop, with its superpixels, vote, loss and optimizer.
"""

import argparse
import platform
import statistics
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from _contenders import Contender, PlainContender, Problem, ReferenceContender, Run
from _peak_memory import PeakMemory, in_fresh_process
from _speed_tables import render, results_of
from joblib import cpu_count
from skimage import data
from skimage.graph import cut_threshold, rag_mean_color
from skimage.segmentation import felzenszwalb, quickshift, slic
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from sklearn_dic import DeepImageClustering, PerImage, RegionMerging, __version__
from sklearn_dic.datasets import load_bsds
from sklearn_dic.images._reading import read_image
from sklearn_dic.metrics import probabilistic_rand_index
from sklearn_dic.utils._device import one_torch_thread, resolve_device, resolve_precision

HERE = Path(__file__).parent
PRODUCT = {"cpu": 2048, "cuda": 8192}  # sides of the product that measures the arithmetic
REPEATS = 3
SIZES = ["128x128", "256x256", "321x481", "512x512", "1024x1024", "2048x2048"]


def main() -> None:
    """Measure, and show the table."""
    options = parse_arguments()
    measure = {
        "fits": measure_fits,
        "sizes": measure_sizes,
        "collection": measure_collection,
        "methods": measure_methods,
    }[options.table]
    rows = [row | describe_place(options.device) for row in measure(options)]
    command = f"python benchmarks/speed.py {options.table}".removesuffix(" fits")
    if options.table == "fits" and options.full and options.device == "cpu":
        command += " --full"
    if options.repeats != REPEATS:
        command += f" --repeats {options.repeats}"
    print(render(options.table, rows, command))
    if options.write:
        results = options.results or HERE / f"results/speed_{options.table}.csv"
        every = results_of(options.table, results).replace(rows)
        options.write.write_text(render(options.table, every, command))


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("table", nargs="?", default="fits", choices=["fits", "sizes", "collection", "methods"])
    add("--image", default=None, metavar="FILE", help="another picture, without annotations")
    add("--n-clusters", type=int, default=100, help="of all but the default; %(default)s")
    add("--n-centers", type=int, default=32, help="of all but the default; %(default)s")
    add("--max-iter", type=int, default=None,
        help="epochs of a fit; 100, and those of the default estimator")  # fmt: skip
    add("--epochs", type=int, default=2, help="epochs to time, after a first one; %(default)s")
    add("--full", action="store_true", help="time all epochs; on a GPU always")
    add("--repeats", type=int, default=REPEATS, help="alternations, or fits of a size; %(default)s")
    add("--sizes", nargs="+", default=SIZES, metavar="HxW", help="of the pictures of sizes")
    add("--images", type=int, default=16, help="of a collection; %(default)s")
    add("--seed", type=int, default=0)
    add("--device", default="auto")
    add("--reference", default=None, metavar="PATH", help="a file to execute, see above")
    add("--reference-model", default="Model", metavar="NAME", help="%(default)s")
    add("--write", type=Path, default=None, metavar="FILE", help="write the table, and its rows")
    add("--results", type=Path, default=None, metavar="FILE",
        help="the rows; benchmarks/results/speed_fits.csv, for example")  # fmt: skip
    options = parser.parse_args()
    options.own_epochs = "auto" if options.max_iter is None else options.max_iter
    options.max_iter = 100 if options.max_iter is None else options.max_iter
    options.device = str(resolve_device(options.device))
    options.full = options.full or options.device != "cpu"
    return options


def measure_fits(options: argparse.Namespace) -> list[dict]:
    """Time all contenders in turn, several times, and measure memory and operations apart."""
    problem = choose_problem(options)
    contenders = choose_contenders(options)
    some = min(options.max_iter, 1 + options.epochs)
    few = {c.name: options.own_epochs if c.stops_early else some for c in contenders}
    epochs = {
        c.name: options.max_iter if options.full and not c.stops_early else few[c.name]
        for c in contenders
    }
    apart = {
        c.name: in_fresh_process(measure_apart, c, problem, few[c.name], epochs[c.name])
        for c in contenders
    }
    for contender in contenders:  # what is only slow the first time
        contender.run(problem, 1)
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    for _ in range(options.repeats):
        for contender in contenders:
            runs[contender.name].append(contender.run(problem, epochs[contender.name]))
    rates = {c.name: throughput(c.precision(problem), problem) for c in contenders}
    plain = contenders[0].name
    return [
        summarize(c, problem, runs[c.name], runs[plain], apart[c.name], rates[c.name], options)
        for c in contenders
    ]


def choose_problem(options: argparse.Namespace) -> Problem:
    """Take the picture that was named, one of Berkeley's, or one that is always there."""
    if options.image:
        name, image, annotations = Path(options.image).stem, read_image(options.image), None
    else:
        try:
            bsds = load_bsds(n_images=1)
            name, annotations = Path(bsds.images[0]).stem, bsds.annotations[0]
            image = read_image(bsds.images[0])
        except FileNotFoundError:
            name, image, annotations = "coffee", data.coffee()[:321, :481], None
    if image.dtype != np.uint8 or image.ndim != 3:
        raise SystemExit(
            f"{name}: the picture is {image.dtype} of shape {image.shape}; the plain loop reads "
            "colour pictures of 8 bits"
        )
    return Problem(name, image, annotations, options.device, options.seed)


def choose_contenders(options: argparse.Namespace) -> list[Contender]:
    """Make the plain loop, which is the measure of the others, and these."""
    sizes = {"n_clusters": options.n_clusters, "n_centers": options.n_centers}
    exact = sizes | {"n_segments": None, "resolution": 1, "tol": None, "min_clusters": 1}
    contenders: list[Contender] = [PlainContender("plain loop", sizes)]
    if options.reference:
        contenders.append(
            ReferenceContender(
                f"reference, {Path(options.reference).name}",
                sizes,
                path=options.reference,
                model=options.reference_model,
            )
        )
    contenders.append(Contender("full resolution, float32", exact | {"precision": "float32"}))
    if resolve_precision("auto", torch.device(options.device)) == "bfloat16":
        contenders.append(Contender("full resolution, bfloat16", exact | {"precision": "bfloat16"}))
    contenders.append(Contender("default", {}, stops_early=True))
    return contenders


def measure_apart(
    contender: Contender, problem: Problem, few: int | str, max_iter: int | str
) -> dict[str, float]:
    """Measure the first fit, memory and operations, in a process that did nothing before.

    Memory and operations are those of a few epochs, after which the memory does not grow and
    each takes as many operations.
    """
    cold = None
    if problem.device == "cpu":
        load_everything()
    else:
        cold = contender.run(problem, max_iter).seconds
    # The memory first: what a process has taken once, it keeps.
    with PeakMemory(problem.device) as memory, FlopCounterMode(display=False) as whole:
        run = contender.run(problem, few)
    with FlopCounterMode(display=False) as first:
        contender.run(problem, 1)
    epoch = (whole.get_total_flops() - first.get_total_flops()) / max(run.n_iter - 1, 1)
    return {
        "cold": cold,
        "before": memory.before,
        "peak": memory.peak,
        "operations_first": first.get_total_flops(),
        "operations_epoch": epoch,
    }


def load_everything() -> None:
    """Let a tiny fit load the libraries, which are no part of the memory of a fit."""
    DeepImageClustering(8, max_iter=1, device="cpu").fit(data.coffee()[:32, :32])


def throughput(precision: str, problem: Problem) -> float:
    """Operations a second: the faster of a large product and the network's widest convolution."""
    dtype = getattr(torch, precision)
    place = {"device": problem.device, "dtype": dtype}
    side = PRODUCT[torch.device(problem.device).type]
    square = torch.rand(side, side, **place)
    picture = torch.rand(1, 192, *problem.image.shape[:2], **place)
    picture = picture.contiguous(memory_format=torch.channels_last)
    kernel = torch.rand(128, 192, 3, 3, **place).contiguous(memory_format=torch.channels_last)
    rates = []
    for operation, count in [
        (lambda: square @ square, 2 * side**3),
        (lambda: F.conv2d(picture, kernel, padding=1), 2 * kernel.numel() * picture[0, 0].numel()),
    ]:
        seconds = []
        for _ in range(5):
            start = perf_counter()
            with torch.no_grad():
                operation()
            if problem.device != "cpu":
                torch.cuda.synchronize(problem.device)
            seconds.append(perf_counter() - start)
        rates.append(count / min(seconds))
    return max(rates)


def summarize(
    contender: Contender,
    problem: Problem,
    runs: list[Run],
    plain_runs: list[Run],
    apart: dict[str, float],
    rate: float,
    options: argparse.Namespace,
) -> dict:
    """Make the row of a contender: medians and ranges over the alternations."""
    epochs, fits = times_of(contender, runs, options)
    plain_epochs, plain_fits = times_of(PlainContender("plain"), plain_runs, options)
    last = runs[-1]
    n_iter = last.n_iter if contender.stops_early else options.max_iter
    is_whole = n_iter == last.n_iter
    operations = apart["operations_first"] + (n_iter - 1) * apart["operations_epoch"]
    pri = None
    if is_whole and problem.annotations is not None:
        pri = round(probabilistic_rand_index(problem.annotations, last.labels), 4)
    row = {
        "contender": contender.name,
        "picture": problem.name,
        "height": problem.image.shape[0],
        "width": problem.image.shape[1],
        "n_clusters": contender.parameters.get("n_clusters", DeepImageClustering().n_clusters),
        "n_centers": contender.parameters.get("n_centers", DeepImageClustering().n_centers),
        "epochs": n_iter,
        "epochs_timed": last.n_iter,
        "repeats": len(runs),
        **spread("epoch", epochs),
        **spread("fit", fits),
        "faster_epoch": median_ratio(plain_epochs, epochs),
        "faster_fit": median_ratio(plain_fits, fits),
        "cold": apart["cold"] and round(apart["cold"], 2),
        "labels": len(np.unique(last.labels)) if is_whole else None,
        "pri": pri,
        "mb_before": round(apart["before"] / 1e6),
        "mb_peak": round(apart["peak"] / 1e6),
        "gflop": round(operations / 1e9, 2),
        "gflop_per_second": round(rate / 1e9, 1),
        "floor_share": round(operations / rate / statistics.median(fits), 3),
    }
    return {name: "" if value is None else str(value) for name, value in row.items()}


def times_of(
    contender: Contender, runs: list[Run], options: argparse.Namespace
) -> tuple[list[float], list[float]]:
    """Seconds of an epoch, and of a fit, in each alternation."""
    epochs = [run.seconds_an_epoch for run in runs]
    missing = [0 if contender.stops_early else options.max_iter - run.n_iter for run in runs]
    fits = [
        run.seconds + rest * epoch for run, rest, epoch in zip(runs, missing, epochs, strict=True)
    ]
    return epochs, fits


def spread(name: str, seconds: list[float]) -> dict[str, float]:
    """Median, least and most."""
    values = {"": statistics.median(seconds), "_least": min(seconds), "_most": max(seconds)}
    return {f"seconds_{name}{part}": round(value, 4) for part, value in values.items()}


def median_ratio(plain: list[float], own: list[float]) -> float:
    """How many times faster, compared within each alternation."""
    return round(statistics.median(a / b for a, b in zip(plain, own, strict=True)), 2)


def measure_sizes(options: argparse.Namespace) -> list[dict]:
    """Measure the default fit of pictures of several sizes, each in a process of its own."""
    rows = []
    for size in options.sizes:
        height, width = map(int, size.split("x"))
        row = in_fresh_process(measure_size, height, width, options)
        rows.append({name: str(value) for name, value in row.items()})
    return rows


def measure_size(height: int, width: int, options: argparse.Namespace) -> dict:
    """Fit one picture several times."""
    image = reflect(data.astronaut(), height, width)
    problem = Problem("astronaut", image, None, options.device, options.seed)
    contender = Contender("default", {}, stops_early=True)
    load_everything()
    if options.device != "cpu":
        contender.run(problem, 1)
    with PeakMemory(options.device) as memory:
        runs = [contender.run(problem, options.own_epochs) for _ in range(options.repeats)]
    return {
        "height": height,
        "width": width,
        "epochs": runs[0].n_iter,
        "labels": len(np.unique(runs[0].labels)),
        "repeats": len(runs),
        **spread("fit", [run.seconds for run in runs]),
        "mb_before": round(memory.before / 1e6),
        "mb_peak": round(memory.peak / 1e6),
    }


def measure_collection(options: argparse.Namespace) -> list[dict]:
    """Fit a network to each of some pictures of one size, with one worker and with all."""
    images = choose_images(options.images)
    dic = DeepImageClustering(max_iter=options.own_epochs, device=options.device,
                              random_state=options.seed)  # fmt: skip
    seconds: dict[int, list[float]] = {n_jobs: [] for n_jobs in (1, cpu_count())}
    for n_jobs in seconds:  # the first time starts workers, and loads libraries in each
        PerImage(dic, n_jobs=n_jobs).fit(images[:1] * n_jobs)
    for _ in range(options.repeats):
        for n_jobs, own in seconds.items():
            start = perf_counter()
            fitted = PerImage(dic, n_jobs=n_jobs).fit(images)
            own.append(perf_counter() - start)
    height, width = images[0].shape[:2]
    return [
        {
            "n_jobs": str(n_jobs),
            "images": str(len(images)),
            "height": str(height),
            "width": str(width),
            "epochs": str(round(np.mean([one.n_iter_ for one in fitted.estimators_]), 1)),
            "repeats": str(len(own)),
            **{name: str(value) for name, value in spread("all", own).items()},
            "faster": str(median_ratio(seconds[1], own)),
        }
        for n_jobs, own in seconds.items()
    ]


def measure_methods(options: argparse.Namespace) -> list[dict]:
    """Time methods in turn on one picture, with one thread each."""
    problem = choose_problem(options)
    image = problem.image / 255.0
    dic = DeepImageClustering(max_iter=options.own_epochs, device=options.device, random_state=0)
    methods: dict[str, Callable[[], object]] = {
        "scikit-image, felzenszwalb(scale=300)": lambda: felzenszwalb(image, scale=300),
        "scikit-image, slic(n_segments=400)": lambda: slic(image, n_segments=400),
        "scikit-image, slic and cut_threshold of its RAG": lambda: slic_and_cut(image),
        "scikit-image, quickshift()": lambda: quickshift(image),
        "scikit-learn, KMeans(8) on colours": lambda: KMeans(8, n_init=1).fit(image.reshape(-1, 3)),
        "RegionMerging()": lambda: RegionMerging().fit(image),
        "DeepImageClustering()": lambda: dic.fit(image),
        "DeepImageClustering(max_iter=12)": lambda: dic.set_params(max_iter=12).fit(image),
    }
    seconds: dict[str, list[float]] = {name: [] for name in methods}
    with one_torch_thread(), threadpool_limits(1):
        for method in methods.values():  # what is only slow the first time
            method()
        for _ in range(options.repeats):
            for name, method in methods.items():
                dic.set_params(max_iter=options.own_epochs)
                start = perf_counter()
                method()
                seconds[name].append(perf_counter() - start)
    first = next(iter(seconds.values()))
    return [
        {
            "method": name,
            "picture": problem.name,
            "height": str(image.shape[0]),
            "width": str(image.shape[1]),
            "repeats": str(len(own)),
            **{name: str(value) for name, value in spread("fit", own).items()},
            "ratio": str(median_ratio(own, first)),
        }
        for name, own in seconds.items()
    ]


def slic_and_cut(image: np.ndarray) -> np.ndarray:
    """Join SLIC superpixels of similar mean colours."""
    superpixels = slic(image, n_segments=400)
    return cut_threshold(superpixels, rag_mean_color(image, superpixels), 0.1)


def choose_images(n_images: int) -> list[np.ndarray]:
    """Take pictures of Berkeley that are 481 x 321, or parts of one that is always there."""
    try:
        images = (read_image(path) for path in load_bsds().images)
        return list(islice((one for one in images if one.shape[:2] == (321, 481)), n_images))
    except FileNotFoundError:
        large = reflect(data.astronaut(), 512, 512 + 16 * n_images)
        return [large[:321, 16 * i :][:, :481] for i in range(n_images)]


def reflect(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """(H, W, 3) -> (height, width, 3): cut, or continued by its mirror images."""
    more = [
        (0, max(0, side - own)) for side, own in zip((height, width), image.shape, strict=False)
    ]
    return np.pad(image, [*more, (0, 0)], mode="symmetric")[:height, :width]


def describe_place(device: str) -> dict[str, str]:
    """Say where and with what was measured."""
    cuda = device != "cpu"
    return {
        "device": torch.cuda.get_device_name(device) if cuda else f"CPU {platform.machine()}",
        "threads": str(torch.get_num_threads()),
        "python": platform.python_version(),
        "torch": version("torch"),
        "sklearn-dic": __version__,
        "date": date.today().isoformat(),
    }


if __name__ == "__main__":
    main()
