"""The screen of a running app as text, and apps on demos to look at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tcptui.capture.pcapfile import CaptureReader
from tcptui.session import Session
from tcptui.tui.app import TcptuiApp
from tcptui.tui.main import MainScreen
from tcptui.tui.menu import demo_session
from tcptui.tui.run import ScreenOptions
from tests.support.sessions import finish


def screen_lines(app: TcptuiApp) -> list[str]:
    """What stands on the terminal, a line a row, blanks at the end left out."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def screen_text(app: TcptuiApp) -> str:
    return "\n".join(screen_lines(app))


@asynccontextmanager
async def running(
    session: Session | None, size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[tuple[TcptuiApp, Pilot[int]]]:
    """An app on a session that has been read to its end, without a terminal."""
    options = {"theme": "dark", "at_start": True} | options
    app = TcptuiApp(session, ScreenOptions(**options))
    async with app.run_test(size=size) as pilot:
        if session is not None:
            finish(session)
            assert isinstance(app.screen, MainScreen)
            app.screen._poll()
        await pilot.pause()
        yield app, pilot


def demo(name: str) -> Session:
    return demo_session(name)


def capture(path: str | Path) -> Session:
    return Session(CaptureReader(path))
