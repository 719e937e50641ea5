"""Superpixels from files: every format, and every variable."""

import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image
from scipy.io import loadmat, savemat
from skimage.data import coffee
from sklearn.metrics import rand_score

from sklearn_dic.images._color import color_gradient
from sklearn_dic.images._images import open_images
from sklearn_dic.superpixels import FileSuperpixels, HierarchicalSuperpixels, MCGSuperpixels
from sklearn_dic.superpixels._resolve import compute_superpixels
from sklearn_dic.superpixels.files import _reading as file_reading
from tests.superpixels._label_files import (
    IMAGE,
    LABELS,
    SUFFIXES,
    VARIABLES,
    cells,
    save,
    write_hdf5,
)


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


def same_partition(found, expected):
    return rand_score(np.asarray(found).ravel(), np.asarray(expected).ravel()) == 1


@pytest.mark.parametrize("write", [savemat, write_hdf5], ids=["v5", "v7.3"])
@pytest.mark.parametrize("name", VARIABLES)
def test_matlab_variables(name, write, tmp_path):
    path = tmp_path / "file.mat"
    variables = {name: VARIABLES[name], "threshold": np.array([[0.3]])}
    savemat(path, variables) if write is savemat else write_hdf5(path, **variables)
    superpixels = FileSuperpixels(path).fit_transform(IMAGE)
    assert np.unique(superpixels).tolist() == [0, 1, 2]
    assert same_partition(superpixels, LABELS)


def test_index_takes_another_map(tmp_path):
    savemat(tmp_path / "a.mat", {"segs": VARIABLES["segs"]})
    coarse = FileSuperpixels(tmp_path / "a.mat", index=1).fit_transform(IMAGE)
    assert same_partition(coarse, LABELS // 5)
    with pytest.raises(ValueError, match="index=2 asks for a label map that is not there"):
        FileSuperpixels(tmp_path / "a.mat", index=2).fit_transform(IMAGE)


def test_a_label_map_is_not_cut_as_contours(tmp_path):
    savemat(tmp_path / "a.mat", {"seg_lab": LABELS})
    for parameters in ({"threshold": 0.5}, {"n_segments": 2}):
        with pytest.raises(ValueError, match="holds a label map, and n_segments and threshold cut"):
            FileSuperpixels(tmp_path / "a.mat", **parameters).fit_transform(IMAGE)
    savemat(tmp_path / "b.mat", {"ucm": LABELS.astype(np.uint8)})
    with pytest.raises(ValueError, match="holds a contour map"):
        FileSuperpixels(tmp_path / "b.mat").fit_transform(IMAGE)


def test_stacks_and_truth_values(tmp_path):
    for stack in (np.stack([LABELS, LABELS // 5]), np.stack([LABELS, LABELS // 5], axis=-1)):
        np.save(tmp_path / "a.npy", stack)
        for index, expected in enumerate([LABELS, LABELS // 5]):
            found = FileSuperpixels(tmp_path / "a.npy", index=index).fit_transform(IMAGE)
            assert same_partition(found, expected)
    np.save(tmp_path / "b.npy", LABELS == 4)
    assert same_partition(FileSuperpixels(tmp_path / "b.npy").fit_transform(IMAGE), LABELS == 4)


def test_a_square_map_of_python_is_not_turned(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["labels"] = LABELS[:4, :4]
        file["name"] = "text"
        file["kind"] = LABELS.dtype  # a type on its own, which is no array
    found = FileSuperpixels(tmp_path / "a.h5").fit_transform(IMAGE[:4, :4])
    assert same_partition(found, LABELS[:4, :4])


def test_a_mask_keeps_the_labels_of_small_types_apart(tmp_path):
    np.save(tmp_path / "a.npy", (LABELS == 4).astype(np.uint8) * 255)
    mask = LABELS != 9
    found = FileSuperpixels(tmp_path / "a.npy").fit_transform(IMAGE, mask=mask)
    assert same_partition(found, np.where(mask, LABELS, 9))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_formats(suffix, tmp_path):
    path = save(tmp_path / f"file{suffix}", LABELS)
    assert same_partition(FileSuperpixels(path).fit_transform(IMAGE), LABELS)
    renamed = path.rename(tmp_path / "file.xyz")  # what it is, not what it is called
    assert same_partition(FileSuperpixels(renamed).fit_transform(IMAGE), LABELS)


def test_compressed_tiff(tmp_path):
    Image.fromarray(LABELS.astype(np.uint8)).save(tmp_path / "a.tif", compression="tiff_lzw")
    assert same_partition(FileSuperpixels(tmp_path / "a.tif").fit_transform(IMAGE), LABELS)


def test_pages_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(file_reading, "MOST_PAGES", 2)
    for n_pages in (2, 3):
        pages = [Image.fromarray(LABELS.astype(np.uint8))] * n_pages
        pages[0].save(tmp_path / f"{n_pages}.tif", save_all=True, append_images=pages[1:])
    assert same_partition(FileSuperpixels(tmp_path / "2.tif", index=1).fit_transform(IMAGE), LABELS)
    with pytest.raises(OSError, match="more than 2 pages"):
        FileSuperpixels(tmp_path / "3.tif").fit_transform(IMAGE)


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
        FileSuperpixels(tmp_path / "a.npy", n_segments=n).fit_transform(edges).max() + 1
        for n in (10, 100, 10_000)
    ]
    assert 2 <= numbers[0] <= 10 < numbers[1] <= 100 < numbers[2]


def test_colours_and_palettes_are_labels(tmp_path):
    rgb = np.stack([LABELS * 3, LABELS * 0, LABELS], axis=-1).astype(np.uint8)
    Image.fromarray(rgb).save(tmp_path / "rgb.png")
    palette = Image.fromarray(LABELS.astype(np.uint8)).convert("P")
    palette.save(tmp_path / "palette.png")
    for name in ("rgb", "palette"):
        assert same_partition(
            FileSuperpixels(tmp_path / f"{name}.png").fit_transform(IMAGE), LABELS
        )


def test_a_map_that_only_fits_when_turned_is_turned(tmp_path):
    path = save(tmp_path / "turned.npy", LABELS.T)
    assert same_partition(FileSuperpixels(path).fit_transform(IMAGE), LABELS)


@pytest.mark.parametrize("name", ["ucm2", "ucms", "anything"])
def test_contours_between_pixels(name, tmp_path):
    contours = doubled(LABELS) * 0.7
    value = cells(contours, contours) if name == "ucms" else contours
    savemat(tmp_path / "a.mat", {name: value})
    for parameters in ({"threshold": 0.5}, {"n_segments": 3}, {"n_segments": 1000}):
        superpixels = FileSuperpixels(tmp_path / "a.mat", **parameters).fit_transform(IMAGE)
        assert same_partition(superpixels, LABELS)
    for parameters in ({"threshold": 0.7}, {"n_segments": 2}):
        superpixels = FileSuperpixels(tmp_path / "a.mat", **parameters).fit_transform(IMAGE)
        assert superpixels.max() == 0
    with pytest.raises(ValueError, match="a contour map: pass n_segments or threshold"):
        FileSuperpixels(tmp_path / "a.mat").fit_transform(IMAGE)


def test_contours_on_pixels_join_their_neighbours(tmp_path):
    contours = np.zeros((6, 9))
    contours[:, 4] = 0.5
    contours[3, 5:] = 0.2
    path = save(tmp_path / "ucm.npy", contours)
    image = np.zeros((6, 9))
    three = FileSuperpixels(path, threshold=0.1).fit_transform(image)
    assert three.max() == 2
    two = FileSuperpixels(path, n_segments=2).fit_transform(image)
    assert two.max() == 1
    assert two[0, 0] != two[0, 8] == two[5, 8]


def test_variables_that_there_are_stand_in_the_error(tmp_path):
    savemat(tmp_path / "a.mat", {"other": np.zeros((3, 3)), "segs": cells(LABELS.T[1:])})
    with pytest.raises(
        ValueError,
        match=r"a.mat' does not fit the image: none of its variables is a label map of an image of "
        r"shape \(4, 5\).*other float64 \(3, 3\), segs \{1 cells: uint16 \(4, 4\)\}",
    ):
        FileSuperpixels(tmp_path / "a.mat").fit_transform(IMAGE)
    with pytest.raises(ValueError, match="no variable 'seg_lab', but other"):
        FileSuperpixels(tmp_path / "a.mat", variable="seg_lab").fit_transform(IMAGE)


def test_several_unknown_variables_must_be_told_apart(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, fine=LABELS, coarse=LABELS // 5)
    with pytest.raises(ValueError, match="several variables fit the image, coarse, fine"):
        FileSuperpixels(path).fit_transform(IMAGE)
    assert same_partition(FileSuperpixels(path, variable="fine").fit_transform(IMAGE), LABELS)


def test_fractions_are_no_labels(tmp_path):
    path = save(tmp_path / "a.npy", LABELS + 0.5)
    with pytest.raises(ValueError, match="a contour map"):
        FileSuperpixels(path).fit_transform(IMAGE)


def test_the_name_of_mcg_is_an_alias(tmp_path):
    path = save(tmp_path / "a.npy", LABELS)
    assert repr(MCGSuperpixels(path)).startswith("FileSuperpixels(")
    again = pickle.loads(pickle.dumps(MCGSuperpixels(path)))
    assert same_partition(again.fit_transform(IMAGE), LABELS)


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
            fine, coarse = FileSuperpixels(template).fit_transform(images)
            assert same_partition(fine, LABELS)
            assert same_partition(coarse, LABELS // 5)
        assert fine.image.shape == IMAGE.shape

    def test_the_folder_of_the_image(self, images, tmp_path):
        folder = tmp_path / "maps" / tmp_path.name
        folder.mkdir(parents=True)
        for name in ("left", "right"):
            (tmp_path / f"{name}.npy").rename(folder / f"{name}.npy")
        files = FileSuperpixels("{parent}/maps/{parent.name}/{stem}.npy")
        fine, _ = files.fit_transform(images)
        assert same_partition(fine, LABELS)
        assert files.file_of(images[0]) == folder / "left.npy"

    def test_file_of(self, images, tmp_path):
        for path in (images[0], str(images[0])):
            assert FileSuperpixels("{parent}/{stem}.npy").file_of(path) == tmp_path / "left.npy"
            assert FileSuperpixels("{name}.mat").file_of(path) == Path("left.png.mat")
            assert FileSuperpixels("one.mat").file_of(path) == Path("one.mat")
        with pytest.raises(ValueError, match=r"field that an image does not fill in \('step'\)"):
            FileSuperpixels("a/{step}.mat").file_of(images[0])

    @pytest.mark.parametrize("labels", [LABELS, LABELS.tolist()], ids=["array", "list"])
    def test_label_maps_are_not_files(self, labels):
        message = r"files is a (ndarray|list), .* Pass label maps .*fit\(X, superpixels=\.\.\.\)"
        with pytest.raises(TypeError, match=message):
            FileSuperpixels(labels).fit_transform(IMAGE)
        with pytest.raises(TypeError, match=message):
            FileSuperpixels(labels).file_of("a.png")
        with pytest.raises(TypeError, match=message):
            compute_superpixels(FileSuperpixels(labels), open_images(IMAGE))

    def test_what_is_missing_is_named(self, images, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"no file '.*left.mat'"):
            FileSuperpixels(tmp_path / "{stem}.mat").fit_transform(images)
        with pytest.raises(IsADirectoryError, match=r"is a folder: .* such as '.*\{stem\}\.mat'"):
            FileSuperpixels(tmp_path).fit_transform(images[0])
        with pytest.raises(ValueError, match=r"left.npy.* belongs to one image, and there are 2"):
            FileSuperpixels(tmp_path / "left.npy").fit_transform(images)
        with pytest.raises(ValueError, match=r"image 0 is an array, and 'a/\{stem\}.mat'"):
            FileSuperpixels("a/{stem}.mat").fit_transform([IMAGE, IMAGE])
        with pytest.raises(ValueError, match=r"field that an image does not fill in \('step'\)"):
            FileSuperpixels("a/{step}.mat").fit_transform(images)


class TestBerkeley:
    """Files of others, with the numbers that their authors found."""

    @pytest.mark.parametrize(
        ("stem", "n_regions"), [(2092, 912), (3096, 1356), (8023, 879), (8049, 758)]
    )
    def test_mcg(self, stem, n_regions, berkeley):
        (image,) = (berkeley / "bsds300/images").glob(f"*/{stem}.jpg")
        superpixels = FileSuperpixels(berkeley / "mcg/{stem}.mat").fit_transform(image)
        assert superpixels.max() + 1 == n_regions

    @pytest.mark.parametrize("stem", [2018, 3063, 5096, 6046, 8068])
    def test_ucm2_at_the_thresholds_of_the_benchmark(self, stem, berkeley):
        (image,) = (berkeley / "bsds_bench/images").glob(f"{stem}.*")
        for place in range(5):
            cut = FileSuperpixels(
                berkeley / "bsds_bench/ucm2/{stem}.mat", threshold=(place + 1) / 6
            ).fit_transform(image)
            segs = FileSuperpixels(berkeley / "bsds_bench/segs/{stem}.mat", index=place)
            assert same_partition(cut, segs.fit_transform(image))

    def test_ucm2_cut_to_200_regions(self, berkeley):
        images = sorted((berkeley / "bsds300/ucm2/train").glob("*.mat"))
        images = [berkeley / f"bsds300/images/train/{path.stem}.jpg" for path in images]
        cut = FileSuperpixels(berkeley / "bsds300/ucm2/train/{stem}.mat", n_segments=200)
        stored = FileSuperpixels(berkeley / "bsds300/superpixels_gpb200/train/{stem}.mat")
        for ours, theirs in zip(
            cut.fit_transform(images), stored.fit_transform(images), strict=True
        ):
            assert same_partition(ours, theirs)

    def test_human_annotations(self, berkeley):
        (image,) = (berkeley / "bsds300/images").glob("*/2092.jpg")
        files = berkeley / "bsds300/groundTruth/train/{stem}.mat"
        truth = loadmat(str(files).format(stem=2092))["groundTruth"]
        for annotator in range(truth.shape[1]):
            superpixels = FileSuperpixels(files, index=annotator).fit_transform(image)
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
