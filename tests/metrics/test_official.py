"""The numbers that the official programs print.

The Berkeley benchmark writes the scores of each image, or its counts of pixels, into a text file
of six digits, and averages what it reads there; this shows in the last digit of an average.
"""

import csv

import numpy as np
import pytest

from sklearn_dic.metrics import (
    boundary_displacement_error,
    boundary_scores,
    probabilistic_rand_index,
    segmentation_covering,
    segmentation_report,
    variation_of_information,
)
from sklearn_dic.metrics._boundary_scores import thin_boundary
from sklearn_dic.metrics._check import read_annotated_images
from sklearn_dic.metrics._segmentation_covering import best_overlaps
from tests.metrics import _berkeley as berkeley_bench
from tests.metrics._berkeley import printed, prints_as

each_test = pytest.mark.parametrize(
    ("test", "predictions"),
    [("test_1", berkeley_bench.contour_cuts), ("test_5", berkeley_bench.segmentations)],
)


@pytest.fixture
def bench(berkeley):
    return berkeley / "bsds_bench"


def six_digits(values):
    """What is left of a number that the benchmark keeps in its text files."""
    return np.vectorize(lambda value: float(f"{value:g}"))(values)


@each_test
def test_rand_index_and_information(bench, test, predictions):
    truth = berkeley_bench.annotations(bench)
    reports = [segmentation_report(truth, settings) for settings in predictions(bench)]
    rand, information = (
        six_digits([report.per_image[name] for report in reports])
        for name in ("probabilistic_rand_index", "variation_of_information")
    )

    rows = printed(bench / test / "eval_RI_VOI_thr.txt")
    assert prints_as(rand.mean(axis=1)) == [row[1] for row in rows]
    assert prints_as(information.mean(axis=1)) == [row[2] for row in rows]

    best, worst = rand.mean(axis=1).argmax(), information.mean(axis=1).argmin()
    assert printed(bench / test / "eval_RI_VOI.txt") == [
        [
            rows[best][0],
            *prints_as([rand.mean(axis=1).max(), rand.max(axis=0).mean()]),
            rows[worst][0],
            *prints_as([information.mean(axis=1).min(), information.min(axis=0).mean()]),
        ]
    ]


def covered_area(sizes, best):
    return six_digits((sizes * best).sum())


@each_test
def test_covering(bench, test, predictions):
    truth, settings = berkeley_bench.annotations(bench), predictions(bench)
    tables = [  # setting, image, annotator
        [
            [comparison.table for comparison in image.comparisons]
            for image in read_annotated_images(truth, prediction)
        ]
        for prediction in settings
    ]
    sizes = [np.concatenate([table.true_sizes for table in image]) for image in tables[0]]
    best = [
        [np.concatenate([best_overlaps(table) for table in image]) for image in images]
        for images in tables
    ]
    covered = np.array(
        [[covered_area(*pair) for pair in zip(sizes, images, strict=True)] for images in best]
    )
    areas = six_digits([size.sum() for size in sizes])

    rows = printed(bench / test / "eval_cover_th.txt")
    pooled = covered.sum(axis=1) / areas.sum()
    assert prints_as(pooled) == [row[1] for row in rows]
    ours = [segmentation_covering(truth, prediction) for prediction in settings]
    np.testing.assert_allclose(ours, [float(row[1]) for row in rows], atol=1e-6)

    at_best = covered.argmax(axis=0)
    images = printed(bench / test / "eval_cover_img.txt")
    assert [row[1] for row in images] == [rows[k][0] for k in at_best]
    assert prints_as(covered.max(axis=0) / areas) == [row[2] for row in images]
    # The fourth column: the segmentation covered by the best region of any annotator.
    assert [row[3] for row in images] == prints_as(
        [covering_of_prediction(tables[k][i]) for i, k in enumerate(at_best)]
    )

    union = [covered_area(sizes[i], np.max([b[i] for b in best], axis=0)) for i in range(5)]
    assert printed(bench / test / "eval_cover.txt") == [
        [
            rows[pooled.argmax()][0],
            *prints_as(
                [pooled.max(), covered.max(axis=0).sum() / areas.sum(), sum(union) / areas.sum()]
            ),
        ]
    ]


def covering_of_prediction(tables):
    best = np.zeros(len(tables[0].predicted_sizes))
    for table in tables:
        union = table.sizes_of_true + table.sizes_of_predicted - table.overlaps
        np.maximum.at(best, table.predicted_regions, table.overlaps / union)
    return covered_area(tables[0].predicted_sizes, best) / tables[0].n_pixels


def test_boundaries_are_those_of_the_annotations(bench):
    maps = berkeley_bench.annotations(bench)
    drawn = berkeley_bench.annotations(bench, "Boundaries")
    for one_image, lines in zip(maps, drawn, strict=True):
        for regions, boundaries in zip(one_image, lines, strict=True):
            np.testing.assert_array_equal(thin_boundary(regions), boundaries)


def test_boundary_scores(bench):
    """Near the official numbers, never below them in recall.

    The benchmark matches boundaries at small total distance, among candidates that are in part
    random, and so misses a few matches and chooses others of equal number. Ours is a largest
    matching, so its recall is a little higher; which predicted pixels it takes for several
    annotators is not determined, and their union is a little larger.
    """
    truth = berkeley_bench.annotations(bench)
    ours = np.array([boundary_scores(truth, cut) for cut in berkeley_bench.contour_cuts(bench)])
    rows = np.array(printed(bench / "test_1/eval_bdry_thr.txt"), float)
    recall, precision, f_score = rows[:, 1:].T
    assert (ours[:, 1] >= recall - 1e-6).all()
    np.testing.assert_allclose(ours[:, 1], recall, atol=5e-4)
    np.testing.assert_allclose(ours[:, 0], precision, atol=2.5e-3)
    np.testing.assert_allclose(ours[:, 2], f_score, atol=1e-3)
    threshold, *best = np.array(printed(bench / "test_1/eval_bdry.txt"), float)[0, :4]
    assert ours[:, 2].argmax() == rows[:, 0].tolist().index(threshold)
    np.testing.assert_allclose(ours[ours[:, 2].argmax(), [1, 0, 2]], best, atol=2.5e-3)


def test_boundary_scores_of_each_image(bench):
    truth, cuts = berkeley_bench.annotations(bench), berkeley_bench.contour_cuts(bench)
    thresholds = [f"{threshold:g}" for threshold in berkeley_bench.THRESHOLDS]
    for i, (_, threshold, *official) in enumerate(printed(bench / "test_1/eval_bdry_img.txt")):
        precision, recall, f_score = boundary_scores(truth[i], cuts[thresholds.index(threshold)][i])
        expected = [float(number) for number in official]
        np.testing.assert_allclose([recall, precision, f_score], expected, atol=7e-3)


def test_one_region(berkeley):
    """The classic evaluation of answers that are a single region."""
    with open(berkeley / "peers/one_region_bsds300.csv") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        (path,) = (berkeley / "bsds300/groundTruth").glob(f"*/{row['image']}.mat")
        truth = berkeley_bench.read_annotations(path)
        report = segmentation_report(truth, np.zeros(truth[0].shape, int))
        assert report.probabilistic_rand_index == pytest.approx(float(row["pri"]), abs=1e-5)
        assert report.variation_of_information == pytest.approx(float(row["voi"]), abs=1e-5)
        assert report.global_consistency_error == pytest.approx(float(row["gce"]), abs=1e-5)
        assert report.boundary_displacement_error == pytest.approx(float(row["bde"]), abs=1e-4)


def test_a_person_scores_better_than_one_region(berkeley):
    paths = sorted((berkeley / "bsds300/groundTruth/val").glob("*.mat"))[:5]
    people = [read for path in paths if len(read := berkeley_bench.read_annotations(path)) > 1]
    left_out, others = [maps[0] for maps in people], [maps[1:] for maps in people]
    flat = [np.zeros(maps.shape, int) for maps in left_out]
    for measure, sign in [
        (probabilistic_rand_index, 1),
        (variation_of_information, -1),
        (boundary_displacement_error, -1),
        (segmentation_covering, 1),
    ]:
        assert sign * measure(others, left_out) > sign * measure(others, flat)
