"""The network of the paper as plain PyTorch: tensors in, tensors out."""

from sklearn_dic.network._batches import make_batches, sample_pixels
from sklearn_dic.network._dcs import DeepClustering, associate, update_centers
from sklearn_dic.network._dic import DICNetwork, Precision
from sklearn_dic.network._fts import FeatureTransformation, PooledBatchNorm, as_rows
from sklearn_dic.network._refinement import Vote, label_pixels, refinement_loss
from sklearn_dic.network._torch_state import plain_torch_state
from sklearn_dic.network._training import Epoch, Training, overfit

__all__ = [
    "DICNetwork",
    "DeepClustering",
    "Epoch",
    "FeatureTransformation",
    "PooledBatchNorm",
    "Precision",
    "Training",
    "Vote",
    "as_rows",
    "associate",
    "label_pixels",
    "make_batches",
    "overfit",
    "plain_torch_state",
    "refinement_loss",
    "sample_pixels",
    "update_centers",
]
