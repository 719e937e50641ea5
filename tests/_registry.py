"""Small instances of every public estimator and transformer, for the tests that all pass.

`expected_failures` says which of scikit-learn's checks cannot pass, and why;
`python -m tests.list_checks` prints them all with their status.
"""

from typing import Any

from sklearn.base import clone

from sklearn_dic import Blockwise, DeepImageClustering, PerImage, RegionMerging
from sklearn_dic.hierarchy import MergedSuperpixels
from sklearn_dic.peers import (
    JSEG,
    MLSS,
    SAS,
    BasePeer,
    ContourGuidedPalette,
    GaussianMixturePixels,
    GraphBased,
    KernelGraphCuts,
    KMeansPixels,
    MeanShift,
    MultiscaleNormalizedCuts,
    NormalizedCuts,
    NormalizedTreePartitioning,
    PixelSelfTraining,
    WNet,
)
from sklearn_dic.semantic import SuperpixelCRF
from sklearn_dic.superpixels import (
    FelzenszwalbSuperpixels,
    FileSuperpixels,
    HierarchicalSuperpixels,
    LSCSuperpixels,
    QuickshiftSuperpixels,
    SEEDSSuperpixels,
    SLICSuperpixels,
    WatershedSuperpixels,
)

SUPERPIXEL_TRANSFORMERS = [
    FelzenszwalbSuperpixels(),
    HierarchicalSuperpixels(n_segments=30),
    HierarchicalSuperpixels(n_segments=30, criterion="mean"),
    LSCSuperpixels(n_segments=30),
    QuickshiftSuperpixels(),
    MergedSuperpixels(n_segments=8),
    SEEDSSuperpixels(n_segments=30),
    SLICSuperpixels(n_segments=30),
    SLICSuperpixels(n_segments=30, slic_zero=True),
    WatershedSuperpixels(n_segments=30),
]

CLUSTERERS = [
    DeepImageClustering(8, n_centers=5, max_iter=3, random_state=0),
    DeepImageClustering(8, n_centers=5, max_iter=3, clustering="paper", random_state=0),
    DeepImageClustering(8, max_iter=3, clustering=None, superpixels=None, random_state=0),
    DeepImageClustering(
        8, max_iter=3, upsampling="deconvolution", head_norm=False, resolution=1, random_state=0
    ),
    DeepImageClustering(
        8,
        max_iter=3,
        connected_components=True,
        resolution=0.25,
        precision="bfloat16",
        random_state=0,
    ),
    DeepImageClustering(8, max_iter=3, superpixels=["felzenszwalb", "slic"], random_state=0),
    DeepImageClustering(8, max_iter=3, n_segments=5, random_state=0),
]

REGION_MERGERS = [
    RegionMerging(),
    RegionMerging(n_segments=3, superpixels="slic"),
    RegionMerging(n_segments=None, threshold=5, superpixels=["felzenszwalb", "slic"]),
]

# Their features are learned from all images of a fit.
FEATURE_MERGERS = [
    RegionMerging(features=DeepImageClustering(8, max_iter=2, n_segments=None, random_state=0)),
]

# The systems that the paper compares with; the first need no neighbours.
PEERS_OF_TABLES = [
    KMeansPixels(n_segments=3),
    GaussianMixturePixels(n_segments=3),
]

PEERS = [
    *PEERS_OF_TABLES,
    KernelGraphCuts(n_segments=3, smoothness=0.5, max_rounds=2),
    JSEG(),
    NormalizedTreePartitioning(n_segments=4),
    ContourGuidedPalette(),
    PixelSelfTraining(6, n_features=4, n_layers=1, max_steps=2),
    PixelSelfTraining(6, superpixels=None, continuity=5, n_features=4, n_layers=1, max_steps=2),
    WNet(4, n_features=2, depth=1, max_iter=1),
    MLSS(n_segments=3, superpixels=["felzenszwalb", "slic"]),
    GraphBased(),
    MeanShift(),
    MultiscaleNormalizedCuts(n_segments=3),
    NormalizedCuts(n_segments=3),
    NormalizedCuts(n_segments=3, superpixels="slic"),
    SAS(n_segments=3),
]

# Their annotations are maps of classes, and the checks of scikit-learn on grey images have none.
OF_CLASSES = [
    SuperpixelCRF(
        "slic",
        smoothness=0.5,
        classifier=DeepImageClustering(8, max_iter=2, n_segments=None, random_state=0),
    )
]

PEERS_WITHOUT_TABLES = PEERS[len(PEERS_OF_TABLES) :]

META_ESTIMATORS = [PerImage(DeepImageClustering(8, n_centers=4, max_iter=3, random_state=0))]

# They segment one picture, and no collection.
BLOCKWISE = [Blockwise(RegionMerging(scene_size=30), block_size=24)]

# Their files belong to images that the checks do not have; 1 x 1 images need none.
FILE_LOADERS = [FileSuperpixels("{stem}.mat")]

ESTIMATORS = [
    *CLUSTERERS,
    *META_ESTIMATORS,
    *REGION_MERGERS,
    *FEATURE_MERGERS,
    *BLOCKWISE,
    *SUPERPIXEL_TRANSFORMERS,
    *PEERS,
]

# Other settings of the network than these three need neighbours.
ON_TABLES = [
    *CLUSTERERS[:3],
    *META_ESTIMATORS,
    *REGION_MERGERS,
    *SUPERPIXEL_TRANSFORMERS,
    *PEERS_OF_TABLES,
    *FILE_LOADERS,
    *OF_CLASSES,
]

NO_TABLE = "a 2-D array is one grey image here, and not a table of samples: "
ONE_GREY_IMAGE = {
    "check_n_features_in": NO_TABLE
    + "it has one channel, whatever its width (twin: check_channels_are_counted)",
    "check_n_features_in_after_fitting": NO_TABLE
    + "an image of another width is welcome (twin: check_channels_are_counted)",
    "check_methods_sample_order_invariance": NO_TABLE
    + "its rows are no samples (twin: check_images_stand_alone)",
}
OF_CLUSTERERS = {
    "check_clustering": NO_TABLE + "there is a label for each value (twin: check_one_image)",
}
OF_TRANSFORMERS_OF_FITTED_IMAGES = {
    "check_transformer_general": NO_TABLE
    + "an image of another width is welcome (twin: check_channels_are_counted)",
}
ROWS_ARE_NO_IMAGES = {
    "check_methods_subset_invariance": NO_TABLE
    + "a row alone is another image (twin: check_images_stand_alone)",
}
NO_NEIGHBOURS = {
    "check_clustering": "pixels of a table have no neighbours to merge with, so each has a tree of "
    "its own (twin: test_forms)",
}
CLUSTERED_ANEW = dict.fromkeys(
    ("check_methods_subset_invariance", "check_methods_sample_order_invariance"),
    "nothing is learned: predict clusters the rows of each call anew (twin: "
    "check_images_stand_alone)",
)
ONE_PICTURE = dict.fromkeys(
    (
        "check_list_of_images",
        "check_stack_of_images",
        "check_images_stand_alone",
        "check_errors_name_the_image",
        "check_fit_predict",
        "check_second_fit_erases_first",
        "check_input_is_left_alone",
        "check_n_jobs",
    ),
    "it segments one picture, and refuses a collection (twins: tests/blocks)",
)
FEW_LABELS = {
    "check_clustering": "it gives the network three labels for three blobs, and wants an adjusted "
    "Rand index of .4: .31 to .52 after five epochs (twin: "
    "test_a_table_of_pixels_is_clustered_by_colour)",
}


def with_channel_axis(estimator: Any, channel_axis: Any) -> Any:
    """Clone an estimator that reads axes in another way."""
    changed = clone(estimator)
    prefix = "estimator__" if hasattr(estimator, "estimator") else ""
    changed.set_params(**{f"{prefix}channel_axis": channel_axis})
    for part in ("features", "classifier"):
        if getattr(estimator, part, None) is not None:
            changed.set_params(**{f"{part}__channel_axis": channel_axis})
    reader = getattr(changed, "estimator", changed)
    if channel_axis == -1 and isinstance(reader, DeepImageClustering):
        reader.set_params(n_segments=None)  # a table has no regions
    return changed


def expected_failures(estimator: Any) -> dict[str, str]:
    """Which of scikit-learn's checks cannot pass, and why."""
    params = estimator.get_params()
    is_table = params.get("estimator__channel_axis", params.get("channel_axis")) == -1
    if isinstance(estimator, DeepImageClustering):
        if is_table:
            return {} if estimator.clustering is None else FEW_LABELS
        return (
            ONE_GREY_IMAGE | OF_CLUSTERERS | OF_TRANSFORMERS_OF_FITTED_IMAGES | ROWS_ARE_NO_IMAGES
        )
    if is_table:
        if isinstance(estimator, BasePeer):
            return CLUSTERED_ANEW
        return NO_NEIGHBOURS if isinstance(estimator, RegionMerging) else {}
    if isinstance(estimator, JSEG):  # small images are one region
        return {
            name: reason
            for name, reason in (ONE_GREY_IMAGE | OF_CLUSTERERS).items()
            if name != "check_methods_sample_order_invariance"
        }
    if isinstance(estimator, Blockwise | PerImage | RegionMerging | BasePeer):
        return ONE_GREY_IMAGE | OF_CLUSTERERS | ROWS_ARE_NO_IMAGES
    return ONE_GREY_IMAGE | ROWS_ARE_NO_IMAGES


def expected_image_failures(estimator: Any) -> dict[str, str]:
    """Which of the checks for images cannot pass, and why."""
    if isinstance(estimator, Blockwise):
        return ONE_PICTURE
    if isinstance(estimator, PerImage):
        return {
            "check_images_stand_alone": "each image has a network of its own, and predict wants as "
            "many images (twin: test_each_image_is_fitted_alone)"
        }
    return {}
