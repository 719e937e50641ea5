"""Blocks and windows lie at fixed places."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_dic.blocks._grid import LARGEST_SAMPLE, SAMPLE_SIDE, Box, Grid, divide, overlap
from sklearn_dic.hierarchy._spectral import spectral_contours

FEW = settings(deadline=None, max_examples=25)
SIDES = st.integers(1, 160)
GRIDS = st.builds(
    Grid,
    st.tuples(SIDES, SIDES),
    st.integers(30, 120),
    st.integers(20, 150),
    st.tuples(st.integers(0, 300), st.integers(0, 300)),
)


@FEW
@given(GRIDS)
def test_each_pixel_is_in_one_block(grid):
    counts = np.zeros(grid.shape, int)
    for block in grid.blocks:
        counts[block.core.slices] += 1
    assert (counts == 1).all()


@FEW
@given(GRIDS)
def test_shares_of_the_blocks_sum_to_one(grid):
    totals = np.zeros(grid.shape)
    for block in grid.blocks:
        totals[block.outer.slices] += grid.block_shares(block)
    np.testing.assert_allclose(totals, 1)


@FEW
@given(GRIDS)
def test_windows_cover_the_picture_and_are_scenes(grid):
    weights = np.zeros(grid.shape)
    for box in grid.windows:
        weights[box.slices] += grid.window_fade(box)
        assert max(box.shape) <= 1.5 * grid.window_side + 1
    assert (weights > 0).all()


@FEW
@given(SIDES, st.integers(20, 120), st.integers(0, 300), st.integers(1, 99))
def test_blocks_of_a_part_are_those_of_the_whole(extent, size, origin, cut):
    whole = {end + origin for _, end in divide(extent + cut, size, origin)[:-1]}
    part = {end + origin for _, end in divide(extent, size, origin)[:-1]}
    assert part <= whole | {extent + origin}


@FEW
@given(GRIDS, st.data())
def test_blocks_in_a_box_cover_it(grid, data):
    rows, columns = (
        tuple(
            sorted(data.draw(st.lists(st.integers(0, side), min_size=2, max_size=2, unique=True)))
        )
        for side in grid.shape
    )
    box = Box(rows, columns)
    counts = np.zeros(box.shape, int)
    for _, common in grid.blocks_in(box):
        counts[common.within(box)] += 1
    assert (counts == 1).all()


@pytest.mark.parametrize("extent", [50, 61, 119, 240])
def test_windows_of_contours_are_those_of_an_image_in_memory(extent, monkeypatch):
    from sklearn_dic.hierarchy import _spectral

    found = []
    monkeypatch.setattr(
        _spectral,
        "_contours_of_window",
        lambda colors, *rest: found.append(colors.shape[1]) or np.zeros(colors.shape),
    )
    spectral_contours(np.zeros((60, extent), int), np.zeros((1, 1)), 60.0**2)
    assert found == [end - start for start, end in overlap(extent, 60)]


def test_the_sample_is_bounded_and_spread():
    whole = Grid((900, 1200), 256, 400).sample()
    assert [box.shape for box in whole] == [(900, 1200)]
    for shape in [(10_000, 10_000), (100, 10**6), (10**6, 300), (5_000, 30_000)]:
        boxes = Grid(shape, 1024, 400).sample()
        assert 1 < len(boxes) <= LARGEST_SAMPLE
        assert all(max(box.shape) <= SAMPLE_SIDE for box in boxes)
        assert all(box.rows[1] <= shape[0] and box.columns[1] <= shape[1] for box in boxes)
        assert len(set(map(str, boxes))) == len(boxes)
