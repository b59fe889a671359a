"""The help: all of it can be read at any size."""

import pytest

from tests.support.screen import demo, running, screen_text


@pytest.mark.parametrize("size", [(80, 24), (30, 8)])
async def test_help_opens_pages_and_closes(size: tuple[int, int]) -> None:
    async with running(demo("handshake"), size) as (app, pilot):
        await pilot.press("question_mark")
        await pilot.pause()
        assert "state change" in screen_text(app)
        await pilot.press("end")
        assert "anything else" in screen_text(app)
        await pilot.press("home", "pagedown", "ctrl+u", "down", "up")
        await pilot.press("question_mark")
        assert app.screen.active_pane == "flows"
