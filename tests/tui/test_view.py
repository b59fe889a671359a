"""Every screen changes its colours together."""

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
