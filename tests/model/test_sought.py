"""A text looked for in rows that are not written out: the same as in rows that are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tcptui.model.sought import Reading, Sought

TEXTS = st.text("0123.:ab", max_size=5)


@given(TEXTS, st.lists(TEXTS, max_size=4), st.booleans())
def test_it_is_found_across_pieces(text: str, pieces: list[str], at_start: bool) -> None:
    sought, state = Sought(text, at_start=at_start), 0
    for piece in pieces:
        state = sought.after(state, piece)
    whole = "".join(pieces)
    assert (state == sought.found) == (whole.startswith(text) if at_start else text in whole) or not pieces


@given(
    st.integers(0, 99999).map(str) | TEXTS,
    st.lists(st.integers(0, 2**31 - 1) | st.integers(9990, 10010)),
)
def test_numbers_are_read_without_leading_zeros(text: str, numbers: list[int]) -> None:
    sought = Sought(text)
    found = sought.of_numbers(np.array(numbers, np.int32)) == sought.found
    assert found.tolist() == [text in str(number) for number in numbers]


@given(TEXTS, st.integers(1, 1200))
def test_a_table_of_numbers_has_each_of_them_once(text: str, limit: int) -> None:
    sought = Sought(text)
    table = sought.decimals((0, sought.found), limit)
    assert table.shape == (2, limit)
    assert table[0].tolist() == [sought.after(0, str(number)) for number in range(limit)]
    assert set(table[1].tolist()) == {sought.found}


@given(TEXTS, st.lists(st.tuples(*[st.integers(0, 11)] * 3)))
def test_rows_are_read_piece_by_piece(text: str, rows: list[tuple[int, ...]]) -> None:
    sought = Sought(text)
    reading = Reading(sought, np.zeros(len(rows), np.uint16))
    for at in range(3):
        table = sought.after_char(".")[sought.decimals(reading.reachable, 12)]
        pieces = np.array([row[at] for row in rows], np.uint16)
        reading.go_on(table, pieces.copy)
    assert reading.found.tolist() == [text in "".join(f"{n}." for n in row) for row in rows]
