"""The menu: every demo, and what to watch in it."""

import pytest

from tcptui.demos import catalog
from tests.support.screen import running, screen_text


@pytest.mark.parametrize("size", [(1, 1), (40, 10), (80, 24), (120, 40), (160, 50)])
async def test_it_stands_at_any_size(size: tuple[int, int]) -> None:
    async with running(None, size) as (app, pilot):
        await pilot.press("down", "end", "pageup")
        assert app.is_running


async def test_every_demo_is_listed_with_its_text() -> None:
    async with running(None, (120, 60)) as (app, pilot):
        for name in catalog.names():
            text = " ".join(screen_text(app).replace("│", " ").split())
            assert name in text
            assert catalog.load(name).title in text
            assert " ".join(catalog.load(name).text.split())[:60] in text
            await pilot.press("down")


async def test_it_says_how_to_watch_one_s_own_packets() -> None:
    async with running(None, (120, 40)) as (app, _):
        assert "sudo tcptui -i any" in screen_text(app)


async def test_in_a_small_window_the_text_scrolls() -> None:
    async with running(None, (60, 18)) as (app, pilot):
        await pilot.press("down")
        text = catalog.load(catalog.names()[1]).text
        assert "PgDn text" in screen_text(app)
        assert text.split()[-1] not in screen_text(app)
        await pilot.press("pagedown")
        assert text.split()[-1] in screen_text(app)
        await pilot.press("down")
        assert catalog.load(catalog.names()[2]).text.split()[0] in screen_text(app)
