"""Columns of pairs."""

from __future__ import annotations

import numpy as np

from tcptui.regular.columns import PairColumns


def test_they_grow_and_keep_what_they_hold() -> None:
    columns = PairColumns()
    columns.grow(3)
    columns.next[2] = 7, 9
    columns.marks[2] = 5
    columns.grow(5000)
    assert columns.next[2].tolist() == [7, 9]
    assert (columns.marks[2], columns.marks[4999], columns.n) == (5, 0, 5000)


def test_some_of_them_can_be_taken() -> None:
    columns = PairColumns()
    columns.grow(4)
    columns.start_ns[:4] = 10, 11, 12, 13
    taken = columns.take(np.array([3, 1]))
    assert (taken.n, taken.start_ns[:2].tolist()) == (2, [13, 11])


def test_a_pair_takes_less_than_200_bytes() -> None:
    columns = PairColumns()
    columns.grow(1 << 16)
    assert columns.nbytes < 200 << 16
