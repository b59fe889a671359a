"""What the screens have in common: the keys, the palette, the plan of panes, and painting at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from time import sleep
from typing import ClassVar

from rich.color import ColorSystem
from textual.geometry import Region, Size
from textual.layout import Layout
from textual.reactive import reactive
from textual.screen import Screen

from tcptui.tui.actions import bindings
from tcptui.tui.diff import Changes
from tcptui.tui.layout import Planned
from tcptui.tui.pane import Pane
from tcptui.tui.theme import Palette


class View(Screen[None], inherit_css=False):
    """A screen of panes. Subclasses say where they stand (`regions_for`) and do the actions."""

    BINDINGS = bindings()
    AUTO_FOCUS: ClassVar[str | None] = ""
    ALLOW_SELECT = False
    virtual_size = reactive(Size(0, 0))  # as a pane's
    DEFAULT_CSS = """
    View { overflow: hidden; background: $background; }
    View:ansi { background: ansi_default; color: ansi_default; }
    """  # not the toolkit's: see TcptuiApp

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.palette = palette
        self._panes: tuple[Pane, ...] = ()

    def on_mount(self) -> None:
        take_early = getattr(self.app, "take_early", None)
        if take_early is not None:
            self.call_later(take_early)

    @property
    def layout(self) -> Layout:
        return Planned()

    def regions_for(self, size: Size) -> Mapping[str, Region]:
        """Where each widget stands, by id, in a window of this size."""
        raise NotImplementedError

    @property
    def panes(self) -> tuple[Pane, ...]:
        """All panes; a screen has the same ones for as long as it is mounted."""
        if not self._panes or not self.is_mounted:
            self._panes = tuple(self.query(Pane))
        return self._panes

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        if size is not None:
            self._clear_arrangement_cache()  # that of a size is of another time
        super()._refresh_layout(size, scroll)
        if size is not None and self.is_active and not self.app._batch_count:
            self.call_next(self._know_painted)

    def _know_painted(self) -> None:
        """In a window of another size all has just been laid out and painted. The toolkit would do both
        again: 20 to 40 ms of the first picture's time, and of the first key's."""
        self._layout_required = self._repaint_required = False
        self._dirty_widgets.clear()

    def set_palette(self, palette: Palette) -> None:
        """Change the colours of everything."""
        self.palette = palette
        for pane in self.panes:
            pane.palette = palette
            pane.forget()

    def repaint(self) -> None:
        """Paint everything anew."""
        for pane in self.panes:
            pane.forget()
        self.refresh(layout=True)

    def paint(self) -> None:
        """Write what the panes have that the screen has not, now.

        The one place where we go around the toolkit, which repaints from a timer of 60 Hz and whole
        lines. What it has to repaint itself (a new layout, another screen on top) is left to it.
        On top is not what the toolkit calls current: for it, the screen right beneath is current too.
        """
        if not self.is_active or self.app._batch_count or self._layout_required:
            for pane in self.panes:
                pane.hand_over()
            return
        changes = Changes(self.app.console._color_system or ColorSystem.TRUECOLOR)
        for pane in self.panes:
            if pane.is_shown:
                pane.paint(changes)
        text = changes.done()
        driver = self.app._driver
        if text and driver is not None and not self.app.is_headless:
            self.app._begin_update()
            driver.write(text)
            self.app._end_update()
            driver.flush()
            sleep(0)  # the thread that writes wants the interpreter, and would get it a millisecond later

    # -- moving: what a line, a page and an end are is the screen's matter ---------------------------

    @abstractmethod
    def _move(self, lines: int) -> None:
        """So many lines on, or back."""

    @abstractmethod
    def _page(self, pages: float) -> None:
        """So many pages on, or back: a whole or a half."""

    @abstractmethod
    def _to_end(self, last: bool) -> None:
        """To the last line, or the first."""

    def action_up(self) -> None:
        self._move(-1)

    def action_down(self) -> None:
        self._move(1)

    def action_page_up(self) -> None:
        self._page(-1)

    def action_page_down(self) -> None:
        self._page(1)

    def action_half_up(self) -> None:
        self._page(-0.5)

    def action_half_down(self) -> None:
        self._page(0.5)

    def action_first(self) -> None:
        self._to_end(False)

    def action_last(self) -> None:
        self._to_end(True)

    # -- what every screen does ----------------------------------------------------------------------

    def action_escape(self) -> None:
        self.dismiss()

    def action_back(self) -> None:
        self.dismiss()

    def action_quit(self) -> None:
        self.app.exit(return_code=0)

    def action_suspend(self) -> None:
        self.app.action_suspend_process()

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_theme(self) -> None:
        self.app.next_palette()  # type: ignore[attr-defined]
