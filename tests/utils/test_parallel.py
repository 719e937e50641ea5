import os

from sklearn_dic.utils._parallel import for_each


def test_workers_follow_the_caller_to_another_folder(tmp_path, monkeypatch):
    list(for_each(os.path.exists, ["here", "there"], n_jobs=2))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").touch()
    assert list(for_each(os.path.exists, ["here", "there"], n_jobs=2)) == [True, False]
