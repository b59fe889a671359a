"""Live figures, of some hundred packets a second."""

from __future__ import annotations

import os

import pytest

from benchmarks import live
from benchmarks.bench import Bench
from tests.support.needs import needs_libpcap, needs_netns, needs_program


@needs_netns
@needs_libpcap
@needs_program("tcpreplay")
@needs_program("tcpdump")
def test_what_is_received_is_counted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "RATES", (100_000,))
    monkeypatch.setattr(live, "MOST_BYTES", {100_000: 20_000})
    section = live.measure(bench)
    assert [row[0] for row in section.rows] == [
        "tcptui, full speed",
        "tcptui, 450 packets/s",
        "tcpdump -w, full speed",
        "tcptui, 200 packets/s",
    ]
    for row in section.rows:
        sent, received, counted = (int(cell.replace(",", "")) for cell in row[2:5])
        assert sent + 1 >= received == counted > 100
        assert row[5] == "0"
    assert received - sent in (0, 1)  # which a burst at full speed may overflow
    assert float(section.rows[3][6]) > 0
    assert float(section.rows[3][7].replace(",", "")) > 0
    assert all(goal.met is not None for goal in section.goals)
    lost = [goal for goal in section.goals if goal.what.endswith("lost")]
    assert [goal.met for goal in lost] == [True] * 3


def test_without_root_it_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    section = live.measure(bench)
    assert [(goal.reached, goal.met) for goal in section.goals] == [("root is needed", None)]
    monkeypatch.undo()
    monkeypatch.setattr(live, "found", lambda program: program != "tcpreplay")
    assert "tcpreplay not installed" in live.measure(bench).notes[0]


def test_numbers_are_read_from_the_status_bar() -> None:
    picture = [" tcptui  listen0  ● live  1,234,567 packets  12 flows  3 dropped   10:22:31.104"]
    assert (live.counted(picture), live.dropped(picture)) == (1_234_567, 3)
    assert live.counted([" tcptui  listen0  ● live  1 packet  1 flow"]) == 1
    assert live.counted([" tcptui"]) == live.dropped([" tcptui"]) == 0
