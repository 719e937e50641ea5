"""How Sphinx builds the documentation: ``make -C docs html``."""

import importlib
import os
import re
import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl
from docutils import nodes
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  # the gallery looks it up
from sphinx.application import Sphinx
from sphinx.roles import XRefRole
from sphinx_gallery.sorting import ExplicitOrder

import sklearn_dic

mpl.use("agg")

project = "sklearn-dic"
author = "The sklearn-dic developers"
copyright = author
release = version = sklearn_dic.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "tables", "auto_examples/**/*.ipynb"]
templates_path = ["_templates"]
suppress_warnings = ["config.cache"]  # the gallery's settings hold functions
nitpicky = True
smartquotes = False  # "felzenszwalb" is typed with these quotes
toc_object_entries_show_parents = "hide"

# The inventories of other projects are fetched only on demand, so that a build needs no network.
intersphinx_mapping = {
    "python": ("https://docs.python.org/3", None),
    "numpy": ("https://numpy.org/doc/stable", None),
    "sklearn": ("https://scikit-learn.org/stable", None),
    "skimage": ("https://scikit-image.org/docs/stable", None),
    "torch": ("https://docs.pytorch.org/docs/stable", None),
    "matplotlib": ("https://matplotlib.org/stable", None),
    "joblib": ("https://joblib.readthedocs.io/en/stable", None),
}
if os.environ.get("DOCS_INTERSPHINX"):
    extensions.append("sphinx.ext.intersphinx")

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc shows the types
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_title = "sklearn-dic"
html_theme_options = {
    "show_nav_level": 2,
    "show_prev_next": False,
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
}
html_sidebars = {  # pages without others below them
    page: []
    for page in [
        "index", "install", "tour", "paper_to_code", "benchmarks", "faq", "related", "developers",
        "changelog",
    ]
}  # fmt: skip
html_show_sourcelink = False

_SECTIONS = ["start", "images", "selection", "compare"]


_FIRST = ("plot_first_segmentation.py", "plot_three_knobs.py", "plot_exact_number.py")


def _order(file: str) -> tuple[int, str]:
    """Sort the examples of a section: those first that the others build on."""
    return (_FIRST.index(file) if file in _FIRST else len(_FIRST)), file


class _Order:
    """The same in the form of sphinx-gallery, which makes one for each folder."""

    def __init__(self, folder: str) -> None:
        """Forget the folder."""

    def __call__(self, file: str) -> tuple[int, str]:
        """Give the key of a file."""
        return _order(file)


def _forbid_warnings(gallery_conf: dict[str, Any], file: str) -> None:
    """Let an example fail that warns; it would teach the warning."""
    for category in (UserWarning, RuntimeWarning, FutureWarning):
        warnings.filterwarnings("error", category=category)
    warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")


def _see_through(gallery_conf: dict[str, Any], file: str) -> None:
    """Draw in a grey that is seen on white and on black, without a background."""
    mpl.rcParams["figure.facecolor"] = mpl.rcParams["axes.facecolor"] = "none"
    mpl.rcParams["savefig.facecolor"] = "none"
    for part in ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"):
        mpl.rcParams[part] = "#7b8187"


def _place(file: str) -> tuple[int, str]:
    """Sort the cards of examples as the gallery does."""
    path = Path(file)
    return _SECTIONS.index(path.parent.name), _order(path.name)


sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "subsection_order": ExplicitOrder([f"../examples/{section}" for section in _SECTIONS]),
    "minigallery_sort_order": _place,
    "reset_modules": ("matplotlib", _forbid_warnings, _see_through),
    "within_subsection_order": _Order,
    "doc_module": ("sklearn_dic",),
    "backreferences_dir": "generated/backreferences",
    "inspect_global_variables": False,
    "remove_config_comments": True,
    "abort_on_example_error": True,
    "matplotlib_animations": False,
    "show_memory": False,
    "thumbnail_size": (480, 250),
    "write_computation_times": False,
    "download_all_examples": False,
    "plot_gallery": "True",
}

_ROOMS = (
    "",
    ".hierarchy",
    ".images",
    ".superpixels",
    ".metrics",
    ".model_selection",
    ".inspection",
    ".datasets",
    ".images",
    ".cli",
    ".network",
    ".peers",
    ".utils.estimator_checks",
)
# Labels that docstrings inherited from scikit-learn refer to.
_LABELS_OF_SKLEARN = {"meta-estimator", "metadata_routing"}
_OTHERS = {"joblib", "matplotlib", "numpy", "pandas", "scipy", "skimage", "sklearn", "torch"}


def _public_names() -> dict[str, str]:
    """Map what the pages write, `SLICSuperpixels`, to where it is documented."""
    names = {}
    for room in reversed(_ROOMS):
        module = importlib.import_module(f"sklearn_dic{room}")
        names[module.__name__] = module.__name__
        public = getattr(module, "__all__", None) or ["check_image_estimator", "image_checks"]
        for name in public:
            if not hasattr(getattr(module, name), "__path__"):
                names[name] = names[f"{module.__name__}.{name}"] = f"{module.__name__}.{name}"
    return names


_NAMES = _public_names()


def _find(target: str) -> str | None:
    """Give the full name of a class, a function, or a member of one; None if there is none."""
    target = re.sub(r"\(.*\)$", "", target)
    for name in (target, f"sklearn_dic.{target}"):
        if name in _NAMES:
            return _NAMES[name]
    owner, _, member = target.rpartition(".")
    found = _NAMES.get(owner)
    return f"{found}.{member}" if found else None


class _Name(XRefRole):
    """What stands in single backticks: a link if it is a name of ours, else code.

    What looks like a name of ours and is none stays a reference, and so ends the build.
    """

    def run(self) -> tuple[list[nodes.Node], list[Any]]:
        found = _find(self.title)
        looks_ours = self.title.startswith("sklearn_dic.")
        looks_other = self.title.split(".")[0] in _OTHERS and "." in self.title
        linked = "sphinx.ext.intersphinx" in extensions
        if found or looks_ours or (looks_other and linked):
            self.name = "py:obj"
            self.target = found or re.sub(r"\(.*\)$", "", self.target)
            return super().run()
        return [nodes.literal(self.rawtext, self.title, classes=["code"])], []


def _resolve(app: Sphinx, env: Any, node: Any, contnode: nodes.Element) -> nodes.Node | None:
    """Resolve short names in docstrings; show names of other projects as code."""
    target = node.get("reftarget", "")
    found = _find(target)
    if node.get("refdomain") == "py" and found and found != target:
        return env.domains["py"].resolve_xref(
            env, node["refdoc"], app.builder, "obj", found, node, contnode
        )
    if target.split(".")[0] in _OTHERS and node.get("refdomain") == "py":
        return contnode
    if node.get("refdomain") == "std" and target in _LABELS_OF_SKLEARN:
        return contnode
    return None


def setup(app: Sphinx) -> None:
    """Make single backticks links."""
    app.add_role("name", _Name(innernodeclass=nodes.literal))
    app.connect("missing-reference", _resolve, priority=900)  # after intersphinx


default_role = "name"
