"""The prompt wears the palette."""

import pytest
from textual.app import App, ComposeResult

from tcptui.tui.prompt import Prompt
from tcptui.tui.theme import DARK, PALETTES, Palette


class Window(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.prompt = Prompt(DARK, self.exit)

    def compose(self) -> ComposeResult:
        yield self.prompt


@pytest.mark.parametrize("palette", PALETTES, ids=lambda p: p.name)
async def test_one_line_in_any_palette(palette: Palette) -> None:
    app = Window()
    async with app.run_test(size=(30, 3)) as pilot:
        app.prompt.set_palette(palette)
        await pilot.press(*"port:80")
        assert app.prompt.value == "port:80"
        assert app.prompt.size.height == 1
        assert app.prompt.cursor_blink is False
