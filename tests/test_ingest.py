"""Reading while views look, keys come, and packets wait."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tcptui.capture.pcapfile import CaptureReader
from tcptui.capture.pipe import PipeFeed
from tcptui.demos import catalog
from tcptui.enginebook import EngineBook
from tcptui.ingest import CAREFUL_BATCH, CAREFUL_SLICE
from tcptui.session import Session
from tests.support.demos import one_after_another
from tests.support.feeds import Over, until
from tests.support.longflow import long_flow
from tests.support.packets import frame, pcap
from tests.support.sessions import finish, read


def test_while_the_screen_is_busy_nothing_is_read_and_then_little_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.pcap"
    long_flow(path, 20_000, loss=0, seed=1)
    session = Session(CaptureReader(path))
    asked, read_some = [], session.reader.read
    monkeypatch.setattr(session.reader, "read", lambda most: asked.append(most) or read_some(most))
    session.turns.expect()
    with session.turns.held():
        session.start()
        assert session.wait(0.05).frames == 0
    finish(session)
    assert session.snapshot().segments >= 20_000
    assert asked[0] == CAREFUL_BATCH < session.ingest.batch


def test_what_has_been_read_when_a_key_comes_is_taken_after_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*(frame(sport=1000 + at) for at in range(100))))
    session = Session(CaptureReader(path))
    read_some = session.reader.read

    def read_and_be_asked(most: int) -> object:
        monkeypatch.setattr(session.reader, "read", read_some)
        session.turns.hold(60)
        return read_some(most)

    monkeypatch.setattr(session.reader, "read", read_and_be_asked)
    session.start()
    assert session.wait(0.1).segments == 0
    session.turns.hold(0)
    finish(session)
    assert session.snapshot().segments == 100


def test_while_keys_come_engines_are_fed_little_at_once_and_hosts_are_looked_at_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcptui.ingest.SURVEY", 0)
    path = one_after_another(tmp_path / "all.pcap", catalog.names())
    session = Session(CaptureReader(path, growing=True), Over(path))
    session.read_by(20)
    asked, lives, surveys = [], [], []
    catch_up, take = session.ingest.book.catch_up, session.ingest.book.take
    monkeypatch.setattr(
        session.ingest.book,
        "catch_up",
        lambda *, trace, rows: asked.append(rows) or catch_up(trace=trace, rows=rows),
    )
    monkeypatch.setattr(
        session.ingest.book, "take", lambda *, hurried: lives.append(hurried) or take(hurried=hurried)
    )
    monkeypatch.setattr(session.ingest, "survey", lambda *_: surveys.append(session.reader.done))
    session.turns.expect()
    session.turns.hold(0)
    session.start()
    finish(session)
    assert set(asked) == {CAREFUL_SLICE} and set(lives) == {True} and surveys == [True]
    assert told(session) == told(read(file=str(path)))


def test_once_all_is_read_it_is_told_how_much_of_it_has_been_inferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcptui.ingest.BEHIND", 0.0)  # nothing before all is read
    monkeypatch.setattr("tcptui.ingest.TICK", 0.0)
    path = tmp_path / "long.pcap"
    long_flow(path, 40_000, loss=0.02, seed=1)
    whole = path.read_bytes()
    syn = 40 + int.from_bytes(whole[32:36], "little")  # without it nothing goes by the book
    path.write_bytes(whole[:24] + whole[syn:])
    session = Session(CaptureReader(path))
    told, publish = [], session.ingest.publish
    monkeypatch.setattr(session.ingest, "publish", lambda: (told.append(session.snapshot()), publish()))
    session.start()
    finish(session)
    inferred = [snapshot.progress for snapshot in told if snapshot.read and snapshot.running]
    assert inferred == sorted(inferred)
    assert len(set(inferred)) > 3
    assert inferred[0] < 0.5 < inferred[-1]
    assert session.snapshot().progress == 1


def test_a_key_that_is_held_down_does_not_stop_the_reading(tmp_path: Path) -> None:
    """Keys come thirty times a second; an answer takes 34 ms."""
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*(frame(sport=1000 + at) for at in range(30_000))))
    session = Session(CaptureReader(path))
    over = threading.Event()

    def typed() -> None:
        while not over.wait(0.033):
            session.turns.expect()

    session.turns.expect()
    session.start()
    threading.Thread(target=typed).start()
    try:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            with session.turns.held():
                time.sleep(0.034)
        assert session.snapshot().segments > CAREFUL_BATCH
    finally:
        over.set()
        session.stop()


def test_where_packets_wait_no_engine_is_fed_and_in_the_end_all_is_told_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcptui.ingest.HURRY", 2000)
    demos = one_after_another(tmp_path / "all.pcap", catalog.names())
    session = Session(CaptureReader(demos, growing=True), Over(demos))
    session.read_by(5)
    waiting, feed = [], EngineBook._feed

    def noted(book: EngineBook, groups: dict[int, object]) -> list[int]:
        waiting.append(session.reader.size - session.reader.position)
        return feed(book, groups)  # type: ignore[arg-type]

    monkeypatch.setattr(session.reader, "_piece", 500)  # else it would all be read at once
    monkeypatch.setattr(session.reader, "_adapt", lambda *_: None)
    monkeypatch.setattr(EngineBook, "_feed", noted)
    session.start()
    finish(session)
    assert waiting and max(waiting) <= 2000
    assert told(session) == told(read(file=str(demos)))


def told(session: Session) -> list[object]:
    """All that is told of flows; their numbers may come with the hurry."""
    assert session.snapshot().error is None
    flows = sorted(session.flows(), key=lambda flow: flow.first_packet)
    return [
        (replace(flow, number=0), session.history(flow.number), session.verdict(flow.number))
        for flow in flows
    ]


def test_what_would_fill_the_spool_is_read_though_the_screen_is_busy() -> None:
    data = pcap(*(frame(bytes(900), sport=1000 + at) for at in range(20_000)))
    source, sink = os.pipe()

    def pour() -> None:
        with suppress(BrokenPipeError), open(sink, "wb") as pipe:  # it ends with something left
            pipe.write(data)

    feed = PipeFeed(source)
    feed.spool.bound(4 << 20)
    session = Session(CaptureReader(feed.path, growing=True), feed)
    session.turns.hold(60)
    threading.Thread(target=pour).start()
    session.start()
    try:
        until(lambda: session.snapshot().segments > 15_000)
    finally:
        session.stop()
        os.close(source)
        feed.spool.remove()
