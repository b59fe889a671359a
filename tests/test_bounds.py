"""Weeks of traffic in a small room: what stays, what goes, and that it adds up."""

from __future__ import annotations

import gc
import os
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tcptui.bounds import FULL, Bounds, Gone
from tcptui.capture.pcapfile import CaptureReader
from tcptui.capture.pipe import CHUNK, PipeFeed
from tcptui.session import Session
from tcptui.tcp.states import State
from tests.support.weeks import PAYLOAD, Weeks

MIB = 1 << 20
MEMORY, SPOOL = 4 * MIB, 8 * MIB
TURNS = 110
Put = Callable[[bytes], None]


class Watched:
    """A bounded session on a pipe, and the most that it took on the way."""

    def __init__(self, fd: int, keep: str | None = None) -> None:
        self.feed = PipeFeed(fd, keep)
        self.feed.spool.bound(SPOOL)
        reader = CaptureReader(self.feed.path, growing=True)
        self.session = Session(reader, self.feed, max_memory=MEMORY)
        self.counted = self.on_disk = 0
        self.uncounted = 0  # memory, where it is traced, beside what is counted, at the end

    def watch(self) -> None:
        """Until it has ended."""
        while True:
            running = self.session.wait(0.02).running
            counted = self.session.ingest.nbytes
            self.counted = max(self.counted, counted)
            self.on_disk = max(self.on_disk, os.stat(self.feed.path).st_blocks * 512)
            if not running:
                gc.collect()
                self.uncounted = tracemalloc.get_traced_memory()[0] - counted
                return


@contextmanager
def poured(pour: Callable[[Put], None], keep: str | None = None) -> Iterator[Watched]:
    """A session that has read all that `pour` puts into its pipe."""
    source, sink = os.pipe()

    def put(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(sink, view) :]

    def run() -> None:
        pour(put)
        os.close(sink)

    watched = Watched(source, keep)
    thread = threading.Thread(target=run)
    thread.start()
    watched.session.start()
    watched.watch()
    thread.join()
    try:
        yield watched
    finally:
        watched.session.stop()
        watched.session.reader.close()
        watched.feed.spool.remove()
        os.close(source)


@pytest.fixture
def traced() -> Iterator[None]:
    """Memory is traced."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


def weeks_of(turns: int, weeks: Weeks) -> Callable[[Put], None]:
    """Short connections, two busy ones, three that say nothing, and a flood in the middle."""
    busy, idle = weeks.open(2), weeks.open(3)

    def pour(put: Put) -> None:
        put(weeks.header() + weeks.opening(busy) + weeks.opening(idle))
        for turn in range(turns):
            put(weeks.short(600))
            for one in busy:
                put(weeks.transfer(one, 60))
            if turn == turns // 2:
                put(weeks.flood(20_000))

    return pour


def uncounted(turns: int) -> int:
    """Memory that is left beside what is counted."""
    with poured(weeks_of(turns, Weeks())) as watched:
        return watched.uncounted


def test_weeks_in_a_small_room(traced: None) -> None:
    days = uncounted(20)
    weeks = Weeks()
    with poured(weeks_of(TURNS, weeks)) as watched:
        session, snapshot = watched.session, watched.session.snapshot()
        gone = snapshot.gone
        assert snapshot.error is None and snapshot.notices == ()
        assert gone.times >= 50
        assert watched.counted <= MEMORY
        assert watched.on_disk <= SPOOL + CHUNK
        assert watched.uncounted < days + MEMORY // 8, "nothing is left behind"
        # Whatever came is here or has gone.
        assert (snapshot.segments, snapshot.flows) == (weeks.packets, weeks.flows)
        assert session.store.n + gone.packets == weeks.packets
        numbers = session.numbers().tolist()
        assert len(numbers) + gone.flows == weeks.flows
        # Of the half-open ones there was no room for all: some went, no other that was not finished.
        assert 10_000 < gone.unfinished < 20_000
        for number in numbers:
            flow = session.flow(number)
            assert number <= 5 or all(state in (State.CLOSED, State.TIME_WAIT) for state in flow.states)
        check_long(session, numbers[:5])
        # The newest are whole, with their bytes.
        store, rows = session.placed(numbers[-1])
        assert [len(store.raw(int(row))) for row in rows] == store.column("caplen", rows).tolist()
        assert session.verdict(numbers[-1]) == "closed by client"


def check_long(session: Session, numbers: list[int]) -> None:
    """They have stayed from the beginning: states, transitions, counts, no gap, options of old segments."""
    assert numbers == [1, 2, 3, 4, 5]
    for number in numbers:
        flow, history = session.flow(number), session.history(number)
        sent = TURNS * 60 if number <= 2 else 0
        assert flow.packets == (2 + sent, 1 + sent) and flow.payload == (sent * PAYLOAD, 0)
        assert flow.states == (State.ESTABLISHED, State.ESTABLISHED)
        assert [step.new for step in history.standing()] == [
            State.SYN_SENT, State.SYN_RCVD, State.ESTABLISHED, State.ESTABLISHED,
        ]  # fmt: skip
        assert history.first_packet == 1 + 3 * (number - 1)
        assert session.diagnoses(number) == () and session.verdict(number) == "open"
        segments = session.segments(number)
        assert sum(one.length for one in segments) == sent * PAYLOAD
        assert all(len(one.options) == 12 for one in segments)
        assert session.store.raw(int(session.rows(number)[0])) == b""


def test_with_a_kept_file_memory_is_bounded_and_the_file_is_whole(tmp_path: object) -> None:
    weeks, written = Weeks(), []

    def pour(put: Put) -> None:
        for data in [weeks.header(), *(weeks.short(1000) for _ in range(20))]:
            written.append(data)
            put(data)

    with poured(pour, f"{tmp_path}/kept.pcap") as watched:
        gone = watched.session.snapshot().gone
        assert gone.packets and watched.counted <= MEMORY
        with open(f"{tmp_path}/kept.pcap", "rb") as kept:
            assert kept.read() == b"".join(written)
        store = watched.session.store
        assert all(store.raw(row) for row in range(store.n))


def test_the_flow_that_is_looked_at_stays() -> None:
    weeks = Weeks()

    def pour(put: Put) -> None:
        put(weeks.header())
        for _ in range(30):
            put(weeks.short(600))

    source, sink = os.pipe()
    watched = Watched(source)
    watched.session.ingest.wanted = 7
    threading.Thread(target=lambda: (pour(lambda data: write(sink, data)), os.close(sink))).start()
    watched.session.start()
    watched.watch()
    session = watched.session
    assert session.numbers()[0] == 7 and session.numbers()[1] > 5000
    assert session.verdict(7) == "closed by client"
    assert not session.want(8) and session.want(int(session.numbers()[1]))
    with pytest.raises(IndexError):
        session.flow(8)
    session.stop()
    watched.feed.spool.remove()
    os.close(source)


def write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def test_without_a_bound_nothing_is_too_much() -> None:
    assert not Bounds().exceeded(1 << 60)
    Bounds().turn()


def test_what_must_stay_is_not_looked_through_at_each_step() -> None:
    bounds = Bounds(MEMORY)
    assert bounds.exceeded(int(MEMORY * FULL) + 1) and not bounds.exceeded(int(MEMORY * FULL))
    bounds.went(10, 2, 1, MEMORY)
    bounds.went(5, 1, 0, MEMORY)
    assert bounds.gone == Gone(packets=15, flows=3, unfinished=1, times=2)
    assert not bounds.exceeded(int(MEMORY * 1.2)) and bounds.exceeded(int(MEMORY * 1.2) + 1)
