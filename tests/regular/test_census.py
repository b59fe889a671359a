"""Where all pairs stand, and when that changes."""

from __future__ import annotations

from pathlib import Path

from tcptui.flowbook import FlowBook
from tcptui.flowtable import UNKNOWN
from tcptui.tcp.states import State
from tcptui.tcp.timers import SECOND
from tests.regular.test_kinds import closed
from tests.regular.test_sweep import book_of
from tests.support.courses import ACK, FIN, LINUX, PSH, SYN, Script, capture


def waiting() -> Script:
    """One whose server does not close."""
    script = Script(LINUX)
    for sender, flags in ((0, SYN), (1, SYN | ACK), (0, ACK), (0, FIN | ACK), (1, ACK)):
        script.send(sender, flags)
    return script


def later(book: FlowBook, seconds: float) -> FlowBook:
    book.seen(0, book.last.time_ns + round(seconds * SECOND))
    return book


def test_verdicts_are_asked_for_once_of_a_kind(tmp_path: Path) -> None:
    book = book_of(capture(tmp_path / "x.pcap", [closed(1 + n).segments for n in range(40)]))
    asked: list[int] = []
    told = book._judge  # the slow way
    book._judge = lambda numbers: asked.extend(numbers) or told(numbers)  # type: ignore[method-assign, func-returns-value]
    table = book.table()
    assert [table.verdicts[code] for code in table.verdict.tolist()] == ["closed by client"] * 40
    assert 1 <= len(asked) <= 2  # those a second old and those that are younger


def test_who_waits_is_told_with_the_age_of_its_newest_packet(tmp_path: Path) -> None:
    book = later(book_of(capture(tmp_path / "x.pcap", [closed(1).segments, waiting().segments])), 20)
    ((address, number, age),) = book.waiting(0)
    assert (str(address), number) == ("10.0.0.2:80", 2)
    assert 19 * SECOND < age < 21 * SECOND


def test_what_time_changes_is_told_once(tmp_path: Path) -> None:
    book = book_of(capture(tmp_path / "x.pcap", [closed(1).segments, waiting().segments]))
    assert book.take_changed() == [1, 2]
    assert later(book, 59).take_changed() == []
    assert later(book, 2).take_changed() == [1, 2]  # TIME_WAIT and FIN_WAIT_2 are over
    assert book.take_changed() == []
    assert book.deadline_ns is None


def test_states_in_the_table_are_those_of_now(tmp_path: Path) -> None:
    book = book_of(capture(tmp_path / "x.pcap", [closed(1).segments, waiting().segments]))
    assert book.table().state(True).tolist() == [State.TIME_WAIT, State.FIN_WAIT_2]
    assert later(book, 61).table().state(True).tolist() == [State.CLOSED, State.CLOSED]
    assert book.table().state(False).tolist() == [State.CLOSED, State.CLOSE_WAIT]


def test_a_transfer_that_stalls_is_not_taken_for_one_that_is_open(tmp_path: Path) -> None:
    """A zero window is no event, and yet says something of a connection that is still open."""
    from dataclasses import replace

    script = Script(LINUX)
    for sender, flags, length in (
        (0, SYN, 0),
        (1, SYN | ACK, 0),
        (0, ACK, 0),
        (0, PSH | ACK, 9),
        (1, ACK, 0),
    ):
        script.send(sender, flags, length)
    stalled = [*script.segments[:-1], replace(script.segments[-1], window=0)]
    book = later(book_of(capture(tmp_path / "x.pcap", [script.segments, stalled])), 5)
    assert [book.by_the_book(number) for number in (1, 2)] == [True, True]
    assert [book.verdict(number, book.last) for number in (1, 2)] == [
        "open",
        "stalled: server's window is zero",
    ]
    table = book.table()
    assert table.verdicts[table.verdict[0]] == "open"
    assert table.verdict[1] == UNKNOWN
    assert table.verdicts[book.verdict_codes([2])[0]] == "stalled: server's window is zero"
