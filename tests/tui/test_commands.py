"""Panes and levels: which has the keys, what opens, what closes."""

from dataclasses import replace

import pytest

from tests.support.screen import demo, running, screen_lines, screen_text


async def test_enter_goes_in_and_q_comes_out() -> None:
    async with running(demo("handshake")) as (app, pilot):
        screen = app.screen
        assert screen.active_pane == "flows"
        await pilot.press("enter")
        assert screen.active_pane == "ladder"
        await pilot.press("enter")
        assert screen.active_pane == "detail"
        await pilot.press("q")
        assert screen.active_pane == "ladder"
        await pilot.press("q")
        assert screen.active_pane == "flows"


async def test_tab_goes_round_the_panes_that_are_shown() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        seen = []
        for _ in range(4):
            seen.append(app.screen.active_pane)
            await pilot.press("tab")
        assert seen == ["flows", "diagram", "ladder", "flows"]
    async with running(demo("handshake"), (160, 50)) as (app, pilot):
        await pilot.press("shift+tab")
        assert app.screen.active_pane == "detail"


async def test_below_80_by_24_tab_and_numbers_change_the_pane() -> None:
    async with running(demo("handshake"), (60, 20)) as (app, pilot):
        assert "── Flows" in screen_text(app)
        await pilot.press("tab")
        assert "── States" in screen_text(app)
        await pilot.press("3")
        assert "── Ladder" in screen_text(app)
        assert "── Flows" not in screen_text(app)


async def test_zoom_and_back() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        await pilot.press("3", "z")
        assert app.screen._plan.regions["ladder"].width == 120
        await pilot.press("escape")
        assert app.screen._plan.together


async def test_keys_of_moving_move_what_has_the_keys() -> None:
    async with running(demo("handshake"), (80, 24)) as (app, pilot):
        view = app.screen.viewpoint
        await pilot.press("3", "down", "down")
        assert view.row == 2
        await pilot.press("d")
        top = app.screen.pane("detail").top
        await pilot.pause(0.3)
        await pilot.press("down")
        assert view.row == 2
        assert app.screen.pane("detail").top == top + 1


async def test_paging_in_the_ladder_stops_at_the_ends() -> None:
    async with running(demo("time-wait-reuse"), (80, 24)) as (app, pilot):
        await pilot.press("3", "pagedown", "pagedown", "pagedown", "pagedown")
        assert app.screen.viewpoint.at_newest
        await pilot.press("ctrl+u")
        assert not app.screen.viewpoint.at_newest
        await pilot.press("home")
        assert app.screen.viewpoint.row == 0


async def test_x_explains_at_length() -> None:
    async with running(demo("handshake"), (80, 24)) as (app, pilot):
        await pilot.press("3", "right", "x")
        assert "program" in screen_text(app)
        await pilot.press("x")
        assert "program" not in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_toggled_is_said(size: tuple[int, int]) -> None:
    async with running(demo("last-ack-lost"), size) as (app, pilot):
        for key, words in (
            ("c", "as it was seen live"),
            ("c", "hindsight"),
            ("S", "as on the wire"),
            ("t", "time: absolute"),
            ("plus", "speed 2×"),
        ):
            await pilot.press(key)
            assert words in screen_text(app)


async def test_play_shows_its_speed_and_ends_at_the_end() -> None:
    async with running(demo("handshake"), (80, 24)) as (app, pilot):
        await pilot.press("space")
        assert "▶ 1×" in screen_lines(app)[0]
        for _ in range(9):
            await pilot.press("plus")
        await pilot.pause(1)
        assert app.screen.viewpoint.at_newest
        assert "▶" not in screen_lines(app)[0]


async def test_G_among_the_flows_follows_again_when_live(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(demo("time-wait-reuse"), (80, 24)) as (app, pilot):
        view = app.screen.viewpoint
        live = replace(view.snapshot, live=True, running=True)
        monkeypatch.setattr(view.session, "snapshot", lambda: live)
        view.snapshot = live
        await pilot.press("1", "G")
        assert view.follow
        assert view.flow == view.snapshot.flows
