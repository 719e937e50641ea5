import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

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
        "sklearn_dic.blocks",
        "sklearn_dic.datasets",
        "sklearn_dic.hierarchy",
        "sklearn_dic.inspection",
        "sklearn_dic.metrics",
        "sklearn_dic.model_selection",
        "sklearn_dic.peers",
        "sklearn_dic.semantic",
        "sklearn_dic.superpixels",
    ],
)
def test_imports_without_torch(module):
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_oldest_versions_tested_are_the_lower_bounds():
    root = Path(__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    required = [
        requirement
        for name, extra in [("", project["dependencies"]), *extras.items()]
        if name not in ("benchmarks", "docs", "dev")
        for requirement in extra
    ]
    lines = (root / "constraints-oldest.txt").read_text().splitlines()
    oldest = {
        canonicalize_name(name): Version(version)
        for name, _, version in (line.partition("==") for line in lines if "==" in line)
    }
    for requirement in map(Requirement, required):
        if requirement.name in ("sklearn-dic", "torch"):  # a group of others; one build for all
            continue
        (bound,) = requirement.specifier
        lowest = Version(bound.version).release
        assert bound.operator == ">="
        assert oldest[canonicalize_name(requirement.name)].release[: len(lowest)] == lowest
