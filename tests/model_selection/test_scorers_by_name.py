"""The search that the documentation promises, as a user would type it."""

import subprocess
import sys

CODE = """
from sklearn.model_selection import GridSearchCV

from sklearn_dic import DeepImageClustering
from sklearn_dic.datasets import make_mosaic
from sklearn_dic.model_selection import PerImageSplit, optimal_scale
from sklearn_dic.superpixels import SLICSuperpixels

images, annotations = zip(*[make_mosaic(3, (24, 32), random_state=i) for i in range(2)])
search = GridSearchCV(
    DeepImageClustering(superpixels=SLICSuperpixels(), max_iter=2, random_state=0),
    {"n_clusters": [4, 8], "superpixels__n_segments": [10, 40]},
    scoring=SCORING,
    refit=False,
    error_score="raise",
    cv=PerImageSplit(),
).fit(list(images), list(annotations))
scale = optimal_scale(search.cv_results_)
assert scale.n_images == 2 and scale.n_settings == 4
assert list(scale.ois) == EXPECTED, list(scale.ois)
assert all(0 < score <= 1 for score in search.cv_results_["mean_test_" + EXPECTED[0]])
"""


def run(scoring, expected):
    code = CODE.replace("SCORING", scoring).replace("EXPECTED", repr(expected))
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_scorer_by_name_without_importing_metrics():
    run('"probabilistic_rand_index"', ["score"])


def test_several_scorers_by_name():
    names = ["probabilistic_rand_index", "neg_variation_of_information", "segmentation_covering"]
    run(repr(names), names)
