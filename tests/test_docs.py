"""The code of the documentation runs as it stands."""

import re
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import joblib
import numpy as np
import pytest
from skimage.data import coffee

from tests import list_checks

DOCS = Path(__file__).parents[1] / "docs"


def code_of(page):
    """All blocks of Python code of a page, in order."""
    text = (DOCS / page).read_text()
    blocks = re.findall(r"^\.\. code-block:: python\n\n((?:(?:    .*)?\n)+)", text, re.MULTILINE)
    return [textwrap.dedent(block) for block in blocks]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.parametrize(
    "page",
    [
        "tour.rst",
        "files.rst",
        "superpixels.rst",
        "number_of_regions.rst",
        "own_superpixels.rst",
        "own_estimator.rst",
        "callbacks.rst",
        "pipelines.rst",
        "results.rst",
        "semantic.rst",
        "paper_to_code.rst",
        "peers.rst",
        "volumes.rst",
    ],
)
def test_code_runs(page, monkeypatch):
    if page == "callbacks.rst":
        pytest.importorskip("sklearn.callback", reason="scikit-learn 1.9 brought callbacks")
    blocks = code_of(page)
    assert blocks
    module = ModuleType("documentation")
    monkeypatch.setitem(sys.modules, module.__name__, module)  # so that its classes can be pickled
    names = module.__dict__
    with joblib.parallel_config("threading"):  # worker processes do not know the module
        for block in blocks:
            exec(compile(block, page, "exec"), names)
    if page == "own_superpixels.rst":
        image = coffee()[::4, ::4]
        squares = names["SquareSuperpixels"](side=10)
        mask = np.zeros(image.shape[:2], bool)
        mask[:50] = True
        assert squares.fit_transform(image).max() + 1 == 10 * 15
        assert squares.fit_transform(image, mask=mask).max() + 1 == 5 * 15 + 1
        with pytest.raises(ValueError, match="side=0: a square has a side"):
            squares.set_params(side=0).fit_transform(image)

    if page == "callbacks.rst":
        assert names["dic"].stopped_by_ == "callback"
        assert names["dic"].n_clusters_ <= 12
        assert [len(curve) for curve in names["curves"].values()] == [3, 3]


def test_the_rules_are_those_of_the_checks():
    table = (DOCS / "tables" / "image_checks.rst").read_text()
    assert table == list_checks.table_of_rules()


def test_included_tables_are_there():
    included = [
        page.parent / target
        for page in DOCS.glob("*.rst")
        for target in re.findall(r"^\.\. include:: (.+)$", page.read_text(), re.MULTILINE)
    ]
    assert included
    for target in included:
        text = target.read_text()
        assert ".. list-table::" in text or "=====" in text or text.startswith("* ``check_")
