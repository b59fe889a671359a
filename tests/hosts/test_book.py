"""All findings together, and sockets that nobody closes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from tcptui.hosts.book import HostBook, Waiting, leaks
from tcptui.hosts.finding import HostFinding
from tcptui.store.compact import compact
from tcptui.store.flows import Address
from tcptui.tcp.history import Moment
from tcptui.tcp.timers import SECOND
from tests.support.hosts import CLOSED, FULL, HALF_OPEN, SILENT, TAKEN_BACK, Passed, attempt, away, store_of

SERVER = Address("10.0.0.2", 9502)
H, TARGET, PROBER = "10.0.0.1", "10.0.0.2", "10.9.9.9"
FORGED = ("S", "A", "PA")


def scan(ports: int = 20, source: str = PROBER, what: tuple[str, ...] = CLOSED) -> list[Passed]:
    """One source, many ports of a host."""
    return [one for i in range(ports) for one in attempt(i / 9, source, 4000 + i, "10.0.0.3", 20 + i, what)]


def sweep(hosts: int = 20, every: float = 0.1) -> list[Passed]:
    """One source, one port of many hosts."""
    calls = [attempt(every * i, PROBER, 4000 + i, f"10.0.1.{i}", 22, SILENT) for i in range(hosts)]
    return [one for call in calls for one in call]


def flood(count: int = 60, what: tuple[str, ...] = HALF_OPEN, target: str = TARGET) -> list[Passed]:
    """Many sources, one port."""
    return [one for i in range(count) for one in attempt(9 + i / 99, away(i), 1, target, 80, what)]


def counted(step: int | None = 128_000, count: int = 8, what: tuple[str, ...] = TAKEN_BACK) -> list[Passed]:
    """Callers of a host whose numbers go up by `step`; None: like Linux's."""
    calls = [
        attempt(i, PROBER, i, TARGET, 514, what, None if step is None else step * i) for i in range(count)
    ]
    return [one for call in calls for one in call]


def forged(ttl: int = 52) -> list[Passed]:
    """A connection in H's name."""
    return attempt(12, H, 1023, TARGET, 514, FORGED, 128_000 * 8, ttl=ttl)


def waiting(count: int = 5, seconds: int = 43) -> list[Waiting]:
    """Connections in CLOSE_WAIT; the numbers are those of the flows, and of the frames of their FINs."""
    return [(SERVER, 10 + i, (seconds + i) * SECOND) for i in range(count)]


ATTACK = [*counted(), *flood(target=H), *forged()]

# id: what passes, and who waits
TRIGGERS: dict[str, tuple[list[Passed], list[Waiting]]] = {
    "syn-flood": (flood(), []),
    "port-scan": (scan(), []),
    "host-sweep": (sweep(), []),
    "close-wait-leak": ([], waiting()),
    "isn-predictable": (counted(what=FULL), []),
    "blind-spoofing": (ATTACK, []),
}

CLOSE: list[tuple[str, str, list[Passed], list[Waiting]]] = [
    ("syn-flood", "forty-nine of them", flood(49), []),
    ("syn-flood", "all completed: a busy server", flood(what=FULL), []),
    ("syn-flood", "all refused: nobody listens", flood(what=CLOSED), []),
    ("port-scan", "fourteen ports", scan(14), []),
    ("port-scan", "all of them work", scan(what=FULL), []),
    ("host-sweep", "fourteen hosts", sweep(14), []),
    ("host-sweep", "twenty in an hour", sweep(every=180), []),
    ("close-wait-leak", "four of them", [], waiting(4)),
    ("close-wait-leak", "they have just been asked", [], waiting(seconds=5)),
    ("isn-predictable", "five samples", counted(count=5), []),
    ("isn-predictable", "numbers like Linux's", counted(None), []),
    ("blind-spoofing", "probes only", counted(), []),
    ("blind-spoofing", "who is flooded calls, and can guess nothing", [*flood(target=H), *forged()], []),
]


def findings(passed: Iterable[Passed], stuck: Iterable[Waiting] = ()) -> dict[str, HostFinding]:
    """All that is found, by id."""
    book = HostBook(store_of(sorted(passed)))
    book.feed()
    return {one.diagnosis.id: one for one in book.findings(leaks(stuck, int))}


@pytest.mark.parametrize("id", TRIGGERS)
def test_is_found(id: str) -> None:
    found = findings(*TRIGGERS[id])
    assert id in found
    assert found[id].diagnosis.packets and found[id].host


@pytest.mark.parametrize(
    ("id", "why", "passed", "stuck"), CLOSE, ids=[f"{case[0]}: {case[1]}" for case in CLOSE]
)
def test_is_not_found(id: str, why: str, passed: list[Passed], stuck: list[Waiting]) -> None:
    assert id not in findings(passed, stuck)


def test_five_sockets_stuck_in_close_wait_are_a_leak() -> None:
    leak = findings([], waiting())["close-wait-leak"]
    assert leak.host == "10.0.0.2:9502"
    assert leak.diagnosis.text.startswith(
        "5 connections of 10.0.0.2:9502 are stuck in CLOSE_WAIT, for up to 47 s"
    )
    assert leak.diagnosis.packets == (10, 11, 12, 13, 14)


def test_a_leak_needs_five_whose_ack_proves_it() -> None:
    certain = {number: number * (number > 12) for number in range(10, 20)}
    assert leaks(waiting(7), certain.__getitem__) == []
    (leak,) = leaks(waiting(8), certain.__getitem__)
    assert leak.diagnosis.packets == (13, 14, 15, 16, 17)


def test_who_calls_in_its_own_name_while_it_is_flooded_is_no_attacker() -> None:
    """H's answers to the flood have TTL 64, and so has its call: three signs are left of five."""
    whole = findings(ATTACK)["blind-spoofing"].diagnosis
    own = findings([*counted(), *flood(target=H), *forged(ttl=64)])["blind-spoofing"].diagnosis
    assert (whole.severity.value, own.severity.value) == ("error", "warning")
    assert "a connection in its name was completed" in whole.text and "in its name" not in own.text


def test_the_most_severe_comes_first() -> None:
    assert list(findings(scan() + flood())) == ["syn-flood", "port-scan"]


@pytest.mark.parametrize("passed", [flood(), scan(), sweep(), counted(what=FULL), ATTACK])
def test_findings_are_the_same_of_a_store_that_lost_other_connections(passed: list[Passed]) -> None:
    others = [one for i in range(40) for one in attempt(i / 9, "10.7.7.7", 5000 + i, "10.7.7.8", 443, FULL)]
    store = store_of([*others, *passed])
    book = HostBook(store)
    book.feed()
    before = book.findings()
    assert before
    done = compact(store, np.arange(len(others), store.n))
    book = book.compacted(done)
    assert done.store.pairs.n == store.pairs.n - 40
    assert book.findings() == before
    store_of(flood(target="10.5.5.5"), done.store, store.n)
    book.feed()
    assert len(book.findings()) == len(before) + 1


def test_the_book_shrinks_with_the_store() -> None:
    calls = [attempt(i / 99, H, 1000 + i, TARGET, 80, FULL) for i in range(3000)]
    store = store_of([one for call in calls for one in call])
    book = HostBook(store)
    book.feed()
    now = Moment(store.n, calls[-1][-1].time_ns)
    assert book.neighbours.of(5, now).alive(1, 0) is not None
    before = book.nbytes
    book = book.compacted(compact(store, np.arange(store.n - 40, store.n)))
    assert book.neighbours.of(5, now).alive(1, 0) is not None
    assert book.nbytes < before / 3
