"""The line at the bottom in which a filter or a search is typed."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.color import Color
from textual.geometry import Size
from textual.reactive import reactive
from textual.widgets import Input

from tcptui.tui.theme import Palette


class Prompt(Input):
    """One line of text. It tells of every change, so that a list narrows while one types.

    Esc is the screen's; the arrows up and down move the list behind. done: told the text at Enter.
    """

    virtual_size = reactive(Size(0, 0))
    """How long the text is. When it changes, the toolkit would lay out the whole screen: 30 ms a letter."""

    DEFAULT_CSS = """
    Prompt { height: 1; width: 1fr; border: none; padding: 0 1; }
    Prompt:focus { border: none; }
    """

    def __init__(self, palette: Palette, done: Callable[[str], None], *, id: str = "prompt") -> None:
        super().__init__(id=id, compact=True, select_on_focus=False)
        self._done = done
        self.cursor_blink = False
        self.set_palette(palette)

    async def take(self, key: events.Key) -> bool:
        """Put a letter in, now. Whether it was one: other keys are for the bindings, this widget's first."""
        if not key.is_printable:
            return False
        await self._on_key(key)
        return True

    def take_text(self, pasted: events.Paste) -> None:
        """Put pasted text in, now: its first line."""
        self._on_paste(pasted)

    async def action_submit(self) -> None:
        """Enter, at once: what is typed next is no part of the text."""
        self._done(self.value)

    def set_palette(self, palette: Palette) -> None:
        """The toolkit's widget in our colours; the terminal's own where the palette leaves them."""
        bar = palette.ground + palette.selected
        if palette.native:
            self.styles.background = Color.parse("ansi_default")
            self.styles.color = Color.parse("ansi_default")
        else:
            self.styles.background = Color.from_rich_color(bar.bgcolor)
            self.styles.color = Color.from_rich_color(bar.color)
