"""Superpixels from files: every format, every variable, and files that are damaged."""

import os
import zlib
from itertools import count

import h5py
import hypothesis.strategies as st
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from PIL import Image
from scipy.io import loadmat, savemat
from scipy.io.matlab import mat_struct
from skimage.data import coffee
from sklearn.metrics import rand_score

from sklearn_dic.superpixels import HierarchicalSuperpixels, MCGSuperpixels
from sklearn_dic.superpixels import _file_reading as file_reading
from sklearn_dic.superpixels import _matlab5_reading as matlab5_reading
from sklearn_dic.superpixels._color import color_gradient

LABELS = np.array(
    [[3, 3, 3, 9, 9], [3, 3, 9, 9, 9], [3, 4, 4, 4, 9], [4, 4, 4, 4, 4]], dtype=np.uint16
)
SHAPE = LABELS.shape
IMAGE = np.random.RandomState(0).rand(*SHAPE, 3)


def cells(*items):
    array = np.empty((1, len(items)), object)
    for place, item in enumerate(items):
        array[0, place] = item
    return array


def pixel_lists(labels):
    flat = labels.ravel(order="F")
    return cells(*(np.flatnonzero(flat == label)[:, None] + 1 for label in np.unique(flat)))


def doubled(labels):
    """A contour map with doubled sides: 1 where two labels meet."""
    contours = np.ones((2 * labels.shape[0] + 1, 2 * labels.shape[1] + 1))
    contours[1::2, 1::2] = 0
    contours[1::2, 2:-1:2] = labels[:, :-1] != labels[:, 1:]
    contours[2:-1:2, 1::2] = labels[:-1] != labels[1:]
    corners = np.stack([contours[1:-2:2, 2:-1:2], contours[3::2, 2:-1:2]])
    corners = np.concatenate([corners, [contours[2:-1:2, 1:-2:2], contours[2:-1:2, 3::2]]])
    contours[2:-1:2, 2:-1:2] = corners.max(axis=0)
    return contours


def write_hdf5(path, **variables):
    """Write as MATLAB v7.3 does: columns first, cells as references, structs as groups."""
    with h5py.File(path, "w", userblock_size=512) as file:
        references = file.create_group("#refs#")
        numbers = count()

        def write(group, name, value):
            if isinstance(value, dict):
                struct = group.create_group(name)
                for field, part in value.items():
                    write(struct, field, part)
            elif value.dtype == object:
                stored = np.empty(value.shape, h5py.ref_dtype)
                for place in np.ndindex(value.shape):
                    key = f"r{next(numbers)}"
                    write(references, key, value[place])
                    stored[place] = references[key].ref
                group.create_dataset(name, data=stored.T, dtype=h5py.ref_dtype)
            else:
                group.create_dataset(name, data=value.T)

        for name, value in variables.items():
            write(file, name, value)
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512))


def same_partition(found, expected):
    return rand_score(np.asarray(found).ravel(), np.asarray(expected).ravel()) == 1


VARIABLES = {
    "seg_lab": LABELS,
    "superpixels": LABELS.astype(float),  # MATLAB's numbers are floats
    "labels": pixel_lists(LABELS),
    "seg": cells(pixel_lists(LABELS), pixel_lists(LABELS // 5)),
    "segs": cells(LABELS, LABELS // 5),
    "proposals": {"superpixels": LABELS, "labels": cells(np.array([[1, 2]]), np.array([[3]]))},
    "candidates": {"scores": np.ones((7, 1)), "superpixels": LABELS},
    "groundTruth": cells({"Segmentation": LABELS, "Boundaries": LABELS == 4}),
    "anything": LABELS,
}


@pytest.mark.parametrize("write", [savemat, write_hdf5], ids=["v5", "v7.3"])
@pytest.mark.parametrize("name", VARIABLES)
def test_matlab_variables(name, write, tmp_path):
    path = tmp_path / "file.mat"
    variables = {name: VARIABLES[name], "threshold": np.array([[0.3]])}
    savemat(path, variables) if write is savemat else write_hdf5(path, **variables)
    superpixels = MCGSuperpixels(path).fit_transform(IMAGE)
    assert np.unique(superpixels).tolist() == [0, 1, 2]
    assert same_partition(superpixels, LABELS)


def test_index_takes_another_map(tmp_path):
    savemat(tmp_path / "a.mat", {"segs": VARIABLES["segs"]})
    coarse = MCGSuperpixels(tmp_path / "a.mat", index=1).fit_transform(IMAGE)
    assert same_partition(coarse, LABELS // 5)
    with pytest.raises(ValueError, match="index=2 asks for a label map that is not there"):
        MCGSuperpixels(tmp_path / "a.mat", index=2).fit_transform(IMAGE)


def text_format(labels):
    lines = ["format ascii cr", "date Thu Apr 05 10:09:00 2001", "image 2092", "user 1103"]
    lines += [f"width {labels.shape[1]}", f"height {labels.shape[0]}", "segments 3", "gray 0"]
    lines.append("data")
    for row, line in enumerate(labels.tolist()):
        start = 0
        for column in range(1, len(line) + 1):
            if column == len(line) or line[column] != line[start]:
                lines.append(f"{line[start]} {row} {start} {column - 1}")
                start = column
    return "\n".join(lines) + "\n"


def save(path, labels):
    """Write labels in the format of the suffix."""
    kind = path.suffix
    if kind == ".npy":
        np.save(path, labels)
    elif kind == ".npz":
        np.savez_compressed(path, segmentation=labels)
    elif kind == ".png":
        Image.fromarray(labels).save(path)
    elif kind in (".tif", ".tiff"):
        tifffile.imwrite(path, labels)
    elif kind == ".seg":
        path.write_text(text_format(labels))
    else:
        savemat(path, {"seg_lab": labels}, do_compression=True)
    return path


SUFFIXES = [".npy", ".npz", ".png", ".tif", ".seg", ".mat"]


def test_a_label_map_is_not_cut_as_contours(tmp_path):
    savemat(tmp_path / "a.mat", {"seg_lab": LABELS})
    for parameters in ({"threshold": 0.5}, {"n_segments": 2}):
        with pytest.raises(ValueError, match="holds a label map, and n_segments and threshold cut"):
            MCGSuperpixels(tmp_path / "a.mat", **parameters).fit_transform(IMAGE)
    savemat(tmp_path / "b.mat", {"ucm": LABELS.astype(np.uint8)})
    with pytest.raises(ValueError, match="holds a contour map"):
        MCGSuperpixels(tmp_path / "b.mat").fit_transform(IMAGE)


def test_stacks_and_truth_values(tmp_path):
    for stack in (np.stack([LABELS, LABELS // 5]), np.stack([LABELS, LABELS // 5], axis=-1)):
        np.save(tmp_path / "a.npy", stack)
        for index, expected in enumerate([LABELS, LABELS // 5]):
            found = MCGSuperpixels(tmp_path / "a.npy", index=index).fit_transform(IMAGE)
            assert same_partition(found, expected)
    np.save(tmp_path / "b.npy", LABELS == 4)
    assert same_partition(MCGSuperpixels(tmp_path / "b.npy").fit_transform(IMAGE), LABELS == 4)


def test_a_square_map_of_python_is_not_turned(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["labels"] = LABELS[:4, :4]
        file["name"] = "text"
        file["kind"] = LABELS.dtype  # a type on its own, which is no array
    found = MCGSuperpixels(tmp_path / "a.h5").fit_transform(IMAGE[:4, :4])
    assert same_partition(found, LABELS[:4, :4])


def test_a_mask_keeps_the_labels_of_small_types_apart(tmp_path):
    np.save(tmp_path / "a.npy", (LABELS == 4).astype(np.uint8) * 255)
    mask = LABELS != 9
    found = MCGSuperpixels(tmp_path / "a.npy").fit_transform(IMAGE, mask=mask)
    assert same_partition(found, np.where(mask, LABELS, 9))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_formats(suffix, tmp_path):
    path = save(tmp_path / f"file{suffix}", LABELS)
    assert same_partition(MCGSuperpixels(path).fit_transform(IMAGE), LABELS)
    renamed = path.rename(tmp_path / "file.xyz")  # what it is, not what it is called
    assert same_partition(MCGSuperpixels(renamed).fit_transform(IMAGE), LABELS)


def test_compressed_tiff(tmp_path):
    Image.fromarray(LABELS.astype(np.uint8)).save(tmp_path / "a.tif", compression="tiff_lzw")
    assert same_partition(MCGSuperpixels(tmp_path / "a.tif").fit_transform(IMAGE), LABELS)


def test_pages_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(file_reading, "MOST_PAGES", 2)
    for n_pages in (2, 3):
        pages = [Image.fromarray(LABELS.astype(np.uint8))] * n_pages
        pages[0].save(tmp_path / f"{n_pages}.tif", save_all=True, append_images=pages[1:])
    assert same_partition(MCGSuperpixels(tmp_path / "2.tif", index=1).fit_transform(IMAGE), LABELS)
    with pytest.raises(OSError, match="more than 2 pages"):
        MCGSuperpixels(tmp_path / "3.tif").fit_transform(IMAGE)


def test_colours_are_no_contours(tmp_path):
    rgb = np.zeros((20, 30, 3), np.uint8)
    rgb[:, 15, 0] = 200
    Image.fromarray(rgb).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match="none of its variables is a map of edges"):
        HierarchicalSuperpixels(edge_map=tmp_path / "a.png").fit_transform(rgb)
    Image.fromarray(rgb[..., :1].repeat(3, axis=2)).save(tmp_path / "a.png")  # grey after all
    two = HierarchicalSuperpixels(2, edge_map=tmp_path / "a.png").fit_transform(rgb)
    assert two[0, 0] != two[0, 29]


def test_soft_edges_are_cut_where_they_enclose_most(tmp_path):
    edges = color_gradient(coffee()[::4, ::4] / 255, 1.0, None)
    np.save(tmp_path / "a.npy", edges)
    numbers = [
        MCGSuperpixels(tmp_path / "a.npy", n_segments=n).fit_transform(edges).max() + 1
        for n in (10, 100, 10_000)
    ]
    assert 2 <= numbers[0] <= 10 < numbers[1] <= 100 < numbers[2]


def test_colours_and_palettes_are_labels(tmp_path):
    rgb = np.stack([LABELS * 3, LABELS * 0, LABELS], axis=-1).astype(np.uint8)
    Image.fromarray(rgb).save(tmp_path / "rgb.png")
    palette = Image.fromarray(LABELS.astype(np.uint8)).convert("P")
    palette.save(tmp_path / "palette.png")
    for name in ("rgb", "palette"):
        assert same_partition(MCGSuperpixels(tmp_path / f"{name}.png").fit_transform(IMAGE), LABELS)


def test_a_map_that_only_fits_when_turned_is_turned(tmp_path):
    path = save(tmp_path / "turned.npy", LABELS.T)
    assert same_partition(MCGSuperpixels(path).fit_transform(IMAGE), LABELS)


@pytest.mark.parametrize("name", ["ucm2", "ucms", "anything"])
def test_contours_between_pixels(name, tmp_path):
    contours = doubled(LABELS) * 0.7
    value = cells(contours, contours) if name == "ucms" else contours
    savemat(tmp_path / "a.mat", {name: value})
    for parameters in ({"threshold": 0.5}, {"n_segments": 3}, {"n_segments": 1000}):
        superpixels = MCGSuperpixels(tmp_path / "a.mat", **parameters).fit_transform(IMAGE)
        assert same_partition(superpixels, LABELS)
    for parameters in ({"threshold": 0.7}, {"n_segments": 2}):
        superpixels = MCGSuperpixels(tmp_path / "a.mat", **parameters).fit_transform(IMAGE)
        assert superpixels.max() == 0
    with pytest.raises(ValueError, match="a contour map: say with n_segments or threshold"):
        MCGSuperpixels(tmp_path / "a.mat").fit_transform(IMAGE)


def test_contours_on_pixels_join_their_neighbours(tmp_path):
    contours = np.zeros((6, 9))
    contours[:, 4] = 0.5
    contours[3, 5:] = 0.2
    path = save(tmp_path / "ucm.npy", contours)
    image = np.zeros((6, 9))
    three = MCGSuperpixels(path, threshold=0.1).fit_transform(image)
    assert three.max() == 2
    two = MCGSuperpixels(path, n_segments=2).fit_transform(image)
    assert two.max() == 1
    assert two[0, 0] != two[0, 8] == two[5, 8]


def test_variables_that_there_are_stand_in_the_error(tmp_path):
    savemat(tmp_path / "a.mat", {"other": np.zeros((3, 3)), "segs": cells(LABELS.T[1:])})
    with pytest.raises(
        ValueError,
        match=r"a.mat' does not fit the image: none of its variables is a label map of an image of "
        r"shape \(4, 5\).*other float64 \(3, 3\), segs \{1 cells: uint16 \(4, 4\)\}",
    ):
        MCGSuperpixels(tmp_path / "a.mat").fit_transform(IMAGE)
    with pytest.raises(ValueError, match="no variable 'seg_lab', but other"):
        MCGSuperpixels(tmp_path / "a.mat", variable="seg_lab").fit_transform(IMAGE)


def test_several_unknown_variables_must_be_told_apart(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, fine=LABELS, coarse=LABELS // 5)
    with pytest.raises(ValueError, match="several variables fit the image, coarse, fine"):
        MCGSuperpixels(path).fit_transform(IMAGE)
    assert same_partition(MCGSuperpixels(path, variable="fine").fit_transform(IMAGE), LABELS)


def test_fractions_are_no_labels(tmp_path):
    path = save(tmp_path / "a.npy", LABELS + 0.5)
    with pytest.raises(ValueError, match="a contour map"):
        MCGSuperpixels(path).fit_transform(IMAGE)


class TestWhichFile:
    @pytest.fixture
    def images(self, tmp_path):
        paths = []
        for place, name in enumerate(["left", "right"]):
            paths.append(tmp_path / f"{name}.png")
            Image.fromarray((IMAGE * 255).astype(np.uint8)).save(paths[-1])
            save(tmp_path / f"{name}.npy", LABELS // (5 if place else 1))
        return paths

    def test_template(self, images, tmp_path):
        for template in (tmp_path / "{stem}.npy", "{parent}/{stem}.npy"):
            fine, coarse = MCGSuperpixels(template).fit_transform(images)
            assert same_partition(fine, LABELS)
            assert same_partition(coarse, LABELS // 5)
        assert fine.image.shape == IMAGE.shape

    def test_mapping(self, images, tmp_path):
        left, right = tmp_path / "left.npy", tmp_path / "right.npy"
        for files in (
            dict(zip(images, [left, right], strict=True)),
            {str(images[0]): left, str(images[1]): right},
            {"left": left, "right": right},
            {"left.png": left, "right.png": right},
            {os.path.relpath(images[0]): left, os.path.relpath(images[1]): right},
        ):
            fine, coarse = MCGSuperpixels(files).fit_transform(images)
            assert same_partition(fine, LABELS)
            assert same_partition(coarse, LABELS // 5)

    def test_what_is_missing_is_named(self, images, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"no file '.*left.mat'"):
            MCGSuperpixels(tmp_path / "{stem}.mat").fit_transform(images)
        with pytest.raises(IsADirectoryError, match=r"is a folder: .* such as '.*\{stem\}\.mat'"):
            MCGSuperpixels(tmp_path).fit_transform(images[0])
        with pytest.raises(
            ValueError, match=r"no entry for image 1 .* nor for 'right.png' or 'right'"
        ):
            MCGSuperpixels({"left": tmp_path / "left.npy"}).fit_transform(images)
        with pytest.raises(ValueError, match=r"left.npy.* belongs to one image, and there are 2"):
            MCGSuperpixels(tmp_path / "left.npy").fit_transform(images)
        with pytest.raises(ValueError, match=r"image 0 is an array, and 'a/\{stem\}.mat'"):
            MCGSuperpixels("a/{stem}.mat").fit_transform([IMAGE, IMAGE])
        with pytest.raises(
            ValueError, match="image 0 is an array, and files are found by the path"
        ):
            MCGSuperpixels({"left": "a.mat"}).fit_transform([IMAGE, IMAGE])
        with pytest.raises(ValueError, match=r"field that an image does not fill in \('step'\)"):
            MCGSuperpixels("a/{step}.mat").fit_transform(images)


class TestBerkeley:
    """Files of others, with the numbers that their authors found."""

    @pytest.mark.parametrize(
        ("stem", "n_regions"), [(2092, 912), (3096, 1356), (8023, 879), (8049, 758)]
    )
    def test_mcg(self, stem, n_regions, berkeley):
        (image,) = (berkeley / "bsds300/images").glob(f"*/{stem}.jpg")
        superpixels = MCGSuperpixels(berkeley / "mcg/{stem}.mat").fit_transform(image)
        assert superpixels.max() + 1 == n_regions

    @pytest.mark.parametrize("stem", [2018, 3063, 5096, 6046, 8068])
    def test_ucm2_at_the_thresholds_of_the_benchmark(self, stem, berkeley):
        (image,) = (berkeley / "bsds_bench/images").glob(f"{stem}.*")
        for place in range(5):
            cut = MCGSuperpixels(
                berkeley / "bsds_bench/ucm2/{stem}.mat", threshold=(place + 1) / 6
            ).fit_transform(image)
            segs = MCGSuperpixels(berkeley / "bsds_bench/segs/{stem}.mat", index=place)
            assert same_partition(cut, segs.fit_transform(image))

    def test_ucm2_cut_to_200_regions(self, berkeley):
        images = sorted((berkeley / "bsds300/ucm2/train").glob("*.mat"))
        images = [berkeley / f"bsds300/images/train/{path.stem}.jpg" for path in images]
        cut = MCGSuperpixels(berkeley / "bsds300/ucm2/train/{stem}.mat", n_segments=200)
        stored = MCGSuperpixels(berkeley / "bsds300/superpixels_gpb200/train/{stem}.mat")
        for ours, theirs in zip(
            cut.fit_transform(images), stored.fit_transform(images), strict=True
        ):
            assert same_partition(ours, theirs)

    def test_human_annotations(self, berkeley):
        (image,) = (berkeley / "bsds300/images").glob("*/2092.jpg")
        files = berkeley / "bsds300/groundTruth/train/{stem}.mat"
        truth = loadmat(str(files).format(stem=2092))["groundTruth"]
        for annotator in range(truth.shape[1]):
            superpixels = MCGSuperpixels(files, index=annotator).fit_transform(image)
            assert same_partition(superpixels, truth[0, annotator]["Segmentation"][0, 0])


def test_edges_from_files(tmp_path):
    edges = np.zeros((20, 30))
    edges[:, 14:16] = 200
    Image.fromarray(edges.astype(np.uint8)).save(tmp_path / "photo.png")
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(tmp_path / "photo.tif")
    hierarchical = HierarchicalSuperpixels(2, edge_map=tmp_path / "{stem}.png")
    (superpixels,) = hierarchical.fit_transform([tmp_path / "photo.tif"])
    assert (superpixels[:, :14] == superpixels[0, 0]).all()
    assert (superpixels[:, 16:] == superpixels[0, 29]).all()
    assert superpixels[0, 0] != superpixels[0, 29]


def as_scipy_reads(value):
    """Cells and structs of scipy -> lists and dictionaries."""
    if isinstance(value, mat_struct):
        return {field: as_scipy_reads(getattr(value, field)) for field in value._fieldnames}
    if value.dtype == object:
        parts = [as_scipy_reads(part) for part in value.ravel(order="F")]
        return parts[0] if len(parts) == 1 and isinstance(parts[0], dict) else parts
    return value


def assert_same_contents(ours, theirs):
    if isinstance(ours, list) and len(ours) == 1 and isinstance(theirs, dict):
        (ours,) = ours  # scipy does not tell a struct from a cell that holds one
    assert type(ours) is type(theirs)
    if isinstance(ours, dict):
        assert list(ours) == list(theirs)
        for name in ours:
            assert_same_contents(ours[name], theirs[name])
    elif isinstance(ours, list):
        for pair in zip(ours, theirs, strict=True):
            assert_same_contents(*pair)
    else:
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("compressed", [False, True])
def test_matlab5_is_read_as_scipy_reads_it(compressed, tmp_path):
    variables = {
        **{f"{kind}_array": (100 * IMAGE).astype(kind) for kind in ("u1", "i2", "u4", "f4", "f8")},
        "logical": LABELS > 4,
        "empty": np.zeros((0, 3)),
        "nested": VARIABLES["seg"],
        "structs": VARIABLES["groundTruth"],
        "a_rather_long_name": VARIABLES["proposals"],
    }
    savemat(tmp_path / "a.mat", variables, do_compression=compressed)
    ours = file_reading.read_contents(tmp_path / "a.mat")
    theirs = loadmat(tmp_path / "a.mat", struct_as_record=False)
    assert_same_contents(ours, {name: as_scipy_reads(theirs[name]) for name in variables})


def test_matlab5_files_of_others_are_read_as_scipy_reads_them(berkeley):
    for path in (
        *sorted((berkeley / "mcg").glob("*.mat")),
        *sorted((berkeley / "bsds_bench").glob("*/*.mat")),
        *sorted((berkeley / "bsds300/groundTruth/val").glob("*.mat"))[::20],
    ):
        theirs = loadmat(path, struct_as_record=False)
        theirs = {name: as_scipy_reads(x) for name, x in theirs.items() if name[:2] != "__"}
        assert_same_contents(file_reading.read_contents(path), theirs)


# Files are data from elsewhere.


def read_or_refuse(path):
    """Whatever is in a file, the answer is superpixels or one error that names the file."""
    try:
        superpixels = MCGSuperpixels(path).fit_transform(IMAGE)
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
            MCGSuperpixels(path).fit_transform(image)


def test_nothing_is_executed(tmp_path):
    class Harmful:
        def __reduce__(self):
            return exec, ("raise SystemExit",)

    array = np.array([Harmful()], dtype=object)
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    np.savez(tmp_path / "b.npz", seg_lab=array)
    for name in ("a.npy", "b.npz"):
        with pytest.raises(OSError, match=rf"{name}' is damaged or hostile: .*(Object|object)"):
            MCGSuperpixels(tmp_path / name).fit_transform(IMAGE)


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
            MCGSuperpixels(path).fit_transform(IMAGE)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    """One compressed variable that says nothing of its size."""
    monkeypatch.setattr(file_reading, "LARGEST", 2**24)
    packer = zlib.compressobj()
    packed = b"".join(packer.compress(bytes(2**24)) for _ in range(4)) + packer.flush()
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    element = (15).to_bytes(4, "little") + len(packed).to_bytes(4, "little")
    (tmp_path / "bomb.mat").write_bytes(header + element + packed)
    with pytest.raises(OSError, match="more than 16,777,216"):
        MCGSuperpixels(tmp_path / "bomb.mat").fit_transform(IMAGE)


def test_hdf5_stays_within_the_file(tmp_path):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["seg_lab"] = LABELS.T
    with h5py.File(tmp_path / "link.mat", "w") as file:
        file["seg_lab"] = h5py.ExternalLink(secret, "seg_lab")
    with pytest.raises(ValueError, match=r"link.mat' does not fit .* it has nothing"):
        MCGSuperpixels(tmp_path / "link.mat").fit_transform(IMAGE)
    with h5py.File(tmp_path / "virtual.mat", "w") as file:
        layout = h5py.VirtualLayout(shape=LABELS.T.shape, dtype=LABELS.dtype)
        layout[:] = h5py.VirtualSource(secret, "seg_lab", LABELS.T.shape)
        file.create_virtual_dataset("seg_lab", layout)
    with pytest.raises(OSError, match="seg_lab is stored in other files"):
        MCGSuperpixels(tmp_path / "virtual.mat").fit_transform(IMAGE)


def test_hdf5_references_in_circles(tmp_path):
    with h5py.File(tmp_path / "circle.mat", "w") as file:
        cell = file.create_dataset("segs", (1, 1), h5py.ref_dtype)
        cell[0, 0] = cell.ref
    with pytest.raises(OSError, match="nested deeper"):
        MCGSuperpixels(tmp_path / "circle.mat").fit_transform(IMAGE)


def test_other_formats_are_named(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    with pytest.raises(OSError, match=r"a.jpg' starts with .*none of the formats that are read"):
        MCGSuperpixels(tmp_path / "a.jpg").fit_transform(IMAGE)
    (tmp_path / "empty.mat").write_bytes(b"")
    with pytest.raises(OSError, match=r"empty.mat' starts with b''"):
        MCGSuperpixels(tmp_path / "empty.mat").fit_transform(IMAGE)


def test_text_in_hdf5_is_not_read(tmp_path):
    """Text of variable length takes no room in the file, and as much as it likes in memory."""
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file.create_dataset("labels", (10**9, 1), h5py.string_dtype(), fillvalue="x" * 20_000)
    with pytest.raises(ValueError, match=r"a.mat' does not fit .* labels NoneType"):
        MCGSuperpixels(tmp_path / "a.mat").fit_transform(IMAGE)


def test_cells_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(matlab5_reading, "MOST_ARRAYS", 100)
    savemat(tmp_path / "a.mat", {"segs": cells(*[np.zeros((1, 1))] * 101)})
    with pytest.raises(OSError, match="more than 100 arrays"):
        MCGSuperpixels(tmp_path / "a.mat").fit_transform(IMAGE)
