"""The book of connections."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.generate import Spec, make
from tcptui.capture.pcapfile import CaptureReader
from tcptui.demos import catalog
from tcptui.flowbook import FlowBook
from tcptui.flowtable import NOT_YET, UNKNOWN
from tcptui.store.compact import compact
from tcptui.store.flows import Address
from tcptui.store.retention import FINISHED
from tcptui.store.segments import SegmentStore
from tcptui.tcp.connection import Connection
from tcptui.tcp.history import History, Moment
from tcptui.tcp.states import State
from tcptui.tcp.timers import LINUX, SECOND
from tests.regular.test_sweep import book_of
from tests.support.courses import ACK, FIN, MILLISECOND, Passed, capture
from tests.support.demos import one_after_another, reused
from tests.support.packets import read_all


def taken(demo: str, step: int) -> FlowBook:
    """A demo's frames, taken `step` at a time, no engine fed."""
    return book_of(catalog.load(demo).path, step)


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


def test_a_pair_that_is_used_again_waits_for_its_turn_where_there_is_a_hurry(tmp_path: Path) -> None:
    """No engine is fed, and nobody knows yet that there are several lives; in the end all is the same."""
    path = reused(tmp_path / "reused.pcap", 4)
    whole, hurried = book_of(path), book_of(path, hurried=True)
    assert (len(whole), len(hurried)) == (4, 1)
    assert hurried.table().states.tolist() == [[NOT_YET, NOT_YET]]
    while hurried.catch_up():
        pass
    assert len(hurried) == 4
    for number in range(1, 5):
        assert hurried.info(number) == whole.info(number)
        assert hurried.history(number) == whole.history(number)


def test_who_looks_at_a_pair_is_told_of_it_though_there_is_a_hurry(tmp_path: Path) -> None:
    book = book_of(reused(tmp_path / "reused.pcap", 4), hurried=True)
    assert book.info(1).states == (State.CLOSED, State.CLOSED)
    assert len(book) == 4


@pytest.mark.parametrize("step", [1000, 12, 1])
def test_of_all_lives_that_begin_between_two_looks_it_is_told_that_they_have_changed(
    tmp_path: Path, step: int
) -> None:
    for hurried in (False, True):
        book = book_of(reused(tmp_path / "reused.pcap", 4), step, hurried=hurried)
        while book.catch_up():
            pass
        assert book.take_changed() == [1, 2, 3, 4]
        assert book.take_changed() == []


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


@pytest.mark.parametrize("rows_at_once", [1, 3, 1000])
def test_an_engine_that_is_fed_late_hears_of_the_time_that_has_passed_when_it_has_heard_all(
    monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr("tcptui.enginebook.SLICE", rows_at_once)
    book = taken("last-ack-lost", 1000)
    book.seen(0, book.last.time_ns + 3600 * SECOND)
    book.fire()
    while book.catch_up():
        pass
    assert [str(state) for state in book.info(1).states] == ["CLOSED", "CLOSED"]
    ended = replayed("last-ack-lost", 1)
    ended.seen(0, ended.last.time_ns + 3600 * SECOND)
    ended.fire()
    assert book.history(1) == ended.history(1)


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


def test_a_flow_of_which_the_engine_is_behind_is_not_told_in_the_table_and_told_when_asked_for() -> None:
    book = taken("last-ack-lost", 1000)
    assert book.behind == 1
    assert book.table().states.tolist() == [[NOT_YET, NOT_YET]]
    assert [str(state) for state in book.info(1).states] == ["TIME_WAIT", "CLOSED"]
    assert book.behind == 0
    assert book.table().states.tolist() == [[State.TIME_WAIT, State.CLOSED]]


@pytest.mark.parametrize("cores", [1, 3])
def test_what_other_processes_infer_is_told_as_if_it_had_been_inferred_here(
    cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcptui.processes.cores", lambda: cores)
    monkeypatch.setattr("tcptui.flowbook.SHARE", 3)
    for module in ("flowbook", "enginebook"):
        monkeypatch.setattr(f"tcptui.{module}.SLICE", 4)  # all connections are longer
    path = tmp_path / "web.pcap"
    shares = (("lossy, closed by client", 0.9), ("left open", 0.1))
    make(Spec("web", 20_000, seed=5, reuse=0.1, shares=shares), path)
    alone, book = book_of(path, 2000), book_of(path, 2000)
    behind = list(book._engines.behind)
    assert len(behind) > 9
    while alone.catch_up():
        pass
    book.infer()
    assert not book.behind
    fed = [book._engines.of(pair).fed > 0 for pair in behind]
    assert all(fed) == (cores == 1) and any(fed)
    assert lines(book) == lines(alone)
    for number in range(1, len(alone) + 1):
        assert book.verdict(number, book.last) == alone.verdict(number, alone.last)
    for number in range(1, len(alone) + 1):
        assert book.info(number) == alone.info(number)
        assert steps(book.history(number)) == steps(alone.history(number))
    assert lines(book) == lines(alone)


def steps(history: History) -> list[tuple[int, int | None, State]]:
    """What happened; which packet proves it depends on how much was fed at once."""
    return [(one.endpoint, one.packet, one.new) for one in history.standing()]


def test_who_waits_in_close_wait_is_known_wherever_that_was_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcptui.processes.cores", lambda: 3)
    monkeypatch.setattr("tcptui.flowbook.SHARE", 2)
    half_closed = [  # begun before the capture was
        Passed(0, ACK, 1, 1, 5, MILLISECOND, 1),
        Passed(1, ACK, 1, 6, 0, MILLISECOND, 2),
        Passed(0, FIN | ACK, 6, 1, 0, MILLISECOND, 3),
        Passed(1, ACK, 1, 7, 0, MILLISECOND, 4),
    ]
    path = capture(tmp_path / "x.pcap", [half_closed] * 12)
    book, alone = book_of(path), book_of(path)
    book.infer()
    assert len(book._told) == 8
    assert [number for _, number, _ in book.waiting(0)] == list(range(1, 13))
    assert [book.fin_of_waiting(number) for number in (1, 12)] == [
        alone.fin_of_waiting(number) for number in (1, 12)
    ]
    assert len(book._told) == 7


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


DEMOS = ("handshake", "time-wait-reuse", "zero-window", "refused", "last-ack-lost")


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Demos one after another, as one capture."""
    return one_after_another(tmp_path_factory.mktemp("demos") / "all.pcap", DEMOS)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), step=st.sampled_from([1, 7, 20]))
def test_what_stays_is_told_as_before_and_goes_on(demos: Path, seed: int, step: int) -> None:
    chance = Random(seed)
    reader = CaptureReader(demos)
    whole, less = (FlowBook(SegmentStore(reader.packet), LINUX) for _ in range(2))
    gone: set[int] = set()
    ends = endings(demos)
    while (batch := reader.read(step)) is not None:
        for book in (whole, less):
            book.store.append(batch)
            book.take()
            book.seen(batch.first_frame + len(batch) - 1, int(batch.time_ns.max()))
            while book.catch_up():
                pass
        if chance.random() < 0.1:
            gone |= shrink(less, chance, ends)
    there = less.numbers.tolist()
    assert len(whole) == len(less) and set(there) == set(range(1, len(whole) + 1)) - gone
    for number in there:
        check_same(less, whole, number)
    assert lines(less) == {number: line for number, line in lines(whole).items() if number in there}
    for number in gone:
        with pytest.raises(IndexError):
            less.info(number)
    reader.close()


def check_same(less: FlowBook, whole: FlowBook, number: int) -> None:
    """Both books say the same of a flow."""
    info = less.info(number)
    assert replace(info, pair=0) == replace(whole.info(number), pair=0)
    assert less.store.pairs.ends(info.pair) == info.ends
    assert less.history(number) == whole.history(number)
    assert less.verdict(number, less.last) == whole.verdict(number, whole.last)
    assert less.diagnoses(number, less.last) == whole.diagnoses(number, whole.last)
    frames = [book.store.column("frame", book.rows(number)).tolist() for book in (less, whole)]
    assert frames[0] == frames[1]


def lines(book: FlowBook) -> dict[int, tuple[list[int], str]]:
    """States and verdict by number, as the table has them."""
    table = book.table()
    verdicts = [table.verdicts[at] if at >= 0 else "" for at in table.verdict.tolist()]
    return dict(zip(table.number.tolist(), zip(table.states.tolist(), verdicts, strict=True), strict=True))


def endings(path: Path) -> dict[frozenset[Address], int]:
    """The last frame of each pair of sockets."""
    reader = CaptureReader(path)
    store = SegmentStore(reader.packet)
    for batch in read_all(reader):
        store.append(batch)
    frames = store.column("frame", store.pairs.lasts()).tolist()
    return {frozenset(store.pairs.ends(pair)): frame for pair, frame in enumerate(frames)}


def shrink(book: FlowBook, chance: Random, ends: dict[frozenset[Address], int]) -> set[int]:
    """Give up some of the finished pairs of which no more will come; the numbers of their flows."""
    what, bytes_ = book.claims()
    assert len(what) == len(bytes_) == book.store.pairs.n
    over = [ends[frozenset(book.store.pairs.ends(pair))] <= book.last.packet for pair in range(len(what))]
    goes = (what == FINISHED) & over & [chance.random() < 0.5 for _ in over]
    before = set(book.numbers.tolist())
    done = compact(book.store, np.flatnonzero(~goes[book.store.column("flow")]))
    book.compact(done, np.zeros(0, np.int64))
    assert book.store is done.store
    return before - set(book.numbers.tolist())
