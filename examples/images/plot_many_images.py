"""
Many images: joblib, then a dask cluster
========================================

`PerImage` fits a network of its own to each image of a collection, which is the protocol of the
paper. The fits run through joblib, on as many processors as you like or on a cluster, and the
answer does not depend on which.
"""

# %%
# Four photographs of different sizes, two at a time. In a script ``n_jobs`` is all that is
# needed; ``on_error="warn"`` would go on where an image is damaged.
import matplotlib.pyplot as plt
import numpy as np
from dask.distributed import Client, LocalCluster
from joblib import parallel_config
from sklearn.base import clone
from sklearn.model_selection import cross_val_predict

from sklearn_dic import DeepImageClustering, PerImage
from sklearn_dic.datasets import load_sample_images
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.model_selection import PerImageSplit

samples = load_sample_images()
images = [image[::4, ::4] for image in samples.images[:4]]
dic = DeepImageClustering(n_clusters=32, max_iter=15, random_state=0)
per_image = PerImage(dic, n_jobs=2).fit(images)

display = SegmentationDisplay.from_estimator(per_image, images, kind="mean")
for ax, name in zip(display.axes_.flat, samples.names, strict=False):
    ax.set_title(name, fontsize="medium")
plt.show()

# %%
# The same on a dask cluster
# --------------------------
# Two workers in this process stand for a real cluster, whose address ``Client`` would take.
# Inside ``parallel_config`` the same estimator runs there, and gives the same labels.
with (
    LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address=None,
    ) as cluster,
    Client(cluster) as client,
    parallel_config(backend="dask"),
):
    on_cluster = clone(per_image).fit(images)
same = [np.array_equal(*pair) for pair in zip(per_image.labels_, on_cluster.labels_, strict=True)]
print(same)

# %%
# Within scikit-learn's tools
# ---------------------------
# ``cross_val_predict`` with `PerImageSplit` does what `PerImage` does, for images of one size:
# each is fitted and labelled alone.
stack = np.stack([image[:75, :100] for image in images[:2]])
labels = cross_val_predict(clone(dic).set_params(max_iter=10), stack, cv=PerImageSplit())
print(labels.shape)
