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
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tcptui.model.cells import Row
from tcptui.tui.theme import Palette


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
    DEFAULT_CSS = "Pane { width: 1fr; height: 1fr; }"

    def __init__(self, palette: Palette, *, id: str, title: str = "", frame: Frame = Frame.BOX) -> None:
        super().__init__(id=id)
        self.palette = palette
        self.title = title
        self.note = ""
        self.frame = frame
        self.active = False
        self._painted: dict[int, Strip] = {}

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

    @property
    def ground(self) -> Style:
        return self.palette.ground

    # -- painting --------------------------------------------------------------------------------

    def update(self) -> None:
        """Send what changed."""
        if not self.display or not self.size:
            return
        width = self.size.width
        changed = []
        for y in range(self.size.height):
            strip = self._make(y)
            old = self._painted.get(y)
            if old is None or old._segments != strip._segments:
                self._painted[y] = strip
                changed.append(Region(0, y, width, 1))
        if len(changed) == self.size.height:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def forget(self) -> None:
        """Paint everything anew: another palette, another frame."""
        self._painted.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """The toolkit's style changes are no business of a pane's."""

    def on_resize(self) -> None:
        self._painted.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        strips = []
        for y in crop.line_range:
            strip = self._painted.get(y)
            if strip is None or strip.cell_length != self.size.width:
                strip = self._painted[y] = self._make(y)
            strips.append(strip)
        if crop.column_span != (0, self.size.width):
            return [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        return self._make(y)

    def _make(self, y: int) -> Strip:
        width, height = self.size
        if self.frame is Frame.NONE:
            return self._content(y, width)
        if y == 0:
            return self._top(width)
        if self.frame is Frame.RULE:
            return self._content(y - 1, width)
        if y == height - 1:
            return self._bottom(width)
        edge = Segment("│", self._edge)
        inside = self._content(y - 1, max(0, width - 2))
        return Strip([edge, *inside._segments, edge][: max(0, width) + 2], inside.cell_length + 2).crop(
            0, width
        )

    def _content(self, y: int, width: int) -> Strip:
        selected = self.is_selected(y)
        return to_strip(self.line(y, width), width, self.palette, selected=selected, ground=self.ground)

    @property
    def _edge(self) -> Style:
        return self.palette.frame_active if self.active else self.palette.frame

    def _top(self, width: int) -> Strip:
        left, right = ("╭", "╮") if self.frame is Frame.BOX else ("─", "─")
        title = f" {self.title} " if self.title else ""
        note = f" {self.note} " if self.note else ""
        room = width - 4
        if cell_len(title) + cell_len(note) > room:
            note = ""
        if cell_len(title) > room:
            title = ""
        fill = max(0, width - 4 - cell_len(title) - cell_len(note))
        named = self.palette.title + self._edge if self.active else self.palette.title
        segments = [
            Segment(f"{left}─", self._edge),
            Segment(title, named),
            Segment("─" * fill, self._edge),
            Segment(note, self.palette.frame + Style(italic=False)),
            Segment(f"─{right}", self._edge),
        ]
        return Strip([s for s in segments if s.text]).crop(0, width)

    def _bottom(self, width: int) -> Strip:
        return Strip([Segment("╰" + "─" * max(0, width - 2) + "╯", self._edge)]).crop(0, width)


def to_strip(
    row: Row, width: int, palette: Palette, *, selected: bool = False, ground: Style | None = None
) -> Strip:
    """A row of cells as a strip of exactly `width` columns; neighbours of one style become one segment."""
    look = palette.selected_style if selected else palette.style
    segments: list[Segment] = []
    total = 0
    for text, role in row:
        if not text:
            continue
        size = len(text) if text.isascii() else cell_len(text)
        style = look(role)
        if segments and segments[-1].style == style:
            segments[-1] = Segment(segments[-1].text + text, style)
        else:
            segments.append(Segment(text, style))
        total += size
    base = palette.ground if ground is None else ground
    if selected:
        base = base + palette.selected
    if total < width:
        segments.append(Segment(" " * (width - total), base))
        total = width
    strip = Strip(segments, total)
    return strip if total == width else strip.crop(0, width)


class Lines(Pane):
    """A pane of given rows that neither scroll nor take the cursor: a message, an explanation."""

    def __init__(self, palette: Palette, *, id: str, title: str = "", frame: Frame = Frame.NONE) -> None:
        super().__init__(palette, id=id, title=title, frame=frame)
        self.rows: Sequence[Row] = ()

    def line(self, y: int, width: int) -> Row:
        return self.rows[y] if y < len(self.rows) else ()
