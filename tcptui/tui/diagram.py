"""The state diagram's pane."""

from __future__ import annotations

from functools import lru_cache

from tcptui.model.cells import Row
from tcptui.model.diagram import DiagramView, best_size, picture
from tcptui.model.diagram_layouts import LAYOUTS
from tcptui.tui.pane import Frame, Pane
from tcptui.tui.theme import Palette


class DiagramPane(Pane):
    """The largest diagram that the pane has room for, of `view`; nothing while that is None.

    A new view is drawn when it is set, and only the lines that differ are painted. How long the endpoints
    have been in their states changes with every packet, and is no news where it is not drawn.
    """

    def __init__(
        self, palette: Palette, *, id: str = "diagram", title: str = "States", frame: Frame = Frame.BOX
    ) -> None:
        super().__init__(palette, id=id, title=title, frame=frame)
        self._view: DiagramView | None = None
        self._drawn: tuple[DiagramView, int, int] | None = None
        self._rows: list[Row] = []

    @property
    def view(self) -> DiagramView | None:
        return self._view

    @view.setter
    def view(self, view: DiagramView | None) -> None:
        if view is not None and not self.tells_time:
            view = view.timeless()
        if view != self._view:
            self._view = view
            self.update()

    @property
    def tells_time(self) -> bool:
        """Whether what is drawn here says how long the endpoints have been in their states."""
        size = best_size(self.inner_width, self.inner_height)
        return size is not None and LAYOUTS[size].dwell

    def line(self, y: int, width: int) -> Row:
        if self._view is None:
            return ()
        wanted = (self._view, width, self.inner_height)
        if self._drawn != wanted:
            self._rows = _picture(*wanted)
            self._drawn = wanted
        return self._rows[y] if y < len(self._rows) else ()


@lru_cache(256)
def _picture(view: DiagramView, width: int, height: int) -> list[Row]:
    """Drawn once (3 ms): most connections go the same ways."""
    return picture(view, width, height)
