import hashlib
import io
import shutil
import sys
import tarfile

import pytest

from sklearn_dic.datasets import fetch_bsds500, load_bsds
from sklearn_dic.datasets._fetch import SHA256, URL
from tests.datasets._server import Server
from tests.datasets._small_bsds import write_bsds

FOLDER_ALONE = ["BSR"]  # neither archive nor parts


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """The archive, in the layout of the original."""
    folder = tmp_path_factory.mktemp("archive")
    write_bsds(folder / "BSR" / "BSDS500" / "data")
    with tarfile.open(folder / "archive.tgz", "w:gz") as tar:
        tar.add(folder / "BSR", "BSR")
    return (folder / "archive.tgz").read_bytes()


@pytest.fixture
def server(content, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Server(content)
    yield server
    server.stop()


@pytest.fixture
def fetch(server, tmp_path):
    """`fetch_bsds500` of the small archive, into a folder that is not there yet."""

    def fetch(subset="bsds500", **parameters):
        given = {
            "data_home": tmp_path / "home",
            "progressbar": False,
            "delay": 0,
            "url": server.url,
            "sha256": hashlib.sha256(server.content).hexdigest(),
        }
        return fetch_bsds500(subset, **{**given, **parameters})

    return fetch


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_fetched_is_what_is_loaded_and_is_fetched_once(fetch, server, tmp_path):
    bsds = fetch()
    assert server.requests == [None]
    assert left_in(tmp_path / "home") == FOLDER_ALONE
    expected = load_bsds(tmp_path / "home", "bsds500")
    assert bsds.ids == expected.ids
    assert len(bsds.ids) == 7
    assert bsds.images == expected.images
    assert fetch("bsds300", n_images=2, as_paths=False).ids == ["22", "3096"]
    assert server.requests == [None]


def test_the_environment_names_the_folder(fetch, server, tmp_path, monkeypatch):
    monkeypatch.setenv("SKLEARN_DIC_DATA", str(tmp_path / "other"))
    fetch(data_home=None)
    assert left_in(tmp_path / "other") == FOLDER_ALONE
    assert load_bsds(subset="test").ids == ["2018", "5096"]
    assert len(server.requests) == 1


def test_the_users_cache_is_the_default(fetch, tmp_path, monkeypatch):
    monkeypatch.delenv("SKLEARN_DIC_DATA", raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda project: tmp_path / "cache" / project)
    fetch(data_home=None)
    assert left_in(tmp_path / "cache" / "sklearn_dic") == FOLDER_ALONE
    assert load_bsds(subset="test").ids == ["2018", "5096"]


def test_what_is_there_in_another_layout_is_not_fetched(fetch, server, tmp_path):
    write_bsds(tmp_path / "home" / "bsds300", ["train", "val"])
    assert len(fetch("bsds300").ids) == 5
    assert server.requests == []
    assert len(fetch("bsds500").ids) == 7
    assert server.requests == [None]


def test_an_archive_that_is_there_is_used(fetch, server, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "BSR_bsds500.tgz").write_bytes(server.content)
    assert len(fetch().ids) == 7
    assert server.requests == []


def test_a_cut_connection_is_resumed(fetch, server, tmp_path):
    server.plan = [1000, 600, 700]
    assert len(fetch(n_retries=0).ids) == 7
    assert server.requests == [None, 1000, 1600, 2300]
    assert left_in(tmp_path / "home") == FOLDER_ALONE


def test_the_next_call_goes_on(fetch, server, tmp_path):
    server.plan = [1000, 0, 503]
    with pytest.raises(ConnectionError, match=r"503.*The 0.0 MB that came are kept"):
        fetch(n_retries=1)
    assert server.requests == [None, 1000, 1000]
    assert len(left_in(tmp_path / "home")) == 1
    assert len(fetch().ids) == 7
    assert server.requests[3:] == [1000]
    assert left_in(tmp_path / "home") == FOLDER_ALONE


def test_a_server_that_cannot_send_parts_sends_all_again(fetch, server):
    server.ranges, server.plan = False, [1000]
    assert len(fetch().ids) == 7
    assert server.requests == [None, 1000]


def test_ctrl_c_keeps_what_came(fetch, server, tmp_path, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    server.plan = [1000]
    with monkeypatch.context() as patch:
        patch.setattr("sklearn_dic.datasets._download.time.sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            fetch()
    with monkeypatch.context() as patch:
        patch.setattr("tarfile.data_filter", interrupt)
        with pytest.raises(KeyboardInterrupt):
            fetch()
    assert left_in(tmp_path / "home") == ["BSR_bsds500.tgz"]
    assert len(fetch().ids) == 7
    assert server.requests == [None, 1000]
    assert left_in(tmp_path / "home") == FOLDER_ALONE


def test_a_part_that_is_whole_or_too_long(fetch, server, tmp_path):
    server.plan = [1000, 404]
    with pytest.raises(ConnectionError, match="404"):
        fetch()
    (part,) = (tmp_path / "home").iterdir()
    part.write_bytes(server.content + b"too long")
    assert len(fetch().ids) == 7
    assert server.requests[2:] == [len(server.content) + 8, None]
    shutil.rmtree(tmp_path / "home" / "BSR")
    part.write_bytes(server.content)
    assert len(fetch().ids) == 7
    assert server.requests[4:] == [len(server.content)]


def test_an_archive_that_is_called_encoded_is_not_decoded(fetch, server):
    server.headers = {"Content-Encoding": "x-gzip"}
    assert len(fetch().ids) == 7


@pytest.mark.parametrize(
    ("plan", "n_requests", "works"),
    [([500, 503, 500], 4, True), ([500] * 4, 4, False), ([404], 1, False)],
)
def test_a_failing_server_is_asked_again(fetch, server, tmp_path, plan, n_requests, works):
    server.plan = list(plan)
    if works:
        assert len(fetch().ids) == 7
    else:
        with pytest.raises(ConnectionError, match=rf"{server.url} could not .*{plan[0]}"):
            fetch()
        assert left_in(tmp_path / "home") == []
    assert server.requests == [None] * n_requests


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/BSR_bsds500.tgz", "no address"])
def test_no_server(fetch, tmp_path, url):
    with pytest.raises(ConnectionError, match=f"{url} could not be downloaded"):
        fetch(url=url)
    assert left_in(tmp_path / "home") == []


def test_another_file_is_refused(fetch, server, tmp_path):
    with pytest.raises(ValueError, match="does not match the known hash"):
        fetch(sha256="0" * 64)
    assert left_in(tmp_path / "home") == []
    assert len(fetch().ids) == 7


def hostile(name, kind=tarfile.REGTYPE, target=""):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize(
    "member",
    [
        hostile("../evil"),
        hostile("BSR/../../evil"),
        hostile("BSR/evil", tarfile.SYMTYPE, "/etc/passwd"),
        hostile("BSR/evil", tarfile.SYMTYPE, "../.."),
        hostile("BSR/evil", tarfile.SYMTYPE, "BSDS500"),
        hostile("BSR/evil", tarfile.LNKTYPE, "../evil"),
        hostile("BSR/evil", tarfile.CHRTYPE),
        hostile("BSR/evil", tarfile.FIFOTYPE),
    ],
    ids=lambda member: f"{member.name}-{member.type.decode()}-{member.linkname}",
)
def test_members_that_could_leave_the_folder_are_refused(fetch, server, tmp_path, member):
    archive = io.BytesIO(server.content)
    with (
        tarfile.open(fileobj=archive) as given,
        tarfile.open(fileobj=(buffer := io.BytesIO()), mode="w:gz") as tar,
    ):
        for one in given:
            tar.addfile(one, given.extractfile(one) if one.isfile() else None)
        tar.addfile(member)
    server.content = buffer.getvalue()
    with pytest.raises(ValueError, match=r"is refused: .*evil"):
        fetch()
    assert left_in(tmp_path) == ["home"]
    assert left_in(tmp_path / "home") == []


@pytest.mark.parametrize("damage", ["cut", "text", "empty"])
def test_a_damaged_archive_is_refused(fetch, server, tmp_path, damage):
    with tarfile.open(fileobj=(buffer := io.BytesIO()), mode="w:gz"):
        pass
    server.content = {
        "cut": server.content[:-2000],
        "text": b"no archive",
        "empty": buffer.getvalue(),
    }[damage]
    with pytest.raises(ValueError, match=r"is refused: |has no folder 'BSR'"):
        fetch()
    assert left_in(tmp_path / "home") == []


def test_an_incomplete_folder_is_not_overwritten(fetch, server, tmp_path):
    fetch()
    shutil.rmtree(tmp_path / "home/BSR/BSDS500/data/images/test")
    with pytest.raises(FileExistsError, match="without the images or annotations of 'test'"):
        fetch("test")
    assert len(fetch("train").ids) == 3
    assert len(server.requests) == 1


def test_a_full_disk_is_noticed_before(fetch, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=5000)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    with pytest.raises(OSError, match=r"MB are needed on the disk of '.*home', and 0 MB are free"):
        fetch()
    assert left_in(tmp_path / "home") == []


def test_progress_is_shown(fetch, server, capsys):
    server.plan = [len(server.content) // 2]
    fetch(progressbar=True)
    assert "download:  50%" in capsys.readouterr().err


def test_without_pooch(fetch, server, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match=r'pip install "sklearn-dic\[data\]"'):
        fetch()
    monkeypatch.delenv("SKLEARN_DIC_DATA", raising=False)
    with pytest.raises(ImportError, match=r'SKLEARN_DIC_DATA is not set.*"sklearn-dic\[data\]"'):
        load_bsds()
    assert server.requests == []


@pytest.mark.parametrize("parameters", [{"subset": "all"}, {"n_images": 0}])
def test_bad_parameters_are_refused_before_the_download(fetch, server, parameters):
    with pytest.raises(ValueError, match=r"valid are|n_images == 0"):
        fetch(**parameters)
    assert server.requests == []


def test_the_default_is_the_original():
    assert URL.startswith("https://www2.eecs.berkeley.edu/")
    assert len(bytes.fromhex(SHA256)) == 32
