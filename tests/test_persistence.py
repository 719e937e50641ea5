import copy
import io
import json
import os
import pickle
import stat
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as save_tensors
from safetensors.torch import save as save_torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import FunctionTransformer

from sklearn_dic import DeepImageClustering, RegionMerging, _persistence
from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.superpixels import FileSuperpixels, SLICSuperpixels
from sklearn_dic.utils._tensor_files import checksum, read_tensors
from tests._registry import CLUSTERERS, SUPERPIXEL_TRANSFORMERS

each_clusterer = pytest.mark.parametrize("dic", CLUSTERERS, ids=str)


@pytest.fixture(scope="module")
def fitted(photo):
    """A small fit that no test changes."""
    return DeepImageClustering(
        4, n_centers=2, max_iter=2, superpixels="slic", random_state=0, device="cpu"
    ).fit(photo[:16, :16])


@pytest.fixture
def file(tmp_path):
    return tmp_path / "dic.safetensors"


@pytest.fixture(scope="module")
def saved(fitted, tmp_path_factory):
    """The file of this fit, which no test changes."""
    path = tmp_path_factory.mktemp("saved") / "dic.safetensors"
    fitted.save(path)
    return path


def through_file(estimator, path):
    estimator.save(path)
    return type(estimator).load(path)


def assert_same(ours, expected):
    """Equal in type, shape, dtype and content; a scalar of NumPy is one of Python."""
    if isinstance(expected, np.generic):
        expected = expected.item()
    assert type(ours) is type(expected)
    if isinstance(expected, list | tuple):
        assert len(ours) == len(expected)
        for pair in zip(ours, expected, strict=True):
            assert_same(*pair)
    elif isinstance(expected, np.ndarray):
        assert ours.dtype == expected.dtype
        np.testing.assert_array_equal(ours, expected, strict=True)
    elif isinstance(expected, MergeTree):
        assert_same(list(vars(ours).items()), list(vars(expected).items()))
    elif hasattr(expected, "get_params"):
        assert_same(sorted(ours.get_params().items()), sorted(expected.get_params().items()))
        if isinstance(expected, RegionMerging):
            assert_same(sorted(vars(ours).items()), sorted(vars(expected).items()))
    else:
        assert ours == expected


def assert_same_fit(ours, expected):
    """Equal parameters, attributes and weights."""
    assert_same(ours, expected)
    assert set(vars(ours)) == set(vars(expected))
    for name in set(vars(expected)) - {"module_"}:
        assert_same(getattr(ours, name), getattr(expected, name))
    assert ours.module_.arguments == expected.module_.arguments
    weights = expected.module_.state_dict()
    assert list(ours.module_.state_dict()) == list(weights)
    for name, weight in ours.module_.state_dict().items():
        assert torch.equal(weight, weights[name])
        assert weight.dtype == weights[name].dtype
    trained = [parameter.requires_grad for parameter in expected.module_.parameters()]
    assert [parameter.requires_grad for parameter in ours.module_.parameters()] == trained
    assert not ours.module_.training


@each_clusterer
def test_a_loaded_estimator_is_the_saved_one(dic, photo, file):
    dic = clone(dic).set_params(device="cpu").fit(photo)
    again = through_file(dic, file)
    assert_same_fit(again, dic)
    np.testing.assert_array_equal(again.predict(photo), dic.labels_)
    other = photo[::-1, :41]
    for method in ("predict", "transform", "predict_proba", "score"):
        np.testing.assert_array_equal(getattr(again, method)(other), getattr(dic, method)(other))
    assert_same(clone(again).fit(photo).labels_, dic.labels_)


@pytest.mark.parametrize("superpixels", ["felzenszwalb", ["felzenszwalb", "slic"], None])
@pytest.mark.parametrize("form", ["grey", "stack", "list", "table"])
def test_forms_of_labels(fitted, photo, file, form, superpixels):
    X, channel_axis = {
        "grey": (photo[..., 0], "auto"),
        "stack": (np.stack([photo[:20], photo[20:40]]), "auto"),
        "list": ([photo[:20, :30], photo[20:41, 30:]], "auto"),
        "table": (photo[::5, ::5].reshape(-1, 3), -1),
    }[form]
    dic = clone(fitted).set_params(superpixels=superpixels, channel_axis=channel_axis)
    dic.set_params(n_segments=None if form == "table" else "auto").fit(X)
    again = through_file(dic, file)
    assert_same_fit(again, dic)
    assert_same(again.predict(X), dic.labels_)


class HalfSLIC(SLICSuperpixels):
    """A class of somebody else, though made from one of ours."""


def test_names_of_columns(photo, file):
    table = pd.DataFrame(photo.reshape(-1, 3)[:300], columns=list("rgb"))
    dic = DeepImageClustering(8, n_segments=None, channel_axis=-1, max_iter=2, random_state=0).fit(
        table
    )
    dic.save(file)
    loaded = DeepImageClustering.load(file)
    assert list(loaded.feature_names_in_) == ["r", "g", "b"]
    np.testing.assert_array_equal(loaded.predict(table), dic.labels_)


@pytest.mark.parametrize(
    "superpixels",
    [
        *SUPERPIXEL_TRANSFORMERS,
        FileSuperpixels("mcg/{stem}.mat", n_segments=np.int64(9)),
        FileSuperpixels(Path("one.mat"), threshold=np.float32(0.3), variable="ucm2"),
        None,
        "watershed",
        ["slic", SLICSuperpixels(np.int64(7))],
        ("slic", FileSuperpixels("one.mat")),
    ],
    ids=lambda superpixels: str(superpixels)[:40].replace("\n", " "),
)
def test_superpixels_of_every_kind(fitted, file, superpixels):
    dic = copy.copy(fitted).set_params(superpixels=superpixels)
    assert_same(through_file(dic, file), dic)


@pytest.mark.parametrize("images", ["one", "several"])
def test_regions_of_ones_own(fitted, photo, file, images):
    merging = RegionMerging(threshold=20.0, superpixels=SLICSuperpixels(30))
    dic = clone(fitted).set_params(region_merging=merging)
    dic.fit(photo if images == "one" else [photo, photo[:20]])
    again = through_file(dic, file)
    assert_same_fit(again, dic)
    for ours, expected in zip(
        again.region_merging_.segment(n_segments=3),
        dic.region_merging_.segment(n_segments=3),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, expected)


def test_numpy_scalars_and_devices(photo, file):
    dic = DeepImageClustering(
        np.int64(4),
        n_centers=np.uint8(3),
        n_center_iter=np.int32(2),
        head_norm=np.bool_(False),
        clustering=np.str_("paper"),
        clustering_gradient=np.bool_(True),
        learning_rate=np.float32(0.05),
        max_iter=np.int16(2),
        resolution=np.float64(0.5),
        tol=np.float16(0.25),
        random_state=np.int64(0),
        device=torch.device("cpu"),
    ).fit(photo[:16, :16])
    again = through_file(dic, file)
    assert again.get_params() == dic.get_params() | {"device": "cpu"}
    assert_same(again.labels_, dic.labels_)
    assert again.module_.arguments == dic.module_.arguments


def test_parameters_changed_after_the_fit(fitted, photo, file):
    dic = copy.copy(fitted).set_params(n_clusters=9, clustering=None, head_norm=False)
    again = through_file(dic, file)
    assert_same_fit(again, dic)
    assert_same(again.predict(photo), dic.predict(photo))


def test_a_subclass_loads_as_itself(photo, fitted, file):
    class Named(DeepImageClustering):
        def __init__(self, n_clusters=4, *, name="", max_iter=2):
            super().__init__(n_clusters, max_iter=max_iter)
            self.name = name

    dic = Named(name="Zürich \udce9").fit(photo[:16, :16])
    again = through_file(dic, file)
    assert type(again) is Named
    assert again.name == "Zürich \udce9"
    with pytest.raises(ValueError, match="unexpected keyword argument 'name'"):
        DeepImageClustering.load(file)


def test_saving_twice_gives_the_same_bytes(fitted, saved, tmp_path):
    for name in ("a", "b"):
        fitted.save(str(tmp_path / name))
        assert (tmp_path / name).read_bytes() == saved.read_bytes()


def test_before_a_fit(file):
    with pytest.raises(NotFittedError):
        DeepImageClustering().save(file)
    assert not file.exists()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"superpixels": FunctionTransformer()}, r"superpixels=FunctionTransformer\(\) cannot"),
        ({"superpixels": HalfSLIC()}, r"superpixels=HalfSLIC\(\) cannot"),
        ({"superpixels": ["slic", HalfSLIC()]}, r"superpixels.1=HalfSLIC\(\) cannot"),
        ({"superpixels": FileSuperpixels(io.BytesIO())}, r"superpixels.files=<_io"),
        ({"random_state": np.random.RandomState(0)}, "random_state=RandomState"),
    ],
)
def test_what_would_need_code(fitted, tmp_path, file, parameters, message):
    dic = copy.copy(fitted).set_params(**parameters)
    file.write_bytes(b"as before")
    with pytest.raises(TypeError, match=f"(?s){message}.*joblib.dump keep it; or .* set_params"):
        dic.save(file)
    assert file.read_bytes() == b"as before"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_appears_whole_or_not_at_all(fitted, tmp_path, file, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    file.write_bytes(b"as before")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            fitted.save(file)
    assert file.read_bytes() == b"as before"
    assert list(tmp_path.iterdir()) == [file]
    assert_same_fit(through_file(fitted, file), fitted)
    assert list(tmp_path.iterdir()) == [file]


def test_places_that_cannot_be_written(fitted, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere'"):
        fitted.save(tmp_path / "nowhere" / "a")
    with pytest.raises(OSError, match="it exists and is not a file"):
        fitted.save(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="rights, pipes and links of POSIX")
def test_files_of_posix(fitted, tmp_path, file):
    plain = tmp_path / "plain"
    plain.touch()
    fitted.save(file)
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    with open(plain, "rb") as before:  # who reads a file meanwhile has the old one, whole
        fitted.save(plain)
        assert before.read() == b""
    link = tmp_path / "link"
    link.symlink_to(plain)
    assert_same_fit(through_file(fitted, link), fitted)
    assert link.is_symlink()
    assert plain.read_bytes() == file.read_bytes()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="is not a file"):
        fitted.save(tmp_path / "pipe")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_files_of_others(tmp_path, image_file):
    (tmp_path / "empty").touch()
    (tmp_path / "pickle").write_bytes(pickle.dumps(np.zeros(9)))
    (tmp_path / "other").write_bytes(save_tensors({"a": np.zeros(3)}))
    (tmp_path / "bfloat16").write_bytes(
        save_torch({"a": torch.zeros(3, dtype=torch.bfloat16)}, metadata={"format": "pt"})
    )
    for name in (image_file.name, "empty", "pickle"):
        with pytest.raises(ValueError, match=f"{name}'.* no file that `save` wrote"):
            DeepImageClustering.load(tmp_path / name)
    for name in ("other", "bfloat16"):
        with pytest.raises(ValueError, match=f"{name}'.* a safetensors file, and `save` did not"):
            DeepImageClustering.load(str(tmp_path / name))
    with pytest.raises(FileNotFoundError, match="missing"):
        DeepImageClustering.load(tmp_path / "missing")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        DeepImageClustering.load(tmp_path)
    with pytest.raises(OSError, match=tmp_path.name):
        DeepImageClustering.load(tmp_path)


def rewrite(source, target, change):
    """Change the document of a file, and give it the checksum that fits."""
    document, tensors = read_tensors(source, _persistence._KEY, 1)
    change(document)
    document["sha256"] = checksum(document, tensors)
    metadata = {_persistence._KEY: json.dumps(document)}
    target.write_bytes(save_tensors(tensors, metadata=metadata))


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (["format_version"], None, "no file that `save` wrote, or is damaged"),
        (["format_version"], 2, "has version 2, and .* reads up to 1; install sklearn-dic 9.8"),
        (["parameters", "flavour"], 1, "written by sklearn-dic 9.8, .* argument 'flavour'"),
        (["parameters", "n_clusters"], 0, "written by sklearn-dic 9.8, .*'n_clusters'.* Got 0"),
        (
            ["parameters", "superpixels"],
            {"transformer": "Popen", "parameters": {"args": "ls"}},
            '"Popen".* is no value that is known here',
        ),
        (["parameters", "superpixels"], {"array": "nothing"}, "'nothing'"),
        (["network", "n_clusters"], 5, "size mismatch"),
        (["network"], [], "AttributeError"),
    ],
)
def test_files_of_other_versions(saved, file, place, value, message):
    def change(document):
        document["version"] = "9.8"
        *parents, last = place
        for parent in parents:
            document = document[parent]
        document[last] = value

    rewrite(saved, file, change)
    with pytest.raises(ValueError, match=f"(?s)dic.safetensors' cannot be loaded.*{message}"):
        DeepImageClustering.load(file)


def test_a_parameter_that_is_newer_than_the_file_has_its_default(fitted, saved, file):
    rewrite(saved, file, lambda document: document["parameters"].pop("tol"))
    assert_same_fit(DeepImageClustering.load(file), fitted)


def why_refused(contents, path, expected):
    """Load damaged contents -> the one error, or None where nothing that counts was damaged."""
    path.write_bytes(contents)
    try:
        again = DeepImageClustering.load(path)
    except (ValueError, OSError) as error:
        return str(error)
    assert_same_fit(again, expected)
    return None


same_file = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40
)


@same_file
@given(share=st.floats(0, 1, exclude_max=True))
def test_truncated_files(fitted, saved, file, share):
    contents = saved.read_bytes()
    assert file.name in why_refused(contents[: int(share * len(contents))], file, fitted)


@same_file
@given(data=st.data())
def test_damaged_headers(fitted, saved, file, data):
    contents = bytearray(saved.read_bytes())
    header = 8 + int.from_bytes(contents[:8], "little")
    for _ in range(data.draw(st.integers(1, 3))):
        contents[data.draw(st.integers(0, header - 1))] = data.draw(st.integers(0, 255))
    reason = why_refused(bytes(contents), file, fitted)
    assert reason is None or file.name in reason


@same_file
@given(share=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_damaged_tensors(fitted, saved, file, share, mask):
    contents = bytearray(saved.read_bytes())
    header = 8 + int.from_bytes(contents[:8], "little")
    contents[header + int(share * (len(contents) - header))] ^= mask
    assert "do not have the checksum" in why_refused(bytes(contents), file, fitted)


def tensors_of(estimator):
    """Every tensor in a pickle."""

    class Collector(pickle.Pickler):
        def reducer_override(self, value):
            if isinstance(value, torch.Tensor):
                found.append(value)
            return NotImplemented

    found = []
    Collector(io.BytesIO()).dump(estimator)
    return found


@each_clusterer
def test_pickles_and_files_hold_weights_and_labels_once_and_nothing_else(dic, photo, file):
    collection = [photo[:25], photo[25:], photo[:10, :20]]
    dic = clone(dic).fit(collection)
    dic.module_([torch.rand(1, 3, 8, 8, device=dic.module_.device)])[0].sum().backward()
    arrays = [*dic.module_.state_dict().values(), *dic.labels_, *(dic.superpixel_labels_ or [])]
    needed = sum(array.nbytes for array in arrays)
    # A tree has a label for each pixel, and two children and a distance for each merge.
    trees = sum(
        4 * part.size + 24 * tree.n_leaves
        for tree, part in zip(
            [] if dic.region_merging_ is None else dic.region_merging_.tree_,
            dic.labels_,
            strict=False,
        )
    )
    joblib.dump(dic, file)  # stores the labels of `region_merging_` again
    labels = sum(part.nbytes for part in dic.labels_)
    assert needed < file.stat().st_size < needed + labels + trees + 30_000
    assert needed < len(pickle.dumps(dic)) < needed + trees + 30_000
    dic.save(file)
    assert needed < file.stat().st_size < needed + trees + 15_000
    tensors = tensors_of(dic)
    assert {tensor.device.type for tensor in tensors} == {"cpu"}
    stored = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage() for tensor in tensors}
    weights = sum(weight.nbytes for weight in dic.module_.state_dict().values())
    assert sum(storage.nbytes() for storage in stored.values()) == weights


def test_a_pickle_is_moved_to_the_cpu(fitted, monkeypatch):
    """The network says that it is elsewhere: the pickle has a copy, which was moved."""
    dic = copy.copy(fitted)
    dic.device_ = "cuda:1"
    moved = []
    to = torch.nn.Module.to

    def move(module, place):
        moved.append((module, place))
        return to(module, place)

    with monkeypatch.context() as patched:
        patched.setattr(type(dic.module_), "device", torch.device("cuda:1"))
        patched.setattr(torch.nn.Module, "to", move)
        state = dic.__getstate__()
    assert moved == [(state["module_"], "cpu")]
    assert state["module_"] is not dic.module_
    assert state["device_"] == "cpu"
    assert dic.device_ == "cuda:1"


def test_a_file_is_loaded_on_the_cpu(fitted, file):
    dic = copy.copy(fitted).set_params(device="cuda:1")  # as fitted on another machine
    dic.device_ = "cuda:1"
    again = through_file(dic, file)
    assert again.device == "cuda:1"
    assert again.device_ == "cpu"
    assert again.module_.device.type == "cpu"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("copied", ["pickle", "file"])
def test_a_copy_made_on_a_gpu_predicts_on_a_cpu(fitted, photo, file, copied):
    dic = clone(fitted).set_params(device="cuda").fit(photo)
    again = pickle.loads(pickle.dumps(dic)) if copied == "pickle" else through_file(dic, file)
    assert {tensor.device.type for tensor in tensors_of(dic)} == {"cpu"}
    assert again.module_.device.type == again.device_ == "cpu"
    assert dic.module_.device.type == "cuda"
    assert adjusted_rand_score(again.predict(photo).ravel(), dic.labels_.ravel()) > 0.9
    again.module_.to("cuda")
    np.testing.assert_array_equal(again.predict(photo), dic.predict(photo))
