"""The line list: a cursor and a viewport over rows that are made only when they are seen.

Used for the flows, the ladder, the detail, streams, the help and the demo menu. Its work is O(lines
on the screen), whatever the length of the list.
"""

from __future__ import annotations

from typing import Protocol

from textual import events
from textual.message import Message

from tcptui.model.cells import Role, Row
from tcptui.tui.pane import Frame, Pane
from tcptui.tui.theme import Palette

SPARE = 4
"""A list that follows its cursor shows this part of its height beyond it."""


class Provider(Protocol):
    """A list of rows. `row` is asked for visible rows only, with 0 <= i < len(provider)."""

    def __len__(self) -> int: ...

    def row(self, i: int, width: int) -> Row: ...


class Rows:
    """A provider of rows that are there already."""

    def __init__(self, rows: list[Row] | tuple[Row, ...] = ()) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, i: int, width: int) -> Row:
        return self.rows[i]


class LineList(Pane):
    """A list with one row selected, which is always in view.

    head: a row that stays above the list, or None. empty: what is shown when there are no rows.
    browse: no row is under a cursor; moving scrolls (detail, help).
    """

    class Picked(Message):
        """The mouse chose a row (double: a second click on it)."""

        def __init__(self, sender: LineList, index: int, double: bool) -> None:
            super().__init__()
            self.list = sender
            self.index = index
            self.double = double

    class Wheel(Message):
        """The mouse's wheel turned over the list by `lines`."""

        def __init__(self, sender: LineList, lines: int) -> None:
            super().__init__()
            self.list = sender
            self.lines = lines

    def __init__(
        self,
        palette: Palette,
        *,
        id: str,
        title: str = "",
        frame: Frame = Frame.BOX,
        browse: bool = False,
    ) -> None:
        super().__init__(palette, id=id, title=title, frame=frame)
        self.provider: Provider = Rows()
        self.browse = browse
        self.selected = 0
        self.top = 0
        self.empty: tuple[Row, ...] = ()

    # -- moving ----------------------------------------------------------------------------------

    has_head = False

    def head(self, width: int) -> Row:
        """The row above the list; asked for where `has_head`."""
        return ()

    @property
    def body_height(self) -> int:
        return max(0, self.inner_height - self.has_head)

    def show(self, provider: Provider, selected: int | None = None) -> None:
        """Show another list, or the same one grown; the viewport moves only as far as it must."""
        self.provider = provider
        self.select(self.selected if selected is None else selected)

    def select(self, index: int) -> None:
        """Put the cursor on a row (clamped) and bring it into view."""
        last = max(0, len(self.provider) - 1)
        if self.browse:
            self.top = min(max(0, index), max(0, len(self.provider) - self.body_height))
            self.selected = self.top
        else:
            self.selected = min(max(0, index), last)
            self._follow_cursor()
        self.update()

    def move(self, lines: int) -> None:
        self.select((self.top if self.browse else self.selected) + lines)

    def page(self, pages: float) -> None:
        """Move by whole or half screens; the viewport moves along."""
        step = max(1, int(abs(pages) * max(1, self.body_height - 1)))
        self.move(step if pages > 0 else -step)

    def ends(self, last: bool) -> None:
        self.select(len(self.provider) - 1 if last else 0)

    def scroll(self, lines: int) -> None:
        """Move the viewport; the cursor goes along only where it would be left behind."""
        height = max(1, self.body_height)
        self.top = min(max(0, self.top + lines), max(0, len(self.provider) - height))
        self.selected = self.top if self.browse else min(max(self.selected, self.top), self.top + height - 1)
        self.update()

    def _follow_cursor(self) -> None:
        """Bring the cursor into view. A step over the edge moves the view by a part of its height: one sees
        what comes next, and the lines need not all be written again at every step. A page leaves nothing out.
        """
        height = max(1, self.body_height)
        spare = height // SPARE
        first, last = (
            self.selected - height + 1,
            self.selected,
        )  # the views in which it is the last, the first
        if self.top > last:
            self.top = max(last - spare, min(last, self.top - height + 1))
        elif self.top < first:
            self.top = min(first + spare, max(first, self.top + height - 1))
        self.top = max(0, min(self.top, len(self.provider) - height))

    # -- painting --------------------------------------------------------------------------------

    def on_resize(self) -> None:
        if self.browse:
            self.top = min(self.top, max(0, len(self.provider) - self.body_height))
        else:
            self._follow_cursor()
        self.update()

    def line(self, y: int, width: int) -> Row:
        if self.has_head:
            if y == 0:
                return self.head(width)
            y -= 1
        if not len(self.provider):
            return self.empty[y] if y < len(self.empty) else ()
        index = self.top + y
        return self.provider.row(index, width) if index < len(self.provider) else ()

    def is_selected(self, y: int) -> bool:
        if self.browse or not len(self.provider):
            return False
        y -= self.has_head
        return y >= 0 and self.top + y == self.selected

    # -- mouse -----------------------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.post_message(self.Wheel(self, 3))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.post_message(self.Wheel(self, -3))

    def on_click(self, event: events.Click) -> None:
        top = {Frame.BOX: 1, Frame.RULE: 1, Frame.NONE: 0}[self.frame]
        top += self.has_head
        index = self.top + event.y - top
        if event.y >= top and index < len(self.provider):
            self.post_message(self.Picked(self, index, event.chain > 1))
        else:
            self.post_message(self.Picked(self, -1, False))


def message(*lines: str, role: Role = Role.DIM) -> tuple[Row, ...]:
    """Lines for an empty list, a little inside."""
    from tcptui.model.cells import Cell

    return ((), *((Cell(f"  {line}", role),) for line in lines))
