"""A part of a ladder: its rows, and how much there is before and behind."""

import pytest

from tcptui.model.ladder_part import Part
from tcptui.model.text import plain
from tcptui.tcp.history import Moment
from tests.support.ladders import CLOSE, END, ladder, lines


def part(start: int, stop: int) -> Part:
    """As of a flow that has 100 segments before those of CLOSE, and 1,000 behind."""
    return Part(ladder(CLOSE), start, stop, 100 + start, 1011 - stop)


def rows(shown: Part) -> list[str]:
    return [plain(shown.render(i, 90, END)).rstrip() for i in range(len(shown))]


def test_it_shows_the_ladder_s_rows_between_two_that_count_the_others() -> None:
    shown = part(1, 4)
    assert rows(shown)[1:-1] == lines(shown.ladder)[1:5]  # one of them is a silence
    assert "101 segments before" in rows(shown)[0]
    assert "1,007 segments behind" in rows(shown)[-1]


def test_at_the_ends_of_the_flow_nothing_is_counted() -> None:
    inner = ladder(CLOSE)
    shown = Part(inner, 0, 11, 0, 0)
    assert rows(shown) == lines(inner)
    assert (shown.first, shown.last) == (0, len(inner) - 1)


def test_what_is_not_shown_is_next_to_an_end() -> None:
    shown = part(2, 5)
    assert shown.find(Moment(1, 0)) == shown.first == 1
    assert shown.find(END) == shown.last
    assert shown.item(0) == shown.item(1)
    assert shown.item(len(shown) - 1) == shown.item(shown.last)
    with pytest.raises(IndexError):
        shown.item(len(shown))


def test_state_changes_elsewhere_are_none_here() -> None:
    shown = part(3, 6)
    assert shown.next_change(2, 1) == 2
    assert part(1, 4).next_change(1, 1) == 2


def test_a_search_ends_at_its_ends() -> None:
    shown = part(1, 4)
    assert shown.search("SYN_RCVD", 2, -1) == 1
    assert shown.search("SYN_RCVD", 1, -1) is None
    assert shown.search("FIN", 1) is None


def test_a_run_across_an_end_is_shown_as_far_as_it_is_loaded_and_counted_once() -> None:
    bulk = "".join(f"{1 + n / 1000:.6f}  C PSH,ACK 100\n" for n in range(20))
    head = "".join(CLOSE.splitlines(keepends=True)[:4])
    inner = ladder(head + bulk)
    shown = Part(inner, 8, 16, 8, 20)
    assert shown.item(1).count == 20
    assert "3 segments before" in rows(shown)[0]
    assert "13 segments behind" in rows(shown)[-1]
    assert shown.toggle_fold(1)
    assert len(shown) == 8 + 2
    assert "8 segments before" in rows(shown)[0]
