"""The benchmark of blocks: its measures on maps whose answer is known."""

import sys
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def blocks(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import blocks

    yield blocks
    for name in ("blocks", "_mosaic_files", "_process_tree"):
        sys.modules.pop(name)


def test_labels_agree_up_to_their_numbers(blocks):
    first = np.array([[0, 0, 1], [0, 2, 2]])
    assert blocks.agreement(first, np.array([9, 4, 7])[first]) == 1
    assert blocks.agreement(first, np.zeros((2, 3), int)) == 0.5


def test_borders_on_block_lines_are_counted(blocks, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 4)
    rows, columns = np.indices((12, 12))
    assert blocks.share_on_lines(rows // 4 * 3 + columns // 4) == pytest.approx(11 / 2)
    assert blocks.share_on_lines(rows * 12 + columns) == 1
    assert blocks.share_on_lines((columns + 2) // 4) == 0


def test_photographs_of_a_mosaic_are_known(blocks):
    truth = blocks.true_photographs((400, 1000))
    assert truth[320, 480] == 0
    assert truth[321, 962] == truth.max() == 5


def test_processes_are_watched(blocks):
    code = "data = bytearray(10**8); import time; time.sleep(1); print(len(data))"
    seconds, peak, printed = blocks.run_and_watch(["-c", code])
    assert seconds >= 1
    assert peak >= 10**8
    assert printed == "100000000\n"
    with pytest.raises(SystemExit, match="failed with status 3"):
        blocks.run_and_watch(["-c", "raise SystemExit(3)"])


def test_the_table_has_every_row(blocks):
    rows = [{"table": "size", "row": "25 megapixels", "quantity": "leaves", "value": "1234"}]
    text = blocks.render(rows)
    assert "25 megapixels" in text
    assert "1234" in text
