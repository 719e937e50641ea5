"""Files are data from elsewhere: what is damaged or hostile leads to one error."""

import zlib

import h5py
import hypothesis.strategies as st
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from PIL import Image
from scipy.io import savemat

from sklearn_dic.superpixels import FileSuperpixels
from sklearn_dic.superpixels.files import _matlab5 as matlab5_reading
from sklearn_dic.superpixels.files import _reading as file_reading
from tests.superpixels._label_files import (
    IMAGE,
    LABELS,
    SHAPE,
    SUFFIXES,
    VARIABLES,
    cells,
    save,
    write_hdf5,
)


def read_or_refuse(path):
    """Whatever is in a file, the answer is superpixels or one error that names the file."""
    try:
        superpixels = FileSuperpixels(path).fit_transform(IMAGE)
    except (ValueError, OSError) as error:
        assert path.name in str(error)  # noqa: PT017  # both outcomes are right
    else:
        assert superpixels.shape == SHAPE


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("originals")
    for suffix in SUFFIXES:
        save(folder / f"file{suffix}", LABELS)
    savemat(folder / "plain.mat", {"segs": VARIABLES["segs"], "s": VARIABLES["proposals"]})
    write_hdf5(folder / "hdf5.mat", segs=VARIABLES["segs"], s=VARIABLES["proposals"])
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files(data, originals, tmp_path):
    name = data.draw(st.sampled_from(sorted(originals)))
    content = bytearray(originals[name])
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(content) - 1))
        content[start : start + 4] = data.draw(st.binary(min_size=1, max_size=4))
    path = tmp_path / name
    path.write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))]))
    read_or_refuse(path)


def test_truncated_files_of_others(berkeley, tmp_path):
    whole = (berkeley / "mcg/2092.mat").read_bytes()
    (image,) = (berkeley / "bsds300/images").glob("*/2092.jpg")
    for length in np.linspace(0, len(whole) - 1, 25).astype(int):
        path = tmp_path / "short.mat"
        path.write_bytes(whole[:length])
        with pytest.raises((OSError, ValueError), match=r"short\.mat"):
            FileSuperpixels(path).fit_transform(image)


def test_nothing_is_executed(tmp_path):
    class Harmful:
        def __reduce__(self):
            return exec, ("raise SystemExit",)

    array = np.array([Harmful()], dtype=object)
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    np.savez(tmp_path / "b.npz", seg_lab=array)
    for name in ("a.npy", "b.npz"):
        with pytest.raises(OSError, match=rf"{name}' is damaged or hostile: .*(Object|object)"):
            FileSuperpixels(tmp_path / name).fit_transform(IMAGE)


def test_decompression_bombs(tmp_path, monkeypatch):
    monkeypatch.setattr(file_reading, "LARGEST", 100_000)
    zeros = np.zeros((1000, 1000), np.uint8)
    np.savez_compressed(tmp_path / "a.npz", seg_lab=zeros)
    savemat(tmp_path / "b.mat", {"seg_lab": zeros}, do_compression=True)
    Image.fromarray(zeros).save(tmp_path / "c.png")
    tifffile.imwrite(tmp_path / "d.tif", zeros, compression="zlib")
    with h5py.File(tmp_path / "e.mat", "w") as file:
        file.create_dataset("seg_lab", data=zeros, compression="gzip")
    np.lib.format.open_memmap(tmp_path / "f.npy", "w+", np.uint8, (1000, 1000)).flush()
    (tmp_path / "g.seg").write_text("format ascii cr\nwidth 1000\nheight 1000\ndata\n0 0 0 0\n")
    for path in sorted(tmp_path.iterdir()):
        with pytest.raises(OSError, match=rf"{path.name}' is damaged or hostile: .*(more|bytes)"):
            FileSuperpixels(path).fit_transform(IMAGE)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    """One compressed variable that says nothing of its size."""
    monkeypatch.setattr(file_reading, "LARGEST", 2**24)
    packer = zlib.compressobj()
    packed = b"".join(packer.compress(bytes(2**24)) for _ in range(4)) + packer.flush()
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    element = (15).to_bytes(4, "little") + len(packed).to_bytes(4, "little")
    (tmp_path / "bomb.mat").write_bytes(header + element + packed)
    with pytest.raises(OSError, match="more than 16,777,216"):
        FileSuperpixels(tmp_path / "bomb.mat").fit_transform(IMAGE)


def test_hdf5_stays_within_the_file(tmp_path):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["seg_lab"] = LABELS.T
    with h5py.File(tmp_path / "link.mat", "w") as file:
        file["seg_lab"] = h5py.ExternalLink(secret, "seg_lab")
    with pytest.raises(ValueError, match=r"link.mat' does not fit .* it has nothing"):
        FileSuperpixels(tmp_path / "link.mat").fit_transform(IMAGE)
    with h5py.File(tmp_path / "virtual.mat", "w") as file:
        layout = h5py.VirtualLayout(shape=LABELS.T.shape, dtype=LABELS.dtype)
        layout[:] = h5py.VirtualSource(secret, "seg_lab", LABELS.T.shape)
        file.create_virtual_dataset("seg_lab", layout)
    with pytest.raises(OSError, match="seg_lab is stored in other files"):
        FileSuperpixels(tmp_path / "virtual.mat").fit_transform(IMAGE)


def test_hdf5_references_in_circles(tmp_path):
    with h5py.File(tmp_path / "circle.mat", "w") as file:
        cell = file.create_dataset("segs", (1, 1), h5py.ref_dtype)
        cell[0, 0] = cell.ref
    with pytest.raises(OSError, match="nested deeper"):
        FileSuperpixels(tmp_path / "circle.mat").fit_transform(IMAGE)


def test_other_formats_are_named(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    with pytest.raises(OSError, match=r"a.jpg' starts with .*none of the known formats"):
        FileSuperpixels(tmp_path / "a.jpg").fit_transform(IMAGE)
    (tmp_path / "empty.mat").write_bytes(b"")
    with pytest.raises(OSError, match=r"empty.mat' starts with b''"):
        FileSuperpixels(tmp_path / "empty.mat").fit_transform(IMAGE)


def test_text_in_hdf5_is_not_read(tmp_path):
    """Text of variable length takes no room in the file, and as much as it likes in memory."""
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file.create_dataset("labels", (10**9, 1), h5py.string_dtype(), fillvalue="x" * 20_000)
    with pytest.raises(ValueError, match=r"a.mat' does not fit .* labels NoneType"):
        FileSuperpixels(tmp_path / "a.mat").fit_transform(IMAGE)


def test_cells_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(matlab5_reading, "MOST_ARRAYS", 100)
    savemat(tmp_path / "a.mat", {"segs": cells(*[np.zeros((1, 1))] * 101)})
    with pytest.raises(OSError, match="more than 100 arrays"):
        FileSuperpixels(tmp_path / "a.mat").fit_transform(IMAGE)
