"""Facts of many flows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.regular.test_sweep import book_of
from tests.support.packets import frame, pcap
from tests.test_flowbook import replayed


def test_facts_are_kept_of_the_flows_asked_for_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 100,000 flows they took 560 MB."""
    monkeypatch.setattr("tcptui.trails.KEPT", 1)
    book = replayed("time-wait-reuse", 1000)
    first = book.facts(1, book.last)
    assert book.facts(1, book.last) is first
    book.facts(2, book.last)
    again = book.facts(1, book.last)
    assert again is not first
    assert again.packets == first.packets


def test_the_facts_of_a_long_flow_are_gathered_behind_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then they are of its beginning and of what is near."""
    monkeypatch.setattr("tcptui.trails.LONG", 4)
    book = replayed("zero-window", 1000)
    told = book.owes(1, book.last)
    assert book.behind == 1
    while book.catch_up():
        pass
    assert book.behind == 0
    monkeypatch.setattr(book.store, "segments", lambda rows: pytest.fail("gathered again"))
    assert book.facts(1, book.last).packets == len(book.rows(1))
    assert book.owes(1, book.last) == told


def test_a_long_flow_is_gathered_though_there_are_many_long_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcptui.trails.KEPT", 1)
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*(frame(b"x", sport=port, seq=at) for port in (1, 2) for at in range(5000))))
    book = book_of(path)
    for number in (1, 2):
        book.facts(number, book.last)
        while book.catch_up():
            pass
        assert book.facts(number, book.last).packets == 5000
