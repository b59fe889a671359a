"""Spans of captured payload, and the gaps that acknowledgments reveal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcptui.zeek.reassembly import ABOVE_HOLE, FIRST_WINDOW, UNACKED, Reassembly


def captured(*spans: tuple[int, int]) -> Reassembly:
    one = Reassembly()
    for begin, end in spans:
        one.insert(begin, end, 0)
    return one


def test_what_is_captured_is_no_gap_in_whatever_order_it_came() -> None:
    assert captured((1, 10), (20, 30), (10, 20)).trim(30) == []
    assert captured((20, 30), (1, 25)).trim(30) == []


def test_gaps_before_between_and_behind() -> None:
    assert captured((5, 10), (20, 30)).trim(40) == [4, 10, 10]


def test_what_is_acknowledged_is_over() -> None:
    one = captured((1, 10))
    assert one.trim(20) == [10]
    one.insert(10, 20, 0)  # too late
    assert one.begins == []
    assert one.trim(20) == []


def test_a_part_of_a_span_stays() -> None:
    one = captured((1, 100))
    assert one.trim(50) == []
    assert (one.begins, one.ends, one.delivered) == ([50], [100], 100)


def test_the_first_byte_of_a_picked_up_connection_is_no_gap() -> None:
    assert Reassembly().trim(2, partial=True) == []
    assert Reassembly().trim(2) == [1]
    assert Reassembly().trim(3, partial=True) == [2]


def test_it_gives_up_on_much_behind_a_hole_that_nobody_acknowledges() -> None:
    one = Reassembly()
    one.insert(2, 3 + ABOVE_HOLE, 3 + ABOVE_HOLE)
    assert one.skipping
    assert one.trim(1 << 20) == []
    answered = captured((2, 3 + ABOVE_HOLE))
    assert not answered.skipping


def test_it_gives_up_on_very_much_that_is_not_acknowledged() -> None:
    assert captured((1, 2 + UNACKED)).skipping


def test_it_does_not_keep_what_nobody_will_acknowledge() -> None:
    one = Reassembly()
    one.insert(1, 2 + FIRST_WINDOW, 1 + FIRST_WINDOW)
    assert (one.begins, one.trimmed, one.skipping) == ([], 2 + FIRST_WINDOW, False)


SPAN = st.tuples(st.integers(1, 60), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1]))


@given(st.lists(SPAN, max_size=12), st.integers(1, 80))
def test_gaps_are_what_no_span_covers(spans: list[tuple[int, int]], upto: int) -> None:
    missing = set(range(1, upto)) - {n for begin, end in spans for n in range(begin, end)}
    one = captured(*spans)
    assert sum(one.trim(upto)) == len(missing)
    assert one.begins == sorted(one.begins)
    assert all(begin < end for begin, end in zip(one.begins, one.ends, strict=True))
