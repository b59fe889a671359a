"""Every screen changes its colours together."""

import pytest

from tcptui.tui.diff import Changes
from tcptui.tui.pane import Pane
from tcptui.tui.theme import PALETTES
from tests.support.screen import demo, running, screen_text


async def test_t_goes_round_and_says_which_and_changes_no_other_letter() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        text = screen_text(app)
        for n in range(1, len(PALETTES) + 1):
            await pilot.press("T")
            await pilot.pause()
            palette = PALETTES[n % len(PALETTES)]
            assert app.palette is palette
            assert all(pane.palette is palette for pane in app.screen.query(Pane))
            shown = screen_text(app)
            assert f"colours: {palette.name}" in shown
            assert shown.splitlines()[:36] == text.splitlines()[:36]


async def test_screens_below_change_too() -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("question_mark", "T", "q")
        await pilot.pause()
        assert app.screen.palette is PALETTES[1]


@pytest.mark.parametrize("key", ["question_mark", "exclamation_mark", "f", "colon"])
async def test_what_lies_beneath_another_screen_does_not_write_and_is_fresh_afterwards(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Pane] = []
    paint = Pane.paint

    def note(pane: Pane, changes: Changes) -> None:
        written.append(pane)
        paint(pane, changes)

    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        beneath = app.screen
        await pilot.press(key)
        await pilot.pause()
        assert app.screen is not beneath
        above = screen_text(app)
        monkeypatch.setattr(Pane, "paint", note)
        beneath.viewpoint.step(4)
        beneath.refresh_panes()
        beneath.say("from below")
        assert [pane for pane in written if pane.screen is beneath] == []
        await pilot.pause(0.1)
        if key != "colon":  # the palette lets through what is beneath
            assert screen_text(app) == above
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is beneath
        assert "from below" in screen_text(app)
        assert "ESTABLISHED" in screen_text(app)
