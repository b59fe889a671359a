"""The help: all of it can be read at any size."""

import pytest

from tcptui.tui.reader import help_rows
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


@pytest.mark.parametrize("key", ["pagedown", "down", "j", "ctrl+d", "G", "space"])
async def test_every_key_that_moves_paints_at_once(key: str) -> None:
    async with running(demo("handshake"), (80, 24)) as (app, pilot):
        await pilot.press("question_mark")
        await pilot.pause()
        before = screen_text(app)
        await pilot.press(key)
        assert screen_text(app) != before
        assert app.screen.list.pending == []


async def test_the_help_says_what_the_signs_mean_and_fits_80_columns() -> None:
    rows = ["".join(cell.text for cell in row) for row in help_rows()]
    assert max(map(len, rows)) <= 78
    text = "\n".join(rows)
    for sign in (
        "─",
        "┄",
        "┈",
        "╌",
        "═",
        "━",
        "║",
        "╳",
        "▸",
        "?",
        "#8",
        "[S.]",
        "owes",
        "hindsight",
        "FIN_W1",
    ):
        assert sign in text
