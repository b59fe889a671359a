"""The ladder's pane: the rows of the selected flow, under the viewpoint's cursor."""

from __future__ import annotations

from tcptui.model.cells import Row
from tcptui.model.ladder import Kind, Ladder
from tcptui.tui.linelist import LineList, Rows
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint


class _LadderRows:
    """The ladder as of the viewpoint's moment."""

    def __init__(self, ladder: Ladder, viewpoint: Viewpoint) -> None:
        self.ladder = ladder
        self.viewpoint = viewpoint

    def __len__(self) -> int:
        return len(self.ladder)

    def row(self, i: int, width: int) -> Row:
        return self.ladder.render(i, width, self.viewpoint.moment)


class LadderPane(LineList):
    """Time, two lifelines, an arrow a segment."""

    def __init__(self, palette: Palette, viewpoint: Viewpoint) -> None:
        super().__init__(palette, id="ladder", title="Ladder")
        self.viewpoint = viewpoint

    has_head = True

    def head(self, width: int) -> Row:
        ladder = self.viewpoint.ladder
        return ladder.header(width)[0] if ladder else ()

    def sync(self) -> None:
        """Show what the viewpoint has."""
        ladder = self.viewpoint.ladder
        if ladder is None:
            self.note = ""
            self.show(Rows(), 0)
            return
        self.note = _place(ladder, self.viewpoint.row) if len(ladder) else ""
        self.show(_LadderRows(ladder, self.viewpoint), self.viewpoint.row)


def _place(ladder: Ladder, row: int) -> str:
    """Where the cursor is: ``#8 · row 10 of 13``; a row that is no packet has no number."""
    item = ladder.item(row)
    packet = f"#{item.moment.packet} · " if item.kind is Kind.SEGMENT else ""
    return f"{packet}row {row + 1:,} of {len(ladder):,}"
