"""Both sides' words, as text and as bytes."""

import pytest

from tcptui.model.stream import follow, joined
from tcptui.session import Session
from tcptui.tui import stream
from tcptui.tui.stream import Reading
from tests.support.screen import capture, demo, running, screen_text


async def test_the_conversation_of_the_demo() -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("f")
        await pilot.pause()
        text = screen_text(app)
        assert "▶ hello" in text
        assert "◀ You typed: hello" in text
        await pilot.press("x")
        assert "6865 6c6c" in screen_text(app)
        await pilot.press("f")
        assert "Ladder" in screen_text(app)


async def test_a_silent_connection() -> None:
    async with running(demo("refused")) as (app, pilot):
        await pilot.press("f")
        await pilot.pause()
        assert "Neither side said anything." in screen_text(app)


def test_what_is_read_in_portions_is_what_is_read_at_once(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PORTION", 7)
    monkeypatch.setattr(stream, "AT_ONCE", 0)
    reading, moments = Reading(session, 1), 1
    while not reading.read():
        moments += 1
        assert 0 < reading.progress <= 1
    store, rows = session.placed(1)
    begin = store.column("options_at", rows) + store.column("options", rows)
    at_once = follow(store.segments(rows), lambda i: store.raw(int(rows[i]))[begin[i] :])
    assert list(joined(reading.pieces)) == list(joined(at_once))
    assert moments > 300


async def test_of_a_long_connection_it_says_how_far_it_is_and_keys_are_answered(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PORTION", 4)
    monkeypatch.setattr(stream, "AT_ONCE", 0)
    async with running(capture(session.reader.path)) as (app, pilot):
        await pilot.press("f")
        assert "Reading what was said" in screen_text(app)
        await pilot.press("escape")
        assert "Ladder" in screen_text(app)
        await pilot.press("f", "x")
        assert "Reading what was said" in screen_text(app)
        monkeypatch.setattr(stream, "PORTION", 4000)
        await pilot.pause(0.1)
        assert "not captured" in screen_text(app)
        assert app.screen.list.note.startswith("▶ 10.0.0.1:40000")
