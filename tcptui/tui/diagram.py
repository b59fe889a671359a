"""The state diagram's pane."""

from __future__ import annotations

from tcptui.model.cells import Row
from tcptui.model.diagram import DiagramView, picture
from tcptui.tui.pane import Frame, Pane
from tcptui.tui.theme import Palette


class DiagramPane(Pane):
    """The largest diagram that the pane has room for, of `view`; nothing while that is None.

    A new view is drawn when it is set, and only the lines that differ are painted.
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
        if view != self._view:
            self._view = view
            self.update()

    def line(self, y: int, width: int) -> Row:
        if self._view is None:
            return ()
        wanted = (self._view, width, self.inner_height)
        if self._drawn != wanted:
            self._rows = picture(*wanted)
            self._drawn = wanted
        return self._rows[y] if y < len(self._rows) else ()
