import subprocess
import sys

import pytest

import sklearn_dic


def test_public_names():
    assert set(sklearn_dic.__all__) >= {"DeepImageClustering", "PerImage", "metrics", "superpixels"}
    assert set(sklearn_dic.__all__) <= set(dir(sklearn_dic))
    for name in sklearn_dic.__all__:
        assert getattr(sklearn_dic, name) is not None


@pytest.mark.parametrize(
    "module",
    [
        "sklearn_dic",
        "sklearn_dic.datasets",
        "sklearn_dic.inspection",
        "sklearn_dic.metrics",
        "sklearn_dic.model_selection",
        "sklearn_dic.superpixels",
    ],
)
def test_imports_without_torch(module):
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
