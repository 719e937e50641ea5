import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_dic.images import open_images, read_image
from sklearn_dic.images._file_axes import arrange
from sklearn_dic.images._image_file import ReadingOptions


def test_npy_and_npz_of_one_array(tmp_path, photo):
    np.save(tmp_path / "a.npy", photo)
    np.savez_compressed(tmp_path / "a.npz", image=photo)
    for name in ("a.npy", "a.npz"):
        np.testing.assert_array_equal(read_image(tmp_path / name), photo)


def test_npz_of_several_arrays(tmp_path, photo):
    np.savez(tmp_path / "a.npz", image=photo, labels=photo[..., 0])
    with pytest.raises(ValueError, match=r"a\.npz' holds 2 arrays \(image, labels\).*load\(path\)"):
        read_image(tmp_path / "a.npz")


def test_objects_in_npy_are_not_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}, None]), allow_pickle=True)
    with pytest.raises(OSError, match=r"a\.npy' cannot be read as an image: Object arrays"):
        read_image(tmp_path / "a.npy")


@given(
    st.permutations(["Y", "X", "C", "Z"]),
    st.fixed_dictionaries({name: st.integers(1, 4) for name in "YXCZ"}),
)
def test_the_order_of_the_axes_of_a_file_does_not_matter(axes, lengths):
    shape = [lengths[name] for name in "ZYXC"]
    stack = np.arange(np.prod(shape)).reshape(shape)
    stored = stack.transpose(["ZYXC".index(name) for name in axes])
    file = arrange(
        stored, None, ReadingOptions(axes="".join(axes), frame=0 if shape[0] > 1 else None)
    )
    expected = stack[0] if lengths["C"] > 1 else stack[0, ..., 0]
    np.testing.assert_array_equal(file.pixels, expected)
    assert file.axes == ("YXC" if lengths["C"] > 1 else "YX")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((4, 5), complex), "holds values of dtype complex128; an image holds"),
        (np.zeros((4, 5), "U3"), "holds values of dtype <U3"),
        (np.zeros(7), r"shape \(7,\), and an image has two axes or three"),
        (np.zeros((0, 5)), r"empty.*\(0, 5\)"),
    ],
)
def test_arrays_that_are_no_image(tmp_path, array, message):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(ValueError, match=message):
        open_images(tmp_path / "a.npy")


def test_names_of_the_axes_of_npy(tmp_path, photo):
    np.save(tmp_path / "a.npy", np.moveaxis(photo, -1, 0))
    np.testing.assert_array_equal(read_image(tmp_path / "a.npy", axes="CYX"), photo)
    np.testing.assert_array_equal(
        read_image(tmp_path / "a.npy", axes="ZYX", frame=1), photo[..., 1]
    )
    with pytest.raises(ValueError, match="without names of its axes, and frame=1"):
        read_image(tmp_path / "a.npy", frame=1)
    np.save(tmp_path / "a.npy", np.stack([photo, photo]))
    with pytest.raises(ValueError, match=r"shape \(2, 50, 75, 3\) without names.*--axes ZYXC"):
        read_image(tmp_path / "a.npy")


def test_a_cube_with_channels_first_is_noticed(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((30, 122, 68)))
    with pytest.warns(UserWarning, match="is read as 30 x 122 pixels with 68 channels"):
        open_images(tmp_path / "a.npy")


def test_zarr_arrays(tmp_path, photo):
    zarr = pytest.importorskip("zarr")
    grey = photo[..., 0]
    zarr.save_array(str(tmp_path / "a.zarr"), photo)
    np.testing.assert_array_equal(read_image(tmp_path / "a.zarr"), photo)
    np.testing.assert_array_equal(open_images(zarr.open(str(tmp_path / "a.zarr"))).given[0], photo)
    group = zarr.open_group(str(tmp_path / "group.zarr"), mode="w")
    group["image"] = photo
    np.testing.assert_array_equal(read_image(tmp_path / "group.zarr"), photo)
    group["labels"] = grey
    with pytest.raises(ValueError, match=r"zarr group of 2 arrays \(.*path/name"):
        read_image(tmp_path / "group.zarr")
    np.testing.assert_array_equal(read_image(tmp_path / "group.zarr/labels"), grey)


def test_names_of_the_axes_of_zarr(tmp_path, photo):
    zarr = pytest.importorskip("zarr")
    group = zarr.open_group(str(tmp_path / "ome.zarr"), mode="w", zarr_format=2)
    group["0"] = np.moveaxis(photo, -1, 0)[None]
    group["1"] = np.moveaxis(photo, -1, 0)[None, :, ::2, ::2]
    group.attrs["multiscales"] = [
        {"axes": [{"name": name} for name in "tcyx"], "datasets": [{"path": "0"}, {"path": "1"}]}
    ]
    np.testing.assert_array_equal(read_image(tmp_path / "ome.zarr"), photo)
    names = ("time", "y", "x")
    stored = zarr.create_array(
        str(tmp_path / "named.zarr"), data=np.moveaxis(photo, -1, 0), dimension_names=names
    )
    with pytest.raises(ValueError, match="holds 3 frames of 75 x 50"):
        read_image(tmp_path / "named.zarr")
    assert open_images(stored).form == "stack"


def test_zarr_without_its_library(tmp_path, monkeypatch):
    (tmp_path / "a.zarr").mkdir()
    (tmp_path / "a.zarr/zarr.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(ImportError, match=r"a\.zarr' needs zarr: .*'sklearn-dic\[zarr\]'"):
        read_image(tmp_path / "a.zarr")
