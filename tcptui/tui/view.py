"""What the screens have in common: the keys, the palette, the plan of panes, and painting at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.geometry import Region, Size
from textual.layout import Layout
from textual.screen import Screen

from tcptui.tui.actions import bindings
from tcptui.tui.layout import Planned
from tcptui.tui.pane import Pane
from tcptui.tui.theme import Palette


class View(Screen[None]):
    """A screen of panes. Subclasses say where they stand (`regions_for`) and do the actions."""

    BINDINGS = bindings()
    AUTO_FOCUS: ClassVar[str | None] = ""
    ALLOW_SELECT = False
    DEFAULT_CSS = "View { overflow: hidden; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.palette = palette

    @property
    def layout(self) -> Layout:
        return Planned()

    def regions_for(self, size: Size) -> Mapping[str, Region]:
        """Where each widget stands, by id, in a window of this size."""
        raise NotImplementedError

    def set_palette(self, palette: Palette) -> None:
        """Change the colours of everything."""
        self.palette = palette
        for pane in self.query(Pane):
            pane.palette = palette
            pane.forget()

    def paint(self) -> None:
        """Write what is dirty to the terminal now, not at the next frame (16 ms later).

        The one place where we reach behind the toolkit: its screen repaints from a timer of 60 Hz.
        """
        if self.is_current and not self.app._batch_count and self._dirty_widgets:
            self._compositor.update_widgets(self._dirty_widgets)
            self._compositor_refresh()

    def action_escape(self) -> None:
        self.dismiss()

    def action_back(self) -> None:
        self.dismiss()

    def action_quit(self) -> None:
        self.app.exit(return_code=0)

    def action_suspend(self) -> None:
        self.app.action_suspend_process()

    def action_theme(self) -> None:
        self.app.next_palette()  # type: ignore[attr-defined]
