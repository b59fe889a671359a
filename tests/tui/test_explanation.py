"""The explanation's line."""

from __future__ import annotations

from textual.app import App, ComposeResult

from tcptui.model.cells import Cell, Role
from tcptui.tui.explanation import Explanation
from tcptui.tui.theme import DARK


class Window(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.line = Explanation(DARK)

    def compose(self) -> ComposeResult:
        yield self.line


async def test_a_row_and_more() -> None:
    app = Window()
    async with app.run_test(size=(20, 2)):
        pane = app.line
        assert pane.row == ()
        pane.row = (Cell("#3 client", Role.CLIENT),)
        assert [pane.render_line(y).text for y in (0, 1)] == ["#3 client           ", " " * 20]
        assert pane.row == (Cell("#3 client", Role.CLIENT),)
        pane.show([(Cell("one"),), (Cell("two"),), (Cell("three"),)])
        assert [pane.render_line(y).text.strip() for y in (0, 1)] == ["one", "two"]
