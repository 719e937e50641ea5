import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as save_tensors

from sklearn_dic import RegionMerging
from sklearn_dic.hierarchy import MergeTree, _tree_files
from sklearn_dic.hierarchy._tree_files import read_tree, write_tree
from sklearn_dic.utils._tensor_files import checksum, read_tensors


@pytest.fixture(scope="module")
def tree(photo):
    mask = np.ones(photo.shape[:2], bool)
    mask[:10, :10] = False
    return RegionMerging().fit(photo, sample_mask=mask).tree_


@pytest.fixture
def file(tmp_path, tree):
    tree.save(tmp_path / "photo.tree")
    return tmp_path / "photo.tree"


def test_a_tree_of_a_file_is_the_same(tree, file):
    again = MergeTree.load(str(file))
    for name, value in vars(tree).items():
        np.testing.assert_array_equal(
            getattr(again, name), value, strict=isinstance(value, np.ndarray)
        )
    np.testing.assert_array_equal(again.cut(n_segments=7), tree.cut(n_segments=7))
    assert [path.name for path in file.parent.iterdir()] == ["photo.tree"]


def test_a_tree_of_one_leaf(tmp_path):
    tree = RegionMerging().fit(np.full((5, 6), 0.5)).tree_
    assert tree.n_leaves == 1
    tree.save(tmp_path / "one.tree")
    assert (MergeTree.load(tmp_path / "one.tree").cut(n_segments=1) == 0).all()


def test_what_is_said_about_a_tree_stays_with_it(tree, tmp_path):
    write_tree(tmp_path / "a.tree", vars(tree), {"image": "a.tif", "transform": [0.1, 2.0]})
    assert read_tree(tmp_path / "a.tree")[1] == {"image": "a.tif", "transform": [0.1, 2.0]}


def test_other_files_are_refused(tree, file, tmp_path):
    for name, contents in [("text", b"no tree"), ("other", save_tensors({"a": np.zeros(2)}))]:
        (tmp_path / name).write_bytes(contents)
        with pytest.raises(ValueError, match=rf"{name}' cannot be loaded as a tree: it is"):
            MergeTree.load(tmp_path / name)
    with pytest.raises(FileNotFoundError, match=r"there is no file .*missing"):
        MergeTree.load(tmp_path / "missing")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        tree.save(tmp_path / "missing/photo.tree")


def rewrite(file, change):
    """Change a file, and give it the checksum that fits."""
    document, tensors = read_tensors(file, _tree_files._KEY, 1)
    change(document, tensors)
    document["sha256"] = checksum(document, tensors)
    file.write_bytes(save_tensors(tensors, metadata={_tree_files._KEY: json.dumps(document)}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda document, tensors: document.update(format_version=2), "has version 2"),
        (lambda document, tensors: document.pop("auto_threshold"), "KeyError: 'auto_threshold'"),
        (lambda document, tensors: tensors.pop("children"), "KeyError: 'children'"),
        (lambda document, tensors: np.copyto(tensors["children"], 0), "do not make a tree"),
        (
            lambda document, tensors: tensors.update(children=tensors["children"][::-1].copy()),
            "do not make a tree",
        ),
        (lambda document, tensors: np.copyto(tensors["leaf_labels"], 0), "do not make a tree"),
    ],
)
def test_arrays_that_are_no_tree_are_refused(file, change, message):
    rewrite(file, change)
    with pytest.raises(ValueError, match=rf"photo\.tree' cannot be loaded as a tree: .*{message}"):
        MergeTree.load(file)


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_a_damaged_file_is_refused(data, file, tmp_path):
    contents = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(contents) - 1))
    contents[place] = 255 - contents[place]
    damaged = tmp_path / "damaged.tree"
    damaged.write_bytes(contents)
    with pytest.raises(ValueError, match=r"damaged\.tree' cannot be loaded as a tree"):
        MergeTree.load(damaged)
