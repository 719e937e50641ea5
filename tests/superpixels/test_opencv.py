import cv2

from sklearn_dic.superpixels._opencv import one_thread


def test_threads_that_overlap_restore_the_number():
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    first, second = one_thread(), one_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert cv2.getNumThreads() == 1
    second.__exit__(None, None, None)
    assert cv2.getNumThreads() == 2
    cv2.setNumThreads(before)
