"""The book of connections."""

from __future__ import annotations

import pytest

from tcptui.flowbook import FlowBook
from tcptui.tcp.connection import Connection
from tcptui.tcp.history import History, Moment
from tcptui.tcp.timers import LINUX
from tests.support.sessions import read


def replayed(demo: str, step: int) -> FlowBook:
    """A demo's segments, fed `step` at a time."""
    store = read(demo=demo).store
    book = FlowBook(store, LINUX)
    rows = store.pairs.rows(0)
    for begin in range(0, len(rows), step):
        segments = store.segments(rows[begin : begin + step])
        book.feed(0, segments)
        book.seen(segments[-1].packet, segments[-1].time_ns)
        book.fire()
    return book


def test_the_size_of_the_steps_does_not_matter() -> None:
    whole, single = replayed("time-wait-reuse", 1000), replayed("time-wait-reuse", 1)
    assert len(whole) == len(single) == 2
    for number in (1, 2):
        assert whole.info(number) == single.info(number)
        assert whole.history(number) == single.history(number)


def test_time_that_passes_fires_timers() -> None:
    book = replayed("handshake", 1000)
    assert [str(state) for state in book.info(1).states] == ["TIME_WAIT", "CLOSED"]
    book.changed.clear()
    assert book.deadline_ns is not None
    book.seen(0, book.deadline_ns)
    assert not book.fire()
    assert [str(state) for state in book.info(1).states] == ["CLOSED", "CLOSED"]
    assert book.changed == {1}
    assert book.deadline_ns is None


def test_facts_of_an_earlier_moment_are_those_of_fewer_segments() -> None:
    book = replayed("zero-window", 1000)
    segments = book.store.segments(book.rows(1))
    late = book.facts(1, book.last).packets
    middle = segments[len(segments) // 2]
    early = book.facts(1, Moment(middle.packet, middle.time_ns)).packets
    assert (early, late) == (len(segments) // 2 + 1, len(segments))


def test_all_lives_of_a_pair_are_cut_out_of_its_log_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One for one, a 4-tuple of 400 lives took minutes."""
    book = replayed("time-wait-reuse", 1000)
    whole, cuts = Connection.histories, []

    def counted(connection: Connection) -> tuple[History, ...]:
        cuts.append(connection)
        return whole(connection)

    monkeypatch.setattr(Connection, "histories", counted)
    for number in (1, 2):
        book.info(number)
        book.rows(number)
        book.diagnoses(number, book.last)
    assert len(cuts) == 1
    book.feed(0, [])
    assert book.history(2).first_packet == book.info(2).first_packet
    assert len(cuts) == 2


def test_facts_are_kept_of_the_flows_asked_for_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 100,000 flows they took 560 MB."""
    monkeypatch.setattr("tcptui.flowbook.TRAILS", 1)
    book = replayed("time-wait-reuse", 1000)
    first = book.facts(1, book.last)
    assert book.facts(1, book.last) is first
    book.facts(2, book.last)
    again = book.facts(1, book.last)
    assert again is not first
    assert again.packets == first.packets


def test_a_long_flow_s_facts_grow_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gathered when they were asked for first, those of a million segments took seconds."""
    monkeypatch.setattr("tcptui.flowbook.LONG", 4)
    book = replayed("zero-window", 2)
    rows = book.rows(1)
    monkeypatch.setattr(book.store, "segments", lambda rows: pytest.fail("gathered again"))
    assert book.facts(1, book.last).packets == len(rows)


def test_timers_can_be_fired_a_few_at_a_time() -> None:
    store = read(demo="time-wait-reuse").store
    book = FlowBook(store, LINUX)
    book.feed(0, store.segments(store.pairs.rows(0)))
    book.seen(0, 1 << 62)
    turns = 1
    while book.fire(1):
        turns += 1
    assert turns >= 1
    assert book.deadline_ns is None
    assert [str(state) for state in book.info(2).states] == ["CLOSED", "CLOSED"]
