import threading
import warnings

from sklearn_dic.utils._warnings import ignored_warnings


def test_what_is_expected_is_ignored():
    with ignored_warnings("as .* said", RuntimeWarning):
        warnings.warn("as we said", RuntimeWarning, stacklevel=1)


def test_threads_that_ignore_at_once_leave_the_filters_as_they_were():
    before = list(warnings.filters)
    second_inside, first_left = threading.Event(), threading.Event()

    def second():
        with ignored_warnings("two"):
            second_inside.set()
            first_left.wait(10)

    thread = threading.Thread(target=second)
    with ignored_warnings("one"):
        thread.start()
        second_inside.wait(0.2)
    first_left.set()
    thread.join()
    assert warnings.filters == before
