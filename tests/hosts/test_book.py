"""All findings together, and sockets that nobody closes."""

from __future__ import annotations

from tcptui.hosts.book import HostBook, leaks
from tcptui.store.flows import Address
from tcptui.tcp.timers import SECOND
from tests.support.hosts import CLOSED, HALF_OPEN, attempt, away, store_of

SERVER = Address("10.0.0.2", 9502)


def test_five_sockets_stuck_in_close_wait_are_a_leak() -> None:
    (leak,) = leaks(((SERVER, 10 + i, (43 + i) * SECOND) for i in range(5)), int)
    assert leak.host == "10.0.0.2:9502"
    assert leak.diagnosis.text.startswith(
        "5 connections of 10.0.0.2:9502 are stuck in CLOSE_WAIT, for up to 47 s"
    )
    assert leak.diagnosis.packets == (10, 11, 12, 13, 14)


def test_four_or_five_that_have_just_been_asked_are_none() -> None:
    assert leaks(((SERVER, i, 43 * SECOND) for i in range(4)), int) == []
    assert leaks(((SERVER, i, 9 * SECOND) for i in range(5)), int) == []


def test_the_most_severe_comes_first() -> None:
    scan = [
        one for i in range(20) for one in attempt(i / 9, "10.0.0.9", 4000 + i, "10.0.0.3", 20 + i, CLOSED)
    ]
    flood = [one for i in range(60) for one in attempt(9 + i / 99, away(i), 1, "10.0.0.2", 80, HALF_OPEN)]
    book = HostBook(store_of(scan + flood))
    book.feed()
    assert [one.diagnosis.id for one in book.findings()] == ["syn-flood", "port-scan"]
