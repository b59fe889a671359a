"""Both sides' words, as text and as bytes."""

from tests.support.screen import demo, running, screen_text


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
