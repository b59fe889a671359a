"""The one kind of widget that this screen is made of: lines of cells in a frame, painted by difference.

A pane does not scroll, lay out or style by the toolkit. It knows how to make the line at y, and
`update` compares what it would show with what it shows: only lines that differ are sent, so a step
of the cursor costs a few hundred bytes, and an idle screen none.

Why not the toolkit's own path: its style cache renders borders, titles, opacity and tint for every
line (10 ms for 120×40), and its list widgets do work for rows that nobody sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.text import crop
from tcptui.tui.diff import Changes
from tcptui.tui.paint import Line, as_line
from tcptui.tui.theme import Palette

Source = tuple[Row, bool, Style]
"""What a line is made from: its cells, whether the cursor is on it, the style of its edges."""


LEAST_NOTE = 12
"""Columns below which a long note in a frame says nothing."""


class Frame(Enum):
    """How a pane is set apart: by a box, by a line above (small screens), or not at all (bars)."""

    BOX = "box"
    RULE = "rule"
    NONE = "none"


class Pane(Widget):
    """A framed area of lines.

    Subclasses give `line(y, width)`; y counts from the first line inside the frame. `title` and `note`
    stand in the frame's upper edge, left and right; all three must be clean text.
    """

    ALLOW_SELECT = False
    virtual_size = reactive(Size(0, 0))
    """As the size. The toolkit would lay the whole screen out, and paint it, once more when this changes."""

    DEFAULT_CSS = "Pane { width: 1fr; height: 1fr; }"

    def __init__(self, palette: Palette, *, id: str, title: str = "", frame: Frame = Frame.BOX) -> None:
        super().__init__(id=id)
        self.palette = palette
        self.title = title
        self.note = ""
        self.frame = frame
        self.active = False
        self.is_shown = True
        self._painted: dict[int, Line] = {}
        self._sources: dict[int, Source] = {}
        self._size_painted = Size(0, 0)
        self._stale: dict[int, Line] = {}

    @property
    def size(self) -> Size:
        """Columns and lines. The toolkit works them out from a layout and styles that panes have none of,
        which took a tenth of a key's time."""
        return self._size

    # -- for subclasses --------------------------------------------------------------------------

    def line(self, y: int, width: int) -> Row:
        """The cells of line y inside the frame. At most about six, and no wider than `width` if possible."""
        raise NotImplementedError

    def is_selected(self, y: int) -> bool:
        """Whether line y lies under the cursor."""
        return False

    @property
    def inner_width(self) -> int:
        return max(0, self.size.width - (2 if self.frame is Frame.BOX else 0))

    @property
    def inner_height(self) -> int:
        edges = {Frame.BOX: 2, Frame.RULE: 1, Frame.NONE: 0}[self.frame]
        return max(0, self.size.height - edges)

    # -- painting --------------------------------------------------------------------------------

    def update(self) -> None:
        """Find the lines that changed; `paint` writes them."""
        if not self.size or not self.is_shown:
            return
        self._fit()
        for y in range(self.size.height):
            source = self._source(y)
            if self._sources.get(y) == source:
                continue
            self._sources[y] = source
            line = self._make(y, source)
            old = self._painted.get(y)
            self._painted[y] = line
            if old is None:
                self.refresh()
            elif old._segments != line._segments:
                self._stale.setdefault(y, old)

    def paint(self, changes: Changes) -> None:
        """Add what changed since the last time, at the pane's place on the screen."""
        if not self._stale:
            return
        stale, self._stale = self._stale, {}
        x, top = self.region.offset
        for y, old in stale.items():
            line = self._painted.get(y)
            if line is not None:
                changes.repaint(x, top + y, old, line)

    @property
    def pending(self) -> list[int]:
        """The lines that `paint` would write to."""
        return sorted(self._stale)

    def hand_over(self) -> None:
        """Leave what changed to the toolkit's next repaint."""
        if self._stale:
            self._stale.clear()
            self.refresh()

    def place(self, shown: bool) -> None:
        """Note whether the pane has a place on the screen; one that comes back begins anew."""
        if shown and not self.is_shown:
            self._clear()
        self.is_shown = shown
        self._stale.clear()

    def forget(self) -> None:
        """Paint everything anew: another palette, another frame."""
        self._clear()
        self.refresh()

    def _clear(self) -> None:
        self._painted.clear()
        self._sources.clear()
        self._stale.clear()

    def notify_style_update(self) -> None:
        """The toolkit's style changes are no business of a pane's."""

    def _fit(self) -> None:
        """Lines of another size are no use."""
        if self._size_painted != self.size:
            self._size_painted = self.size
            self._clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        strips: list[Strip] = []
        self._fit()
        for y in crop.line_range:
            line = self._painted.get(y)
            if line is None:
                source = self._sources[y] = self._source(y)
                line = self._painted[y] = self._make(y, source)
            strips.append(line)
        if crop.column_span != (0, self.size.width):
            return [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Line:
        return self._make(y, self._source(y))

    def _source(self, y: int) -> Source:
        """All that a line is made from: when that is the same, so is the line."""
        height = self.size.height
        if self.frame is not Frame.NONE and y == 0:
            return ((Cell(self.title), Cell(self.note)), False, self._edge)
        if self.frame is Frame.BOX and y == height - 1:
            return ((), False, self._edge)
        y -= self.frame is not Frame.NONE
        return self.line(y, self.inner_width), self.is_selected(y), self._edge

    def _make(self, y: int, source: Source) -> Line:
        width, height = self.size
        row, selected, edge_style = source
        if self.frame is not Frame.NONE and y == 0:
            return as_line(self._top(width), width)
        if self.frame is Frame.BOX and y == height - 1:
            return as_line([Segment("╰" + "─" * max(0, width - 2) + "╯", edge_style)], width)
        inside = segments(row, self.inner_width, self.palette, selected=selected)
        if self.frame is not Frame.BOX:
            return as_line(inside, width)
        edge = Segment("│", edge_style)
        return as_line([edge, *inside, edge], width)

    @property
    def _edge(self) -> Style:
        return self.palette.frame_active if self.active else self.palette.frame

    def _top(self, width: int) -> list[Segment]:
        left, right = ("╭", "╮") if self.frame is Frame.BOX else ("─", "─")
        title = f" {self.title} " if self.title else ""
        note = f" {self.note} " if self.note else ""
        room = width - 4
        left_over = room - cell_len(title)
        note = crop(note, left_over) if left_over >= min(LEAST_NOTE, cell_len(note)) else ""
        title = crop(title, max(0, room))
        fill = max(0, room - cell_len(title) - cell_len(note))
        named = self.palette.title + self._edge if self.active else self.palette.title
        return [
            Segment(f"{left}─", self._edge),
            Segment(title, named),
            Segment("─" * fill, self._edge),
            Segment(note, self.palette.style(Role.DIM)),
            Segment(f"─{right}", self._edge),
        ]


def segments(row: Row, width: int, palette: Palette, *, selected: bool = False) -> list[Segment]:
    """A row of cells in at least `width` columns; neighbours of one style become one segment."""
    look = palette.selected_style if selected else palette.style
    out: list[Segment] = []
    total = 0
    for text, role in row:
        if not text:
            continue
        style = look(role)
        if out and out[-1].style is style:
            out[-1] = Segment(out[-1].text + text, style)
        else:
            out.append(Segment(text, style))
        total += len(text) if text.isascii() else cell_len(text)
    if total > width:
        return Strip(out).crop(0, width)._segments
    if total < width:
        out.append(Segment(" " * (width - total), look(Role.TEXT)))
    return out


class Lines(Pane):
    """A pane of given rows that neither scroll nor take the cursor: a message, an explanation."""

    def __init__(self, palette: Palette, *, id: str, title: str = "", frame: Frame = Frame.NONE) -> None:
        super().__init__(palette, id=id, title=title, frame=frame)
        self.rows: Sequence[Row] = ()

    def line(self, y: int, width: int) -> Row:
        return self.rows[y] if y < len(self.rows) else ()
