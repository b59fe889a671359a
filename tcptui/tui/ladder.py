"""The ladder's pane: the rows of the selected flow, under the viewpoint's cursor."""

from __future__ import annotations

from textwrap import wrap

from tcptui.model.cells import Cell, Row
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
        self.story = ""

    has_head = True

    def head(self, width: int) -> Row:
        ladder = self.viewpoint.ladder
        return ladder.header(width)[0] if ladder else ()

    @property
    def tells(self) -> bool:
        """Whether there is room for the story below the rows."""
        lines = len(wrap(self.story, max(20, self.inner_width - 2)))
        return bool(lines) and len(self.provider) + 1 + lines <= self.body_height

    def line(self, y: int, width: int) -> Row:
        """A row of the ladder; below its end, the demo's story."""
        past = y - self.has_head - len(self.provider) - 1
        if past < 0 or not self.story or not self.tells:
            return super().line(y, width)
        lines = wrap(self.story, max(20, width - 2))
        return (Cell(f" {lines[past]}"),) if past < len(lines) else ()

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
