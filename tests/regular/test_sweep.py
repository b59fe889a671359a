"""What goes by the book, and that it is what the engine says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcptui.capture.pcapfile import CaptureReader
from tcptui.demos import catalog
from tcptui.flowbook import FlowBook
from tcptui.store.segments import SegmentStore
from tcptui.tcp.connection import Connection
from tcptui.tcp.facts import facts
from tcptui.tcp.history import History, Moment
from tcptui.tcp.tcb import MOST_GAPS
from tcptui.tcp.timers import BSD, LINUX, RFC, SECOND, Timers
from tcptui.tcp.verdict import verdict
from tests.support.courses import ACK, FIN, MILLISECOND, RST, SYN, Passed, capture, courses, mishaps, scripts
from tests.support.courses import LINUX as LINUX_OPTIONS
from tests.support.sessions import SHARED

LATER = (0, 0.4, 1, 3, 9, 11, 29, 59.9, 60, 64.99, 66, 75, 111, 134, 241, 1000)
"""Seconds after the newest packet at which states are compared: around every timer."""


def taken_bit_by_bit(
    path: Path, step: int, timers: Timers = LINUX, *, hurried: bool = False
) -> Iterator[FlowBook]:
    """The book after every `step` frames of a capture; no engine is fed."""
    reader = CaptureReader(path)
    store = SegmentStore(reader.packet)
    book = FlowBook(store, timers)
    while (batch := reader.read(step)) is not None:
        store.append(batch)
        book.take(hurried=hurried)
        book.seen(batch.first_frame + len(batch) - 1, int(batch.time_ns.max()))
        yield book


def book_of(path: Path, step: int = 65536, timers: Timers = LINUX, *, hurried: bool = False) -> FlowBook:
    """All of a capture, taken `step` frames at a time; no engine is fed."""
    *_, book = taken_bit_by_bit(path, step, timers, hurried=hurried)
    return book


def check_on_the_way(path: Path, step: int) -> None:
    """As `check`, after every few frames: what is claimed early must not have to be taken back silently."""
    for book in taken_bit_by_bit(path, step):
        check(book, (0,))


def regular(book: FlowBook) -> list[int]:
    """The numbers of the flows that the book claims to tell of without an engine."""
    return [number for number in range(1, len(book) + 1) if book.by_the_book(number)]


def check(book: FlowBook, later: tuple[float, ...] = LATER) -> int:
    """Everything that is claimed is what the engine says; how many flows are claimed."""
    newest = book.last
    claimed = 0
    for seconds in later:
        book.seen(newest.packet, newest.time_ns + round(seconds * SECOND))
        book._kept.clear()  # verdicts of flows that wait are kept for the rest of a second
        for number in regular(book):
            info, told = book.info(number), book.verdict(number, book.last)
            if not book.by_the_book(number):  # asked for, it turned out not to be
                continue
            claimed += 1
            segments = book.store.segments(book.store.pairs.rows(info.pair))
            engine = Connection(timers=book.timers)
            for segment in segments:
                engine.feed(segment)
            engine.advance(book.last.time_ns)
            history = engine.history()
            assert engine.generations == 1
            assert info.states == engine.states
            assert (info.client, info.roles) == (history.client, history.roles)
            assert told == verdict(history, facts(segments), Moment(*book.last))
            assert book.history(number) == history
            assert words(book.history(number)) == words(history)
    return claimed


def words(history: History) -> list[tuple[str, str]]:
    return [(one.why, one.note) for one in history.log]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    connections=st.lists(courses(), min_size=1, max_size=8),
    step=st.sampled_from([1, 3, 65536]),
    timers=st.sampled_from([LINUX, LINUX, RFC, BSD, LINUX.with_2msl(3)]),
)
def test_what_is_claimed_is_what_the_engine_says(
    connections: list[list[Passed]], step: int, timers: Timers, tmp_path: Path
) -> None:
    check(book_of(capture(tmp_path / "x.pcap", connections), step, timers))


def closes_again(segments: list[Passed]) -> bool:
    """Somebody's FIN is there more than once: soon after the first it may be a frame that was doubled."""
    fins = [one.sender for one in segments if one.flags & FIN]
    return len(fins) > len(set(fins))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(connections=st.lists(scripts(), min_size=1, max_size=8))
def test_what_goes_by_the_book_is_claimed(connections: list[list[Passed]], tmp_path: Path) -> None:
    book = book_of(capture(tmp_path / "x.pcap", connections))
    irregular = set(range(1, len(book) + 1)) - set(regular(book))
    late = {n for n, one in enumerate(connections, 1) if any(s.after >= 16 * SECOND for s in one)}
    reset = {n for n, one in enumerate(connections, 1) if any(s.flags & RST for s in one[3:])}
    third_with_data = {n for n, one in enumerate(connections, 1) if len(one) > 2 and one[2].length}
    again = {n for n, one in enumerate(connections, 1) if closes_again(one)}
    doubtful = late | reset | third_with_data | again
    assert irregular <= doubtful


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(connections=st.lists(courses(), min_size=1, max_size=4), step=st.integers(1, 9))
def test_the_size_of_the_batches_does_not_matter(
    connections: list[list[Passed]], step: int, tmp_path: Path
) -> None:
    """In pieces a few less may be claimed: of what is under way only the oldest is kept in mind."""
    path = capture(tmp_path / "x.pcap", connections)
    whole, pieces = book_of(path), book_of(path, step)
    assert set(regular(whole)) >= set(regular(pieces))
    assert [whole.info(n) for n in range(1, len(whole) + 1)] == [
        pieces.info(n) for n in range(1, len(pieces) + 1)
    ]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), step=st.sampled_from([1, 2, 5, 65536]))
def test_one_script_with_other_times_and_mishaps_and_looked_at_on_the_way(
    data: st.DataObject, step: int, tmp_path: Path
) -> None:
    """What is asked of one of a kind must be true of all."""
    script = data.draw(scripts())
    connections = [script, *(data.draw(mishaps(script)) for _ in range(data.draw(st.integers(1, 4))))]
    check_on_the_way(capture(tmp_path / "x.pcap", connections), step)


def passed(*lines: tuple[int, int, int, int, int, float]) -> list[Passed]:
    """(sender, flags, seq, ack, payload, ms after the one before) each."""
    return [
        Passed(
            sender,
            flags,
            seq,
            ack,
            length,
            round(after * MILLISECOND),
            100 * sender + at + 1,
            options=LINUX_OPTIONS if flags & SYN else b"",
        )
        for at, (sender, flags, seq, ack, length, after) in enumerate(lines)
    ]


OPENED = ((0, SYN, 0, 0, 0, 1), (1, SYN | ACK, 0, 1, 0, 1), (0, ACK, 1, 1, 0, 1))
TIMED = {
    "FINs that cross, or do not": lambda ms: (
        *OPENED, (0, FIN | ACK, 1, 1, 0, 1), (1, FIN | ACK, 1, 1, 0, ms), (0, ACK, 2, 2, 0, 1),
    ),
    "data behind a FIN that it leaves out": lambda ms: (
        *OPENED, (0, FIN | ACK, 1, 1, 0, 1), (1, ACK, 1, 1, 30, ms), (0, ACK, 2, 31, 0, 1),
    ),
    "an ACK of data alone behind a FIN": lambda ms: (
        *OPENED, (0, ACK, 1, 1, 30, 1), (0, FIN | ACK, 31, 1, 0, 1), (1, ACK, 1, 31, 0, ms),
    ),
    "of data from long before it": lambda ms: (
        *OPENED, (0, ACK, 1, 1, 30, 1), (0, FIN | ACK, 31, 1, 0, ms * 2), (1, ACK, 1, 31, 0, ms / 2),
    ),
    "and an abort": lambda ms: (
        *OPENED, (0, FIN | ACK, 1, 1, 0, 1), (1, ACK, 1, 1, 30, ms), (0, RST | ACK, 2, 31, 0, 1),
    ),
    "an abort behind data that was left out": lambda ms: (
        *OPENED, (0, ACK, 1, 1, 30, 1), (0, ACK, 31, 1, 30, 1), (1, ACK, 1, 31, 0, 1),
        (1, ACK, 1, 31, 0, ms), (0, RST | ACK, 61, 1, 0, 1),
    ),
    "an ACK that crosses an abort": lambda ms: (
        *OPENED, (0, ACK, 1, 1, 30, 1), (0, RST | ACK, 31, 1, 0, 1), (1, ACK, 1, 1, 0, ms),
    ),
    "an ACK that leaves data out behind its abort": lambda ms: (
        *OPENED, (0, ACK, 1, 1, 30, 1), (0, ACK, 31, 1, 30, ms), (0, RST | ACK, 61, 1, 0, 1),
        (1, ACK, 1, 31, 0, 1),
    ),
    "and one that does not": lambda ms: (
        *OPENED, (0, ACK, 1, 1, 30, 1), (0, ACK, 31, 1, 30, 1), (0, RST | ACK, 61, 1, 0, ms),
        (1, ACK, 1, 61, 0, 1), (0, RST, 61, 0, 0, 1),
    ),
    "an abort behind data that was sent again": lambda ms: (
        *OPENED, (0, ACK, 1, 1, 30, 1), (0, ACK, 1, 1, 30, ms), (0, RST | ACK, 31, 1, 0, 1),
    ),
    "a third segment with data, left out": lambda ms: (
        *OPENED[:2], (0, ACK, 1, 1, 30, 1), (1, ACK, 1, 1, 0, ms),
    ),
    "one octet that nobody saw": lambda ms: (
        *OPENED, (0, ACK, 1, 1, 30, 1), (1, ACK, 1, 31, 0, 1), (1, ACK, 2, 31, 0, ms), (0, ACK, 31, 2, 0, 1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("step", [1, 65536])
@pytest.mark.parametrize("ms", [400, 1200])
def test_time_may_say_what_numbers_do_not(name: str, step: int, ms: int, tmp_path: Path) -> None:
    """Two of each, one fast and one slow, either first."""
    fast, slow = passed(*TIMED[name](1)), passed(*TIMED[name](ms))
    for pair in ([fast, slow], [slow, fast], [fast, fast], [slow, slow]):
        check_on_the_way(capture(tmp_path / "x.pcap", pair), step)


def test_an_ack_that_holds_what_came_later_denies_what_it_leaves_out(tmp_path: Path) -> None:
    """Of two connections alike in all numbers, one reports a hole before the RST, or behind it."""
    start = 1 << 31
    hole = bytes.fromhex("0101050a") + b"".join((start + at).to_bytes(4, "big") for at in (61, 91))
    data = ((0, ACK, 1, 1, 30, 1), (0, ACK, 31, 1, 30, 1), (0, ACK, 61, 1, 30, 1))
    answer, abort = (1, ACK, 1, 31, 0, 1), (0, RST | ACK, 91, 1, 0, 1)
    for end in ((answer, abort), (abort, answer)):
        whole = passed(*OPENED, *data, *end)
        holed = [replace(one, options=hole) if one.sender == 1 and one.ack == 31 else one for one in whole]
        book = book_of(capture(tmp_path / "x.pcap", [whole, holed], start))
        assert regular(book) == [1]
        check(book)


def test_behind_more_holes_than_the_engine_remembers_a_reset_does_not_fit(tmp_path: Path) -> None:
    places = range(20 * MOST_GAPS + 1, 1, -20)
    holes = [(0, ACK, place, 1, 10, 1) for place in places]
    end = (0, RST | ACK, places[0] + 10, 1, 0, 1)
    whole = passed(*OPENED, (0, ACK, 1, 1, places[0] + 9, 1), end)
    book = book_of(capture(tmp_path / "x.pcap", [whole, passed(*OPENED, *holes, end)]))
    assert regular(book) == [1]
    check(book)


def test_the_demos_are_told_as_the_engine_tells_them() -> None:
    claimed = {name: check(book_of(catalog.load(name).path)) > 0 for name in catalog.names()}
    assert claimed["handshake"] and claimed["refused"] and claimed["simultaneous-close"]
    assert not claimed["last-ack-lost"] and not claimed["mid-stream"] and not claimed["time-wait-reuse"]


@pytest.mark.skipif(not SHARED.exists(), reason="no recorded captures here")
@pytest.mark.parametrize(("place", "least"), [("real", 0.45), ("kernel", 0.3)])
def test_a_good_part_of_recorded_connections_is_claimed_and_told_right(place: str, least: float) -> None:
    """Most of the recordings are there because something goes wrong in them."""
    all_flows = claimed = 0
    for path in sorted(SHARED.glob(f"{place}/**/*.pcap")):
        book = book_of(path)
        all_flows += book.store.pairs.n
        claimed += check(book, (0, 1000)) // 2
    assert claimed >= least * all_flows
