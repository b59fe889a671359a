"""Cells broken into lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.model.cells import Cell, Role
from tcptui.model.text import plain, row_width
from tcptui.tui.paragraph import wrap_row


def test_words_stay_whole_and_keep_their_roles() -> None:
    rows = wrap_row((Cell("one two "), Cell("three", Role.KEY), Cell(" four")), 9, 5)
    assert [plain(row) for row in rows] == ["one two", "three", "four"]
    assert Cell("three", Role.KEY) in rows[1]


@given(st.lists(st.text("ab ", max_size=12), max_size=6), st.integers(3, 20), st.integers(1, 4))
def test_it_never_takes_more_room_than_it_has(texts: list[str], columns: int, most: int) -> None:
    rows = wrap_row(tuple(Cell(text) for text in texts), columns, most)
    assert 1 <= len(rows) <= most
    assert all(row_width(row) <= columns for row in rows)


@pytest.mark.parametrize("columns", [5, 9, 30])
def test_no_word_is_lost_where_there_is_room(columns: int) -> None:
    words = ["the", "quick", "brown", "fox", "jumps", "over", "it"]
    rows = wrap_row((Cell(" ".join(words)),), columns, 40)
    assert " ".join(plain(row) for row in rows).split() == words
