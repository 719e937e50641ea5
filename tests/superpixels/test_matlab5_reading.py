"""MATLAB files up to version 5 are read as scipy reads them."""

import numpy as np
import pytest
from scipy.io import loadmat, savemat
from scipy.io.matlab import mat_struct

from sklearn_dic.superpixels.files import _reading as file_reading
from tests.superpixels._label_files import IMAGE, LABELS, VARIABLES


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
