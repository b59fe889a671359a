"""The command palette offers the table's actions."""

from tcptui.tui.actions import ACTIONS
from tcptui.tui.palette import HIDDEN, ActionProvider, title
from tests.support.screen import demo, running


async def test_it_offers_and_finds_the_actions() -> None:
    async with running(demo("handshake")) as (app, _):
        provider = ActionProvider(app.screen)
        offered = [hit.display async for hit in provider.discover()]
        assert offered == [title(a) for a in ACTIONS if a.id not in HIDDEN]
        found = [hit async for hit in provider.search("freeze")]
        assert len(found) == 1


async def test_it_opens_and_closes() -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("colon")
        await pilot.pause(0.2)
        await pilot.press("escape")
        await pilot.pause(0.2)
        assert app.screen.active_pane == "flows"
