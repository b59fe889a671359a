"""The ladder's pane shows the viewpoint's row, and the future is dim."""

from tcptui.model.cells import Role
from tcptui.tui.theme import DARK
from tests.support.screen import demo, running


async def test_the_cursor_is_the_viewpoint_s_and_the_future_is_dim() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        pane = app.screen.pane("ladder")
        await pilot.press("3", "down")
        assert pane.selected == app.screen.viewpoint.row == 1
        dim = DARK.style(Role.DIM)
        past, future = pane.render_line(2), pane.render_line(4)
        assert "SYN_SENT" in past.text
        assert any(s.style != dim and s.text.strip("│ ") for s in past)
        assert all(s.style == dim for s in list(future)[1:-1] if s.text.strip())


async def test_the_note_counts_rows() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        await pilot.press("3", "G")
        rows = app.screen.viewpoint.rows
        assert app.screen.pane("ladder").note == f"#11 · row {rows} of {rows}"


async def test_a_click_goes_to_its_row() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        await pilot.click("#ladder", offset=(20, 5))
        assert app.screen.active_pane == "ladder"
        assert app.screen.viewpoint.row == 3
