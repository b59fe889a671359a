"""The detail's pane."""

from __future__ import annotations

from tcptui.tui.linelist import LineList
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint


class DetailPane(LineList):
    def __init__(self, palette: Palette, viewpoint: Viewpoint) -> None:
        super().__init__(palette, id="detail", title="Detail", browse=True)
        self.viewpoint = viewpoint

    def sync(self) -> None:
        """Show what the viewpoint has."""
