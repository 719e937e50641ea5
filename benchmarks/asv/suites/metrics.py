"""Each measure: superpixels against five annotators."""

from sklearn_dic import metrics
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels

from . import picture

MEASURES = [
    "segmentation_report",
    "probabilistic_rand_index",
    "variation_of_information",
    "global_consistency_error",
    "boundary_displacement_error",
    "segmentation_covering",
    "boundary_scores",
    "achievable_segmentation_accuracy",
    "undersegmentation_error",
    "boundary_recall",
]


class Metrics:
    """Label maps of 481 x 321 pixels."""

    params = [MEASURES]
    param_names = ["measure"]

    def setup(self, measure):
        image = picture("481 x 321")
        self.annotations = [
            FelzenszwalbSuperpixels(scale).fit_transform(image)
            for scale in (200, 400, 800, 1600, 3200)
        ]
        self.prediction = SLICSuperpixels(50).fit_transform(image)
        self.measure = getattr(metrics, measure)

    def time_measure(self, measure):
        self.measure(self.annotations, self.prediction)
