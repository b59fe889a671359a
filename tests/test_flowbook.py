"""The book of connections."""

from __future__ import annotations

import pytest

from tcptui.capture.pcapfile import CaptureReader
from tcptui.demos import catalog
from tcptui.flowbook import FlowBook
from tcptui.flowtable import NOT_YET, UNKNOWN
from tcptui.store.segments import SegmentStore
from tcptui.tcp.connection import Connection
from tcptui.tcp.history import History, Moment
from tcptui.tcp.states import State
from tcptui.tcp.timers import LINUX


def taken(demo: str, step: int) -> FlowBook:
    """A demo's frames, taken `step` at a time, no engine fed."""
    reader = CaptureReader(catalog.load(demo).path)
    store = SegmentStore(reader.packet)
    book = FlowBook(store, LINUX)
    while (batch := reader.read(step)) is not None:
        store.append(batch)
        book.take()
        book.seen(batch.first_frame + len(batch) - 1, int(batch.time_ns.max()))
    return book


def replayed(demo: str, step: int) -> FlowBook:
    """A demo's frames, taken `step` at a time; all engines are up to date."""
    book = taken(demo, step)
    while book.catch_up():
        pass
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
    assert book.take_changed() == [1]
    assert book.deadline_ns is not None
    book.seen(0, book.deadline_ns)
    assert not book.fire()
    assert [str(state) for state in book.info(1).states] == ["CLOSED", "CLOSED"]
    assert book.take_changed() == [1]
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


def test_timers_can_be_fired_a_few_at_a_time() -> None:
    book = taken("time-wait-reuse", 1000)
    book.catch_up()
    book.seen(0, 1 << 62)
    turns = 1
    while book.fire(1):
        turns += 1
    assert turns >= 1
    assert book.deadline_ns is None
    assert [str(state) for state in book.info(2).states] == ["CLOSED", "CLOSED"]


def test_a_flow_of_which_the_engine_is_behind_is_not_told_in_the_table_and_told_when_asked_for() -> None:
    book = taken("last-ack-lost", 1000)
    assert book.behind == 1
    assert book.table().states.tolist() == [[NOT_YET, NOT_YET]]
    assert [str(state) for state in book.info(1).states] == ["TIME_WAIT", "CLOSED"]
    assert book.behind == 0
    assert book.table().states.tolist() == [[State.TIME_WAIT, State.CLOSED]]


def test_the_table_has_of_all_flows_what_is_told_of_each() -> None:
    for demo in catalog.names():
        book = replayed(demo, 1000)
        table = book.table()
        assert table.number.tolist() == list(range(1, len(book) + 1))
        for at, number in enumerate(table.number.tolist()):
            info = book.info(number)
            assert table.states[at].tolist() == list(info.states)
            assert (table.packets[at], table.payload[at]) == (sum(info.packets), sum(info.payload))
            assert (table.start_ns[at], table.end_ns[at]) == (info.start_ns, info.end_ns)
            assert (table.client[at], table.pair[at]) == (info.client, info.pair)
            told = book.verdict(number, book.last)
            assert table.verdict[at] == UNKNOWN or table.verdicts[table.verdict[at]] == told


def test_the_facts_of_a_long_flow_are_gathered_behind_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then they are of its beginning and of what is near."""
    monkeypatch.setattr("tcptui.flowbook.LONG", 4)
    book = replayed("zero-window", 1000)
    told = book.owes(1, book.last)
    assert book.behind == 1
    while book.catch_up():
        pass
    assert book.behind == 0
    monkeypatch.setattr(book.store, "segments", lambda rows: pytest.fail("gathered again"))
    assert book.facts(1, book.last).packets == len(book.rows(1))
    assert book.owes(1, book.last) == told
