"""The line below the panes: what happened at the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from tcptui.model.cells import Row
from tcptui.tui.pane import Lines
from tcptui.tui.theme import Palette


class Explanation(Lines):
    """One row, or as many as the pane is high."""

    def __init__(self, palette: Palette, *, id: str = "explanation") -> None:
        super().__init__(palette, id=id)

    @property
    def row(self) -> Row:
        return self.rows[0] if self.rows else ()

    @row.setter
    def row(self, row: Row) -> None:
        self.show((row,))

    def show(self, rows: Sequence[Row]) -> None:
        """Show these; paint only if they differ from what is shown."""
        if tuple(rows) != tuple(self.rows):
            self.rows = tuple(rows)
            self.update()
