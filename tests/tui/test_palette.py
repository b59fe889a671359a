"""The command palette offers the table's actions."""

from tcptui.tui.actions import ACTIONS
from tcptui.tui.palette import HIDDEN, ActionProvider, title
from tests.support.screen import demo, running
from tests.tui.test_terminal import Window


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


def test_it_finds_and_does_an_action_and_closes_once() -> None:
    with Window("--demo", "handshake") as window:
        window.shows("help")
        window.send(":")
        window.shows("(F)")
        window.settle(0.2)
        window.send("freeze")
        window.settle(0.3)
        window.send("\r\r")  # a key that bounces
        window.shows("frozen")
        window.send(":")
        window.shows("(F)")
        window.send("\x1b")
        window.settle(0.3)
        assert "frozen" in window.text()
        window.send("q")
        assert window.ended() == 0
