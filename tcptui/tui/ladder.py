"""The ladder's pane: the rows of the selected flow, under the viewpoint's cursor."""

from __future__ import annotations

from textwrap import wrap

from tcptui.model.cells import Cell, Row
from tcptui.model.ladder import Kind
from tcptui.model.ladder_part import AnyLadder, Part
from tcptui.tui.linelist import LineList, Rows
from tcptui.tui.loaded import LoadedFlow
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint


class _LadderRows:
    """The ladder as of the viewpoint's moment."""

    def __init__(self, ladder: AnyLadder, viewpoint: Viewpoint) -> None:
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
        self._ladder: AnyLadder | None = None

    has_head = True

    def head(self, width: int) -> Row:
        ladder = self.viewpoint.ladder
        return ladder.header(width)[0] if ladder else ()

    @property
    def tells(self) -> bool:
        """Whether there is room for the story below the rows."""
        if not self.story:
            return False
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
        view = self.viewpoint
        ladder = view.ladder
        if ladder is None or view.loaded is None:
            self.note = ""
            self.show(Rows(), 0)
            return
        self.note = _place(view.loaded, view.row) if len(ladder) else ""
        if ladder is not self._ladder:
            if isinstance(ladder, Part) and isinstance(self._ladder, Part):
                self.top += view.row - self.selected  # another part: the cursor stays at its line
            self._ladder = ladder
        self.show(_LadderRows(ladder, view), view.row)


def _place(loaded: LoadedFlow, row: int) -> str:
    """Where the cursor is: ``#8 · row 10 of 13``; a row that is no packet has no number. Of a flow that is
    loaded in part the rows are not known, but its segments."""
    ladder = loaded.ladder
    item = ladder.item(row)
    packet = f"#{item.moment.packet} · " if item.kind is Kind.SEGMENT else ""
    if isinstance(ladder, Part):
        segment = loaded.place_of(item.moment.packet) + 1
        return f"{packet}segment {min(segment, loaded.count):,} of {loaded.count:,}"
    return f"{packet}row {row + 1:,} of {len(ladder):,}"
