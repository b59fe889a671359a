"""Filter and order, at once for few flows and beside the screen for many."""

import dataclasses
import threading
import time
from collections.abc import Callable

import pytest

from tcptui.flowtable import UNKNOWN
from tcptui.model.query import parse
from tcptui.tui import order
from tcptui.tui.order import Order
from tests.support.sessions import SHARED, read

POP3 = SHARED / "real" / "pop3.pcap"
pytestmark = pytest.mark.skipif(not POP3.exists(), reason="no shared captures")


def test_without_a_question_it_is_a_range() -> None:
    session = read(file=str(POP3))
    made = Order(session)
    made.update(session.snapshot(), parse(""), "number")
    assert made.numbers == range(1, session.snapshot().flows + 1)


def test_few_flows_are_ordered_at_once() -> None:
    session = read(file=str(POP3))
    made = Order(session)
    made.update(session.snapshot(), parse(""), "packets")
    assert not made.pending
    counts = [sum(session.flow(number).packets) for number in map(int, made.numbers)]
    assert counts == sorted(counts, reverse=True)


def finished(made: Order, again: Callable[[], None]) -> None:
    """Take what is worked out beside, until nothing is left to be."""
    end = time.monotonic() + 10
    while made.pending or made.news or made.working:
        assert time.monotonic() < end
        time.sleep(0.005)
        again()


def test_a_list_that_takes_long_is_made_beside_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "PATIENCE", 0)
    session = read(file=str(POP3))
    snapshot = session.snapshot()
    made = Order(session)
    table, gate = session.table, threading.Event()
    monkeypatch.setattr(session, "table", lambda **what: gate.wait(10) and table(**what))
    made.update(snapshot, parse("refused"), "number")
    assert made.pending
    assert list(made.numbers) == []
    gate.set()
    finished(made, lambda: made.update(snapshot, parse("refused"), "number"))
    assert [n for n in range(1, snapshot.flows + 1) if session.verdict(n) == "refused"] == list(made.numbers)


def test_it_says_of_how_many_its_flows_are_where_more_have_come_since_the_snapshot() -> None:
    session = read(file=str(POP3))
    late = dataclasses.replace(session.snapshot(), version=0, flows=1)
    made = Order(session)
    made.update(late, parse("port:110"), "number")
    finished(made, lambda: made.update(late, parse("port:110"), "number"))
    assert 1 < len(made.numbers) <= made.total == session.snapshot().flows
    made.update(late, parse(""), "number")
    assert len(made.numbers) == made.total == 1


def test_what_is_asked_last_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "PATIENCE", 0)
    session = read(file=str(POP3))
    snapshot = session.snapshot()
    made = Order(session)
    made.update(snapshot, parse("refused"), "number")
    made.update(snapshot, parse("port:1"), "number")
    finished(made, lambda: made.update(snapshot, parse("port:1"), "number"))
    assert list(made.numbers) == []
    made.update(snapshot, parse("refused"), "number")
    made.update(snapshot, parse(""), "number")
    assert made.numbers == range(1, snapshot.flows + 1) and not made.pending


def test_verdicts_that_take_long_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flows that do not go by the book are not there until it is known what is said of them."""
    session = read(file=str(POP3))
    snapshot = session.snapshot()
    table = session.table()
    assert session.judge(table, 0)
    slow = table.number[table.verdict == UNKNOWN].tolist()
    query = parse(f'verdict:"{session.verdict(slow[0])}"')
    made = Order(session)
    judge, gate = session.judge, threading.Event()
    monkeypatch.setattr(session, "judge", lambda table, most: judge(table, most and gate.wait(10) and most))
    made.update(snapshot, query, "verdict")
    assert not made.pending
    assert not set(made.numbers) & set(slow)
    gate.set()
    finished(made, lambda: made.update(snapshot, query, "verdict"))
    assert slow[0] in made.numbers


def test_a_flow_is_found_in_the_list() -> None:
    session = read(file=str(POP3))
    made = Order(session)
    made.update(session.snapshot(), parse(""), "number")
    assert (made.place(1), made.place(3), made.place(0)) == (0, 2, None)
    made.update(session.snapshot(), parse("-flow:3"), "packets")
    assert [made.place(int(number)) for number in made.numbers] == list(range(len(made.numbers)))
    assert made.place(3) is None
