"""What it takes to begin."""


def timeraw_import_torch():
    """Import what cannot be done without."""
    return "import torch"


def timeraw_import_package():
    """Import the package, which loads its parts on first use."""
    return "import sklearn_dic"


def timeraw_import_estimator():
    """Import the estimator, and so PyTorch and scikit-learn."""
    return "from sklearn_dic import DeepImageClustering"


def timeraw_import_superpixels():
    """Import without PyTorch."""
    return "import sklearn_dic.superpixels"


def timeraw_import_metrics():
    """Import without PyTorch."""
    return "import sklearn_dic.metrics"
