"""The state diagram's pane."""

from __future__ import annotations

from tcptui.model.cells import Row
from tcptui.model.diagram import DiagramView, picture
from tcptui.tui.pane import Pane
from tcptui.tui.theme import Palette


class DiagramPane(Pane):
    """The largest diagram that there is room for; drawn anew only when the view or the room changes."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="diagram", title="States")
        self._view: DiagramView | None = None
        self._rows: list[Row] = []
        self._drawn: tuple[DiagramView | None, int, int] = (None, 0, 0)

    def show(self, view: DiagramView | None) -> None:
        """Draw another view; the same one costs nothing."""
        self._view = view
        self.update()

    def line(self, y: int, width: int) -> Row:
        wanted = (self._view, width, self.inner_height)
        if self._drawn != wanted:
            self._drawn = wanted
            self._rows = picture(self._view, width, self.inner_height) if self._view else []
        return self._rows[y] if y < len(self._rows) else ()
