"""Rows by pair, compared with plain lists."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.store import rowindex
from tcptui.store.rowindex import RowIndex, group, grown


def fill(batches: list[list[int]]) -> tuple[RowIndex, dict[int, list[int]]]:
    index, expected, row = RowIndex(), dict[int, list[int]](), 0
    for batch in batches:
        pairs = max([*expected, *batch], default=-1) + 1
        touched = index.add(group(np.array(batch, np.int32), pairs), row, pairs)
        groups: dict[int, list[int]] = {}
        for n, pair in enumerate(batch):
            groups.setdefault(pair, []).append(row + n)
            expected.setdefault(pair, []).append(row + n)
        bounds = touched.starts.tolist()
        assert touched.pairs.tolist() == list(groups)
        assert [touched.rows[a:b].tolist() for a, b in pairwise(bounds)] == list(groups.values())
        row += len(batch)
    return index, expected


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), max_size=20), max_size=30))
def test_rows_as_lists_have_them(batches: list[list[int]]) -> None:
    index, expected = fill(batches)
    for pair in range(8):
        assert index.rows(pair).tolist() == expected.get(pair, [])
        assert index.count(pair) == len(expected.get(pair, []))


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 3), max_size=20), max_size=30),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_some_of_the_rows_are_a_slice_of_all(batches: list[list[int]], begin: int, end: int) -> None:
    index, expected = fill(batches)
    for pair in range(4):
        wanted = expected.get(pair, [])[begin:end]
        assert index.rows(pair, begin, end).tolist() == wanted
        assert [row for piece in index.pieces(pair, begin, end) for row in piece.tolist()] == wanted
        assert index.count_before(pair, begin) == sum(row < begin for row in expected.get(pair, []))


def test_many_small_batches_end_in_few_blocks() -> None:
    index, expected = fill([[n % 7, n % 3] for n in range(1000)])
    assert len(index._blocks[1]) <= 11
    assert index.rows(5).tolist() == expected[5]


def test_blocks_stay_small_enough_for_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowindex, "_LARGEST", 64)
    index, expected = fill([[n % 5] * (n % 90) for n in range(100)])
    assert max(len(block.order) for block in index._blocks[1]) <= 64
    assert all(index.rows(pair).tolist() == rows for pair, rows in expected.items())


def test_one_pair_of_many_rows_and_many_pairs_of_one() -> None:
    index = RowIndex()
    index.add(group(np.zeros(200_000, np.int32), 1), 0, 1)
    index.add(group(np.arange(1, 200_001, dtype=np.int32), 200_001), 200_000, 200_001)
    assert len(index.rows(0)) == 200_000
    assert index.rows(150_000).tolist() == [349_999]


def test_grown_keeps_the_beginning() -> None:
    column = np.arange(4)
    assert grown(column, 4) is column
    assert grown(column, 5).tolist() == [0, 1, 2, 3, 0, 0, 0, 0]
