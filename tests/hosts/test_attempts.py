"""Floods and scans, and what comes close to them."""

from __future__ import annotations

from tcptui.hosts.attempts import Attempts, floods, scans
from tests.support.hosts import CLOSED, FULL, HALF_OPEN, SILENT, TAKEN_BACK, attempt, away, store_of


def found(*calls: tuple[object, ...]) -> tuple[list[str], list[str]]:
    attempts = Attempts(store_of([one for call in calls for one in attempt(*call)]))
    attempts.feed()
    return [one.diagnosis.text for one in floods(attempts)], [one.diagnosis.text for one in scans(attempts)]


def test_half_open_connections_from_everywhere_are_a_flood() -> None:
    (flood,), scan = found(*((0.01 * i, away(i), 1000 + i, "10.0.0.2", 80, HALF_OPEN) for i in range(60)))
    assert flood.startswith("SYN flood on 10.0.0.2:80: 60 half-open connections from 60 sources")
    assert "probably forged" in flood
    assert scan == []


def test_as_many_that_are_completed_are_a_busy_server() -> None:
    assert found(*((0.01 * i, away(i), 1000, "10.0.0.2", 80, FULL) for i in range(60))) == ([], [])


def test_one_in_four_completed_is_no_flood_and_fifty_in_a_minute_neither() -> None:
    mixed = ((0.01 * i, away(i), 1, "10.0.0.2", 80, HALF_OPEN if i % 4 else FULL) for i in range(80))
    slow = ((1.2 * i, away(i), 1, "10.0.0.3", 80, HALF_OPEN) for i in range(60))
    assert found(*mixed, *slow) == ([], [])


def test_real_hosts_answer_what_they_did_not_ask_for() -> None:
    calls = ((0.01 * i, away(i), 1, "10.0.0.2", 80, TAKEN_BACK if i % 2 else HALF_OPEN) for i in range(60))
    assert "they are forged" in found(*calls)[0][0]


def test_many_closed_ports_of_one_host_are_a_scan() -> None:
    calls = ((0.1 * i, "10.0.0.9", i, "10.0.0.2", 20 + i, CLOSED if i else TAKEN_BACK) for i in range(20))
    (scan,) = found(*calls)[1]
    assert scan.startswith("10.0.0.9 scans 20 ports of 10.0.0.2: 1 open, 19 refused, 0 without an answer")
    assert "half-open scan" in scan


def test_many_hosts_on_one_port_are_a_sweep() -> None:
    calls = ((0.1 * i, "10.0.0.9", 40000 + i, f"10.0.1.{i}", 22, SILENT) for i in range(20))
    (scan,) = found(*calls)[1]
    assert scan.startswith("10.0.0.9 scans port 22 of 20 hosts: 0 open, 0 refused, 20 without an answer")


def test_fourteen_ports_or_twenty_that_work_or_twenty_in_an_hour_are_none() -> None:
    few = ((0.1 * i, "10.0.0.9", 40000 + i, "10.0.0.2", 20 + i, CLOSED) for i in range(14))
    work = ((0.1 * i, "10.0.0.8", 40000 + i, "10.0.0.2", 20 + i, FULL) for i in range(20))
    slow = ((180.0 * i, "10.0.0.7", 40000 + i, "10.0.0.2", 20 + i, CLOSED) for i in range(20))
    assert found(*few, *work, *slow) == ([], [])


def test_batches_of_any_size_tell_the_same() -> None:
    packets = [one for i in range(60) for one in attempt(0.01 * i, away(i), 1, "10.0.0.2", 80, HALF_OPEN)]
    texts = []
    for size in (7, 1000):
        store, attempts = store_of([]), None
        attempts = Attempts(store)
        for begin in range(0, len(packets), size):
            store_of(packets[begin : begin + size], store, first=begin)
            attempts.feed()
        texts.append([(one.host, one.diagnosis) for one in floods(attempts)])
    assert texts[0] == texts[1] != []


def test_who_answers_and_then_refuses_counts_once() -> None:
    dropped = ("S", "<SA", "<RA")
    calls = ((0.1 * i, "10.0.0.9", i, "10.0.0.2", 20 + i, dropped if i % 2 else CLOSED) for i in range(20))
    assert "10 open, 10 refused, 0 without an answer" in found(*calls)[1][0]
