"""What connections tell of each other's hosts, as of any packet."""

from __future__ import annotations

from tcptui.hosts.around import Neighbours, View
from tcptui.tcp.finding import MOST_CASES
from tcptui.tcp.history import Moment
from tcptui.tcp.timers import SECOND
from tests.support.hosts import CLOSED, FULL, HALF_OPEN, SILENT, START, TAKEN_BACK, Passed, attempt, store_of

A, B = "10.0.0.1", "10.0.0.2"
REPEATED = ("S", "<SA", "<SA")
ASKED_TWICE = ("S", "<SA", "S", "<SA")
IGNORED = ("S", "<SA", "A", "<SA", "A", "<SA")


def call(
    at: float, sport: int, what: tuple[str, ...], source: str = A, target: str = B, port: int = 80
) -> list[Passed]:
    return attempt(at, source, sport, target, port, what)


def view(passed: list[Passed], pair: int, *, frame: int | None = None, later: float = 0) -> View:
    """What is known about a pair after all packets, or as of a frame."""
    frame = frame or len(passed)
    return Neighbours(store_of(passed)).of(
        pair, Moment(frame, passed[frame - 1].time_ns + round(later * SECOND))
    )


def test_who_answers_another_port_is_alive_by_whatever_it_answers() -> None:
    for what, answers in ((FULL, 1), (CLOSED, 1), (SILENT, 0)):
        known = view([*call(0, 1, what, port=22), *call(5, 2, SILENT)], 1)
        assert (known.alive(1, START) is not None) is bool(answers)
    known = view([*call(0, 1, CLOSED, port=22), *call(5, 2, SILENT)], 1)
    assert known.alive(1, START + SECOND) is None, "since then"
    assert known.alive(0, START) is None, "the caller has only asked"
    assert view([*call(0, 2, SILENT), *call(5, 1, FULL, port=22)], 0, frame=1).alive(1, 0) is None, "not yet"


def test_ones_own_connection_does_not_count() -> None:
    known = view(call(0, 1, FULL), 0)
    assert known.alive(1, 0) is known.answered(1, 0) is known.ttl(1) is None


def test_a_port_has_answered_the_same_host() -> None:
    passed = [*call(0, 1, FULL), *call(5, 2, SILENT), *call(6, 3, SILENT, source="10.0.0.9")]
    answered = view(passed, 1).answered(1, START)
    assert answered is not None and answered.packet == 2
    assert view(passed, 2).answered(1, START) is None
    assert view([*call(0, 1, FULL, port=22), *call(5, 2, SILENT)], 1).answered(1, START) is None


def test_the_ttl_of_a_host_that_has_one() -> None:
    same = [*call(0, 1, FULL), *call(20, 2, FULL), *call(40, 3, CLOSED)]
    assert view(same, 2).ttl(1) == 64
    mixed = [*call(0, 1, FULL), *attempt(20, B, 9, A, 90, FULL, ttl=61), *call(40, 3, CLOSED)]
    assert view(mixed, 2).ttl(1) is None
    assert view([*call(0, 1, CLOSED), *call(20, 2, CLOSED)], 1).ttl(1) is None, "RSTs may come from elsewhere"


def test_a_syn_ack_is_repeated_unasked() -> None:
    passed = [*call(0, 1, REPEATED, port=22), *call(5, 2, HALF_OPEN)]
    repeated = view(passed, 1).repeated(1)
    assert repeated is not None and repeated.packet == 3
    assert view(passed, 1, frame=2).repeated(1) is None
    assert view([*call(0, 1, ASKED_TWICE), *call(5, 2, HALF_OPEN)], 1).repeated(1) is None


def test_syn_acks_that_wait_are_counted() -> None:
    kinds = [HALF_OPEN, HALF_OPEN, ASKED_TWICE, REPEATED, FULL, TAKEN_BACK, CLOSED, SILENT]
    passed = [one for n, what in enumerate(kinds) for one in call(n / 10, n, what)]
    assert view(passed, 0, later=9).unrepeated(1, 4 * SECOND) == 3
    assert view(passed, 0, later=3.35).unrepeated(1, 4 * SECOND) == 1
    assert view(passed, 0).unrepeated(1, 4 * SECOND) == 0
    many = [one for n in range(2 * MOST_CASES) for one in call(n / 1000, n, HALF_OPEN)]
    assert view(many, 0, later=9).unrepeated(1, 4 * SECOND) == MOST_CASES


def test_ports_that_ignore_acks() -> None:
    passed = [*call(0, 1, IGNORED), *call(1, 2, IGNORED), *call(2, 3, FULL), *call(3, 4, IGNORED, port=81)]
    assert view(passed, 0).ignoring(1) == 1
    assert view(passed, 2).ignoring(1) == 2
    assert view(passed, 2, frame=6).ignoring(1) == 1


def test_batches_of_any_size_tell_the_same() -> None:
    kinds = (IGNORED, FULL, REPEATED, HALF_OPEN, CLOSED)
    passed = sorted(one for n in range(40) for one in call(n / 7, n, kinds[n % 5]))
    told = set()
    for size in (3, 1000):
        store = store_of([])
        known = Neighbours(store)
        for begin in range(0, len(passed), size):
            store_of(passed[begin : begin + size], store, first=begin)
            known.feed()
        now = Moment(len(passed), passed[-1].time_ns + 9 * SECOND)
        one = known.of(3, now)
        told.add(
            (one.alive(1, 0), one.repeated(1), one.unrepeated(1, 4 * SECOND), one.ignoring(1), one.ttl(1))
        )
    assert len(told) == 1


def test_a_flood_is_known_in_a_few_bytes_a_connection() -> None:
    sources = [f"10.9.{n >> 8}.{n & 255}" for n in range(2000)]
    passed = [one for n, source in enumerate(sources) for one in call(n / 1000, 1, HALF_OPEN, source=source)]
    known = Neighbours(store_of(passed))
    last = Moment(len(passed), passed[-1].time_ns + 9 * SECOND)
    assert known.of(1, last).unrepeated(1, 4 * SECOND) == MOST_CASES
    assert known.nbytes < 350 * len(sources)
