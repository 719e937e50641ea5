import os

# Libraries read these when they are loaded, so they come before them.
os.environ.setdefault("MPLBACKEND", "Agg")  # pictures without windows
if "PYTEST_XDIST_WORKER" in os.environ:  # threads of several processes wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import gc
import warnings
from pathlib import Path

import numpy as np
import pytest
from skimage import data


@pytest.fixture(scope="session")
def photo():
    """A small RGB photograph, uint8."""
    return data.coffee()[::8, ::8].copy()


@pytest.fixture(scope="session")
def berkeley():
    """The folder of the Berkeley images, where there is one."""
    folder = Path(os.environ.get("SKLEARN_DIC_DATA", "../shared/data"))
    if not (folder / "bsds300").is_dir():
        pytest.skip("the Berkeley images are not here; SKLEARN_DIC_DATA names their folder")
    return folder


@pytest.fixture
def image_file(tmp_path, photo):
    """The photograph as a PNG file."""
    from skimage.io import imsave

    path = tmp_path / "photo.png"
    imsave(path, photo)
    return path


@pytest.fixture
def global_random_states():
    """Fail if a test leaves NumPy's or PyTorch's global generator in another state."""
    import torch

    numpy_before = np.random.get_state()  # noqa: NPY002 # the legacy state is what is guarded
    torch_before = torch.get_rng_state()
    yield
    numpy_after = np.random.get_state()  # noqa: NPY002 # as above
    assert numpy_before[2] == numpy_after[2]
    np.testing.assert_array_equal(numpy_before[1], numpy_after[1])
    assert torch.equal(torch_before, torch.get_rng_state())


@pytest.fixture
def unreadable_files():
    """Ignore that decoders leave a file that they could not read to the garbage collector."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)
        warnings.filterwarnings("ignore", "The legacy `DICOM`", DeprecationWarning)
        yield
        gc.collect()


@pytest.fixture
def one_thread():
    """Compute with one thread, as workers do: the order of a sum depends on their number."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
