"""Measured peak memory of a fit beside the estimate by which too large images are refused.

    python benchmarks/memory.py

Each row is a process of its own, so that no row profits from memory that another one left.
"""

import subprocess
import sys

ROWS = [
    # height, width, resolution, n_clusters, precision, clustering
    "321 481 0.5 32 auto residual",
    "321 481 0.5 100 float32 residual",
    "321 481 1.0 100 float32 residual",
    "800 800 1.0 32 float32 residual",
    "800 800 1.0 100 bfloat16 residual",
    "800 800 1.0 100 bfloat16 paper",
    "1200 1200 0.5 300 bfloat16 residual",
    "2400 2400 0.1 100 bfloat16 residual",
]


def measure(height, width, resolution, n_clusters, precision, clustering):
    """Print one row: the growth of this process during a fit, and the estimate."""
    import numpy as np
    import torch
    from _peak_memory import PeakMemory

    from sklearn_dic import DeepImageClustering
    from sklearn_dic._memory import estimate
    from sklearn_dic.hierarchy._memory import tree_bytes
    from sklearn_dic.images import open_images

    image = np.random.RandomState(0).rand(int(height), int(width), 3).astype(np.float32)
    dic = DeepImageClustering(
        int(n_clusters),
        resolution=float(resolution),
        precision=precision,
        clustering=clustering,
        max_iter=3,
        min_clusters=1,
        device="cpu",
        random_state=0,
    )
    DeepImageClustering(8, max_iter=1, device="cpu").fit(image[:32, :32])  # load everything
    with PeakMemory() as memory:
        dic.fit(image)
    place = torch.device("cpu")
    needed = estimate("fit", dic.module_, open_images(image), place)[place]
    needed = max(needed, tree_bytes(image.shape[0] * image.shape[1], 3, dic.n_clusters))
    row = [f"{width} x {height}", resolution, n_clusters, dic.precision_, clustering]
    row += [f"{value / 1e6:.0f}" for value in (memory.before, memory.peak - memory.before, needed)]
    print("".join(f"{value:>13}" for value in row), flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        measure(*sys.argv[1:])
    else:
        head = ["size", "resolution", "n_clusters", "precision", "clustering"]
        head += ["MB before", "MB fit", "MB estimate"]
        print("".join(f"{name:>13}" for name in head), flush=True)
        for arguments in ROWS:
            subprocess.run([sys.executable, __file__, *arguments.split()], check=True)
