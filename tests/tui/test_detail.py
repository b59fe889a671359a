"""The detail follows the cursor, a moment later."""

from tcptui.tui.detail import Dissector
from tests.support.screen import demo, running, screen_text


async def test_it_shows_the_packet_at_the_cursor() -> None:
    Dissector.warm_up()
    assert Dissector.ready.wait(20)
    async with running(demo("handshake"), (160, 50)) as (app, pilot):
        await pilot.pause(0.3)
        assert "Detail: #1" in screen_text(app)
        assert "Flags [S]" in screen_text(app)
        await pilot.press("3", "down")
        await pilot.pause(0.3)
        text = screen_text(app)
        assert "Detail: #2" in text
        assert "dport" in text
        await pilot.press("tab", "G")
        assert "00000040:" in screen_text(app)
