"""Unsupervised image segmentation by deep image clustering, for scikit-learn.

Names are imported on first use, so that `sklearn_dic.superpixels` does not load PyTorch.
"""

import lazy_loader

__version__ = "0.1.0.dev0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
