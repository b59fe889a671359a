"""Long transfers by their sum: the engine says the same."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcptui.condense import BEGINNING, JUDGED, SHOWN, Margin, condensed, excerpt
from tcptui.flowbook import FlowBook
from tcptui.tcp.connection import Connection
from tcptui.tcp.history import History
from tcptui.tcp.segment import Segment
from tests.regular.test_sweep import book_of, check_on_the_way, passed
from tests.support.courses import ACK, FIN, LINUX, PSH, SYN, Passed, Script, capture, mishaps


def history(segments: list[Segment]) -> History:
    engine = Connection()
    for segment in segments:
        engine.feed(segment)
    return engine.history()


def transfer(rounds: int, both: bool) -> list[Passed]:
    """So many times data of the server, and its ACK, which carries data where both send; then a close."""
    script = Script(LINUX)
    for sender, flags in ((0, SYN), (1, SYN | ACK), (0, ACK)):
        script.send(sender, flags)
    for _ in range(rounds):
        script.send(1, PSH | ACK, 40)
        script.send(0, ACK, 3 if both else 0)
    for sender, flags in ((1, FIN | ACK), (0, ACK), (0, FIN | ACK), (1, ACK)):
        script.send(sender, flags)
    return script.segments


def rows_of(book: FlowBook) -> list[Segment]:
    return book.store.segments(book.rows(1))


def test_what_goes_on_in_order_for_long_is_summed_up(tmp_path: Path) -> None:
    for both in (False, True):
        book = book_of(capture(tmp_path / "x.pcap", [transfer(500, both)]))
        (short,) = condensed(book.store, [book.rows(1)])
        assert len(short) < 3 * SHOWN.kept + 20
        assert sum(s.length for s in short if s.sender == 1) == 500 * 40
        assert history(short) == history(rows_of(book))


def test_a_short_one_is_left_alone(tmp_path: Path) -> None:
    book = book_of(capture(tmp_path / "x.pcap", [transfer(SHOWN.worth_it // 2, False)]))
    assert condensed(book.store, [book.rows(1)]) == [rows_of(book)]


def test_many_are_condensed_at_once(tmp_path: Path) -> None:
    talks = [transfer(rounds, both) for rounds in (0, 40, 300) for both in (False, True)]
    book = book_of(capture(tmp_path / "x.pcap", talks))
    rows = [book.rows(number) for number in range(1, len(talks) + 1)]
    together = condensed(book.store, rows, JUDGED)
    assert together == [one for each in rows for one in condensed(book.store, [each], JUDGED)]
    assert condensed(book.store, []) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), both=st.booleans(), margin=st.sampled_from([SHOWN, JUDGED]))
def test_the_engine_says_the_same_whatever_goes_wrong(
    data: st.DataObject, both: bool, margin: Margin, tmp_path: Path
) -> None:
    segments = data.draw(mishaps(transfer(150, both)))
    book = book_of(capture(tmp_path / "x.pcap", [segments]))
    pair_rows = book.store.pairs.rows(0)
    (some,) = condensed(book.store, [pair_rows], margin)
    short, whole = history(some), history(book.store.segments(pair_rows))
    assert [(t.packet, t.new, t.endpoint) for t in short.standing()] == [
        (t.packet, t.new, t.endpoint) for t in whole.standing()
    ]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rounds=st.integers(0, 400),
    both=st.booleans(),
    newest=st.integers(8, 300),
    size=st.sampled_from([7, 50, 5000]),
)
def test_of_a_transfer_the_beginning_and_the_end_are_enough(
    rounds: int, both: bool, newest: int, size: int, tmp_path: Path
) -> None:
    book = book_of(capture(tmp_path / "x.pcap", [transfer(rounds, both)]))
    rows = book.rows(1)
    pieces = [rows[at : at + size] for at in range(0, len(rows), size)]
    short = excerpt(book.store, pieces, len(rows), newest)
    assert len(short) <= BEGINNING + 2 * -(-len(rows) // size) + newest
    assert history(short) == history(rows_of(book))


OPENED = ((0, SYN, 0, 0, 0, 1), (1, SYN | ACK, 0, 1, 0, 1), (0, ACK, 1, 1, 0, 1))
DONE_FIRST = (
    *OPENED, (0, ACK, 1, 1, 300, 1), (0, ACK, 301, 1, 1, 1), (1, ACK, 1, 302, 0, 1), (1, ACK, 1, 302, 30, 1),
    (1, ACK, 31, 302, 1, 1), (0, ACK, 302, 31, 0, 210), (1, FIN | ACK, 32, 302, 20, 1),
)  # fmt: skip


def test_what_the_end_that_is_done_first_acknowledges_is_not_lost(tmp_path: Path) -> None:
    """The list said ESTABLISHED where the engine that is fed all segments says CLOSE_WAIT."""
    check_on_the_way(capture(tmp_path / "x.pcap", [passed(*DONE_FIRST)]), 1)
