"""Engines that are fed when there is time."""

from __future__ import annotations

from tcptui.capture.pcapfile import CaptureReader
from tcptui.demos import catalog
from tcptui.enginebook import EngineBook
from tcptui.store.segments import SegmentStore
from tcptui.tcp.states import State
from tcptui.tcp.timers import LINUX
from tests.support.packets import read_all
from tests.test_flowbook import taken


def engines(demo: str) -> tuple[EngineBook, list[int]]:
    """Of a demo all of whose pairs are to have an engine; the pairs that are told to have moved."""
    moved: list[int] = []
    reader = CaptureReader(catalog.load(demo).path)
    store = SegmentStore(reader.packet)
    store.append(read_all(reader)[0])
    book = EngineBook(store, LINUX, moved.append)
    book.behind.update(dict.fromkeys(range(book.store.pairs.n)))
    return book, moved


def test_who_is_looked_at_is_fed_first() -> None:
    book, moved = engines("syn-flood")
    last = book.store.pairs.n - 1
    book.catch_up(1)
    book.hurry(last)
    book.catch_up(1)
    assert moved == [0, last]
    assert book.of(last).fed == 1 and book.is_behind(last)


def test_whoever_waits_in_close_wait_is_known_while_it_does() -> None:
    book, _ = engines("half-close")
    waited = []
    while book.behind:
        book.catch_up(1)
        assert book.waiting == ({0} if State.CLOSE_WAIT in book.of(0).connection.states else set())
        waited.append(bool(book.waiting))
    assert True in waited and not waited[-1]


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
