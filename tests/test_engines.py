"""The engine of a pair: fed piece by piece, with what ICMP says in its place."""

from __future__ import annotations

from pathlib import Path

from tcptui.engines import Engine
from tcptui.tcp.timers import LINUX
from tests.regular.test_kinds import closed
from tests.regular.test_sweep import book_of
from tests.support.courses import capture


def test_pieces_make_the_same_of_it(tmp_path: Path) -> None:
    store = book_of(capture(tmp_path / "x.pcap", [closed(1).segments])).store
    rows = store.pairs.rows(0)
    whole, pieces = (Engine.new(store, 0, LINUX) for _ in range(2))
    segments = store.segments(rows)
    assert not whole.feed(segments, len(rows))
    for segment in segments:
        pieces.feed([segment], 1)
    assert (whole.fed, pieces.fed) == (len(rows), len(rows))
    assert whole.history(0) == pieces.history(0)


def test_a_new_life_is_split_where_it_begins(tmp_path: Path) -> None:
    """The same connection again, three minutes later."""
    from dataclasses import replace

    first = closed(1).segments
    second = [replace(one, seq=one.seq + 99_999, ack=one.ack + 77_777) for one in first]
    second[0] = replace(second[0], after=180 * 10**9)
    store = book_of(capture(tmp_path / "x.pcap", [[*first, *second]])).store
    engine, rows = Engine.new(store, 0, LINUX), store.pairs.rows(0)
    assert engine.feed(store.segments(rows), len(rows))
    assert engine.split(store, rows) == [len(first) + 1]
    assert engine.begins == [0, len(first)]
    assert engine.history(1).first_packet == len(first) + 1
    assert engine.errors_of(0) == ()
