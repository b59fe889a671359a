"""Filter and order, at once for few flows and beside the screen for many."""

import time

import pytest

from tcptui.model.query import parse
from tcptui.tui import order
from tcptui.tui.order import Order, needs_verdict
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
    counts = [sum(session.flow(number).packets) for number in made.numbers]
    assert counts == sorted(counts, reverse=True)


def test_many_flows_are_ordered_beside_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "AT_ONCE", 0)
    session = read(file=str(POP3))
    snapshot = session.snapshot()
    made = Order(session)
    made.update(snapshot, parse("refused"), "number")
    assert made.pending
    assert list(made.numbers) == []
    end = time.monotonic() + 10
    while not made.news:
        assert time.monotonic() < end
        time.sleep(0.005)
    made.update(snapshot, parse("refused"), "number")
    assert not made.pending
    assert [n for n in range(1, snapshot.flows + 1) if session.verdict(n) == "refused"] == list(made.numbers)


@pytest.mark.parametrize(
    ("text", "key", "needs"),
    [
        ("state:close_wait port:80", "number", False),
        ("refused", "number", True),
        ("-refused", "number", True),
        ("verdict:open", "number", True),
        ("", "verdict", True),
        ("", "bytes", False),
    ],
)
def test_verdicts_are_only_asked_for_where_they_count(text: str, key: str, needs: bool) -> None:
    assert needs_verdict(text, key) is needs
