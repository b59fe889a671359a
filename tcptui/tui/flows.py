"""The list of flows: a stable number each, as of the viewpoint's moment."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from tcptui.model.cells import Role, Row
from tcptui.model.flowlist import SORT_KEYS, FlowRow, Layout, address_width, header, layout, row, sort
from tcptui.model.query import Query, parse
from tcptui.model.text import dim
from tcptui.session import FlowInfo
from tcptui.tui.linelist import LineList, message
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint

RESORT = 1.0
"""Seconds between two orderings of a list that grows: rows that jump cannot be read."""


class FlowsPane(LineList):
    """The flows that the filter lets through, in the chosen order; the selection is the viewpoint's.

    With no filter and in order of number nothing is computed for rows that are not seen.
    """

    def __init__(self, palette: Palette, viewpoint: Viewpoint) -> None:
        super().__init__(palette, id="flows", title="Flows")
        self.viewpoint = viewpoint
        self.filter = parse("")
        self.sort_key = "number"
        self._order: Sequence[int] = range(0)
        self._ordered_at = 0.0
        self._ordered_for: tuple[int, str, str] = (-1, "", "")
        self._infos: dict[int, FlowInfo] = {}
        self._infos_of = -1
        self._columns: Layout = layout(80)
        self.provider = self

    # -- the list as a provider --------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._order)

    def __bool__(self) -> bool:
        return True

    def row(self, i: int, width: int) -> Row:
        number = self._order[i]
        item = self._item(number)
        cells = row(item, self._columns, width, gutter="▌" if number == self.viewpoint.flow else " ")
        begun = self._info(number).first_packet <= self.viewpoint.moment.packet
        return cells if begun else dim(cells)

    has_head = True

    def head(self, width: int) -> Row:
        return header(self._columns, width, self.sort_key, live=self._now() is not None)

    def _now(self) -> int | None:
        """The time that a flow has been quiet until: there is one while packets may come."""
        snapshot = self.viewpoint.snapshot
        return self.viewpoint.now.time_ns if snapshot.live and snapshot.running else None

    def _info(self, number: int) -> FlowInfo:
        version = self.viewpoint.snapshot.version
        if self._infos_of != version:
            self._infos_of = version
            self._infos.clear()
        if number not in self._infos:
            self._infos[number] = self.viewpoint.session.flow(number)
        return self._infos[number]

    def _item(self, number: int) -> FlowRow:
        """A flow as of the moment: states, verdict."""
        view = self.viewpoint
        standing = view.history(number).at(view.moment, live=view.options.live)
        verdict = view.session.verdict(number, view.now)
        return FlowRow(self._info(number), verdict, self._now(), standing)

    # -- order and filter --------------------------------------------------------------------------

    @property
    def query_text(self) -> str:
        return self.filter.text.strip()

    def set_query(self, text: str) -> Query:
        """Narrow the list; a mistake in the text lets everything through and is told in the title."""
        self.filter = parse(text)
        self._ordered_at = 0.0
        self._reorder()
        if self.viewpoint.flow not in self._order and len(self._order):
            self.viewpoint.select(self._order[0])
        return self.filter

    def next_sort(self) -> str:
        """Sort by the next key; its name."""
        keys = list(SORT_KEYS)
        self.sort_key = keys[(keys.index(self.sort_key) + 1) % len(keys)]
        self._ordered_at = 0.0
        return self.sort_key

    def _reorder(self) -> None:
        count = self.viewpoint.snapshot.flows
        if not self.query_text and self.sort_key == "number":
            self._order = range(1, count + 1)
            return
        wanted = (self.viewpoint.snapshot.version, self.filter.text, self.sort_key)
        now = monotonic()
        if wanted == self._ordered_for or (
            self._ordered_for[1:] == wanted[1:] and now - self._ordered_at < RESORT
        ):
            return
        self._ordered_for, self._ordered_at = wanted, now
        items = [item for item in map(self._item, range(1, count + 1)) if self.filter.matches(item)]
        self._order = [item.flow.number for item in sort(items, self.sort_key)]

    # -- for the screen ----------------------------------------------------------------------------

    def sync(self) -> None:
        """Show what the viewpoint has."""
        self._reorder()
        snapshot = self.viewpoint.snapshot
        first, last = self.top, min(len(self._order), self.top + self.body_height)
        seen = [self._info(number) for number in self._order[first:last]]
        self._columns = layout(
            max(20, self.inner_width), address_width(seen), max(4, len(str(snapshot.flows)) + 1)
        )
        if self.query_text:
            self.title = f"Flows: {self.query_text}"
            self.note = self.filter.error or f"{len(self._order):,} of {snapshot.flows:,}"
            if not len(self._order):
                self.empty = message("No flow matches the filter. Esc takes it away.", role=Role.WARN)
        else:
            self.title = "Flows"
            self.note = f"by {self.sort_key}" if self.sort_key != "number" else ""
        self.show(self, self._index())

    def _index(self) -> int:
        """The selected flow's place in the list."""
        number = self.viewpoint.flow
        if isinstance(self._order, range):
            return max(0, number - 1)
        try:
            return self._order.index(number)
        except ValueError:
            return 0

    def neighbour(self, lines: int) -> int:
        """The number of the flow so many rows away, stopping at the ends; 0 when there is none."""
        return self.number_at(self._index() + lines)

    def number_at(self, index: int) -> int:
        if not len(self._order):
            return 0
        return self._order[min(max(0, index), len(self._order) - 1)]

    def end(self, last: bool) -> int:
        return self.number_at(len(self._order) - 1 if last else 0)
