import subprocess
import sys
import textwrap


def test_without_callbacks_in_scikit_learn_all_goes_on():
    code = """
        import sys
        import warnings

        import sklearn.model_selection, sklearn.pipeline  # they have imported what they need

        sys.modules["sklearn.callback"] = None  # "import sklearn.callback" fails from here on
        warnings.simplefilter("error")
        from skimage.data import coffee
        from sklearn.base import clone
        from sklearn.exceptions import ConvergenceWarning

        from sklearn_dic import DeepImageClustering, PerImage
        from sklearn_dic.network import _training

        image = coffee()[::8, ::8]
        dic = DeepImageClustering(8, max_iter=3, random_state=0)
        assert not hasattr(dic, "set_callbacks")
        labels = dic.fit_predict(image)
        assert (dic.predict(image) == labels).all()
        assert dic.stopped_by_ == "max_iter"
        first, second = PerImage(dic).fit_predict([image, image])
        assert (first == labels).all() and (second == labels).all()
        assert "labels_" not in vars(clone(dic))

        usual, calls = _training.refinement_loss, []

        def interrupt(*args):
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return usual(*args)

        _training.refinement_loss = interrupt
        with warnings.catch_warnings(record=True) as record:
            warnings.simplefilter("always", ConvergenceWarning)
            dic.fit(image)
        assert dic.stopped_by_ == "interrupt"
        assert [warning.filename for warning in record] == ["<string>"]  # this code
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")
