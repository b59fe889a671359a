"""A part of a long ladder, as a list of rows: what stands around the cursor, and how much there is besides.

Before and behind the segments that are shown stand some that are not: marks, losses and folds of those
that are shown depend on them.
"""

from __future__ import annotations

from tcptui.model.cells import Row
from tcptui.model.ladder import Ladder
from tcptui.model.ladder_blocks import Item
from tcptui.model.ladder_layout import LadderOptions
from tcptui.tcp.history import History, Moment


class Part:
    """Rows of a ladder from those of segment `start` to those of segment `stop - 1`, with one at either
    end that says how many segments are before and behind, where there are any.

    ladder: of all that is loaded. start, stop: positions in it. before, behind: segments of the flow that
    are before `start`, and from `stop` on. A run across one of these is shown as far as it is loaded.
    """

    def __init__(self, ladder: Ladder, start: int, stop: int, before: int, behind: int) -> None:
        self.ladder = ladder
        self._start, self._before = start, before
        self.extend(stop, behind)

    def extend(self, stop: int, behind: int) -> None:
        """The ladder has grown, or its log has changed."""
        self._stop, self._behind = stop, behind
        self._count()

    def _count(self) -> None:
        """Find the rows anew: a run was folded, the ladder has grown."""
        inner, self.before, self.behind = self.ladder, self._before, self._behind
        self._top, self._bottom = 0, len(inner)
        if self.before:
            self._top = inner.row_of(self._start)
            self.before -= self._start - (inner.item(self._top).index or 0)
        if self.behind:
            self._bottom = inner.row_of(self._stop - 1) + 1
            item = inner.item(self._bottom - 1)
            self.behind -= (item.index or 0) + item.count - self._stop
        if not self.behind:
            self._bottom = len(inner)

    # -- as Ladder has it ------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._bottom - self._top + (self.before > 0) + (self.behind > 0)

    @property
    def options(self) -> LadderOptions:
        return self.ladder.options

    @property
    def ends(self) -> tuple[str, str]:
        return self.ladder.ends

    @property
    def history(self) -> History:
        return self.ladder.history

    @property
    def first(self) -> int:
        """The first row of segments."""
        return int(self.before > 0)

    @property
    def last(self) -> int:
        """The last row of segments."""
        return len(self) - 1 - (self.behind > 0)

    def _inner(self, i: int) -> int:
        return self._top + i - self.first

    def _outer(self, row: int) -> int:
        """A row of the ladder as one of these, the nearest when it is not shown."""
        return min(max(self.first, row - self._top + self.first), self.last)

    def item(self, i: int) -> Item:
        """Row i, 0 <= i < len(self); of a row at an end the first or last one of segments."""
        if not 0 <= i < len(self):
            raise IndexError(i)
        return self.ladder.item(self._inner(min(max(self.first, i), self.last)))

    def header(self, width: int) -> list[Row]:
        """The rows above the ladder."""
        return self.ladder.header(width)

    def render(self, i: int, width: int, moment: Moment) -> Row:
        """Row i, see Ladder.render."""
        if i < self.first:
            return self.ladder.beyond(self.before, "before", width, future=False)
        if i > self.last:
            return self.ladder.beyond(self.behind, "behind", width, future=True)
        return self.ladder.render(self._inner(i), width, moment)

    def row_of(self, at: int) -> int:
        """The row of the segment at a position of what is loaded, the nearest when it is not shown."""
        return self._outer(self.ladder.row_of(at))

    def find(self, moment: Moment) -> int:
        """The row at which the world is as at `moment`, the nearest when it is not shown."""
        return self._outer(self.ladder.find(moment))

    def next_change(self, i: int, step: int) -> int:
        """The nearest row before or behind i in which a state changes; i when none is shown."""
        row = self.ladder.next_change(self._inner(i), step)
        return i + row - self._inner(i) if self._top <= row < self._bottom else i

    def search(self, text: str, start: int, direction: int = 1) -> int | None:
        """The next row that has the text, without beginning anew at the other end."""
        rows = range(start + 1, self.last + 1) if direction > 0 else range(start - 1, self.first - 1, -1)
        found = self.ladder.search_in((self._inner(i) for i in rows), text)
        return None if found is None else self._outer(found)

    def set_options(self, options: LadderOptions) -> None:
        """Another way of showing the same."""
        self.ladder.set_options(options)
        self._count()

    def toggle_fold(self, i: int) -> bool:
        """Unfold the run at row i, or fold it."""
        done = self.first <= i <= self.last and self.ladder.toggle_fold(self._inner(i))
        self._count()
        return done


AnyLadder = Ladder | Part
